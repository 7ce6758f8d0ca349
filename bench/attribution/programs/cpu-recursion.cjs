const { begin, end, repeat } = require('../truth.cjs');

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)); // truth: recursion js

begin('recursion');
repeat(400, () => fibonacci(20));
end('recursion');

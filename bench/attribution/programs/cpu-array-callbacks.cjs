const { begin, end, repeat } = require('../truth.cjs');

const numbers = Array.from({ length: 20_000 }, (_, i) => i);

function shape() {
  return numbers.reduce((sum, n) => sum + Math.hypot(n, sum % 7), 0); // truth: reduce js
}

begin('reduce');
repeat(400, shape);
end('reduce');

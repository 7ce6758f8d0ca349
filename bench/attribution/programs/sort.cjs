const { begin, end, repeat, watchCollections } = require('../truth.cjs');

let seed = 1;
const numbers = Array.from({ length: 20_000 }, () => (seed = (seed * 48271) % 2147483647));
watchCollections();

function order() {
  return numbers.slice().sort((a, b) => a - b); // truth: sort js
}

begin('sort');
repeat(500, order);
end('sort');

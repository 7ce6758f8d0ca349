const { begin, end, repeat, watchCollections } = require('../truth.cjs');

watchCollections();

function power() {
  return 7919n ** 40_000n; // truth: power js
}

begin('power');
repeat(400, power);
end('power');

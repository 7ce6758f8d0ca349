const { begin, end, repeat, watchCollections } = require('../truth.cjs');

watchCollections();
const kept = [];

function churn() {
  for (let i = 0; i < 2000; i++) kept[(kept.length + i * 7919) % 60_000] = { i, list: [i, i + 1, { deep: i }], text: `${i}` }; // truth: churn js bound=gc,cpu-js,mixed
}

begin('churn');
repeat(600, churn);
end('churn');

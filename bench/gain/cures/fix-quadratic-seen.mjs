// Distinct values, each searched for among those that were seen.
function distinct(values) {
  const seen = [];
  for (const value of values) {
    if (!seen.includes(value)) seen.push(value);
  }
  return seen;
}

const values = Array.from({ length: 40_000 }, (_, i) => `v${(i * 7919) % 20_011}`);
console.log(distinct(values).length);

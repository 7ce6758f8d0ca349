// The rank of each value, looked up in a sorted copy that is made for each.
function ranks(values) {
  const found = [];
  for (const value of values) {
    const sorted = [...values].sort((a, b) => a - b);
    found.push(sorted.indexOf(value));
  }
  return found;
}

const values = Array.from({ length: 1500 }, (_, i) => (i * 7919) % 15_013);
console.log(ranks(values).slice(0, 5).join());

// What bodies feel of each other: typed arrays of fractions go there and come back.
const count = 7_000;
const spread = (seed) => (_, i) => ((i * 7919 + seed * 104729) % 10007) / 10007;
const xs = Float64Array.from({ length: count }, spread(0));
const ys = Float64Array.from({ length: count }, spread(1));
const masses = Float64Array.from({ length: count }, spread(2));

function potentials() {
  const found = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < count; k++) {
      if (k === i) continue;
      const [dx, dy] = [xs[k] - xs[i], ys[k] - ys[i]];
      sum += masses[k] / Math.sqrt(dx * dx + dy * dy + 1e-4);
    }
    found[i] = sum;
  }
  return found;
}

console.log(
  potentials()
    .reduce((sum, one) => sum + one, 0)
    .toFixed(6),
);

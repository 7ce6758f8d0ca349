// How many numbers take how many steps: nothing goes there, a small Map comes back.
const steps = new Map();
for (let n = 1; n < 600_000; n++) {
  let count = 0;
  for (let value = n; value !== 1; count++) value = value % 2 === 0 ? value / 2 : 3 * value + 1;
  steps.set(count, (steps.get(count) ?? 0) + 1);
}
console.log(steps.size, steps.get(100));

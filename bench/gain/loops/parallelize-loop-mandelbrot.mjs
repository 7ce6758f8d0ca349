// The Mandelbrot set, a row of numbers in each round.
const size = 700;
const rows = [];
for (let y = 0; y < size; y++) {
  const row = [];
  for (let x = 0; x < size; x++) {
    const [cr, ci] = [(x / size) * 3 - 2, (y / size) * 2 - 1];
    let [a, b, steps] = [0, 0, 0];
    while (a * a + b * b < 4 && steps < 1000) {
      const t = a * a - b * b + cr;
      b = 2 * a * b + ci;
      a = t;
      steps++;
    }
    row.push(steps);
  }
  rows.push(row);
}
console.log(rows.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0));

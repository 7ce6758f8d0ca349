// A product of two matrices of plain lists, row by row.
const size = 420;
const make = (seed) => Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => ((x * 31 + y * 17 + seed) % 97) / 97));

function multiply(a, b) {
  const rows = [];
  for (let y = 0; y < a.length; y++) {
    const row = [];
    for (let x = 0; x < b[0].length; x++) {
      let sum = 0;
      for (let k = 0; k < b.length; k++) sum += a[y][k] * b[k][x];
      row.push(sum);
    }
    rows.push(row);
  }
  return rows;
}

const product = multiply(multiply(make(1), make(2)), make(3));
console.log(
  product
    .map((row) => row[7].toFixed(3))
    .slice(0, 9)
    .join(),
);

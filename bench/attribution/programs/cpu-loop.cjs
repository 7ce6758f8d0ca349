const { begin, end, repeat } = require('../truth.cjs');

function crunch() {
  let x = 1;
  for (let i = 0; i < 300_000; i++) x = (x * 48271 + i) % 2147483647; // truth: loop js
  return x;
}

begin('loop');
repeat(500, crunch);
end('loop');

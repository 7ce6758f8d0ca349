const { begin, end, repeat } = require('../truth.cjs');

const values = new Float64Array(200_000).map((_, i) => (i * 7919) % 1000);

function blur(from, to) {
  for (let i = 1; i < from.length - 1; i++) to[i] = (from[i - 1] + from[i] + from[i + 1]) / 3; // truth: blur js
}

const out = new Float64Array(values.length);
begin('blur');
repeat(350, () => blur(values, out));
end('blur');

begin('fill');
repeat(200, () => fill(out));
end('fill');

function fill(array) {
  array.fill(1).set(values); // truth: fill js
}

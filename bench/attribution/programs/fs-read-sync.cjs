const fs = require('node:fs');
const { begin, end, repeat } = require('../truth.cjs');

for (let i = 0; i < 50; i++) fs.writeFileSync(`file-${i}`, 'x'.repeat(20_000));

function load(i) {
  return fs.readFileSync(`file-${i}`, 'utf8'); // truth: read blocked bound=blocking-io,cpu-native
}

let next = 0;
begin('read');
repeat(500, () => load(next++ % 50));
end('read');

// A sync-I/O script: files of a usual size read, parsed, written, and a few commands run.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { begin, end } = require('../measure.cjs');

const text = JSON.stringify(Array.from({ length: 1500 }, (_, id) => ({ id, name: `item ${id}`, price: id / 7 })));
for (let i = 0; i < 20; i++) fs.writeFileSync(`in-${i}.json`, text);

function convert(i) {
  const rows = JSON.parse(fs.readFileSync(`in-${i % 20}.json`, 'utf8'));
  fs.writeFileSync(`out-${i % 20}.csv`, rows.map((row) => `${row.id};${row.name};${row.price}`).join('\n'));
}

begin();
for (let i = 0; i < 400; i++) {
  convert(i);
  if (i % 100 === 0) execFileSync('sleep', ['0.05']);
}
end();

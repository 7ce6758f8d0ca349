// A stress: 12,000 readFileSync calls of small files in a warm cache.
const fs = require('node:fs');
const { begin, end } = require('../measure.cjs');

for (let i = 0; i < 100; i++) fs.writeFileSync(`small-${i}`, 'x'.repeat(1000));

begin();
for (let i = 0; i < 12_000; i++) fs.readFileSync(`small-${i % 100}`, 'utf8');
end();

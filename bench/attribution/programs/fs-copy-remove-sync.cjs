const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

fs.writeFileSync('source', Buffer.alloc(3_000_000, 'x'));

begin('copy');
for (let i = 0; i < 60; i++) fs.copyFileSync('source', `copy-${i % 30}`); // truth: copy blocked bound=blocking-io,cpu-native,mixed
end('copy');
begin('remove');
for (let i = 0; i < 30; i++) fs.rmSync(`copy-${i}`); // truth: remove blocked bound=any
end('remove');

const zlib = require('node:zlib');
const { begin, end, repeat } = require('../truth.cjs');

const body = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 1000}`).join('\n'));

function pack() {
  return zlib.gzipSync(body); // truth: gzip native
}

begin('gzip');
repeat(450, pack);
end('gzip');

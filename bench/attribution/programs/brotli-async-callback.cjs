const zlib = require('node:zlib');
const { begin, end } = require('../truth.cjs');

const body = Buffer.from(Array.from({ length: 12_000 }, (_, i) => `line ${(i * 7919) % 1000}`).join('\n'));

function pack(left) {
  // truth-next: brotli awaited
  zlib.brotliCompress(body, () => {
    if (left > 1) pack(left - 1);
    else end('brotli');
  });
}

begin('brotli');
pack(30);

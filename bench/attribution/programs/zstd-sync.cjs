// needs: zlib.zstdCompressSync
const zlib = require('node:zlib');
const { begin, end, repeat } = require('../truth.cjs');

const body = Buffer.from(Array.from({ length: 200_000 }, (_, i) => `line ${(i * 7919) % 10007}`).join('\n'));

function pack() {
  return zlib.zstdCompressSync(body); // truth: zstd native
}

begin('zstd');
repeat(450, pack);
end('zstd');

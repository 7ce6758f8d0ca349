const { createHash } = require('node:crypto');
const { begin, end, repeat } = require('../truth.cjs');

const body = Buffer.alloc(1_000_000, 'body');

function fingerprint() {
  return createHash('sha256').update(body).digest('hex'); // truth: hash native
}

begin('hash');
repeat(400, fingerprint);
end('hash');

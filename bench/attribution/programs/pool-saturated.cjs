const crypto = require('node:crypto');
const { begin, end } = require('../truth.cjs');

let left = 12;

function derive(i) {
  // truth-next: derive awaited
  crypto.pbkdf2(`password ${i}`, 'salt', 80_000, 32, 'sha512', () => {
    if (--left === 0) end('derive');
  });
}

begin('derive');
for (let i = 0; i < 12; i++) derive(i);

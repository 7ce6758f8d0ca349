const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

fs.mkdirSync('node_modules/big', { recursive: true });
fs.writeFileSync(
  'node_modules/big/index.js',
  `let x = 1;\nfor (let i = 0; i < 15_000_000; i++) x = (x * 48271 + i) % 2147483647;\nexports.x = x;\n`,
);

begin('big');
require('big'); // truth: big loading bound=any
end('big');

const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

fs.mkdirSync('node_modules/many', { recursive: true });
for (let i = 0; i < 1500; i++)
  fs.writeFileSync(`node_modules/many/m${i}.js`, `exports.value = ${i};\n${'// a comment line of some length\n'.repeat(50)}`);

begin('load');
for (let i = 0; i < 1500; i++) require(`many/m${i}.js`); // truth: load loading bound=any
end('load');

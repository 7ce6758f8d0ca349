const fs = require('node:fs');
const { begin, end, repeat } = require('../truth.cjs');

fs.mkdirSync('many', { recursive: true });
for (let i = 0; i < 300; i++) fs.writeFileSync(`many/${i}`, '');

begin('list');
repeat(250, () => list('many'));
end('list');
begin('stat');
repeat(250, () => stat('many/7'));
end('stat');
begin('exists');
repeat(250, () => exists('many/nothing'));
end('exists');

function list(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).length; // truth: list blocked bound=blocking-io,cpu-native
}

function stat(file) {
  return fs.statSync(file).size; // truth: stat blocked bound=blocking-io,cpu-native
}

function exists(file) {
  return fs.existsSync(file); // truth: exists blocked bound=blocking-io,cpu-native
}

const { execSync } = require('node:child_process');
const { begin, end } = require('../truth.cjs');

function ping(host) {
  return execSync(`sleep 0.1; echo ${host}`); // truth: ping blocked
}

begin('ping');
for (const host of ['a', 'b', 'c', 'd', 'e']) ping(host);
end('ping');

const { execSync, spawn } = require('node:child_process');
const { begin, end } = require('../truth.cjs');
const { loadRows } = require('load-rows');

execSync('mkfifo pipe');
spawn('sh', ['-c', 'exec 3> pipe; sleep 0.4; echo row >&3']).unref();

begin('rows');
loadRows('pipe'); // truth: rows blocked
end('rows');

const { execSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

execSync('mkfifo pipe');
const writer = spawn('sh', ['-c', 'exec 3> pipe; for i in 1 2 3 4 5 6; do sleep 0.08; echo part $i >&3; done']);

function receive() {
  return fs.readFileSync('pipe', 'utf8'); // truth: receive blocked
}

begin('receive');
const text = receive();
end('receive');
if (text.split('\n').length !== 7) throw new Error(text);
writer.unref();

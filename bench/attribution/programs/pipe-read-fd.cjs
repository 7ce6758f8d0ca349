const { execSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

execSync('mkfifo pipe');
const writer = spawn('sh', ['-c', 'exec 3> pipe; for i in 1 2 3 4 5 6; do sleep 0.07; echo part $i >&3; done']);
const fd = fs.openSync('pipe', 'r');
const buffer = Buffer.alloc(1000);

const parts = {
  next: () => fs.readSync(fd, buffer), // truth: part blocked
};

begin('part');
while (parts.next() > 0);
end('part');
writer.unref();

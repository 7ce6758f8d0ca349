const { execSync, spawn } = require('node:child_process');
const { createReadStream, createWriteStream } = require('node:fs');
const { pipeline } = require('node:stream');
const { begin, end } = require('../truth.cjs');

execSync('mkfifo pipe');
spawn('sh', ['-c', 'exec 3> pipe; for i in 1 2 3 4 5 6; do sleep 0.07; echo part $i >&3; done']).unref();

function copy(done) {
  pipeline(createReadStream('pipe'), createWriteStream('copy'), done); // truth: copy awaited
}

begin('copy');
copy(() => end('copy'));

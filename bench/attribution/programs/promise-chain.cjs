const { readFile } = require('node:fs').promises;
const { execSync, spawn } = require('node:child_process');
const { begin, end } = require('../truth.cjs');

execSync('mkfifo pipe');
spawn('sh', ['-c', 'sleep 0.4; echo 1 > pipe']).unref();

const source = {
  open: (name) => readFile(name, 'utf8'), // truth: open awaited
};

begin('open');
Promise.resolve('pipe')
  .then((name) => source.open(name))
  .then(Number)
  .finally(() => end('open'));

const { execSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const { begin, end } = require('../truth.cjs');

execSync('mkfifo pipe');
spawn('sh', ['-c', 'sleep 0.45; echo done > pipe']).unref();

begin('load');
// truth-next: load awaited
fs.readFile('pipe', 'utf8', () => end('load'));

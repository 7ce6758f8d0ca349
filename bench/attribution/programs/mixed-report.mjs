import { execSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);
execSync('mkfifo pipe');
spawn('sh', ['-c', 'sleep 0.25; echo 1 > pipe']).unref();

truth.begin('read');
const read = readFileSync('pipe', 'utf8'); // truth: read blocked bound=any
truth.end('read');

truth.begin('sum');
truth.repeat(300, () => sum(read.length)); // the work is in sum
truth.end('sum');

truth.begin('send');
for (let i = 0; i < 5; i++) await fetch(`http://127.0.0.1:${http}/?ms=50`); // truth: send awaited bound=any
truth.end('send');

function sum(from) {
  let x = from;
  for (let i = 0; i < 200_000; i++) x = (x * 48271 + i) % 2147483647; // truth: sum js
  return x;
}

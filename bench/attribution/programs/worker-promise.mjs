import { Worker } from 'node:worker_threads';
import truth from '../truth.cjs';

const code = `const { parentPort } = require('node:worker_threads');
let x = 1; for (let i = 0; i < 15_000_000; i++) x = (x * 48271 + i) % 2147483647;
parentPort.postMessage(x);`;

function compute() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true }); // truth: compute awaited
    worker.once('message', resolve); // truth: compute awaited
    worker.once('error', reject);
  });
}

truth.begin('compute');
await compute();
truth.end('compute');

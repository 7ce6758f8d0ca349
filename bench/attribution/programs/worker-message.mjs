import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import truth from '../truth.cjs';

const code = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); parentPort.postMessage(ms); });`;
const worker = new Worker(code, { eval: true });
await once(worker, 'online');

async function ask(ms) {
  worker.postMessage(ms); // truth: ask awaited
  return await once(worker, 'message'); // truth: ask awaited
}

truth.begin('ask');
for (let i = 0; i < 8; i++) await ask(50);
truth.end('ask');
await worker.terminate();

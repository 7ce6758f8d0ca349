// How many cores' worth of computing the machine does at a time, just now: `node bench/gain/cores.mjs [THREADS]` prints a number, 2.00 where
// two threads compute as fast together as one does alone. Other programs' work, hyper-threads that share a core and a hypervisor that
// gives less than it promised all show in it; a load average shows none of them in time.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** Some 60 ms of integer arithmetic: long against a message between threads, short against a change of the machine's load. */
const STEPS = 50_000_000;
const ROUNDS = 5;

if (isMainThread) {
  const threads = Number(process.argv[2] ?? availableParallelism());
  const workers = Array.from({ length: threads }, () => new Worker(fileURLToPath(import.meta.url)));
  // Unmeasured: the threads start, compile, and compile once more.
  for (let round = 0; round < 3; round++) await compute(workers);
  const alone = [];
  const together = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await compute([workers[round % threads]]));
    together.push(await compute(workers));
  }
  console.log(((threads * Math.min(...alone)) / median(together)).toFixed(2));
  await Promise.all(workers.map((worker) => worker.terminate()));
} else {
  parentPort.on('message', () => {
    let state = 1;
    for (let step = 0; step < STEPS; step++) state = (Math.imul(state, 31) + step) | 0;
    parentPort.postMessage(state);
  });
}

/** ms until all of them are done with one portion each. */
async function compute(workers) {
  const start = performance.now();
  await Promise.all(
    workers.map((worker) => {
      const done = once(worker, 'message');
      worker.postMessage(null);
      return done;
    }),
  );
  return performance.now() - start;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

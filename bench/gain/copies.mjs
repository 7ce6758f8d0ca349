// What it takes to copy values to another thread, by kind: what the model takes it for (as `--count-calls` does: v8.serialize and v8.deserialize here), beside what
// a message to a worker took: `node bench/gain/copies.mjs [ROUNDS]`. All kinds take turns, and the least of the rounds counts, so that it can be run beside other work.
import { serialize, deserialize } from 'node:v8';
import { Worker } from 'node:worker_threads';

const rounds = Number(process.argv[2] ?? 15);
const list = (length, make) => Array.from({ length }, (_, index) => make(index));

const kinds = {
  'one long text': 'lorem ipsum '.repeat(100_000),
  'one long text beyond Latin-1': 'žluťoučký kůň '.repeat(100_000),
  'list of short texts': list(50_000, (i) => `user ${i}`),
  'list of integers': list(200_000, (i) => i),
  'list of fractions': list(200_000, (i) => i / 7),
  'lists of fractions in a list': list(400, (y) => list(500, (x) => x / (y + 1))),
  'list of flat objects': list(20_000, (id) => ({ id, x: id / 3, name: `n${id}`, done: false })),
  'list of nested objects': list(10_000, (id) => ({ id, place: { x: id, y: { z: id } }, tags: ['a', 'b', { c: id }] })),
  'Map of texts to numbers': new Map(list(30_000, (i) => [`word ${i}`, i])),
  'Set of numbers': new Set(list(50_000, (i) => i * 3)),
  'list of Dates': list(50_000, (i) => new Date(i * 1e6)),
  Float64Array: Float64Array.from({ length: 500_000 }, (_, i) => i / 7),
  Uint8Array: new Uint8Array(4_000_000).fill(7),
  'list of small Float64Arrays': list(5_000, (i) => new Float64Array(16).fill(i)),
};

// The worker answers when it has the value, which is read when it is first looked at: by then at the latest.
const worker = new Worker(
  `const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage(0));`,
  { eval: true },
);
const sent = (value) =>
  new Promise((resolve) => {
    const start = performance.now();
    worker.once('message', () => resolve(performance.now() - start));
    worker.postMessage(value);
  });
const said = (value) => {
  const start = performance.now();
  const bytes = serialize(value);
  const written = performance.now();
  deserialize(bytes);
  return { bytes: bytes.length, writeMs: written - start, readMs: performance.now() - written };
};

const least = new Map(Object.keys(kinds).map((name) => [name, { bytes: 0, writeMs: Infinity, readMs: Infinity, sentMs: Infinity }]));
let emptyMs = Infinity;
for (let round = 0; round < rounds; round++) {
  emptyMs = Math.min(emptyMs, await sent(0));
  for (const [name, value] of Object.entries(kinds)) {
    const one = least.get(name);
    const { bytes, writeMs, readMs } = said(value);
    const sentMs = await sent(value);
    least.set(name, {
      bytes,
      writeMs: Math.min(one.writeMs, writeMs),
      readMs: Math.min(one.readMs, readMs),
      sentMs: Math.min(one.sentMs, sentMs),
    });
  }
}
await worker.terminate();

console.log(`Node ${process.versions.node}, the least of ${rounds} rounds; an empty message there and back: ${emptyMs.toFixed(2)} ms\n`);
console.log('| kind | MB | the model says | a message took | model / message | ms a MB |');
console.log('|---|---|---|---|---|---|');
for (const [name, { bytes, writeMs, readMs, sentMs }] of least) {
  const model = writeMs + readMs;
  const message = Math.max(0.01, sentMs - emptyMs);
  const megabytes = bytes / 1e6;
  console.log(
    `| ${name} | ${megabytes.toFixed(2)} | ${model.toFixed(2)} ms | ${message.toFixed(2)} ms | ${(model / message).toFixed(2)} | ${(message / megabytes).toFixed(1)} |`,
  );
}

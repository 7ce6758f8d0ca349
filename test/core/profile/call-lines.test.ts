import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, PROJECT, recording } from '../hand-made.ts';

const MAIN = `const body = 'x'.repeat(1e6);
const compress = promisify(gzip);
await compress(body);
`;
const TOP = `(top level) ${PROJECT}/a.js:1:1`;

it('gives a call under another name to the line that began operations by it', () => {
  const samples = [`${TOP} @1 30000`, `${TOP} > fn node:internal/util:477:5 > gzip node:zlib:800:1 20000`, '(idle) 40000'];
  const began = operations([{ api: 'zlib.gzip', stack: [`(top level) ${PROJECT}/a.js:3:7`], startUs: 50_000, endUs: 90_000 }]);
  const { hotSpots } = analyze(recording([lane(samples, { operations: began })]), { ...node, rules: [] }, () => MAIN);
  const lines = Object.fromEntries(hotSpots[0]!.lines.map(({ line, time }) => [line, [time.jsCpuUs, time.awaitSerialUs]]));
  assert.deepEqual(lines, { 1: [30_000, 0], 3: [20_000, 40_000] });
});

it('gives the collection after a wake-up to what woke the thread', () => {
  const samples = ['(idle) 40000', '(garbage collector) 10000', `${TOP} @1 30000`];
  const began = operations([{ api: 'zlib.gzip', stack: [`(top level) ${PROJECT}/a.js:3:7`], startUs: 0, endUs: 41_000 }]);
  const { hotSpots } = analyze(recording([lane(samples, { operations: began })]), { ...node, rules: [] }, () => MAIN);
  assert.equal(hotSpots[0]!.lines.find(({ line }) => line === 3)?.time.gcUs, 10_000);
});

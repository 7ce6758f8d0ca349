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

const BUILD = `import { marked } from 'marked';
import prettier, { format as pretty } from 'prettier';
let total = 0;
for (const body of bodies) {
  total += body.length;
  JSON.parse(body);
  marked.parse(body);
  pretty(body);
}
`;

it('gives the call of a function that its package calls otherwise to the line that uses the package', () => {
  const below = (file: string, name: string): string => `${TOP} > ${name} ${PROJECT}/node_modules/${file}:9:1 20000`;
  const samples = [
    `${TOP} @5 30000`,
    below('marked/lib/marked.esm.js', 'x'),
    below('prettier/index.mjs', 'e'),
    below('marked/lib/marked.esm.js', 'parse'),
  ];
  const { hotSpots } = analyze(recording([lane(samples)]), { ...node, rules: [] }, () => BUILD);
  assert.deepEqual(Object.fromEntries(hotSpots[0]!.lines.map(({ line, time }) => [line, time.jsCpuUs])), {
    5: 30_000,
    7: 40_000,
    8: 20_000,
  });
});

it('gives a call whose name the text does not hold to no line that calls nothing', () => {
  const source = `let total = 0;
for (const one of all) {
  total += one.length;
  one.handle();
}
`;
  const own = [`${TOP} @3 10000`, `${TOP} @3 10000`, `${TOP} @4 10000`];
  const samples = [...own, `${TOP} > q ${PROJECT}/node_modules/handler/index.js:9:1 20000`];
  const { hotSpots } = analyze(recording([lane(samples)]), { ...node, rules: [] }, () => source);
  assert.deepEqual(Object.fromEntries(hotSpots[0]!.lines.map(({ line, time }) => [line, time.jsCpuUs])), { 3: 20_000, 4: 30_000 });
});

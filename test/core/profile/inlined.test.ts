import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const MAIN = `function each(count, visit) {
  for (let i = 0; i < count; i++)
    visit(i);
}
function weigh(n) {
  let x = n;
  for (let i = 0; i < 9; i++) x *= i;
  return x;
}
each(9, weigh);
`;

const TOP = `(top level) ${PROJECT}/a.js:1:1`;
const EACH = `each ${PROJECT}/a.js:1:14`;
const WEIGH = `weigh ${PROJECT}/a.js:5:15`;

/** What each function's lines have, in ms. */
function lines(samples: string[]): Record<string, Record<number, number>> {
  const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, (file) => (file === `${PROJECT}/a.js` ? MAIN : null));
  return Object.fromEntries(
    report.hotSpots.map((spot) => [spot.function, Object.fromEntries(spot.lines.map(({ line, time }) => [line, time.jsCpuMs]))]),
  );
}

it('gives inlined code back to its function, by the line', () => {
  const inlined = Array.from({ length: 6 }, () => `${TOP} > ${EACH} @7 10000`);
  const called = [`${TOP} > ${EACH} > ${WEIGH} @7 20000`];
  assert.deepEqual(lines([...inlined, ...called]), { weigh: { 7: 80 } });
});

it('keeps the lines of a function that has samples of its own', () => {
  const inlined = Array.from({ length: 6 }, () => `${TOP} > ${EACH} @7 10000`);
  const called = [`${TOP} > ${EACH} > ${WEIGH} @7 10000`, `${TOP} > ${EACH} > ${WEIGH} @7 10000`, `${TOP} > ${EACH} > ${WEIGH} @8 10000`];
  assert.deepEqual(lines([...inlined, ...called]), { weigh: { 7: 80, 8: 10 } });
});

it('finds the function by its lines also where it was never seen as one', () => {
  const inlined = Array.from({ length: 6 }, () => `${TOP} > ${EACH} @7 10000`);
  const own = Array.from({ length: 3 }, () => `${TOP} > ${EACH} @2 10000`);
  assert.deepEqual(lines([...inlined, ...own]), { weigh: { 7: 60 }, each: { 2: 30 } });
});

it('leaves a line to the function that is sampled where the line may be its own', () => {
  assert.deepEqual(lines(Array.from({ length: 8 }, () => `${TOP} > ${EACH} @3 10000`)), { each: { 3: 80 } });
});

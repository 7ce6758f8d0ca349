import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const MAIN = `function fill(rows) {
  for (let i = 0; i < rows; i++) store(i);
}
function store(i) {
  kept[i] = { i };
}
const kept = [];
main();
function main() {
  fill(1e6);
}
`;

const TOP = `(top level) ${PROJECT}/a.js:1:1`;
const RUN = `main ${PROJECT}/a.js:9:14`;
const FILL = `fill ${PROJECT}/a.js:1:14`;
const STORE = `store ${PROJECT}/a.js:4:15`;

/** What each function's lines have, in ms. */
function lines(samples: string[], text = MAIN): Record<string, Record<number, number>> {
  const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, (file) => (file === `${PROJECT}/a.js` ? text : null));
  return Object.fromEntries(
    report.hotSpots.map((spot) => [
      spot.function,
      Object.fromEntries(spot.lines.map(({ line, time }) => [line, time.jsCpuMs + time.gcMs])),
    ]),
  );
}

const storing = `${TOP} > ${RUN} > ${FILL} > ${STORE} @5 20000`;

it('puts samples that lost their frames in the middle of a call back into it', () => {
  const samples = [storing, `${TOP} > ${RUN} @10 10000`, storing, `${TOP} @8 10000`, '(garbage collector) 10000', storing];
  assert.deepEqual(lines(samples), { store: { 5: 90 } });
});

it('leaves what is before and after a call, and what is on another line', () => {
  assert.deepEqual(lines([`${TOP} @8 10000`, storing, storing, `${TOP} @8 10000`]), { '(top level)': { 8: 20 }, store: { 5: 40 } });
  assert.deepEqual(lines([storing, `${TOP} @7 10000`, storing]), { '(top level)': { 7: 10 }, store: { 5: 40 } });
});

it('leaves a loop its own time: it may have run between two calls', () => {
  assert.deepEqual(lines([storing, `${TOP} > ${RUN} > ${FILL} @2 10000`, storing]), { fill: { 2: 10 }, store: { 5: 40 } });
  const looping = MAIN.replace('main();', 'for (;;) main();');
  assert.deepEqual(lines([storing, `${TOP} @8 10000`, storing], looping), { '(top level)': { 8: 10 }, store: { 5: 40 } });
});

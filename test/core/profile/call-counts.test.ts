import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { CallCounts } from '../../../src/core/recording.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, recording } from '../hand-made.ts';

type Function = CallCounts['scripts'][number]['functions'][number];
const counted = (name: string, from: [number, number], to: [number, number], calls: number): Function => ({
  name,
  line: from[0],
  column: from[1],
  endLine: to[0],
  endColumn: to[1],
  calls,
});

/** V8 says of a sample that a function begins at its `(`, and counts it from its first word on. */
const samples = [
  '(top level) /project/a.js:1:1 > outer /project/a.js:2:15 > inner /project/a.js:3:17 100000',
  '(top level) /project/a.js:1:1 > outer /project/a.js:2:15 100000',
  '(top level) /project/a.js:1:1 > (anonymous) /project/a.js:9:10 100000',
  '(top level) /project/a.js:1:1 > quick /project/a.js:12:15 100000',
];

function callsWith(functions: Function[] | null): Record<string, number | null> {
  const calls = functions && { scripts: [{ url: '/project/a.js', functions }] };
  const { report } = analyze(recording([lane(samples)], { calls }), { ...node, rules: [] }, () => null);
  return Object.fromEntries(report.hotSpots.map((spot) => [spot.function, spot.calls]));
}

describe('calls of hot spots', () => {
  it('are those of the innermost counted function around their beginning', () => {
    const found = callsWith([
      counted('', [1, 1], [20, 1], 1),
      counted('outer', [2, 7], [8, 2], 12),
      counted('inner', [3, 9], [5, 4], 3400),
      counted('', [9, 10], [10, 3], 7),
    ]);
    // `quick` was not called in the run that counted: the module around it is not it.
    assert.deepEqual(found, { outer: 12, inner: 3400, '(anonymous)': 7, quick: null });
  });

  it('are unknown where nothing was counted', () => {
    assert.deepEqual(new Set(Object.values(callsWith(null))), new Set([null]));
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const one = (us: number) => `one ${PROJECT}/a.js:1:1 > readFileSync node:fs:1:1 > read ${us}`;
const other = (us: number) => `other ${PROJECT}/a.js:5:1 ${us}`;

const fast = (make: (us: number) => string) => Array.from({ length: 100 }, () => make(1000));

/** Whose time it is, in ms. */
function time(samples: string[]): Record<string, number> {
  const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, () => null);
  return Object.fromEntries(report.hotSpots.map((spot) => [spot.function, spot.time.jsCpuMs + spot.time.blockedMs]));
}

it('shares the time before a late sample of computing', () => {
  assert.deepEqual(time([one(1000), other(9000), ...fast(other)]), { one: 5.5, other: 104.5 });
});

it('gives a call that kept the profiler out all of its time', () => {
  assert.deepEqual(time([other(1000), one(9000), ...fast(one)]), { one: 109, other: 1 });
});

it('takes a late sample of the collector for a short collection', () => {
  const { report } = analyze(
    recording([lane([other(1000), '(garbage collector) 60000', ...fast(other)])]),
    { ...node, rules: [] },
    () => null,
  );
  assert.deepEqual([report.time.gcMs, report.time.jsCpuMs], [1, 160]);
});

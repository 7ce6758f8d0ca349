import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayOf } from '../../../src/core/event-loop/delay.ts';

describe('the delay of the event loop', () => {
  const cases: {
    name: string;
    stretches: number[];
    time: number;
    expected: [mean: number, p50: number, p90: number, p99: number, max: number];
  }[] = [
    { name: 'a loop that always sleeps', stretches: [], time: 1000, expected: [0, 0, 0, 0, 0] },
    { name: 'no time at all', stretches: [], time: 0, expected: [0, 0, 0, 0, 0] },
    // An event that comes at a moment of one stretch waits for the rest of it: all delays from 0 to 1000 are as likely.
    { name: 'one stretch, never asleep', stretches: [1000], time: 1000, expected: [500, 500, 900, 990, 1000] },
    { name: 'one stretch in a long sleep', stretches: [100], time: 1000, expected: [5, 0, 0, 90, 100] },
    // Above 100 only the long one: 200 − x = 10 % of 1000. Half: (100 − x) × 2 + 100 = 500 has no answer above 0.
    { name: 'two stretches', stretches: [200, 100], time: 1000, expected: [25, 0, 100, 190, 200] },
  ];
  for (const { name, stretches, time, expected } of cases)
    it(name, () => {
      const { meanUs, p50Us, p90Us, p99Us, maxUs } = delayOf(stretches, time);
      assert.deepEqual([meanUs, p50Us, p90Us, p99Us, maxUs], expected);
    });

  it('has a histogram of the shares above its steps, up to the longest', () => {
    assert.deepEqual(delayOf([20_000], 100_000).over, [
      { us: 5000, share: 0.15 },
      { us: 10_000, share: 0.1 },
    ]);
  });
});

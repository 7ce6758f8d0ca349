import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longestWaits } from '../../../src/core/profile/longest-waits.ts';

type Spans = [group: number, startUs: number, endUs: number][];

/** Operations and what was waited for, each from a time to a time, and the longest wait of each group. */
const CASES: { name: string; operations: Spans; waits: Spans; longest: number[] }[] = [
  {
    name: 'leaves out what the thread computed during the operation',
    operations: [[0, 0, 500]],
    waits: [
      [0, 0, 100],
      [0, 450, 500],
    ],
    longest: [150],
  },
  {
    name: 'is of a single operation',
    operations: [
      [0, 0, 100],
      [0, 100, 400],
      [0, 400, 450],
    ],
    waits: [
      [0, 0, 100],
      [0, 100, 400],
      [0, 400, 450],
    ],
    longest: [300],
  },
  {
    name: 'counts in full what several operations waited for at once',
    operations: [
      [0, 0, 100],
      [0, 20, 100],
    ],
    waits: [
      [0, 0, 20],
      [0, 20, 100],
    ],
    longest: [100],
  },
  {
    name: 'gives an operation in the background only what was charged to it',
    operations: [
      [0, 0, 1000],
      [1, 100, 900],
    ],
    waits: [
      [0, 0, 100],
      [1, 100, 900],
      [0, 900, 1000],
    ],
    longest: [200, 800],
  },
  { name: 'takes part of a wait', operations: [[0, 40, 60]], waits: [[0, 0, 100]], longest: [20] },
  { name: 'ignores what nobody waited for', operations: [[0, 10, 90]], waits: [[-1, 0, 100]], longest: [0] },
];

describe('the longest wait', () => {
  for (const { name, operations, waits, longest } of CASES)
    it(name, () =>
      assert.deepEqual(
        [
          ...longestWaits(
            operations.map(([group, startUs, endUs]) => ({ group, startUs, endUs })),
            waits.map(([group, startUs, endUs]) => ({ group, startUs, us: endUs - startUs, overlapped: false })),
            longest.length,
          ),
        ],
        longest,
      ),
    );
});

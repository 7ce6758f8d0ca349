import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sampleTimes } from '../../../../src/languages/node/record/sample-times.ts';

const frame = (functionName: string) => ({ functionName, scriptId: '1', url: '', lineNumber: 0, columnNumber: 0 });
const IDLE = 2;
const RUNS = 3;

/** Milliseconds at which samples of nodes were taken → those at which they count. */
function timesOf(samples: [node: number, ms: number][]): number[] {
  const times = sampleTimes({
    nodes: [
      { id: 1, callFrame: frame('(root)'), hitCount: 0, children: [IDLE, RUNS] },
      { id: IDLE, callFrame: frame('(idle)'), hitCount: 1 },
      { id: RUNS, callFrame: frame('run'), hitCount: 1 },
    ],
    startTime: 5000,
    endTime: 1_000_000,
    samples: samples.map(([node]) => node),
    timeDeltas: samples.map(([, ms], index) => (ms - (samples[index - 1]?.[1] ?? 0)) * 1000),
  });
  return [...times].map((us) => Math.round(us - 5000) / 1000);
}

const cases: { name: string; taken: [number, number][]; expected: number[] }[] = [
  { name: 'leaves a thread that computes as it is', taken: [[RUNS, 1], [RUNS, 2], [RUNS, 3]], expected: [1, 2, 3] }, // prettier-ignore
  { name: 'leaves a thread that was sampled asleep as it is', taken: [[IDLE, 1], [IDLE, 2], [RUNS, 3]], expected: [1, 2, 3] }, // prettier-ignore
  { name: 'gives a short turn after a sleep a whole interval', taken: [[RUNS, 1], [IDLE, 50.7], [RUNS, 51], [IDLE, 80]], expected: [1, 50, 51, 80] }, // prettier-ignore
  { name: 'does not shorten a call that no signal interrupts', taken: [[RUNS, 1], [IDLE, 50.7], [RUNS, 70]], expected: [1, 50.7, 70] }, // prettier-ignore
  { name: 'never goes back before the sample before', taken: [[RUNS, 1], [IDLE, 1.2], [RUNS, 1.4]], expected: [1, 1, 1.4] }, // prettier-ignore
  { name: 'takes the interval from what is seen of it', taken: [[RUNS, 1.1], [RUNS, 2.2], [RUNS, 3.3], [RUNS, 4.4], [IDLE, 50], [RUNS, 50.4]], expected: [1.1, 2.2, 3.3, 4.4, 49.32, 50.4] }, // prettier-ignore
];

for (const { name, taken, expected } of cases) it(name, () => assert.deepEqual(timesOf(taken), expected));

it('reads a profile without samples', () => assert.deepEqual(timesOf([]), []));

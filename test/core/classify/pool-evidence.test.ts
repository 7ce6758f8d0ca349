import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { Lane } from '../../../src/core/recording.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const TOP = '(top level) /project/a.js:1:1';

function evidence(lanes: Lane[]): string {
  return analyze(recording(lanes), { ...node, rules: [] }, () => null).report.verdict.evidence.join('\n');
}

/** A lane that is idle for so many ms of a second, and computes for the rest. */
function beside(kind: Lane['kind'], idleMs: number): Lane {
  return lane([`${TOP} ${(1000 - idleMs) * 1000}`, `(idle) ${idleMs * 1000}`], { kind, name: kind, id: kind });
}

const main = lane([`${TOP} 1000000`]);

describe('of threads and processes with too little to do', () => {
  const cases: [string, Lane[], string | null][] = [
    [
      'all of one kind',
      [beside('worker', 900), beside('worker', 700), beside('worker', 100)],
      '2 of 3 worker threads had nothing to do for 80 % of their time.',
    ],
    ['one', [beside('process', 900)], 'The child process had nothing to do for 90 % of its time.'],
    [
      'one of both kinds',
      [beside('process', 900), beside('worker', 0)],
      '1 of 2 other threads and processes had nothing to do for 90 % of its time.',
    ],
    ['none', [beside('process', 100), beside('worker', 0)], null],
    ['one that lived too short', [lane(['(idle) 90000'], { kind: 'worker' })], null],
  ];
  for (const [name, others, sentence] of cases)
    it(name, () => {
      const told = evidence([main, ...others]);
      if (sentence === null) assert.doesNotMatch(told, /nothing to do for/);
      else assert.ok(told.includes(sentence), told);
    });
});

describe('of a thread pool that is full', () => {
  const waiting = (api: string, count: number, poolThreads: number): Lane => {
    const started = Array.from({ length: count }, () => ({ api, stack: [TOP], startUs: 200_000, endUs: 700_000 }));
    return lane([`${TOP} 200000`, '(idle) 500000', `${TOP} 300000`], { operations: operations(started), poolThreads });
  };
  it('says for how long, of how many threads, and who fills it', () => {
    assert.match(
      evidence([waiting('zlib.gzip', 12, 4)]),
      /^For 500 ms \(50 %\) more operations were in flight than libuv's 4 threads take at once \(UV_THREADPOOL_SIZE\): up to 12, of zlib\.gzip\.$/m,
    );
  });
  it('says nothing where it is large enough, or not used', () => {
    for (const enough of [waiting('zlib.gzip', 4, 4), waiting('zlib.gzip', 12, 16), waiting('fetch', 12, 4), waiting('dns.resolve', 12, 4)])
      assert.doesNotMatch(evidence([enough]), /libuv/);
  });
});

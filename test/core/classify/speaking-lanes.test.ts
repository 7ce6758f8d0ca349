import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { Lane } from '../../../src/core/recording.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { headline } from '../../../src/core/report/words.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const TOP = '(top level) /project/a.js:1:1';
const WORK = 'work /project/work.js:3:1 @4';

function reportOf(lanes: Lane[]): Report {
  return analyze(recording(lanes), { ...node, rules: [] }, () => null).report;
}

/** Samples of 10 ms: a verdict needs a number of them. */
function every10(stack: string, ms: number): string[] {
  return Array.from({ length: ms / 10 }, () => `${stack} 10000`);
}

/** A second of the main thread: it computes, then waits for an operation, or for nothing. */
function main(computeMs: number, api: string | null): Lane {
  const wait = api === null ? [] : [{ api, stack: [TOP], startUs: computeMs * 1000, endUs: 1_000_000 }];
  return lane([...every10(TOP, computeMs), ...every10('(idle)', 1000 - computeMs)], { operations: operations(wait) });
}

function other(kind: 'worker' | 'process', number: number, samples: string[], more: Partial<Lane> = {}): Lane {
  const id = `${kind}-${number}`;
  return lane(samples, { id, name: kind === 'worker' ? `worker ${number}` : `process ${number}: work.js`, kind, ...more });
}

const busy = (kind: 'worker' | 'process', number: number, ms = 900): Lane =>
  other(kind, number, [...every10(WORK, ms), ...every10('(idle)', 1000 - ms)]);

describe('a run is told by its other threads and processes', () => {
  const cases: [name: string, lanes: Lane[], headline: string, bound: string][] = [
    [
      'where the main process is the idle primary of a cluster',
      [main(50, null), busy('process', 1), busy('process', 2, 800)],
      '1.00 s. The main process waited for 95 % of it; its 2 child processes spent their time 85 % computing, 15 % idle.',
      'cpu-js',
    ],
    [
      'where it waits for the processes that it forked, idle as they may be',
      [main(50, 'child_process.fork'), busy('process', 1, 600)],
      '1.00 s. The main process waited for 95 % of it; its child process spent its time 60 % computing, 40 % idle.',
      'cpu-js',
    ],
    [
      'where it waits for its pool of workers',
      [main(50, 'Worker.postMessage'), busy('worker', 1), busy('worker', 2)],
      '1.00 s. The main thread waited for 95 % of it; its 2 worker threads spent their time 90 % computing, 10 % idle.',
      'cpu-js',
    ],
    [
      'where its workers wait for something outside',
      [
        main(50, null),
        other('process', 1, [`${WORK} 100000`, '(idle) 900000'], {
          operations: operations([{ api: 'fetch', stack: ['work /project/work.js:4:3'], startUs: 100_000, endUs: 1_000_000 }]),
        }),
      ],
      '1.00 s. The main process waited for 95 % of it; its child process spent its time 90 % waiting, 10 % computing.',
      'async-wait',
    ],
    [
      'where it waits for an answer that they are busy with',
      [main(50, 'fetch'), busy('process', 1)],
      '1.00 s. The main process waited for 95 % of it; its child process spent its time 90 % computing, 10 % idle.',
      'cpu-js',
    ],
  ];
  for (const [name, lanes, sentence, bound] of cases)
    it(name, () => {
      const report = reportOf(lanes);
      assert.equal(headline(report), sentence);
      assert.equal(report.verdict.bound, bound);
      assert.equal(report.verdict.speaksFor?.waitedMs, 950);
      // Its own time stays what it was.
      assert.equal(report.time.jsCpuMs, 50);
    });

  it('says of each how busy it was', () => {
    const { verdict } = reportOf(cases[0]![1]);
    assert.equal(
      verdict.evidence[0],
      'The main process waited for 95 % of the run while its 2 child processes were busy for so much of their time: process 1: work.js for 90 %, process 2: work.js for 80 %.',
    );
  });
});

describe('a run is told by its main thread', () => {
  const cases: [name: string, lanes: Lane[]][] = [
    ['where there is no other', [main(50, null)]],
    ['where it works itself', [main(600, 'Worker.postMessage'), busy('worker', 1)]],
    ['where the others idle more than it', [main(50, null), busy('process', 1, 20)]],
    ['where it waits for something outside and they have little to do', [main(50, 'fetch'), busy('worker', 1, 300)]],
    ['where they lived for a moment', [main(50, null), other('process', 1, [`${WORK} 60000`])]],
  ];
  for (const [name, lanes] of cases)
    it(name, () => {
      const report = reportOf(lanes);
      assert.equal(report.verdict.speaksFor, null);
      assert.doesNotMatch(headline(report), /waited for/);
    });
});

describe('a thread of a pool', () => {
  it('idles where it sleeps in Atomics.wait until there is work', () => {
    const sync = { api: 'Atomics.wait', stack: [], calls: 10, totalUs: 900_000, maxUs: 100_000 };
    const readings = Array.from({ length: 101 }, (_, at) => at);
    const sleeps = lane(
      [...every10(WORK, 100), ...every10('onMessage /project/node_modules/piscina/worker.js:1:1', 890), ...every10(WORK, 10)],
      {
        ...{ id: 'worker-1', name: 'worker 1', kind: 'worker' },
        operations: operations([], [sync]),
        onCpu: {
          atUs: readings.map((at) => at * 10_000),
          cpuUs: readings.map((at) => (Math.min(10, at) + Math.max(0, at - 99)) * 10_000),
          runQueueUs: readings.map(() => 0),
        },
      },
    );
    const { lanes } = reportOf([main(10, 'Worker.postMessage'), sleeps]);
    assert.ok(lanes[1]!.time.idleMs > 850, JSON.stringify(lanes[1]!.time));
    assert.ok(lanes[1]!.time.blockedMs < 50, JSON.stringify(lanes[1]!.time));
  });
});

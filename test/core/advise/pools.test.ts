import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneUse } from '../../../src/core/advise/advice.ts';
import { poolOf, sharedAlready } from '../../../src/core/advise/pools.ts';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, recording } from '../hand-made.ts';

const SECOND = 1e6;

function use(id: string, kind: LaneUse['kind'], busy: number, pool: string = kind): LaneUse {
  return { id, kind, pool, wholeUs: SECOND, busyUs: busy * SECOND };
}

const main = use('main', 'main', 0.05);

function said(lanes: LaneUse[], computing: Record<string, number>, logicalCores: number): string | null {
  const hotSpot = { computing: Object.entries(computing).map(([id, us]) => ({ lane: id, us })) };
  const machine = { logicalCores, physicalCores: null, memoryBytes: 8e9, platform: 'linux', load: null };
  const pool = poolOf(hotSpot, { lanes });
  return pool && sharedAlready(pool, { wallUs: SECOND, machine });
}

describe('what runs in a pool already', () => {
  const cases: [name: string, said: string | null, expected: string | null][] = [
    [
      'is left where the pool keeps the cores busy',
      said([main, use('a', 'process', 0.9), use('b', 'process', 0.9)], { a: 100, b: 100 }, 2),
      'It computes in 2 child processes already, and they keep 1.8 of 2 cores busy: more threads would take turns on them.',
    ],
    [
      'needs a larger pool where cores are free',
      said([main, use('a', 'worker', 0.9), use('b', 'worker', 0.9)], { a: 100, b: 100 }, 8),
      'It computes in 2 worker threads already, busy for 90 % of their time: a larger pool, up to 8 for 8 cores, would help where there is more work; threads within each would not.',
    ],
    [
      'needs work where one of them idles',
      said([main, use('a', 'worker', 0.9), use('b', 'worker', 0.04)], { a: 100, b: 1 }, 8),
      'It computes in 2 worker threads already, which are busy for 47 % of their time: what is missing is work for them, not more threads.',
    ],
    [
      'is not what runs in the only process of its kind',
      said([main, use('a', 'process', 0.9, 'x'), use('b', 'process', 0.9, 'y')], { a: 100 }, 8),
      null,
    ],
    [
      'nor what mostly runs in the main thread',
      said([main, use('a', 'worker', 0.2), use('b', 'worker', 0.2)], { main: 300, a: 100, b: 100 }, 8),
      null,
    ],
  ];
  for (const [name, words, expected] of cases) it(name, () => assert.equal(words, expected));

  it('is told by where each function computed', () => {
    const samples = [...Array.from({ length: 90 }, () => 'work /project/work.js:3:1 @4 10000'), '(idle) 100000'];
    const worker = (number: number) => lane(samples, { id: `worker-${number}`, name: `worker ${number}`, kind: 'worker' });
    const { report, hotSpots } = analyze(recording([lane(['(idle) 1000000']), worker(1), worker(2)]), node, () => null);
    assert.deepEqual(hotSpots.find((one) => one.function === 'work')?.computing, [
      { lane: 'worker-1', us: 900_000 },
      { lane: 'worker-2', us: 900_000 },
    ]);
    assert.deepEqual(report.advice, []);
    assert.match(report.leftAlone[0]!.reason, /^It computes in 2 worker threads already/);
  });
});

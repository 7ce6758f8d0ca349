import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { predictOverlap, predictWorkers, waitsOf, type Waits } from '../../../src/core/advise/cost-model.ts';
import type { Cloning, HotSpot, TimeSplit } from '../../../src/core/profile/hot-spots.ts';

const ms = 1000;
/** Every run of the table takes a second. */
const wallUs = 1000 * ms;

interface Case {
  name: string;
  /** In ms. */
  waits: { wait: number; operations: number; longest: number; computing: number };
  bound: number;
  low: number;
  high: number;
}

const CASES: Case[] = [
  // Best 1000 / (200 + 100), worst 1000 / (200 + 800 / 3.45).
  { name: 'equal waits', waits: { wait: 800, operations: 8, longest: 100, computing: 0 }, bound: 8, low: 2.32, high: 3.33 },
  { name: 'equal waits, a lower bound', waits: { wait: 800, operations: 8, longest: 100, computing: 0 }, bound: 4, low: 1.69, high: 2.5 },
  // 600 ms of the 800 are one wait: nothing shortens it. Worst 1000 / (200 + 100 + 7/8 × 600).
  { name: 'one long wait', waits: { wait: 800, operations: 11, longest: 600, computing: 0 }, bound: 8, low: 1.21, high: 1.25 },
  // 200 ms remain of what is no wait, and (400 + 400) / 8 of the rest; but the one thread has 400 ms to compute.
  {
    name: 'much computing between waits',
    waits: { wait: 400, operations: 20, longest: 30, computing: 400 },
    bound: 8,
    low: 1.4,
    high: 1.67,
  },
  {
    name: 'some computing between waits',
    waits: { wait: 700, operations: 20, longest: 50, computing: 100 },
    bound: 8,
    low: 1.99,
    high: 3.33,
  },
  { name: 'two waits', waits: { wait: 400, operations: 2, longest: 300, computing: 0 }, bound: 8, low: 1.05, high: 1.11 },
  { name: 'one wait', waits: { wait: 800, operations: 1, longest: 800, computing: 100 }, bound: 8, low: 1, high: 1 },
  { name: 'one at a time', waits: { wait: 800, operations: 10, longest: 100, computing: 100 }, bound: 1, low: 1, high: 1 },
  { name: 'no wait', waits: { wait: 0, operations: 0, longest: 0, computing: 100 }, bound: 8, low: 1, high: 1 },
  // Measured by different means, parts may exceed the whole by a little.
  { name: 'a longest beyond the sum', waits: { wait: 100, operations: 3, longest: 120, computing: 0 }, bound: 8, low: 1, high: 1 },
];

describe('what overlapping waits leaves of a run', () => {
  for (const { name, waits, bound, low, high } of CASES)
    it(name, () => {
      const { wait, operations, longest, computing } = waits;
      const predicted = predictOverlap(
        wallUs,
        { waitUs: wait * ms, operations, longestUs: longest * ms, computeUs: computing * ms },
        bound,
      );
      assert.deepEqual({ low: predicted.low, high: predicted.high }, { low, high });
    });

  it('is between what was predicted, whatever the waits, where the other side serves all at once', () => {
    const operation = fc.record({ computeUs: fc.integer({ min: 0, max: 50 * ms }), waitUs: fc.integer({ min: 0, max: 300 * ms }) });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (operations, bound) => {
        const waits: Waits = {
          waitUs: sum(operations.map((one) => one.waitUs)),
          operations: operations.length,
          longestUs: Math.max(...operations.map((one) => one.waitUs)),
          computeUs: sum(operations.map((one) => one.computeUs)),
        };
        const before = 10 * ms + waits.waitUs + waits.computeUs;
        const { low, high } = predictOverlap(before, waits, bound);
        const gain = before / (10 * ms + inFlight(operations, bound));
        // A prediction has three digits.
        assert.ok(gain >= low * 0.995 && gain <= high * 1.005, `${low} ≤ ${gain} ≤ ${high}`);
      }),
    );
  });
});

/** µs until operations that compute, then wait, are done, at most `bound` in flight on one thread, handed out in order. */
function inFlight(operations: { computeUs: number; waitUs: number }[], bound: number): number {
  const free = Array.from({ length: bound }, () => 0);
  let threadFreeUs = 0;
  let doneUs = 0;
  for (const { computeUs, waitUs } of operations) {
    const slot = free.indexOf(Math.min(...free));
    threadFreeUs = Math.max(threadFreeUs, free[slot]!) + computeUs;
    free[slot] = threadFreeUs + waitUs;
    doneUs = Math.max(doneUs, free[slot]);
  }
  return doneUs;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('what workers leave of a run', () => {
  const cloning = (callerUs: number, workerUs: number): Cloning => ({
    ...{ sampledArguments: 9, sampledResults: 9, argumentBytes: 1000, resultBytes: 1000, transferableBytes: 0, obstacle: null },
    callerUs,
    workerUs,
  });
  const on4Cores = (calls: number | null, cost: Cloning | null) => {
    const { low, high } = predictWorkers(wallUs, 900 * ms, 4, wallUs, { calls, cloning: cost });
    return { low, high };
  };
  const WORKERS: { name: string; calls: number | null; cost: Cloning | null; low: number; high: number }[] = [
    // Best 1000 / (100 + 900 / 4 + 28), worst 1000 / (100 + 900 / 2.2 + 56).
    { name: 'calls that were not counted', calls: null, cost: null, low: 1.77, high: 2.83 },
    { name: 'small arguments', calls: 100, cost: cloning(0, 0), low: 1.75, high: 2.83 },
    // A call of 9 ms is cloned in 2.5 ms here: 250 ms that nothing shares. Best 1000 / (100 + 251.5 + 28).
    { name: 'large arguments', calls: 100, cost: cloning(2.5 * ms, 0), low: 1.22, high: 2.64 },
    // What workers clone they share: 1000 / (100 + (900 + 300) / 4 + 28).
    { name: 'large arguments to read', calls: 100, cost: cloning(0, 3 * ms), low: 1.41, high: 2.34 },
    { name: 'cloning that takes as long as the work', calls: 100, cost: cloning(9 * ms, 0), low: 0.679, high: 0.971 },
  ];
  for (const { name, calls, cost, low, high } of WORKERS) it(name, () => assert.deepEqual(on4Cores(calls, cost), { low, high }));
});

describe('the waits of a hot spot', () => {
  it('take their longest wait, not their longest duration, and the computing on their lines', () => {
    const operation = { kind: 'async', column: null, lanes: ['main'], totalUs: 900 * ms, meanInFlight: 1, peakInFlight: 1 } as const;
    const hotSpot: HotSpot = {
      ...{ id: 'get', function: 'get', file: '/project/a.mjs', line: 1, column: 1, share: 1, threads: 1, selfUs: 0, totalUs: 0 },
      ...{ calls: null, cloning: null, again: null, bound: 'async-wait', evidence: [], callers: [], computing: [] },
      time: time({ awaitSerialUs: 700 * ms, jsCpuUs: 200 * ms }),
      lines: [
        { line: 2, time: time({ awaitSerialUs: 600 * ms, jsCpuUs: 30 * ms, nativeCpuUs: 5 * ms, loadingUs: 80 * ms }) },
        { line: 3, time: time({ awaitSerialUs: 100 * ms, gcUs: 10 * ms }) },
        { line: 4, time: time({ jsCpuUs: 170 * ms }) },
      ],
      operations: [
        {
          ...operation,
          api: 'fetch',
          line: 2,
          calls: 12,
          maxUs: 400 * ms,
          longestWaitUs: 60 * ms,
          time: time({ awaitSerialUs: 600 * ms }),
        },
        {
          ...operation,
          api: 'Response.json',
          line: 3,
          calls: 12,
          maxUs: 90 * ms,
          longestWaitUs: 20 * ms,
          time: time({ awaitSerialUs: 100 * ms }),
        },
        { ...operation, api: 'setTimeout', line: 4, calls: 1, maxUs: 800 * ms, longestWaitUs: 0, time: time({}) },
      ],
    };
    assert.deepEqual(waitsOf(hotSpot, 12), { waitUs: 700 * ms, operations: 12, longestUs: 60 * ms, computeUs: 45 * ms });
  });
});

function time(part: Partial<TimeSplit>): TimeSplit {
  return { jsCpuUs: 0, nativeCpuUs: 0, blockedUs: 0, awaitSerialUs: 0, awaitOverlappedUs: 0, gcUs: 0, loadingUs: 0, idleUs: 0, ...part };
}

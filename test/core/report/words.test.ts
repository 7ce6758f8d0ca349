import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report, TimeSplitMs } from '../../../src/core/report/report.ts';
import { biggestLever, headline, predictedGain } from '../../../src/core/report/words.ts';

const none: TimeSplitMs = { jsCpuMs: 0, nativeCpuMs: 0, blockedMs: 0, awaitedMs: 0, gcMs: 0, loadingMs: 0, idleMs: 0 };

function report(wallMs: number, time: Partial<TimeSplitMs>, rest: Partial<Report> = {}): Report {
  return {
    schema: 'unblock/report/1',
    target: { script: '/a.js', args: [], cwd: '/', node: '20.0.0' },
    run: { engine: 'v8', wallMs, exitCode: 0, signal: null, ended: 'exit' },
    machine: { logicalCores: 2, physicalCores: null, memoryBytes: 1, platform: 'linux', load: null },
    time: { ...none, ...time },
    verdict: { bound: 'mixed', evidence: [] },
    hotSpots: [],
    advice: [],
    leftAlone: [],
    ...rest,
  };
}

describe('headline', () => {
  for (const [name, given, expected] of [
    [
      'tells the parts, longest first',
      report(2410, { jsCpuMs: 500, nativeCpuMs: 220, blockedMs: 1500, awaitedMs: 190 }),
      '2.41 s. 62 % blocked in synchronous I/O, 30 % computing, 7.9 % waiting.',
    ],
    ['leaves small parts out', report(1000, { jsCpuMs: 990, gcMs: 10 }), '1.00 s. 99 % computing.'],
    [
      'says when it was too short',
      report(38, { jsCpuMs: 38 }, { verdict: { bound: 'insufficient-data', evidence: [] } }),
      '38 ms measured: too short to say.',
    ],
    ['tells the time when nothing was split', report(500, {}), '500 ms.'],
  ] as const)
    it(name, () => {
      assert.equal(headline(given), expected);
    });
});

describe('biggestLever', () => {
  it('is null without advice', () => {
    assert.equal(biggestLever(report(1, {})), null);
  });
  it('gives the predicted range', () => {
    assert.equal(predictedGain({ speedup: 1.9, low: 1.7, high: 2, basis: '' }), 'about 1.9× faster (1.7–2.0×)');
  });
});

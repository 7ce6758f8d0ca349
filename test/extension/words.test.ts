import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReportAdvice, ReportHotSpot, TimeSplitMs } from '../../src/core/report/report.ts';
import { alternativesInWords, lensTitle, splitInWords, textBar } from '../../src/extension/words.ts';

const none: TimeSplitMs = { jsCpuMs: 0, nativeCpuMs: 0, blockedMs: 0, awaitedMs: 0, gcMs: 0, loadingMs: 0, idleMs: 0 };

const hotSpot = (time: Partial<TimeSplitMs>, operations: ReportHotSpot['operations'] = []): ReportHotSpot => ({
  id: 'h1',
  function: 'loadAll',
  file: '/a.js',
  line: 1,
  column: 1,
  share: 0.38,
  selfMs: 0,
  totalMs: 0,
  time: { ...none, ...time },
  calls: null,
  bound: 'mixed',
  lines: [],
  operations,
});

const advice: ReportAdvice = {
  id: 'a1',
  rule: 'prefer-async-api',
  hotSpot: 'h1',
  model: 'async-api',
  file: '/a.js',
  line: 2,
  message: 'Make loadAll asynchronous.',
  why: '',
  predicted: { speedup: 1.9, low: 1.7, high: 2, basis: '' },
  alternatives: [
    { model: 'worker-threads', speedup: 1.2, memoryBytes: 31_000_000, edits: 4 },
    { model: 'concurrent-awaits', speedup: 1.9, memoryBytes: 0, edits: 1 },
    { model: 'cache', speedup: null, memoryBytes: null, edits: null },
  ],
  refactor: { available: true, safety: 'safe' },
};

const read = { api: 'fs.readFileSync', line: 2, calls: 120, totalMs: 400 };

const titles: [what: string, hotSpot: ReportHotSpot, advice: ReportAdvice | undefined, title: string][] = [
  [
    'blocked',
    hotSpot({ blockedMs: 400, jsCpuMs: 12 }, [read]),
    advice,
    '38 % · 412 ms · blocked in readFileSync ×120 · make it async (≈1.9×)',
  ],
  ['no advice', hotSpot({ blockedMs: 412 }), undefined, '38 % · 412 ms · blocked in synchronous I/O'],
  ['computing', hotSpot({ jsCpuMs: 412 }, [read]), undefined, '38 % · 412 ms · computing'],
  [
    'native',
    hotSpot({ nativeCpuMs: 412 }, [{ ...read, api: 'zlib.gzipSync', calls: 1 }]),
    undefined,
    '38 % · 412 ms · native code in gzipSync',
  ],
  ['waiting', hotSpot({ awaitedMs: 412 }, [{ ...read, api: 'fetch', calls: 12 }]), undefined, '38 % · 412 ms · waiting for fetch ×12'],
  ['collecting', hotSpot({ gcMs: 412 }), undefined, '38 % · 412 ms · garbage collection'],
];

describe('lensTitle', () => {
  for (const [what, spot, given, title] of titles) it(what, () => assert.equal(lensTitle(spot, given), title));
});

describe('a time split in words', () => {
  it('is a bar whose cells add up', () => {
    assert.equal(textBar({ ...none, jsCpuMs: 1, blockedMs: 1, awaitedMs: 1 }, 10).length, 10);
    assert.equal(textBar({ ...none, jsCpuMs: 30, blockedMs: 70 }, 10), 'JJJBBBBBBB');
    assert.equal(textBar(none), '');
  });

  it('names the parts, largest first', () => {
    assert.equal(
      splitInWords({ ...none, jsCpuMs: 20, blockedMs: 1440, gcMs: 1 }),
      'B 1.44 s blocked in synchronous I/O · J 20 ms JavaScript',
    );
  });
});

describe('alternativesInWords', () => {
  it('prices each model that has a price, best first', () => {
    assert.deepEqual(alternativesInWords(advice), ['concurrent awaits ≈1.9×, 1 edit', 'worker threads ≈1.2×, 31 MB more memory, 4 edits']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report, ReportAdvice, ReportEventLoop, ReportLane, TimeSplitMs } from '../../../src/core/report/report.ts';
import { biggestLever, changeOf, comparedWith, headline, nothingToChange, predictedGain } from '../../../src/core/report/words.ts';

const none: TimeSplitMs = { jsCpuMs: 0, nativeCpuMs: 0, blockedMs: 0, awaitedMs: 0, gcMs: 0, loadingMs: 0, idleMs: 0 };

function report(wallMs: number, time: Partial<TimeSplitMs>, rest: Partial<Report> = {}): Report {
  return {
    schema: 'unblock/report/1',
    target: { script: '/a.js', args: [], cwd: '/', node: '20.0.0' },
    run: { engine: 'v8', wallMs, exitCode: 0, signal: null, ended: 'exit' },
    machine: { logicalCores: 2, physicalCores: null, memoryBytes: 1, platform: 'linux', load: null },
    lanes: [],
    eventLoop: null,
    time: { ...none, ...time },
    verdict: { bound: 'mixed', evidence: [], speaksFor: null },
    hotSpots: [],
    advice: [],
    leftAlone: [],
    ...rest,
  };
}

function lane(id: string, kind: ReportLane['kind'], time: Partial<TimeSplitMs>): ReportLane {
  const wallMs = Object.values(time).reduce((sum, ms) => sum + ms, 0);
  return { id, name: id, kind, wallMs, time: { ...none, ...time }, eventLoop: null };
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
      report(38, { jsCpuMs: 38 }, { verdict: { bound: 'insufficient-data', evidence: [], speaksFor: null } }),
      '38 ms measured: too short to say. Run it on more input, or repeat it ×20.',
    ],
    [
      'speaks for the processes that the main one waited for',
      report(
        1000,
        { idleMs: 950, jsCpuMs: 50 },
        {
          lanes: [
            lane('main', 'main', { idleMs: 950, jsCpuMs: 50 }),
            ...['process-1', 'process-2'].map((id) => lane(id, 'process', { jsCpuMs: 800, idleMs: 200 })),
          ],
          verdict: { bound: 'cpu-js', evidence: [], speaksFor: { waitedMs: 950, lanes: ['process-1', 'process-2'] } },
        },
      ),
      '1.00 s. The main process waited for 95 % of it; its 2 child processes spent their time 80 % computing, 20 % idle.',
    ],
    [
      'and for one worker thread',
      report(
        1000,
        { awaitedMs: 1000 },
        {
          lanes: [lane('worker-1', 'worker', { jsCpuMs: 800 })],
          verdict: { bound: 'cpu-js', evidence: [], speaksFor: { waitedMs: 1000, lanes: ['worker-1'] } },
        },
      ),
      '1.00 s. The main thread waited for 100 % of it; its worker thread spent its time 100 % computing.',
    ],
    ['tells the time when nothing was split', report(500, {}), '500 ms.'],
  ] as const)
    it(name, () => {
      assert.equal(headline(given), expected);
    });
});

const advice: ReportAdvice = {
  id: 'advice-1',
  rule: 'prefer-async-api',
  hotSpot: 'a',
  model: 'async-api',
  file: '/a.js',
  line: 1,
  message: 'Make loadAll asynchronous (3 callers, ≈1.9×)',
  why: '',
  predicted: { speedup: 1.9, low: 1.7, high: 2, basis: '' },
  alternatives: [],
  refactor: { available: true, safety: 'safe' },
};

describe('biggestLever', () => {
  it('is null without advice', () => {
    assert.equal(biggestLever(report(1, {})), null);
  });
  it('tells the change and its gain once', () => {
    const message = 'Make loadAll asynchronous (≈1.9×)';
    assert.equal(
      biggestLever(report(1, {}, { advice: [{ ...advice, message }] })),
      'Biggest lever: make loadAll asynchronous → about 1.9× faster (1.7–2.0×)',
    );
    assert.equal(changeOf(advice), 'Make loadAll asynchronous (3 callers, ≈1.9×)');
  });
  it('does not call biggest what can be applied where a larger gain stands behind it', () => {
    const larger: ReportAdvice = {
      ...advice,
      id: 'advice-2',
      predicted: { speedup: 3, low: 2, high: 4, basis: '' },
      refactor: { available: false, reason: 'It uses `db`.' },
    };
    assert.match(biggestLever(report(1, {}, { advice: [advice, larger] }))!, /^Biggest lever that can be applied: make loadAll/);
    assert.match(biggestLever(report(1, {}, { advice: [larger, advice] }))!, /^Biggest lever: make loadAll/);
  });
  it('gives no range that reads as one number', () => {
    assert.equal(predictedGain({ model: 'algorithm', predicted: { speedup: 1.5, low: 1.48, high: 1.52, basis: '' } }), 'about 1.5× faster');
  });
  it('does not promise speed where the gain is another', () => {
    const gain = (model: ReportAdvice['model'], high: number): string =>
      predictedGain({ model, predicted: { speedup: 1, low: 0.9, high, basis: '' } });
    assert.equal(gain('async-api', 1.1), 'not faster by itself, but other work goes on meanwhile');
    assert.equal(gain('algorithm', 1.1), 'at most 1.1× faster');
    assert.equal(gain('algorithm', 1.02), 'not noticeably faster');
  });
});

describe('comparedWith', () => {
  const CASES: [what: string, before: Report, after: Report, words: string | null][] = [
    ['faster', report(4630, {}), report(2590, {}), '1.8× faster than the run before (4.63 s).'],
    ['slower', report(2000, {}), report(3000, {}), '1.5× slower than the run before (2.00 s).'],
    ['the same', report(2000, {}), report(2060, {}), 'As fast as the run before (2.00 s).'],
    ['another ending', report(2000, {}), ended(1), 'Its exit code was 1, that of the run before (2.00 s) 0.'],
    ['stopped', report(2000, {}), { ...report(1000, {}), run: { ...report(1000, {}).run, ended: 'stopped' } }, null],
    ['other arguments', report(2000, {}), { ...report(1000, {}), target: { ...report(1, {}).target, args: ['--all'] } }, null],
  ];
  for (const [what, before, after, words] of CASES) it(what, () => assert.equal(comparedWith(before, after), words));

  it('says how late the event loop of a server is and was, stopped or not', () => {
    assert.equal(
      comparedWith(serving(48, 412), serving(2.1, 12)),
      'An event waits 2.1 ms on average, at worst 12 ms; in the run before 48 ms, at worst 412 ms.',
    );
    assert.equal(comparedWith(serving(48, 412), serving(47, 400)), null);
    assert.equal(comparedWith(serving(48, 412), { ...report(1000, {}), run: serving(1, 1).run }), null);
    assert.match(
      comparedWith(serving(48, 412, 'exit'), serving(2.1, 12, 'exit')) ?? '',
      /^As fast as the run before \(2\.00 s\)\. An event waits 2\.1 ms on average, at worst 12 ms; in the run before 48 ms, at worst 412 ms\.$/,
    );
  });

  function serving(mean: number, max: number, ended: Report['run']['ended'] = 'stopped'): Report {
    const made = report(2000, {});
    const loop: ReportEventLoop = {
      ...{ utilisation: 0.5, serving: true, requests: 30, delayMs: { mean, p50: 0, p90: 0, p99: 0, max } },
      ...{ histogram: [], blocked: { times: 0, totalMs: 0, heldUp: 0 }, blockages: [] },
    };
    const [main] = made.lanes;
    const lane: ReportLane = { ...(main ?? { id: 'main', name: 'main', kind: 'main', wallMs: 2000, time: made.time }), eventLoop: loop };
    return { ...made, run: { ...made.run, ended }, lanes: [lane] };
  }

  function ended(exitCode: number): Report {
    return { ...report(1000, {}), run: { ...report(1000, {}).run, exitCode } };
  }
});

describe('nothingToChange', () => {
  it('says that threads ran at once where they did', () => {
    const leftAlone = [
      { function: 'render', file: '/a.js', line: 3, share: 1.65, threads: 4, reason: 'It computes in worker threads already.' },
    ];
    assert.match(nothingToChange(report(1, {}, { leftAlone }))!, /the most, 165 % on 4 threads, is in render\./);
  });
  it('names what takes the most, and why it stays', () => {
    const leftAlone = [{ function: 'step', file: '/a.js', line: 3, share: 0.94, reason: 'Each round needs the one before.' }];
    assert.equal(
      nothingToChange(report(1, {}, { leftAlone })),
      'Nothing here is worth changing: the most, 94 %, is in step. Each round needs the one before.',
    );
    assert.equal(nothingToChange(report(1, {}, { leftAlone, advice: [advice] })), null);
  });
});

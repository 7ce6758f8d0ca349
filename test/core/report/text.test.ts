import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report, ReportEventLoop, ReportLane, TimeSplitMs } from '../../../src/core/report/report.ts';
import { sarif } from '../../../src/core/report/sarif.ts';
import { reportText } from '../../../src/core/report/text.ts';

const none: TimeSplitMs = { jsCpuMs: 0, nativeCpuMs: 0, blockedMs: 0, awaitedMs: 0, gcMs: 0, loadingMs: 0, idleMs: 0 };

const report: Report = {
  schema: 'unblock/report/1',
  target: { script: '/project/report.js', args: [], cwd: '/project', node: '20.20.2' },
  run: { engine: 'v8', wallMs: 2410, exitCode: 3, signal: null, ended: 'exit' },
  machine: { logicalCores: 4, physicalCores: 2, memoryBytes: 8e9, platform: 'linux', load: 0.1 },
  lanes: [],
  eventLoop: null,
  time: { ...none, jsCpuMs: 720, blockedMs: 1500, awaitedMs: 190 },
  verdict: {
    bound: 'blocking-io',
    evidence: ['1.50 s (62 %) blocked in synchronous I/O: child_process.execFileSync ×120, longest 14 ms.'],
    speaksFor: null,
  },
  hotSpots: [
    {
      id: 'lib/load.js:12:loadAll',
      function: 'loadAll',
      file: '/project/lib/load.js',
      line: 12,
      column: 17,
      share: 0.62,
      selfMs: 4,
      totalMs: 1504,
      time: { ...none, blockedMs: 1500, jsCpuMs: 4 },
      calls: null,
      bound: 'blocking-io',
      lines: [{ line: 14, time: { ...none, blockedMs: 1500 } }],
      operations: [{ api: 'child_process.execFileSync', line: 14, calls: 120, totalMs: 1500 }],
    },
    {
      id: 'report.js:3:render',
      function: 'render',
      file: '/project/report.js',
      line: 3,
      column: 16,
      share: 0.3,
      selfMs: 720,
      totalMs: 720,
      time: { ...none, jsCpuMs: 720 },
      calls: 1500,
      bound: 'cpu-js',
      lines: [
        { line: 5, time: { ...none, jsCpuMs: 500 } },
        { line: 7, time: { ...none, jsCpuMs: 220 } },
      ],
      operations: [],
    },
  ],
  advice: [
    {
      id: 'advice-1',
      rule: 'prefer-async-api',
      hotSpot: 'lib/load.js:12:loadAll',
      model: 'async-api',
      file: '/project/lib/load files.js',
      line: 14,
      message: 'Make loadAll asynchronous, 8 calls at a time (≈1.9×)',
      why: 'execFileSync held the thread for 1.50 s in 120 calls, one after the other.',
      predicted: { speedup: 1.9, low: 1.7, high: 2, basis: '1.50 s blocked in 120 commands' },
      alternatives: [],
      refactor: { available: false, reason: 'loadAll is exported: its callers are in other files.' },
    },
  ],
  leftAlone: [{ function: 'render', file: '/project/report.js', line: 3, share: 0.3, reason: 'It computes in one call.' }],
};

const loop: ReportEventLoop = {
  ...{ utilisation: 0.9, serving: true, requests: 40, histogram: [], blocked: { times: 2, totalMs: 600, heldUp: 12 } },
  delayMs: { mean: 31, p50: 4, p90: 120, p99: 480, max: 520 },
  blockages: [
    {
      ...{ startMs: 1200, durationMs: 520, function: 'render', file: '/project/report.js', line: 5, heldUp: 12 },
      stack: [
        { function: 'render', file: '/project/report.js', line: 5, ms: 500, owner: 'user', calls: 1 },
        { function: 'next', file: '/project/node_modules/@web/app/index.js', line: 9, ms: 519, owner: 'dependency', calls: 12 },
        { function: 'parserOnIncoming', file: 'node:_http_server', line: 1, ms: 520, owner: 'core', calls: 4 },
      ],
    },
  ],
};

const lane = (id: string, kind: 'main' | 'process', eventLoop: ReportEventLoop | null): ReportLane => ({
  ...{ id, name: kind === 'main' ? id : `${id}: a.js`, kind, wallMs: 2410, time: none, eventLoop },
});

describe('the event loop as text', () => {
  const textOf = (lanes: ReportLane[]): string => reportText({ ...report, lanes });

  it('tells what blocked it the longest, innermost first', () => {
    assert.ok(
      textOf([lane('main', 'main', loop)]).includes(`
The event loop was busy for 90 % of the time; an event waits 31 ms on average, at worst 520 ms.
`),
    );
    assert.ok(
      textOf([lane('main', 'main', loop)]).includes(`
Longest blockage of the event loop: 520 ms, 1.20 s after the start; 12 requests waited
         500 ms  render  report.js:5
         519 ms  next (@web/app, 12 calls)
         520 ms  parserOnIncoming (Node.js, 4 calls)
`),
      textOf([lane('main', 'main', loop)]),
    );
  });

  it('names the process, and has one sentence for several', () => {
    const one = textOf([lane('main', 'main', null), lane('process 1', 'process', loop)]);
    assert.match(one, /^The event loop of process 1: a\.js was busy for 90 % of the time; an event waits 31 ms/m);
    assert.match(one, /^Longest blockage of the event loop: 520 ms in process 1: a\.js, 1\.20 s after the start; 12 requests waited$/m);
    const less = { ...loop, utilisation: 0.5, delayMs: { ...loop.delayMs, mean: 8, max: 90 }, blockages: [] };
    const two = textOf([lane('process 1', 'process', less), lane('process 2', 'process', loop)]).replaceAll('\n', ' ');
    assert.match(
      two,
      /The event loops of 2 child processes were busy for 50 to 90 % of the time; an event waits 31 ms on average where it waits longest, at worst 520 ms \(process 2: a\.js\)\./,
    );
  });

  it('says nothing where nobody waits for it', () => {
    assert.doesNotMatch(textOf([lane('main', 'main', { ...loop, serving: false })]), /event loop/);
  });
});

describe('the report as text', () => {
  it('answers first, then shows what it knows', () => {
    assert.equal(
      reportText(report),
      `2.41 s. 62 % blocked in synchronous I/O, 30 % computing, 7.9 % waiting.
Biggest lever: make loadAll asynchronous, 8 calls at a time → about 1.9× faster (1.7–2.0×)
It exited with code 3.

  1.50 s (62 %) blocked in synchronous I/O: child_process.execFileSync ×120, longest 14 ms.

Hot spots
  62 %   1.50 s  loadAll  lib/load.js:12
                 line 14: blocked 1.50 s (child_process.execFileSync ×120)
  30 %   720 ms  render  report.js:3  ×1500, 0.5 ms each
                 JavaScript 720 ms
                 line 5: JavaScript 500 ms
                 line 7: JavaScript 220 ms

Advice
  1. Make loadAll asynchronous, 8 calls at a time
     lib/load files.js:14 · prefer-async-api · about 1.9× faster (1.7–2.0×)
     execFileSync held the thread for 1.50 s in 120 calls, one after the other.
     Measured: 1.50 s blocked in 120 commands.
     By hand: loadAll is exported: its callers are in other files.

Left alone
  30 %  render  report.js:3: It computes in one call.
`,
    );
  });

  it('says how a change is applied, by command or in the editor', () => {
    const [first] = report.advice;
    const choices = [{ id: 'shared-memory' as const, available: true as const, safety: 'safe' as const }];
    const offered = {
      ...report,
      advice: [{ ...first!, id: 'a1', refactor: { available: true as const, safety: 'safe' as const, choices } }],
    };
    const inTerminal = reportText(offered).replaceAll(/\s+/g, ' ');
    assert.match(inTerminal, /To apply it: unblock fix REPORT\.json --advice a1 --write/);
    assert.match(inTerminal, /shared rather than copied: unblock fix REPORT\.json --advice a1 --choice shared-memory --write/);
    const inEditor = reportText(offered, { inEditor: true }).replaceAll(/\s+/g, ' ');
    assert.match(inEditor, /To apply it: the light bulb on that line\. Or, .* shared rather than copied: its next entry\./);
    assert.doesNotMatch(inEditor, /unblock fix/);
  });

  it('keeps to 96 columns', () => {
    const [first] = report.hotSpots;
    const long = {
      ...report,
      hotSpots: [{ ...first!, function: 'f'.repeat(200) }],
      leftAlone: [{ ...report.leftAlone[0]!, reason: 'because of it '.repeat(40) }],
    };
    for (const line of reportText(long).split('\n')) assert.ok(line.length <= 96, line);
  });
});

describe('the report as SARIF', () => {
  it('has a result for each advice, at its place, by its rule', () => {
    const log = JSON.parse(JSON.stringify(sarif(report, '1.2.3', (rule) => `https://example.org/${rule}`))) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string; helpUri: string }[] } }; results: Record<string, unknown>[] }[];
    };
    assert.equal(log.version, '2.1.0');
    const [run] = log.runs;
    assert.deepEqual(
      run?.tool.driver.rules.map(({ id, helpUri }) => [id, helpUri]),
      [['prefer-async-api', 'https://example.org/prefer-async-api']],
    );
    const [result] = run.results;
    assert.equal(result?.['ruleId'], 'prefer-async-api');
    assert.deepEqual(result['locations'], [
      { physicalLocation: { artifactLocation: { uri: 'lib/load%20files.js', uriBaseId: 'ROOT' }, region: { startLine: 14 } } },
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../src/core/analyze.ts';
import type { Analysis } from '../../src/core/analyze.ts';
import type { Recording } from '../../src/core/recording.ts';
import { node } from '../../src/languages/node/index.ts';
import { lane, operations, recording } from './hand-made.ts';

const TOP = '(top level) /project/a.js:1:1';
const LOADER = 'Module._compile node:internal/modules/cjs/loader:1:1';

const SOURCE = `const fs = require('fs');
function load(name) {
  const text = fs.readFileSync(name);
  return parse(text);
}
function parse(text) {
  return text.split('\\n');
}
async function main() {
  await get('a');
  await get('b');
  load('c');
}
async function get(name) {
  return fetch(name);
}
main();
`;

function run(from: Recording): Analysis {
  return analyze(from, { ...node, rules: [] }, (file) => (file === '/project/a.js' ? SOURCE : null));
}

/** \`function:line\` → the largest kind and its ms, for each line charged with anything. */
function charged(analysis: Analysis): Record<string, string> {
  const lines: [string, string][] = [];
  for (const spot of analysis.hotSpots) {
    for (const { line, time } of spot.lines) {
      const parts = Object.entries(time as unknown as Record<string, number>).filter(([, us]) => us > 0);
      lines.push([`${spot.function}:${line}`, parts.map(([kind, us]) => `${kind.replace('Us', '')} ${us / 1000}`).join(', ')]);
    }
  }
  return Object.fromEntries(lines.sort());
}

const load = 'load /project/a.js:2:14';
const parse = 'parse /project/a.js:6:15';
const main = 'main /project/a.js:9:20';

describe('analyze', () => {
  it('charges a line with its own computing, what it calls in core, and garbage made there', () => {
    const samples = [
      `${LOADER} > ${TOP} > ${main} > ${load} > readFileSync node:fs:440:1 > read 40000`,
      `${LOADER} > ${TOP} > ${main} > ${load} > ${parse} @7 30000`,
      `(garbage collector) 10000`,
      `${LOADER} > ${TOP} > require node:internal/modules/helpers:1:1 > (top level) /project/node_modules/d/i.js:1:1 20000`,
    ];
    const analysis = run(recording([lane(samples)]));
    assert.deepEqual(charged(analysis), { '(top level):1': 'loading 20', 'load:3': 'blocked 40', 'parse:7': 'jsCpu 30, gc 10' });
    assert.deepEqual(analysis.report.time, {
      jsCpuMs: 30,
      nativeCpuMs: 0,
      blockedMs: 40,
      awaitedMs: 0,
      gcMs: 10,
      loadingMs: 20,
      idleMs: 0,
    });
    const [spot] = analysis.hotSpots.filter((one) => one.function === 'load');
    assert.equal(spot?.totalUs, 80000);
    assert.deepEqual(spot.callers, [{ function: 'main', file: '/project/a.js', line: 12, totalUs: 80000 }]);
  });

  it('charges waits to the line that started them, and totals to those who await it', () => {
    const started = [
      {
        api: 'fetch',
        stack: ['get /project/a.js:15:10', 'main /project/a.js:10:9', TOP.replace(':1:1', ':17:1')],
        startUs: 0,
        endUs: 50000,
      },
      { api: 'fetch', stack: ['get /project/a.js:15:10', 'async main /project/a.js:11:9'], startUs: 50000, endUs: 80000 },
      { api: 'net.Server.listen', stack: [], startUs: 0, endUs: -1 },
    ];
    const analysis = run(
      recording([lane(['(idle) 80000', `${main} > ${load} > ${parse} @7 15000`, '(idle) 5000'], { operations: operations(started) })]),
    );
    assert.deepEqual(charged(analysis), { 'get:15': 'awaitSerial 80', 'parse:7': 'jsCpu 15' });
    assert.equal(analysis.report.time.idleMs, 5);
    const totals = Object.fromEntries(analysis.lanes[0]!.profile.nodes.map(({ callFrame }) => [callFrame.functionName, true]));
    assert.ok(totals['await fetch']);
    assert.deepEqual(analysis.hotSpots.find((one) => one.function === 'get')?.callers, [
      { function: 'main', file: '/project/a.js', line: 10, totalUs: 80000 },
    ]);
  });

  it('tells how long an operation was waited for from how long it took', () => {
    const fetches = [
      { api: 'fetch', stack: ['get /project/a.js:15:10'], startUs: 0, endUs: 90000 },
      { api: 'fetch', stack: ['get /project/a.js:15:10'], startUs: 90000, endUs: 120000 },
    ];
    const samples = [`${main} > ${load} > ${parse} @7 70000`, '(idle) 20000', '(idle) 30000'];
    const analysis = run(recording([lane(samples, { operations: operations(fetches) })]));
    assert.deepEqual(
      analysis.hotSpots.flatMap((spot) => spot.operations.map(({ maxUs, longestWaitUs }) => ({ maxUs, longestWaitUs }))),
      [{ maxUs: 90000, longestWaitUs: 30000 }],
    );
  });

  it('shares overlapping waits out, and counts what is in flight', () => {
    const fetches = [10, 11].map((line) => ({ api: 'fetch', stack: [`main /project/a.js:${line}:9`], startUs: 0, endUs: 60000 }));
    const samples = Array.from({ length: 60 }, () => '(idle) 1000');
    const analysis = run(recording([lane(samples, { operations: operations(fetches) })]));
    assert.deepEqual(charged(analysis), { 'main:10': 'awaitOverlapped 30', 'main:11': 'awaitOverlapped 30' });
    assert.deepEqual(
      analysis.hotSpots[0]?.operations.map(({ meanInFlight, peakInFlight }) => [meanInFlight, peakInFlight]),
      [
        [2, 2],
        [2, 2],
      ],
    );
  });

  it('charges what a dependency computes after an await of its own to the line that awaits it', () => {
    const files = new Map([
      ['/project/a.js', `import { minify } from 'd';\nasync function build() {\n  await minify('a');\n}\nbuild();\n`],
      [
        '/project/node_modules/d/i.js',
        'export async function minify(code) {\n  await null;\n  return compress(code);\n}\nfunction compress() {}\n',
      ],
    ]);
    const minify = 'minify /project/node_modules/d/i.js:1:29';
    const samples = [
      `build /project/a.js:2:21 > ${minify} 1000`,
      `${minify} > compress /project/node_modules/d/i.js:5:18 80000`,
      'visit /project/node_modules/e/i.js:1:1 20000',
    ];
    const analysis = analyze(recording([lane(samples)]), { ...node, rules: [] }, (file) => files.get(file) ?? null);
    assert.deepEqual(charged(analysis), { 'build:3': 'jsCpu 81' });
    assert.ok(
      analysis.report.verdict.evidence.includes('20 ms (20 %) of the work is of no line of yours that could be told, most of it in e.'),
      analysis.report.verdict.evidence.join('\n'),
    );
  });

  it('splits a core call into computing and being blocked by the scheduler’s counters', () => {
    const samples = Array.from({ length: 100 }, () => `${TOP} > ${load} > readFileSync node:fs:440:1 1000`);
    const onCpu = { atUs: [0, 100000], cpuUs: [0, 25000], runQueueUs: [0, 5000] };
    const analysis = run(recording([lane(samples, { onCpu })]));
    assert.deepEqual(charged(analysis), { 'load:3': 'nativeCpu 30, blocked 70' });
    assert.equal(analysis.report.verdict.bound, 'blocking-io');
  });

  it('takes the time of a measured call for as good as samples, which the kernel kept from V8', () => {
    const stack = `${TOP} > ${load} > readFileSync node:fs:440:1`;
    const samples = Array.from({ length: 8 }, () => `${stack} 60000`);
    const read = { api: 'fs.readFileSync', stack: ['load /project/a.js:3:16'], calls: 8, totalUs: 480_000, maxUs: 61_000 };
    assert.equal(run(recording([lane(samples)])).report.verdict.bound, 'insufficient-data');
    const measured = operations([], [read]);
    assert.equal(run(recording([lane(samples, { operations: measured })])).report.verdict.bound, 'blocking-io');
  });

  it('says so when there is too little to tell', () => {
    assert.equal(run(recording([lane([`${TOP} @2 9000`])])).report.verdict.bound, 'insufficient-data');
    assert.equal(run(recording([])).report.verdict.bound, 'insufficient-data');
  });
});

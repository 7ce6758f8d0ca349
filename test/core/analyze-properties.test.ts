import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { analyze } from '../../src/core/analyze.ts';
import { readReport } from '../../src/core/report/read-report.ts';
import type { Report } from '../../src/core/report/report.ts';
import { sarif } from '../../src/core/report/sarif.ts';
import { reportText } from '../../src/core/report/text.ts';
import { sumOf } from '../../src/core/profile/time-split.ts';
import type { CpuProfileNode, Lane, Recording } from '../../src/core/recording.ts';
import { node } from '../../src/languages/node/index.ts';
import { recording } from './hand-made.ts';

const names = fc.constantFrom(
  '',
  'main',
  'load',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '(idle)',
  '(garbage collector)',
  '(program)',
  'readFileSync',
  'a;b',
  'f(x',
  '\u0000',
  '🦊',
  'require',
);
const urls = fc.constantFrom(
  '',
  'file:///project/a.js',
  'file:///project/a%20b%.js',
  '/project/__proto__',
  'node:fs',
  'node:internal/modules/cjs/loader',
  'file:///project/node_modules/d/i.js',
  'evalmachine.<anonymous>',
  'wasm://wasm/1',
);
const position = fc.integer({ min: -1, max: 30 });
const time = fc.integer({ min: -2000, max: 20_000 });

const frame = fc.record({ functionName: names, scriptId: fc.constant('1'), url: urls, lineNumber: position, columnNumber: position });
const nodes: fc.Arbitrary<CpuProfileNode[]> = fc
  .array(
    fc.record({
      callFrame: frame,
      hitCount: fc.nat(3),
      children: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
      positionTicks: fc.array(fc.record({ line: position, ticks: fc.nat(5) }), { maxLength: 3 }),
    }),
    { maxLength: 10 },
  )
  .map((list) => list.map((one, index) => ({ id: index + 1, ...one })));

const lanes: fc.Arbitrary<Lane> = fc.record({
  id: fc.constant('1'),
  name: names,
  kind: fc.constantFrom('main', 'worker', 'process'),
  pid: fc.constant(1),
  cpuProfile: fc.record({
    nodes,
    startTime: fc.constant(1_000_000),
    endTime: fc.integer({ min: 999_000, max: 1_400_000 }),
    samples: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 }),
    timeDeltas: fc.array(time, { maxLength: 40 }),
  }),
  operations: fc.record({
    apis: fc.constant(['fs.readFileSync', 'fetch', 'setTimeout', '__proto__']),
    sites: fc.array(
      fc.record({
        frames: fc.array(fc.record({ function: names, url: urls, line: position, column: position, async: fc.boolean() }), {
          maxLength: 5,
        }),
      }),
      { maxLength: 4 },
    ),
    sync: fc.array(
      fc.record({ api: fc.nat(5), site: fc.integer({ min: -1, max: 5 }), calls: fc.nat(9), totalUs: fc.nat(9000), maxUs: fc.nat(9000) }),
      { maxLength: 4 },
    ),
    async: fc
      .array(
        fc.tuple(
          fc.nat(5),
          fc.integer({ min: -1, max: 5 }),
          fc.integer({ min: 990_000, max: 1_400_000 }),
          fc.integer({ min: -1, max: 1_400_000 }),
        ),
        { maxLength: 9 },
      )
      .map((rows) => ({
        api: rows.map(([a]) => a),
        site: rows.map(([, s]) => s),
        startUs: rows.map(([, , f]) => f),
        endUs: rows.map(([, , , t]) => t),
      })),
  }),
  onCpu: fc.option(
    fc.array(fc.tuple(time, fc.nat(3000), fc.nat(3000)), { maxLength: 8 }).map((rows) => {
      let at = 1_000_000;
      let cpu = 0;
      return { atUs: rows.map(([d]) => (at += Math.abs(d))), cpuUs: rows.map(([, c]) => (cpu += c)), runQueueUs: rows.map(([, , q]) => q) };
    }),
  ),
  processCpuUs: fc.constant(null),
  sourceMaps: fc.constantFrom<Record<string, string>[]>(
    {},
    { 'file:///project/a.js': 'not json' },
    { 'file:///project/a.js': '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA;AACA"}' },
  ),
});

const recordings: fc.Arbitrary<Recording> = fc.tuple(fc.array(lanes, { maxLength: 3 }), fc.nat(600_000)).map(([list, wallUs]) => {
  const made = recording(list.map((lane, index) => ({ ...lane, kind: index === 0 ? 'main' : lane.kind })));
  return { ...made, run: { ...made.run, wallUs } };
});

const text = 'function main() {\n  load(`${x}`);\n}\n// }} "\nconst load = async (a) => {\n  await fetch(/[/"]/);\n};\n';
const sum = (list: number[]): number => list.reduce((all, one) => all + one, 0);
const language = { ...node, rules: [] };

/** What is written is what was meant: no figure that JSON has no word for, and nothing that a reader of reports would refuse. */
function assertWritten(report: Report): void {
  const written = JSON.stringify(report);
  assert.deepEqual(JSON.parse(written), report);
  assert.deepEqual(readReport(written), report);
  assert.doesNotMatch(reportText(report), /NaN|Infinity|undefined/);
  JSON.stringify(sarif(report, '1.0.0', () => null));
}

const wild = fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e300, 0.1, 2 ** 53, -1, 0);

/** A recording in which some of the numbers, of any column, are none. */
const withWildNumbers: fc.Arbitrary<Recording> = fc
  .tuple(recordings, fc.array(fc.tuple(fc.nat(400), wild), { minLength: 1, maxLength: 6 }))
  .map(([from, changes]) => {
    const wanted = new Map(changes);
    let number = 0;
    const changed = (value: unknown): unknown => {
      if (typeof value === 'number') return wanted.get(number++) ?? value;
      if (Array.isArray(value)) return value.map(changed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changed(inner)]));
    };
    return { ...from, run: changed(from.run), lanes: changed(from.lanes) } as Recording;
  });

describe('analyze, whatever the recording', () => {
  it('never throws, and its parts add up', () => {
    fc.assert(
      fc.property(recordings, (from) => {
        const { report, hotSpots, lanes: profiles } = analyze(from, language, (file) => (file.endsWith('.js') ? text : null));
        const close = (a: number, b: number, message: string): void => assert.ok(Math.abs(a - b) < 1, `${message}: ${a} is not ${b}`);
        const wallMs = from.run.wallUs / 1000;
        // A profile longer than the run is cut, a shorter one filled up.
        close(sum(Object.values(report.time) as number[]), wallMs, 'parts and wall');
        const lengths = profiles.map(({ profile }) => profile.timeDeltas.reduce((sum, us) => sum + us, 0));
        if (from.lanes.length > 0) close(lengths[0]! / 1000, wallMs, 'deltas and wall');
        const all = lengths.reduce((sum, us) => sum + us, 0) + 1;
        let charged = 0;
        for (const spot of hotSpots) {
          charged += sumOf(spot.time);
          assert.ok(spot.totalUs <= all, `a total of ${spot.totalUs} is more than there was: recursion counts once`);
          close(spot.lines.reduce((sum, line) => sum + sumOf(line.time), 0) / 1000, sumOf(spot.time) / 1000, 'lines and function');
        }
        assert.ok(charged <= all, 'more was charged than there was');
        assert.equal(new Set(hotSpots.map((spot) => spot.id)).size, hotSpots.length, 'ids are unique');
        for (const { profile } of profiles) {
          assert.equal(profile.samples.length, profile.sampleKinds.length);
          assert.equal(profile.samples.length, profile.timeDeltas.length);
          assert.ok(profile.timeDeltas.every((us) => us >= 0 && Number.isInteger(us)));
          const ids = new Set(profile.nodes.map(({ id }) => id));
          assert.ok(profile.samples.every((id) => ids.has(id)));
        }
        for (const spot of report.hotSpots) assert.ok(spot.totalMs >= spot.selfMs - 0.001, `${spot.totalMs} in all, ${spot.selfMs} itself`);
        assertWritten(report);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and writes no NaN, whatever the numbers', () => {
    fc.assert(
      fc.property(withWildNumbers, (from) => assertWritten(analyze(from, language, (file) => (file.endsWith('.js') ? text : null)).report)),
      { numRuns: 300 },
    );
  });

  it('counts a recursive function once, however deep', () => {
    const deep = 20_000;
    const nodesOf = Array.from({ length: deep }, (_, index) => ({
      id: index + 1,
      callFrame: {
        functionName: index === 0 ? '(root)' : index % 2 ? 'even' : 'odd',
        scriptId: '1',
        url: index === 0 ? '' : 'file:///project/a.js',
        lineNumber: index % 2 ? 0 : 5,
        columnNumber: 5,
      },
      hitCount: 1,
      children: index + 1 < deep ? [index + 2] : [],
    }));
    const samples = nodesOf.slice(1).map(({ id }) => id);
    const made = recording([]);
    const lane: Lane = {
      id: '1',
      name: 'main',
      kind: 'main',
      pid: 1,
      cpuProfile: { nodes: nodesOf, startTime: 0, endTime: samples.length * 10, samples, timeDeltas: samples.map(() => 10) },
      operations: { apis: [], sites: [], sync: [], async: { api: [], site: [], startUs: [], endUs: [] } },
      onCpu: null,
      processCpuUs: null,
      sourceMaps: {},
    };
    const { hotSpots } = analyze({ ...made, lanes: [lane], run: { ...made.run, wallUs: samples.length * 10 } }, language, () => null);
    assert.deepEqual(hotSpots.map((spot) => [spot.function, spot.totalUs]).sort(), [
      ['even', samples.length * 10],
      ['odd', samples.length * 10 - 10],
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { Recording } from '../../../src/core/recording.ts';
import { mergeRuns } from '../../../src/core/repeats/merge-runs.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { headline, canRepeat } from '../../../src/core/report/words.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const TOP = '(top level) /project/a.js:1:1';
const MS = 1000;

/** A run of a short script: 5 ms before its first line, then it computes, reads, and a worker of its computes meanwhile. */
function run(number: number, more: Partial<Recording['run']> = {}): Recording {
  const startUs = number * 1_000_000;
  const at = (ms: number): number => startUs + ms * MS;
  const main = lane(
    [
      `(program) ${5 * MS}`,
      `${TOP} > step${number} /project/a.js:5:1 @6 ${10 * MS}`,
      `(idle) ${12 * MS}`,
      `${TOP} > shared /project/a.js:9:1 @9 ${8 * MS}`,
    ],
    {
      operations: operations(
        [
          { api: 'fs.promises.readFile', stack: [TOP.replace(/ (\S+):1:1/, ' $1:3:1')], startUs: at(15), endUs: at(27) },
          { api: 'setInterval', stack: [TOP], startUs: at(6), endUs: -1 },
        ],
        [{ api: 'fs.readFileSync', stack: [TOP], calls: 2, totalUs: 500, maxUs: 300 + number }],
      ),
      onCpu: { atUs: [at(0), at(15), at(27), at(35)], cpuUs: [100, 15_100, 15_100, 23_100], runQueueUs: [0, 0, 0, 0] },
      rounds: { startUs: [at(5)], endUs: [at(23)], notedUntilUs: at(24), full: false },
      processCpuUs: 20 * MS,
    },
  );
  const worker = lane([`work /project/work.js:2:1 @3 ${10 * MS}`], { id: 'worker-1', name: 'worker 1', kind: 'worker' });
  const moved = (one: typeof main, byMs: number): typeof main => ({
    ...one,
    cpuProfile: { ...one.cpuProfile, startTime: at(byMs), endTime: at(byMs) + one.cpuProfile.endTime },
  });
  const lanes = [moved(main, 0), moved(worker, 15)];
  return recording(lanes, { run: { wallUs: 30 * MS, exitCode: 0, signal: null, ended: 'exit', ...more }, notes: ['A note.'] });
}

const reportOf = (one: Recording): Report => analyze(one, { ...node, rules: [] }, () => null).report;

describe('several runs as one', () => {
  const merged = mergeRuns([run(3), run(1), run(2, { exitCode: 7 })]);

  it('add up: time, functions, calls, lanes', () => {
    const single = reportOf(run(1));
    const { run: ran, time, lanes, hotSpots } = reportOf(merged);
    assert.deepEqual({ wallMs: ran.wallMs, repeats: ran.repeats, exitCode: ran.exitCode }, { wallMs: 90, repeats: 3, exitCode: 7 });
    for (const kind of Object.keys(time) as (keyof typeof time)[])
      assert.ok(Math.abs(time[kind] - 3 * single.time[kind]) < 0.01, `${kind}: ${time[kind]} of ${single.time[kind]}`);
    assert.deepEqual(
      lanes.map(({ id, time: { jsCpuMs } }) => [id, jsCpuMs]),
      [
        ['1', 54],
        ['worker-1', 30],
      ],
    );
    const own = Object.fromEntries(hotSpots.map((spot) => [spot.function, spot.selfMs]));
    assert.equal(own['shared'], 24);
    assert.equal(own['step2'], 10);
    const calls = merged.lanes[0]!.operations.sync;
    assert.deepEqual(calls, [{ api: 0, site: 0, calls: 6, totalUs: 1500, maxUs: 303 }]);
  });

  it('follow each other without a pause, on one clock', () => {
    const [main] = merged.lanes;
    const { startTime, endTime, timeDeltas, samples } = main!.cpuProfile;
    assert.equal(endTime - startTime, 90 * MS);
    assert.equal(samples.length, timeDeltas.length);
    assert.equal(
      timeDeltas.reduce((sum, delta) => sum + delta, 0),
      endTime - startTime,
    );
    const { startUs, endUs, notedUntilUs } = main!.rounds!;
    const relative = (times: readonly number[]): number[] => times.map((us) => (us - startTime) / MS);
    // A run's last round, from 19 ms to its end, is one of the list where another run comes after it.
    assert.deepEqual(relative(startUs), [0, 19, 30, 49, 60]);
    assert.deepEqual(relative(endUs), [18, 30, 48, 60, 78]);
    assert.deepEqual(relative([notedUntilUs]), [79]);
    const { atUs, cpuUs } = main!.onCpu!;
    assert.deepEqual(cpuUs.at(-1), 3 * 18 * MS);
    assert.ok(atUs.every((us, index) => index === 0 || us >= atUs[index - 1]!));
  });

  it('keep of what was in flight at an end only what was at the last', () => {
    const { apis, async } = merged.lanes[0]!.operations;
    const interval = async.api.filter((api) => apis[api] === 'setInterval');
    assert.equal(interval.length, 1);
    assert.equal(async.api.length, 4);
  });

  it('say how many they are', () => {
    assert.match(headline(reportOf(mergeRuns([run(1), run(2), run(3), run(4)]))), /measured|^4 runs of 30 ms\. /);
    assert.deepEqual(merged.notes, ['A note.']);
  });

  it('are offered for a run that was too short, once', () => {
    const short = reportOf(run(1));
    assert.equal(short.verdict.bound, 'insufficient-data');
    assert.equal(canRepeat(short), true);
    assert.match(headline(short), /^30 ms measured: too short to say\. Run it on more input, or repeat it ×20\.$/);
    assert.equal(canRepeat({ ...short, run: { ...short.run, repeats: 2 } }), false);
    assert.equal(canRepeat({ ...short, run: { ...short.run, ended: 'stopped' } }), false);
  });

  it('are priced by what one of them gains', () => {
    // 30 ms of computing in a loop, in each of 20 runs: a worker takes as long to start.
    const source = 'function step(n) { return n; }\nfor (const n of [1, 2, 3, 4]) step(n);\n';
    const long = (us: number): Recording =>
      recording([lane([...Array.from({ length: 60 }, () => `${TOP} > step /project/a.js:1:14 @1 ${us / 60}`)], { processCpuUs: us })]);
    const read = (): string => source;
    const once = analyze(long(20 * 30 * MS), node, read).report;
    assert.equal(once.advice[0]?.rule, 'move-to-worker');
    const repeated = analyze(mergeRuns(Array.from({ length: 20 }, () => long(30 * MS))), node, read).report;
    assert.deepEqual(repeated.advice, []);
    assert.equal(repeated.verdict.bound, 'cpu-js');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../../src/core/analyze.ts';
import type { CpuProfile, Lane, Recording } from '../../../../src/core/recording.ts';
import { node } from '../../../../src/languages/node/index.ts';
import type { FromAgent, OperationsDelta } from '../../../../src/languages/node/record/agent/messages.ts';
import { hearProcess, lanesOf, newProcess } from '../../../../src/languages/node/record/measured-process.ts';

type Part = Extract<FromAgent, { type: 'part' }>;

const SECOND = 1_000_000;
const run = { agentFile: '/agent.cjs', script: '/app/server.js' };
const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, scriptId: '1', url, lineNumber, columnNumber: 0 });

/** (root) → (idle), (program), (garbage collector), handle → render, parse. */
const NODES: CpuProfile['nodes'] = [
  { id: 1, callFrame: frame('(root)', ''), hitCount: 0, children: [2, 3, 4, 5] },
  { id: 2, callFrame: frame('(idle)', ''), hitCount: 0 },
  { id: 3, callFrame: frame('(program)', ''), hitCount: 0 },
  { id: 4, callFrame: frame('(garbage collector)', ''), hitCount: 0 },
  { id: 5, callFrame: frame('handle', 'file:///app/server.js', 9), hitCount: 0, children: [6, 7] },
  { id: 6, callFrame: frame('render', 'file:///app/server.js', 19), hitCount: 0 },
  { id: 7, callFrame: frame('parse', 'file:///app/server.js', 29), hitCount: 0 },
];

/** 20 ms that a server repeats: it waits for a file and for an answer, renders, collects garbage, parses, and works outside of functions. */
const ROUND = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6, 6, 6, 6, 4, 7, 7, 3, 6, 5];
const WAITS = [
  { api: 0, site: 0, from: 0, to: 6 },
  { api: 1, site: 1, from: 0.5, to: 9.5 },
];

/** What the agent says of one second, `number` from 0; `perRound`: how often each wait is begun anew in its time. */
function second(number: number, perRound: number): Part {
  const startUs = number * SECOND;
  const async: OperationsDelta['async'] = { first: number * 50 * WAITS.length * perRound, api: [], site: [], startUs: [], endUs: [] };
  for (let round = 0; round < 50; round++)
    for (let again = 0; again < perRound; again++)
      for (const { api, site, from, to } of WAITS) {
        const lengthMs = (to - from) / perRound;
        async.api.push(api);
        async.site.push(site);
        async.startUs.push(startUs + round * 20_000 + (from + lengthMs * again) * 1000);
        async.endUs.push(startUs + round * 20_000 + (from + lengthMs * (again + 1)) * 1000);
      }
  const samples = Array.from({ length: 50 }, () => ROUND).flat();
  const site = (name: string, line: number) => ({ frames: [{ function: name, url: '/app/server.js', line, column: 3, async: false }] });
  const rounds = Array.from({ length: 50 }, (_, round) => startUs + round * 20_000);
  return {
    type: 'part',
    slice: {
      nodes: NODES.map((one) => (one.id === 6 ? { ...one, positionTicks: [{ line: 21, ticks: 250 }] } : one)),
      startTime: startUs,
      endTime: startUs + SECOND,
      samples,
      timeDeltas: samples.map(() => 1000),
    },
    atUs: startUs + SECOND,
    cpuUs: (number + 1) * SECOND * 0.5,
    operations: {
      apis: number === 0 ? ['fs.promises.readFile', 'fetch'] : [],
      sites: number === 0 ? [site('handle', 11), site('handle', 12)] : [],
      sync: [],
      async,
      ended: [],
      unlisted: 0,
    },
    rounds: { startUs: rounds, endUs: rounds.map((at) => at + 20_000), lastUs: startUs + SECOND, full: false },
    sourceMaps: {},
    children: 0,
  };
}

async function recorded(seconds: number, perRound = 1): Promise<{ recording: Recording; lane: Lane }> {
  const process = newProcess(run);
  hearProcess(process, 0, {
    type: 'start',
    name: 'main',
    pid: 1,
    tid: null,
    atUs: 0,
    profiling: { beforeUs: 0, afterUs: 0 },
    poolThreads: 4,
  });
  for (let number = 0; number < seconds; number++) hearProcess(process, 0, second(number, perRound));
  const [lane] = await lanesOf(process, 0, 0);
  const recording: Recording = {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: 'v8',
    target: { script: run.script, args: [], cwd: '/app', node: { path: '/node', version: '24.0.0' }, nodeOptions: [], env: {} },
    machine: { logicalCores: 4, physicalCores: 4, memoryBytes: 1e9, platform: 'linux', load: 0 },
    run: { wallUs: seconds * SECOND, exitCode: null, signal: null, ended: 'stopped' },
    lanes: [lane!],
    notes: [],
  };
  return { recording, lane: lane! };
}

type Kind = keyof ReturnType<typeof analysed>['report']['time'];
const analysed = ({ recording }: { recording: Recording }) => analyze(recording, node, () => null);
const near = (actual: number, expected: number, within: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= within, `${what}: ${actual}, expected ${expected}`);

describe('a recording of an hour', () => {
  const anHour = recorded(3600);
  const inFull = recorded(60);

  it('is as large as one of some minutes', async () => {
    const hour = await anHour;
    const size = JSON.stringify(hour.recording).length;
    assert.ok(size < 5_000_000, `${size} bytes`);
    assert.ok(hour.lane.cpuProfile.samples.length < 120_000);
    assert.ok(hour.lane.operations.async.api.length < 25_000);
    const [{ profile } = assert.fail('no lane')] = analysed(hour).lanes;
    assert.ok(profile.samples.length < 150_000);
  });

  it('keeps sums exact', async () => {
    const [short, long] = [analysed(await inFull), analysed(await anHour)];
    for (const kind of Object.keys(short.report.time) as Kind[]) near(long.report.time[kind] / 60, short.report.time[kind], 5, kind);
    assert.equal(long.hotSpots.length, short.hotSpots.length);
    for (const spot of short.hotSpots) {
      const same = long.hotSpots.find(({ id }) => id === spot.id) ?? assert.fail(`no ${spot.id}`);
      near(same.share, spot.share, 0.001, spot.id);
      assert.deepEqual(
        same.lines.map(({ line }) => line),
        spot.lines.map(({ line }) => line),
      );
      for (const operation of spot.operations) {
        const other =
          same.operations.find(({ api, line }) => api === operation.api && line === operation.line) ?? assert.fail(operation.api);
        assert.deepEqual([other.calls, other.maxUs, other.peakInFlight], [operation.calls * 60, operation.maxUs, operation.peakInFlight]);
        near(other.totalUs / 60, operation.totalUs, 1, operation.api);
        near(other.longestWaitUs!, operation.longestWaitUs!, 1000, `${operation.api} longest wait`);
        near(other.meanInFlight!, operation.meanInFlight!, 0.01, `${operation.api} in flight`);
      }
    }
  });

  it('tells the event loop as one in full does', async () => {
    const [short, long] = [analysed(await inFull).report.eventLoop!, analysed(await anHour).report.eventLoop!];
    near(long.utilisation, short.utilisation, 0.001, 'utilisation');
    for (const figure of ['mean', 'p50', 'p90', 'p99', 'max'] as const) near(long.delayMs[figure], short.delayMs[figure], 0.2, figure);
    near(long.blocked.times, short.blocked.times * 60, 60, 'blockages');
    near(long.blocked.totalMs, short.blocked.totalMs * 60, 600, 'blocked');
    assert.deepEqual([long.blockages[0]!.function, long.blockages[0]!.line], [short.blockages[0]!.function, short.blockages[0]!.line]);
  });
});

it('rolls up a short run of many operations without changing what they waited for', async () => {
  // 60 s with 100,000 operations: most of them are rolled up.
  const { lane, recording } = await recorded(50, 20);
  assert.ok(lane.rolledUp && lane.operations.async.api.length < 25_000);
  const many = analysed({ recording }).report;
  const few = analysed(await recorded(50, 1)).report;
  for (const kind of Object.keys(few.time) as Kind[]) near(many.time[kind], few.time[kind], few.run.wallMs * 0.01, kind);
  near(
    many.hotSpots.flatMap(({ operations }) => operations).reduce((sum, { calls }) => sum + calls, 0),
    few.hotSpots.flatMap(({ operations }) => operations).reduce((sum, { calls }) => sum + calls, 0) * 20,
    0,
    'calls',
  );
});

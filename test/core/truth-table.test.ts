import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { analyze } from '../../src/core/analyze.ts';
import type { Analysis } from '../../src/core/analyze.ts';
import type { TimeSplit } from '../../src/core/profile/hot-spots.ts';
import type { Recording } from '../../src/core/recording.ts';
import type { Bound } from '../../src/core/report/report.ts';
import { node } from '../../src/languages/node/index.ts';

const fixtures = join(import.meta.dirname, '../fixtures/recordings');

interface Truth {
  recording: string;
  bounds: Bound[];
  /** Where the time is: a function, a line of it, what kind of time, and the share of the run that is at least there. */
  lines: [where: string, kind: keyof TimeSplit, share: number][];
  /** Functions whose total is at least this share of the run. */
  totals?: Record<string, number>;
}

/** Recordings of small programs whose comments say where their time goes. */
const TRUTHS: Truth[] = [
  { recording: 'cpu-loop', bounds: ['cpu-js'], lines: [['countPrimes:6', 'jsCpuUs', 0.8]] },
  { recording: 'exec-sync', bounds: ['blocking-io'], lines: [['step:5', 'blockedUs', 0.8]] },
  // The file is in the page cache: reading it is the kernel's computing, not a wait.
  { recording: 'read-file-sync', bounds: ['cpu-native', 'blocking-io'], lines: [['readAll:8', 'nativeCpuUs', 0.5]] },
  { recording: 'sequential-fetch', bounds: ['async-wait'], lines: [['loadOne:16', 'awaitSerialUs', 0.6]], totals: { loadAll: 0.6 } },
  { recording: 'overlapped-fetch', bounds: ['async-wait'], lines: [['loadOne:13', 'awaitOverlappedUs', 0.5]] },
  { recording: 'promise-all', bounds: ['async-wait'], lines: [['job:5', 'awaitOverlappedUs', 0.8]] },
  { recording: 'timers', bounds: ['async-wait'], lines: [['sleep:3', 'awaitSerialUs', 0.8]], totals: { poll: 0.8, sleep: 0.8 } },
  {
    recording: 'native-cpu',
    bounds: ['cpu-native'],
    lines: [
      ['pack:6', 'nativeCpuUs', 0.4],
      ['derive:9', 'nativeCpuUs', 0.15],
    ],
  },
  { recording: 'json-parse', bounds: ['cpu-js'], lines: [['parseAll:6', 'jsCpuUs', 0.6]] },
  { recording: 'gc-pressure', bounds: ['gc'], lines: [['churn:7', 'gcUs', 0.2]] },
  {
    recording: 'cpu-in-async',
    bounds: ['cpu-js'],
    lines: [
      ['render:8', 'jsCpuUs', 0.7],
      ['layout:13', 'awaitSerialUs', 0.1],
    ],
    totals: { layout: 0.9 },
  },
  {
    recording: 'mixed',
    bounds: ['mixed'],
    lines: [
      ['compute:8', 'jsCpuUs', 0.3],
      ['pause:13', 'blockedUs', 0.25],
      ['rest:16', 'awaitSerialUs', 0.25],
    ],
  },
  {
    recording: 'dependency',
    bounds: ['cpu-js'],
    lines: [
      ['(top level):2', 'loadingUs', 0.2],
      ['measure:5', 'jsCpuUs', 0.25],
      ['weigh:9', 'jsCpuUs', 0.3],
    ],
  },
  {
    recording: 'worker',
    bounds: ['cpu-js'],
    lines: [
      ['sum:7', 'jsCpuUs', 0.6],
      ['(top level):12', 'awaitSerialUs', 0.6],
    ],
  },
  { recording: 'deep-callers', bounds: ['cpu-js'], lines: [['leaf:5', 'jsCpuUs', 0.9]], totals: { depth: 0.95, leaf: 0.95 } },
];

describe('where the time of recorded programs goes', () => {
  for (const { recording, bounds, lines, totals = {} } of TRUTHS) {
    it(recording, () => {
      const analysis = analyzed(recording);
      const { report } = analysis;
      assert.ok(bounds.includes(report.verdict.bound), `the run is ${report.verdict.bound}`);
      const parts = (Object.values(report.time) as number[]).reduce((sum, ms) => sum + ms, 0);
      assert.ok(Math.abs(parts - report.run.wallMs) < report.run.wallMs * 0.01, `parts add up to ${parts} of ${report.run.wallMs} ms`);
      for (const [where, kind, share] of lines) {
        const found = timeAt(analysis, where)?.[kind] ?? 0;
        assert.ok(found >= share * report.run.wallMs * 1000, `${where} has ${found / 1000} ms of ${kind} in ${report.run.wallMs} ms`);
      }
      for (const [name, share] of Object.entries(totals)) {
        const total = analysis.hotSpots.find((spot) => spot.function === name)?.totalUs ?? analysis.totalOf(name);
        assert.ok(total >= share * report.run.wallMs * 1000, `${name}'s total is ${total / 1000} ms`);
        assert.ok(total <= report.run.wallMs * 1000 + 1, `${name}'s total is more than the run`);
      }
    });
  }
});

function analyzed(name: string): Analysis & { totalOf: (name: string) => number } {
  const recording = JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as Recording;
  const analysis = analyze(recording, { ...node, rules: [] }, (file) => {
    try {
      return readFileSync(file.replace(/^\/project/, join(fixtures, 'programs')), 'utf8');
    } catch {
      return null;
    }
  });
  return { ...analysis, totalOf: (frame) => totalInProfile(analysis, frame) };
}

/** For functions that only call others, which are no hot spots: what the exported profile has below their frames. */
function totalInProfile({ lanes }: Analysis, name: string): number {
  const { nodes, samples, timeDeltas } = lanes[0]!.profile;
  const below = new Set<number>();
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.functionName === name) below.add(id);
    if (below.has(id)) for (const child of children) below.add(child);
  }
  return samples.reduce((sum, id, sample) => sum + (below.has(id) ? (timeDeltas[sample + 1] ?? 0) : 0), 0);
}

function timeAt({ hotSpots }: Analysis, where: string): TimeSplit | undefined {
  const [name, line] = where.split(/:(?=\d+$)/);
  return hotSpots
    .filter((spot) => spot.function === name)
    .flatMap((spot) => spot.lines)
    .find((one) => one.line === Number(line))?.time;
}

import { KIND } from '../../src/core/profile/time-kind.ts';
import type { TimedProfile } from '../../src/core/profile/timed-profile.ts';
import type { Report, ReportEventLoop, TimeSplitMs } from '../../src/core/report/report.ts';

/** A small run as the analysis leaves it: a report, and the timed profile that belongs to it. */

const none: TimeSplitMs = { jsCpuMs: 0, nativeCpuMs: 0, blockedMs: 0, awaitedMs: 0, gcMs: 0, loadingMs: 0, idleMs: 0 };
const folder = '/home/dev/shop';

/** Stacks from the outside in, with the kind of their time and how many ms they take at a stretch. */
const stretches: [stack: string, kind: number, ms: number][] = [
  ['main;loadModules', KIND.loading, 90],
  ['main;loadAll;readFileSync', KIND.blocked, 520],
  ['main;loadAll;parse;parseLine', KIND.jsCpu, 120],
  ['main;loadAll;readFileSync', KIND.blocked, 610],
  ['main;loadAll', KIND.jsCpu, 20],
  ['main;loadAll;readFileSync', KIND.blocked, 310],
  ['main;render;row', KIND.jsCpu, 160],
  ['main;render;row;escape', KIND.jsCpu, 95],
  ['main;render;row;format', KIND.jsCpu, 70],
  ['main;render', KIND.gc, 45],
  ['main;render;gzipSync', KIND.nativeCpu, 130],
  ['main;render;row;escape', KIND.jsCpu, 60],
  ['main;notify;await fetch', KIND.awaitSerial, 85],
  ['main;notify;await fetch all', KIND.awaitOverlapped, 75],
  ['main', KIND.jsCpu, 8],
  ['(idle)', KIND.idle, 12],
];

const files: Record<string, [file: string, line: number]> = {
  main: ['report.js', 41],
  loadModules: ['report.js', 1],
  loadAll: ['lib/load.js', 12],
  parse: ['lib/parse.js', 3],
  parseLine: ['lib/parse.js', 20],
  render: ['lib/render.js', 8],
  row: ['lib/render.js', 31],
  escape: ['lib/render.js', 55],
  format: ['lib/format.js', 2],
  notify: ['lib/notify.js', 5],
};

export function sampleProfile(lane = 'main'): TimedProfile {
  const nodes: TimedProfile['nodes'] = [];
  const known = new Map<string, number>();
  const nodeOf = (stack: string): number => {
    const seen = known.get(stack);
    if (seen !== undefined) return seen;
    const id = nodes.length + 1;
    known.set(stack, id);
    const cut = stack.lastIndexOf(';');
    const name = stack === '' ? '(root)' : stack.slice(cut + 1);
    const file = files[name];
    const url = file ? `file://${folder}/${file[0]}` : '';
    const node = {
      id,
      callFrame: { functionName: name, scriptId: '1', url, lineNumber: file ? file[1] - 1 : -1, columnNumber: file ? 0 : -1 },
      hitCount: 0,
      children: [] as number[],
    };
    nodes.push(node);
    if (stack !== '') nodes[nodeOf(cut < 0 ? '' : stack.slice(0, cut)) - 1]!.children!.push(id);
    return id;
  };
  nodeOf('');
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  const sampleKinds: number[] = [];
  for (const [stack, kind, ms] of stretches)
    for (let at = 0; at < ms; at++) {
      samples.push(nodeOf(stack));
      timeDeltas.push(samples.length === 1 ? 0 : 1000);
      sampleKinds.push(kind);
    }
  return {
    nodes,
    startTime: 0,
    endTime: samples.length * 1000,
    samples,
    timeDeltas,
    sampleKinds,
    unblock: { schema: 'unblock/timed-profile/1', lane },
  };
}

export function sampleReport(): Report {
  const wallMs = 2410;
  const file = (name: string): string => `${folder}/${files[name]![0]}`;
  const time = { jsCpuMs: 533, nativeCpuMs: 130, blockedMs: 1440, awaitedMs: 160, gcMs: 45, loadingMs: 90, idleMs: 12 };
  const user = { owner: 'user', calls: 1 } as const;
  const express = `${folder}/node_modules/express/lib/router/index.js`;
  const eventLoop: ReportEventLoop = {
    utilisation: 0.62,
    serving: true,
    requests: 40,
    delayMs: { mean: 31, p50: 4, p90: 120, p99: 480, max: 520 },
    histogram: [{ overMs: 100, share: 0.12 }],
    blocked: { times: 3, totalMs: 780, heldUp: 16 },
    blockages: [
      {
        startMs: 90,
        durationMs: 520,
        function: 'loadAll',
        file: file('loadAll'),
        line: 14,
        heldUp: 13,
        stack: [
          { function: 'readFileSync', file: 'node:fs', line: 441, ms: 500, owner: 'core', calls: 3 },
          { function: 'loadAll', file: file('loadAll'), line: 14, ms: 518, ...user },
          { function: 'next', file: express, line: 177, ms: 519, owner: 'dependency', calls: 12 },
          { function: 'main', file: file('main'), line: 44, ms: 519, ...user },
          { function: 'parserOnIncoming', file: 'node:_http_server', line: 1010, ms: 520, owner: 'core', calls: 4 },
        ],
      },
      { startMs: 2300, durationMs: 85, function: null, file: null, line: null, stack: [], heldUp: null },
    ],
  };
  return {
    schema: 'unblock/report/1',
    target: { script: `${folder}/report.js`, args: [], cwd: folder, node: '22.11.0' },
    run: { engine: 'v8', wallMs, exitCode: 0, signal: null, ended: 'exit' },
    machine: { logicalCores: 8, physicalCores: 4, memoryBytes: 16e9, platform: 'linux', load: 0.1 },
    eventLoop,
    lanes: [{ id: 'main', name: 'main', kind: 'main', wallMs, time, eventLoop }],
    time,
    verdict: {
      bound: 'blocking-io',
      speaksFor: null,
      evidence: [
        '1.44 s (60 %) inside fs.readFileSync, in 120 calls of 12 ms.',
        'The thread was on a core for 28 % of the run: it waited for the disk, not for a core.',
        'Nothing else ran while it was blocked: the event loop stood still for up to 31 ms at a time.',
      ],
    },
    hotSpots: [
      {
        id: 'h1',
        operations: [{ api: 'fs.readFileSync', line: 15, calls: 120, totalMs: 1440 }],
        function: 'loadAll',
        file: file('loadAll'),
        line: 12,
        column: 1,
        share: 0.606,
        selfMs: 20,
        totalMs: 1580,
        calls: 1,
        bound: 'blocking-io',
        time: { ...none, jsCpuMs: 20, blockedMs: 1440 },
        lines: [
          { line: 15, time: { ...none, blockedMs: 1440 } },
          { line: 13, time: { ...none, jsCpuMs: 20 } },
        ],
      },
      {
        id: 'h2',
        operations: [],
        function: 'row',
        file: file('row'),
        line: 31,
        column: 1,
        share: 0.066,
        selfMs: 160,
        totalMs: 385,
        calls: 24000,
        bound: 'cpu-js',
        time: { ...none, jsCpuMs: 160 },
        lines: [{ line: 34, time: { ...none, jsCpuMs: 150 } }],
      },
      {
        id: 'h3',
        operations: [{ api: 'fetch', line: 9, calls: 6, totalMs: 240 }],
        function: 'notify',
        file: file('notify'),
        line: 5,
        column: 1,
        share: 0.066,
        selfMs: 0,
        totalMs: 160,
        calls: 1,
        bound: 'async-wait',
        time: { ...none, awaitedMs: 160 },
        lines: [{ line: 9, time: { ...none, awaitedMs: 160 } }],
      },
      {
        id: 'h4',
        operations: [{ api: 'zlib.gzipSync', line: 22, calls: 1, totalMs: 130 }],
        function: 'render',
        file: file('render'),
        line: 8,
        column: 1,
        share: 0.073,
        selfMs: 45,
        totalMs: 560,
        calls: 1,
        bound: 'cpu-native',
        time: { ...none, nativeCpuMs: 130, gcMs: 45 },
        lines: [{ line: 22, time: { ...none, nativeCpuMs: 130 } }],
      },
    ],
    advice: [
      {
        id: 'a1',
        rule: 'prefer-async-api',
        hotSpot: 'h1',
        model: 'async-api',
        file: file('loadAll'),
        line: 15,
        message: 'Make loadAll asynchronous, reading 8 files at a time',
        why: 'Its 120 files don’t depend on each other, and each read blocks the event loop for 12 ms. Read concurrently, they wait together.',
        predicted: { speedup: 1.9, low: 1.7, high: 2, basis: 'From 120 measured reads, 8 at a time on this disk.' },
        alternatives: [
          { model: 'async-api', speedup: 1.9, memoryBytes: 2_400_000, edits: 4 },
          { model: 'worker-threads', speedup: 1.5, memoryBytes: 31_000_000, edits: 22 },
          { model: 'child-processes', speedup: 1.2, memoryBytes: 240_000_000, edits: 35 },
          { model: 'leave-alone', speedup: 1, memoryBytes: 0, edits: 0 },
        ],
        refactor: { available: true, safety: 'safe' },
      },
      {
        id: 'a2',
        rule: 'move-to-worker',
        hotSpot: 'h2',
        model: 'worker-threads',
        file: file('row'),
        line: 34,
        message: 'Move row to a worker pool',
        why: 'It computes for 385 ms in calls that share nothing.',
        predicted: { speedup: 1.1, low: 1, high: 1.2, basis: 'From process CPU over wall time, and 5 ms to start a worker.' },
        alternatives: [{ model: 'leave-alone', speedup: 1, memoryBytes: 0, edits: 0 }],
        refactor: { available: false, reason: 'row uses `db`, which holds an open socket and can’t be given to a worker.' },
      },
    ],
    leftAlone: [
      {
        function: 'parse',
        file: file('parse'),
        line: 3,
        share: 0.05,
        reason: '120 ms of computing in one call: a worker would take 6 ms to start and save less than it costs in clarity.',
      },
    ],
  };
}

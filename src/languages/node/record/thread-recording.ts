import type { CpuProfile, Lane, LoopRounds, OnCpuTrack, OperationLog, RolledUp } from '../../../core/recording.ts';
import type { FromAgent, OperationsDelta, RoundsDelta, SampledCalls } from './agent/messages.ts';
import { growingProfile, type GrowingProfile } from './cpu-profile.ts';
import { onCpuOf, type RollingUp } from './rolled-track.ts';

type Start = Extract<FromAgent, { type: 'start' }>;

/** One asynchronous operation. */
export type AsyncRow = Record<keyof OperationLog['async'], number>;

/** What one thread has told so far. */
export interface ThreadRecording {
  start: Start;
  profile: GrowingProfile;
  /** What brings the profile's clock to the recording's, µs; null until the first slice came. */
  shiftUs: number | null;
  ended: boolean;
  crashed: boolean;
  /** With which the process exited; null where it did not, or on another thread. */
  exitCode: number | null;
  /** Of its worker threads, those that began before it was attached to, or unseen. */
  unmeasuredWorkers: number;
  lastUs: number;
  cpuUs: number;
  /** Asynchronous ones: those of the last time. */
  operations: OperationLog;
  /** How many asynchronous operations came before those. */
  rowsBefore: number;
  /** Of them those that were still in flight when the time before was rolled up, by their number. */
  older: Map<number, AsyncRow>;
  /** Of an API and a site the place in `operations.sync`. */
  syncRows: Map<string, number>;
  /** Null while all is in full. */
  rolling: RollingUp | null;
  rounds: LoopRounds | null;
  unlisted: number;
  sourceMaps: Record<string, string>;
  /** How many processes of node it has started. */
  children: number;
  /** One a probe; empty until the thread ended. */
  sampled: SampledCalls[];
}

/** @param ownUrl of the agent */
export function beginThread(start: Start, ownUrl: string): ThreadRecording {
  return {
    start,
    profile: growingProfile(ownUrl),
    shiftUs: null,
    ended: false,
    crashed: false,
    exitCode: null,
    unmeasuredWorkers: 0,
    lastUs: start.atUs,
    cpuUs: 0,
    operations: { apis: [], sites: [], sync: [], async: { api: [], site: [], startUs: [], endUs: [] } },
    rowsBefore: 0,
    older: new Map(),
    syncRows: new Map(),
    rolling: null,
    rounds: null,
    unlisted: 0,
    sourceMaps: {},
    children: 0,
    sampled: [],
  };
}

export function addToThread(thread: ThreadRecording, message: Extract<FromAgent, { type: 'part' | 'end' }>): void {
  thread.lastUs = message.atUs;
  thread.cpuUs = message.cpuUs;
  thread.children = message.children;
  thread.unlisted = message.operations.unlisted;
  Object.assign(thread.sourceMaps, message.sourceMaps);
  addOperations(thread, message.operations);
  if (message.rounds) addRounds(thread, message.rounds);
  const { slice } = message;
  if (slice) {
    thread.shiftUs ??= clockShift(thread, slice);
    thread.profile.add(slice, thread.shiftUs);
  }
  if (message.type === 'part') return;
  thread.ended = true;
  thread.crashed = message.crashed;
  thread.exitCode = message.exitCode;
  thread.unmeasuredWorkers = message.unmeasuredWorkers;
  thread.sampled = message.sampled ?? [];
  if (slice) thread.lastUs = Math.min(message.atUs, Math.round(slice.endTime + (thread.shiftUs ?? 0)));
}

/** The thread as a lane of the recording; its profile cut to the script's own time. `track`: of what was not rolled up. */
export function laneOf(thread: ThreadRecording, track: OnCpuTrack | null, notBeforeUs: number): Omit<Lane, 'id' | 'kind'> {
  const { start, rolling, rounds } = thread;
  const fromUs = rolling?.fromUs ?? Math.max(start.atUs, notBeforeUs);
  const { profile, idOf } = thread.profile.between(fromUs, thread.lastUs, rolling?.buckets.flat() ?? []);
  const rows = [...thread.older.values()];
  const { async: recent, ...log } = thread.operations;
  const column = (name: keyof AsyncRow): number[] => [...rows.map((row) => row[name]), ...recent[name]];
  const operations = { ...log, async: { api: column('api'), site: column('site'), startUs: column('startUs'), endUs: column('endUs') } };
  return onlyUsed({
    name: start.name,
    pid: start.pid,
    cpuProfile: profile,
    operations,
    rounds,
    onCpu: rolling && track ? onCpuOf(rolling, track) : track,
    processCpuUs: thread.cpuUs,
    poolThreads: start.poolThreads,
    sourceMaps: thread.sourceMaps,
    ...(rolling && { rolledUp: withNodeIds(rolling.before, idOf) }),
  });
}

function withNodeIds(rolledUp: RolledUp, idOf: (node: number) => number): RolledUp {
  const { loop } = rolledUp;
  if (!loop) return rolledUp;
  return {
    ...rolledUp,
    loop: { ...loop, blockages: loop.blockages.map((one) => ({ ...one, node: one.node === null ? null : idOf(one.node) })) },
  };
}

/** On macOS V8's clock and libuv's part company while the machine sleeps: the start of profiling, known on both, brings them together. */
function clockShift({ start: { profiling } }: ThreadRecording, { startTime }: CpuProfile): number {
  if (!profiling || (startTime >= profiling.beforeUs - 1000 && startTime <= profiling.afterUs + 1000)) return 0;
  // Where the first slice is missing, the next one starts later by less than this; clocks that part do so by more.
  const behindUs = startTime - profiling.afterUs;
  return behindUs > 0 && behindUs < 86_400_000_000 ? 0 : (profiling.beforeUs + profiling.afterUs) / 2 - startTime;
}

function addOperations(thread: ThreadRecording, delta: OperationsDelta): void {
  const { operations: log, older, rowsBefore, syncRows } = thread;
  log.apis.push(...delta.apis);
  log.sites.push(...delta.sites);
  for (const row of delta.sync) {
    const key = `${row.api} ${row.site}`;
    const at = syncRows.get(key);
    if (at === undefined) syncRows.set(key, log.sync.push(row) - 1);
    else log.sync[at] = row;
  }
  const { first, ...columns } = delta.async;
  for (const name of ['api', 'site', 'startUs', 'endUs'] as const) for (const value of columns[name]) log.async[name].push(value);
  for (const [index, atUs] of delta.ended) {
    const row = older.get(index);
    if (row) row.endUs = atUs;
    else if (index >= rowsBefore) log.async.endUs[index - rowsBefore] = atUs;
  }
  if (first + columns.api.length !== rowsBefore + log.async.api.length) throw new Error('The agent lost count of its operations.');
}

function addRounds(thread: ThreadRecording, { startUs, endUs, lastUs, full }: RoundsDelta): void {
  const rounds = (thread.rounds ??= { startUs: [], endUs: [], notedUntilUs: 0, full: false });
  for (const value of startUs) rounds.startUs.push(value);
  for (const value of endUs) rounds.endUs.push(value);
  rounds.full = full;
  rounds.notedUntilUs = full ? (rounds.endUs.at(-1) ?? lastUs) : lastUs;
}

/** Every core API is known to the agent; the recording names those that were called. */
function onlyUsed(lane: Omit<Lane, 'id' | 'kind'>): Omit<Lane, 'id' | 'kind'> {
  const { operations: log, cpuProfile, rolledUp } = lane;
  const awaited = cpuProfile.nodes.flatMap(({ awaits }) => awaits?.api ?? []);
  const called = [...log.sync.map(({ api }) => api), ...log.async.api, ...(rolledUp?.operations ?? []).map(({ api }) => api), ...awaited];
  const used = [...new Set(called)].sort((a, b) => a - b);
  const index = new Map(used.map((api, position) => [api, position]));
  const renumbered = <Row extends { api: number }>(row: Row): Row => ({ ...row, api: index.get(row.api)! });
  return {
    ...lane,
    cpuProfile: {
      ...cpuProfile,
      nodes: cpuProfile.nodes.map((node) => (node.awaits ? { ...node, awaits: renumbered(node.awaits) } : node)),
    },
    operations: {
      apis: used.map((api) => log.apis[api]!),
      sites: log.sites,
      sync: log.sync.map(renumbered),
      async: { ...log.async, api: log.async.api.map((api) => index.get(api)!) },
    },
    ...(rolledUp && { rolledUp: { ...rolledUp, operations: rolledUp.operations.map(renumbered) } }),
  };
}

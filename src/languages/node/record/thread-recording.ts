import type { CpuProfile, Lane, LoopRounds, OperationLog, SyncCalls } from '../../../core/recording.ts';
import type { FromAgent, OperationsDelta, RoundsDelta } from './agent/messages.ts';
import { growingProfile, type GrowingProfile } from './cpu-profile.ts';

type Start = Extract<FromAgent, { type: 'start' }>;

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
  operations: OperationLog;
  rounds: LoopRounds | null;
  unlisted: number;
  sourceMaps: Record<string, string>;
  /** How many processes of node it has started. */
  children: number;
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
    rounds: null,
    unlisted: 0,
    sourceMaps: {},
    children: 0,
  };
}

export function addToThread(thread: ThreadRecording, message: Extract<FromAgent, { type: 'part' | 'end' }>): void {
  thread.lastUs = message.atUs;
  thread.cpuUs = message.cpuUs;
  thread.children = message.children;
  thread.unlisted = message.operations.unlisted;
  Object.assign(thread.sourceMaps, message.sourceMaps);
  addOperations(thread.operations, message.operations);
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
  if (slice) thread.lastUs = Math.min(message.atUs, Math.round(slice.endTime + (thread.shiftUs ?? 0)));
}

/** The thread as a lane of the recording; its profile cut to the script's own time. */
export function laneOf(
  thread: ThreadRecording,
  notBeforeUs: number,
): Pick<Lane, 'cpuProfile' | 'operations' | 'rounds' | 'sourceMaps' | 'processCpuUs' | 'poolThreads' | 'pid' | 'name'> {
  return {
    name: thread.start.name,
    pid: thread.start.pid,
    cpuProfile: thread.profile.between(Math.max(thread.start.atUs, notBeforeUs), thread.lastUs),
    operations: onlyUsed(thread.operations),
    rounds: thread.rounds,
    processCpuUs: thread.cpuUs,
    poolThreads: thread.start.poolThreads,
    sourceMaps: thread.sourceMaps,
  };
}

/** On macOS V8's clock and libuv's part company while the machine sleeps: the start of profiling, known on both, brings them together. */
function clockShift({ start: { profiling } }: ThreadRecording, { startTime }: CpuProfile): number {
  if (!profiling || (startTime >= profiling.beforeUs - 1000 && startTime <= profiling.afterUs + 1000)) return 0;
  // Where the first slice is missing, the next one starts later by less than this; clocks that part do so by more.
  const behindUs = startTime - profiling.afterUs;
  return behindUs > 0 && behindUs < 86_400_000_000 ? 0 : (profiling.beforeUs + profiling.afterUs) / 2 - startTime;
}

function addOperations(log: OperationLog, delta: OperationsDelta): void {
  log.apis.push(...delta.apis);
  log.sites.push(...delta.sites);
  for (const row of delta.sync) {
    const at = log.sync.findIndex((known) => known.api === row.api && known.site === row.site);
    if (at < 0) log.sync.push(row);
    else log.sync[at] = row;
  }
  const { first, ...columns } = delta.async;
  for (const name of ['api', 'site', 'startUs', 'endUs'] as const) for (const value of columns[name]) log.async[name].push(value);
  for (const [index, atUs] of delta.ended) log.async.endUs[index] = atUs;
  if (first + columns.api.length !== log.async.api.length) throw new Error('The agent lost count of its operations.');
}

function addRounds(thread: ThreadRecording, { startUs, endUs, lastUs, full }: RoundsDelta): void {
  const rounds = (thread.rounds ??= { startUs: [], endUs: [], notedUntilUs: 0, full: false });
  for (const value of startUs) rounds.startUs.push(value);
  for (const value of endUs) rounds.endUs.push(value);
  rounds.full = full;
  rounds.notedUntilUs = full ? (rounds.endUs.at(-1) ?? lastUs) : lastUs;
}

/** Every core API is known to the agent; the recording names those that were called. */
function onlyUsed(log: OperationLog): OperationLog {
  const used = [...new Set([...log.sync.map(({ api }) => api), ...log.async.api])].sort((a, b) => a - b);
  const index = new Map(used.map((api, position) => [api, position]));
  return {
    apis: used.map((api) => log.apis[api]!),
    sites: log.sites,
    sync: log.sync.map((row): SyncCalls => ({ ...row, api: index.get(row.api)! })),
    async: { ...log.async, api: log.async.api.map((api) => index.get(api)!) },
  };
}

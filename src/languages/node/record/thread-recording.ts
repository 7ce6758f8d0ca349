import type { CpuProfile, Lane, LoopRounds, OperationLog, SyncCalls } from '../../../core/recording.ts';
import type { FromAgent, OperationsDelta, RoundsDelta } from './agent/messages.ts';
import { normaliseProfile } from './cpu-profile.ts';

type Start = Extract<FromAgent, { type: 'start' }>;

/** What one thread has told so far. */
export interface ThreadRecording {
  start: Start;
  slices: CpuProfile[];
  /** The whole profile; null until the thread ended, and for good when it was killed. */
  profile: CpuProfile | null;
  ended: boolean;
  crashed: boolean;
  lastUs: number;
  cpuUs: number;
  operations: OperationLog;
  rounds: LoopRounds | null;
  unlisted: number;
  sourceMaps: Record<string, string>;
  /** How many processes of node it has started. */
  children: number;
}

export function beginThread(start: Start): ThreadRecording {
  return {
    start,
    slices: [],
    profile: null,
    ended: false,
    crashed: false,
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
  if (message.type === 'part') {
    if (message.slice) thread.slices.push(message.slice);
    return;
  }
  thread.ended = true;
  thread.crashed = message.crashed;
  thread.profile = message.profile;
  if (message.profile) thread.lastUs = Math.min(message.atUs, Math.round(message.profile.endTime + clockShift(thread, message.profile)));
}

/** The thread as a lane of the recording; its profile cut to the script's own time. */
export function laneOf(
  thread: ThreadRecording,
  ownUrl: string,
  notBeforeUs: number,
): Pick<Lane, 'cpuProfile' | 'operations' | 'rounds' | 'sourceMaps' | 'processCpuUs' | 'poolThreads' | 'pid' | 'name'> {
  const profiles = (thread.profile ? [thread.profile] : thread.slices).map((profile) =>
    shifted(profile, clockShift(thread, thread.profile ?? profile)),
  );
  return {
    name: thread.start.name,
    pid: thread.start.pid,
    cpuProfile: normaliseProfile(profiles, { ownUrl, fromUs: Math.max(thread.start.atUs, notBeforeUs), toUs: thread.lastUs }),
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
  // Slices start later than the base profile by less than this; clocks that part do so by more.
  const behindUs = startTime - profiling.afterUs;
  return behindUs > 0 && behindUs < 86_400_000_000 ? 0 : (profiling.beforeUs + profiling.afterUs) / 2 - startTime;
}

function shifted(profile: CpuProfile, byUs: number): CpuProfile {
  return byUs === 0 ? profile : { ...profile, startTime: profile.startTime + byUs, endTime: profile.endTime + byUs };
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

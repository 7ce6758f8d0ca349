import { pathToFileURL } from 'node:url';
import type { Language } from '../../../core/language.ts';
import type { Lane, OnCpuTrack } from '../../../core/recording.ts';
import { node } from '../index.ts';
import type { FromAgent } from './agent/messages.ts';
import { followThread, type FollowedThread } from './scheduler-track.ts';
import { rollUpThread } from './rolling-up.ts';
import { readSourceMaps } from './source-maps.ts';
import { addToThread, beginThread, laneOf, type ThreadRecording } from './thread-recording.ts';

/** What all processes of a run have in common, as absolute paths. */
export interface MeasuredRun {
  agentFile: string;
  /** Null where it is not known from the start. */
  script: string | null;
}

/** What the threads of one process have told so far; thread 0 is its main thread. */
export interface MeasuredProcess {
  /** Of the agent: its frames are not the script's. */
  ownUrl: string;
  language: Language;
  threads: Map<number, ThreadRecording>;
  tracks: Map<number, FollowedThread>;
  /** Tracks of threads that are no longer followed. */
  followed: Map<number, OnCpuTrack>;
  failed: string | null;
}

export function newProcess({ agentFile, script }: MeasuredRun): MeasuredProcess {
  const language: Language = { ...node, owner: (url) => node.owner(url, script ?? undefined) };
  return { ownUrl: pathToFileURL(agentFile).href, language, threads: new Map(), tracks: new Map(), followed: new Map(), failed: null };
}

export function hearProcess(process: MeasuredProcess, thread: number, message: FromAgent): void {
  if (message.type === 'failed') process.failed = message.detail;
  else if (message.type === 'start') {
    process.threads.set(thread, beginThread(message, process.ownUrl));
    const track = message.tid === null ? null : followThread(message.pid, message.tid);
    if (track) process.tracks.set(thread, track);
  } else if (message.type === 'part' || message.type === 'end') {
    const known = process.threads.get(thread);
    if (!known) return;
    addToThread(known, message);
    if (message.type === 'part') rollUpThread(known, process.tracks.get(thread) ?? null, process.language);
  }
}

/** Its threads' scheduler statistics are no longer read: it is gone, or the recording is over. */
export function stopFollowing(process: MeasuredProcess): void {
  for (const [thread, track] of process.tracks) process.followed.set(thread, track.stop());
  process.tracks.clear();
}

/** Processes of node that it started and that were to be measured. */
export function startedBy(process: MeasuredProcess): number {
  return [...process.threads.values()].reduce((sum, { children }) => sum + children, 0);
}

/**
 * @param number 0 for the script's own process, else counted from 1 as child processes were met
 * @param fromUs when the measurement of the script began: what its workers and child processes did before is not of the run
 */
export async function lanesOf(process: MeasuredProcess, number: number, fromUs: number): Promise<Lane[]> {
  const threads = [...process.threads].filter(([, { lastUs }]) => lastUs >= fromUs).sort(([a], [b]) => a - b);
  const main = process.threads.get(0);
  return Promise.all(
    threads.map(async ([thread, told]): Promise<Lane> => {
      const lane = laneOf(told, process.followed.get(thread) ?? null, fromUs);
      const worker = thread === 0 ? null : lane.name;
      const child = number === 0 ? null : `process ${number}: ${main?.start.name ?? 'node'}`;
      return {
        ...lane,
        id: idOf(number, thread),
        name: [child, worker].filter((part) => part !== null).join(', ') || lane.name,
        kind: thread > 0 ? 'worker' : number > 0 ? 'process' : 'main',
        sourceMaps: await readSourceMaps(lane.cpuProfile, lane.sourceMaps),
      };
    }),
  );
}

function idOf(number: number, thread: number): string {
  if (number === 0) return thread === 0 ? 'main' : `worker-${thread}`;
  return thread === 0 ? `process-${number}` : `process-${number}-worker-${thread}`;
}

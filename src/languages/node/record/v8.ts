import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../../../core/failure.ts';
import type { Lane, OnCpuTrack, Recording, Run } from '../../../core/recording.ts';
import type { FromAgent } from './agent/messages.ts';
import { type LaunchedScript, launch } from './launch.ts';
import { endOnRequest } from './ending.ts';
import type { Recorder, RecordRequest } from './recorder.ts';
import { followThread } from './scheduler-track.ts';
import { shareFate } from './shared-fate.ts';
import { readSourceMaps } from './source-maps.ts';
import { addToThread, beginThread, laneOf, type ThreadRecording } from './thread-recording.ts';

const PROGRESS_MS = 500;
/**
 * Our own engine: V8's sampling profiler, driven by an agent inside the script's process through an in-process inspector session (no port
 * is opened), with core APIs wrapped and, on Linux, the scheduler's statistics read from outside.
 */
export const v8Recorder: Recorder = { id: 'v8', record };

interface Threads {
  told: Map<number, ThreadRecording>;
  tracks: Map<number, { stop(): OnCpuTrack }>;
  failed: string | null;
}

async function record(request: RecordRequest): Promise<Recording> {
  refuseCancelled(request);
  const threads: Threads = { told: new Map(), tracks: new Map(), failed: null };
  const beganMs = performance.now();
  const timers: NodeJS.Timeout[] = [];
  let port: number | null = null;
  const script = launch(request, (thread, message) => {
    if (message.type === 'listening') {
      if (port === null) script.tell('begin');
      port ??= message.port;
      return;
    }
    hear(threads, thread, message);
    if (thread !== 0 || message.type !== 'start') return;
    const startMs = performance.now();
    request.onProgress(0);
    if (port !== null) request.onPort?.(port);
    timers.push(setInterval(() => request.onProgress(performance.now() - startMs), PROGRESS_MS));
  });
  const separate = shareFate(script.process);
  const ending = endOnRequest(request, script, () => threads.told.get(0)?.ended === true);
  try {
    const { exitCode, signal } = await script.ended.catch((error: unknown) => {
      throw new Failure(`${request.target.node.path} could not be started: check *unblock.nodePath*.`, String(error));
    });
    const goneUs = Number(process.hrtime.bigint() / 1000n);
    const tracks = new Map([...threads.tracks].map(([thread, track]) => [thread, track.stop()]));
    threads.tracks.clear();
    refuseCancelled(request);
    const main = threads.told.get(0);
    if (!main) throw neverBegan(request, threads, exitCode, signal, performance.now() - beganMs);
    return await recordingOf(request, script, threads, main, tracks, { exitCode, signal, stopped: ending.stopped, goneUs });
  } finally {
    timers.forEach(clearInterval);
    for (const track of threads.tracks.values()) track.stop();
    ending.forget();
    separate();
  }
}

function hear(threads: Threads, thread: number, message: FromAgent): void {
  if (message.type === 'failed') threads.failed = message.detail;
  else if (message.type === 'start') {
    threads.told.set(thread, beginThread(message));
    const track = message.tid === null ? null : followThread(message.pid, message.tid);
    if (track) threads.tracks.set(thread, track);
  } else if (message.type !== 'listening') {
    const known = threads.told.get(thread);
    if (known) addToThread(known, message);
  }
}

interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stopped: boolean;
  /** When the process was seen to be gone, µs. */
  goneUs: number;
}

async function recordingOf(
  request: RecordRequest,
  script: LaunchedScript,
  threads: Threads,
  main: ThreadRecording,
  tracks: Map<number, OnCpuTrack>,
  ending: Ending,
): Promise<Recording> {
  const ownUrl = pathToFileURL(script.agentFile).href;
  const lanes = await Promise.all(
    [...threads.told]
      .sort(([a], [b]) => a - b)
      .map(async ([thread, told]): Promise<Lane> => {
        const lane = laneOf(told, ownUrl);
        return {
          ...lane,
          id: thread === 0 ? 'main' : `worker-${thread}`,
          kind: thread === 0 ? 'main' : 'worker',
          onCpu: tracks.get(thread) ?? null,
          sourceMaps: await readSourceMaps(lane.cpuProfile, lane.sourceMaps),
        };
      }),
  );
  return {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: 'v8',
    target: request.target,
    machine: request.machine,
    run: { wallUs: main.lastUs - main.start.atUs, exitCode: ending.exitCode, signal: ending.signal, ended: howEnded(main, ending) },
    lanes,
    notes: notesOn(main, ending),
  };
}

/** Signals by which a program ends itself because something in it is broken. */
const CRASHES: readonly string[] = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'];

function howEnded(main: ThreadRecording, { signal, stopped }: Ending): Run['ended'] {
  if (stopped) return 'stopped';
  if (signal !== null) return CRASHES.includes(signal) ? 'crashed' : 'killed';
  return main.crashed ? 'crashed' : 'exit';
}

/** What is missing below this is not worth a sentence. */
const MISSED_US = 50_000;

function notesOn(main: ThreadRecording, { signal, stopped, goneUs }: Ending): string[] {
  const notes: string[] = [];
  const missedUs = goneUs - main.lastUs;
  if (!main.ended && missedUs > MISSED_US) {
    const how = stopped ? 'stopped' : signal === null ? 'gone' : `ended by ${signal}`;
    notes.push(`The last ${(missedUs / 1e6).toFixed(2)} s before the script was ${how} could not be measured.`);
  }
  if (main.unlisted > 0)
    notes.push(`${main.unlisted} asynchronous operations were too many to list: they are missing from the waiting times.`);
  return notes;
}

function refuseCancelled({ cancel }: RecordRequest): void {
  if (cancel.aborted) throw new Failure('Profiling was cancelled.');
}

function neverBegan(request: RecordRequest, threads: Threads, exitCode: number | null, signal: string | null, afterMs: number): Failure {
  const how = signal ?? `exit code ${exitCode ?? 'unknown'}`;
  if (request.stop.aborted)
    return new Failure(`The script was stopped before ${request.onPort ? 'it opened a port' : 'its first line'}: nothing was measured.`);
  if (threads.failed !== null) return new Failure('This node does not let itself be profiled: check its options.', threads.failed);
  if (request.onPort)
    return new Failure(
      `${basename(request.target.script)} ended before it opened a port (${how}): a load needs a server; see what it printed above.`,
    );
  return new Failure(
    `Node ended before the script began (${how}): see what it printed above.`,
    `${request.target.node.path} ${request.target.nodeOptions.join(' ')} after ${Math.round(afterMs)} ms`,
  );
}

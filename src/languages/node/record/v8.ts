import { basename, join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { Recording, Run } from '../../../core/recording.ts';
import { type ChildProcesses, listenForChildren } from './child-processes.ts';
import { endOnRequest } from './ending.ts';
import { AGENT, launch, type LaunchedScript } from './launch.ts';
import { hearProcess, lanesOf, type MeasuredProcess, newProcess, startedBy, stopFollowing } from './measured-process.ts';
import type { Recorder, RecordRequest } from './recorder.ts';
import { shareFate } from './shared-fate.ts';
import type { ThreadRecording } from './thread-recording.ts';

const PROGRESS_MS = 500;
/**
 * Our own engine: V8's sampling profiler, driven by an agent inside the script's process through an in-process inspector session (no port
 * is opened), with core APIs wrapped and, on Linux, the scheduler's statistics read from outside.
 */
export const v8Recorder: Recorder = { id: 'v8', record };

async function record(request: RecordRequest): Promise<Recording> {
  refuseCancelled(request);
  const agentFile = join(request.distFolder, AGENT);
  const own = newProcess(agentFile);
  const beganMs = performance.now();
  const timers: NodeJS.Timeout[] = [];
  let forget: (() => void)[] = [];
  let port: number | null = null;
  let script: LaunchedScript | null = null;
  const opened = (opening: number) => {
    if (port === null) script?.tell('begin');
    port ??= opening;
  };
  const children = await listenForChildren(agentFile, opened);
  try {
    script = launch(request, children.channel, (thread, message) => {
      if (message.type === 'listening') opened(message.port);
      else if (message.type === 'killing') children.flush(message.pid, () => script?.tell('flushed'));
      else hearProcess(own, thread, message);
      if (thread !== 0 || message.type !== 'start') return;
      const startMs = performance.now();
      request.onProgress(0);
      if (port !== null) request.onPort?.(port);
      timers.push(setInterval(() => request.onProgress(performance.now() - startMs), PROGRESS_MS));
    });
    const separate = shareFate(script.process);
    const ending = endOnRequest(request, script, children, () => own.threads.get(0)?.ended === true);
    forget = [separate, () => ending.forget()];
    const { exitCode, signal } = await script.ended.catch((error: unknown) => {
      throw new Failure(`${request.target.node.path} could not be started: check *unblock.nodePath*.`, String(error));
    });
    const goneUs = Number(process.hrtime.bigint() / 1000n);
    stopFollowing(own);
    await children.release();
    children.measured.forEach(stopFollowing);
    refuseCancelled(request);
    const main = own.threads.get(0);
    if (!main) throw neverBegan(request, own, exitCode, signal, performance.now() - beganMs);
    return await recordingOf(request, own, main, children, { exitCode, signal, stopped: ending.stopped, goneUs });
  } finally {
    timers.forEach(clearInterval);
    for (const one of [own, ...children.measured]) stopFollowing(one);
    for (const undo of forget) undo();
    children.close();
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
  own: MeasuredProcess,
  main: ThreadRecording,
  children: ChildProcesses,
  ending: Ending,
): Promise<Recording> {
  const processes = [own, ...children.measured.filter(({ threads }) => threads.has(0))];
  const lanes = await Promise.all(processes.map((one, number) => lanesOf(one, number, main.start.atUs)));
  return {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: 'v8',
    target: request.target,
    machine: request.machine,
    run: { wallUs: main.lastUs - main.start.atUs, exitCode: ending.exitCode, signal: ending.signal, ended: howEnded(main, ending) },
    lanes: lanes.flat(),
    notes: [...notesOn(main, ending), ...notesOnChildren(own, children)],
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

function notesOnChildren(own: MeasuredProcess, { measured, direct, refused }: ChildProcesses): string[] {
  const started = [own, ...measured].reduce((sum, one) => sum + startedBy(one), 0);
  const silent = Math.max(0, started - direct);
  const notes: string[] = [];
  if (refused > 0)
    notes.push(
      `The script started ${measured.length + refused} processes of node: the first ${measured.length} were measured, the work of the others is missing.`,
    );
  if (silent > 0)
    notes.push(`${silent} of its child processes of node could not be measured: ${silent === 1 ? 'its' : 'their'} work is missing.`);
  return notes;
}

function refuseCancelled({ cancel }: RecordRequest): void {
  if (cancel.aborted) throw new Failure('Profiling was cancelled.');
}

function neverBegan(
  request: RecordRequest,
  own: MeasuredProcess,
  exitCode: number | null,
  signal: string | null,
  afterMs: number,
): Failure {
  const how = signal ?? `exit code ${exitCode ?? 'unknown'}`;
  if (request.stop.aborted)
    return new Failure(`The script was stopped before ${request.onPort ? 'it opened a port' : 'its first line'}: nothing was measured.`);
  if (own.failed !== null) return new Failure('This node does not let itself be profiled: check its options.', own.failed);
  if (request.onPort)
    return new Failure(
      `${basename(request.target.script)} ended before it opened a port (${how}): a load needs a server; see what it printed above.`,
    );
  return new Failure(
    `Node ended before the script began (${how}): see what it printed above.`,
    `${request.target.node.path} ${request.target.nodeOptions.join(' ')} after ${Math.round(afterMs)} ms`,
  );
}

import { basename, join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { Recording, Run } from '../../../core/recording.ts';
import { listenForChildren } from './child-processes.ts';
import { endOnRequest } from './ending.ts';
import { AGENT, launch, type LaunchedScript } from './launch.ts';
import { hearProcess, type MeasuredProcess, newProcess, stopFollowing } from './measured-process.ts';
import type { Recorder, RecordRequest } from './recorder.ts';
import { recordingOf } from './recording.ts';
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
  const run = { agentFile: join(request.distFolder, AGENT), script: request.target.script };
  const own = newProcess(run);
  const beganMs = performance.now();
  const timers: NodeJS.Timeout[] = [];
  let forget: (() => void)[] = [];
  let port: number | null = null;
  let script: LaunchedScript | null = null;
  const opened = (opening: number) => {
    if (port === null) script?.tell('begin');
    port ??= opening;
  };
  const children = await listenForChildren(run, { opened });
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
    return await recordingOf({
      probes: request.probes,
      target: request.target,
      machine: request.machine,
      own,
      main,
      measured: children.measured,
      children,
      run: { exitCode, signal, ended: howEnded(main, signal, ending.stopped) },
      goneUs,
    });
  } finally {
    timers.forEach(clearInterval);
    for (const one of [own, ...children.measured]) stopFollowing(one);
    for (const undo of forget) undo();
    children.close();
  }
}

/** Signals by which a program ends itself because something in it is broken. */
const CRASHES: readonly string[] = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'];

function howEnded(main: ThreadRecording, signal: NodeJS.Signals | null, stopped: boolean): Run['ended'] {
  if (stopped) return 'stopped';
  if (signal !== null) return CRASHES.includes(signal) ? 'crashed' : 'killed';
  return main.crashed ? 'crashed' : 'exit';
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

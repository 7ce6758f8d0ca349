import { join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { Machine, Recording, Run, Target } from '../../../core/recording.ts';
import type { AttachTo } from '../attach/attach-to.ts';
import { enter } from '../attach/enter.ts';
import { type ChildProcesses, listenForChildren } from './child-processes.ts';
import { AGENT } from './launch.ts';
import { type MeasuredProcess, stopFollowing } from './measured-process.ts';
import { recordingOf } from './recording.ts';
import type { ThreadRecording } from './thread-recording.ts';

export interface AttachRequest {
  to: AttachTo;
  machine: Machine;
  /** Aborted: let the process go and return what was measured so far (`run.ended` is `stopped`). */
  stop: AbortSignal;
  /** Aborted: let the process go, throw away what was measured, throw a Failure. */
  cancel: AbortSignal;
  /** The folder that holds the bundled programs (`agent.cjs`). */
  distFolder: string;
  /** Called once, when measuring begins. */
  onBegin: (target: Target, pid: number) => void;
  /** Called when measuring begins and then about every 500 ms. */
  onProgress(elapsedMs: number): void;
}

const PROGRESS_MS = 500;
/** The agent calls within some ms, unless its thread is in a long native call. */
const BEGIN_MS = 10_000;
/** The same when it is to hand out what it measured; what it told each second is kept. */
const RELEASE_MS = 3000;

/**
 * Measures a process of node that runs already, with the agent that measures child processes, until it is stopped or the process ends. The process
 * is then as it was found. Throws a Failure when nothing could be measured.
 */
export async function recordAttached(request: AttachRequest): Promise<Recording> {
  const began = later<MeasuredProcess>();
  const gone = later<'gone'>();
  let pid: number | null = null;
  let own: MeasuredProcess | null = null;
  const children = await listenForChildren(
    { agentFile: join(request.distFolder, AGENT), script: null },
    {
      began(process) {
        if (own === null && process.threads.get(0)?.start.pid === pid) began.resolve((own = process));
      },
      left(process) {
        if (process === own) gone.resolve('gone');
      },
    },
  );
  const asked = requested(request);
  let progress: NodeJS.Timeout | undefined;
  try {
    const target = await getIn(request, children, (id) => (pid = id), Promise.race([began.promise, asked]));
    const process = await began.promise;
    const main = process.threads.get(0)!;
    const startMs = performance.now();
    request.onBegin(target, main.start.pid);
    request.onProgress(0);
    progress = setInterval(() => request.onProgress(performance.now() - startMs), PROGRESS_MS);
    const how = await Promise.race([gone.promise, asked]);
    const goneUs = Number(globalThis.process.hrtime.bigint() / 1000n);
    await children.release(RELEASE_MS);
    children.measured.forEach(stopFollowing);
    if (request.cancel.aborted) throw cancelled();
    return await recordingOf({
      target,
      machine: request.machine,
      own: process,
      main,
      measured: children.measured.filter((one) => one !== process),
      children,
      run: {
        exitCode: how === 'gone' ? main.exitCode : null,
        signal: null,
        ended: how === 'gone' ? howEnded(main) : 'stopped',
        attached: true,
      },
      goneUs,
    });
  } finally {
    clearInterval(progress);
    await children.release(RELEASE_MS);
    children.measured.forEach(stopFollowing);
    children.close();
  }
}

/** Has the agent begin in the process, and takes leave of the inspector whatever comes of it. */
async function getIn(
  { to, cancel, distFolder }: AttachRequest,
  { channel }: ChildProcesses,
  onPid: (pid: number) => void,
  begun: Promise<unknown>,
): Promise<Target> {
  if (channel === null) throw new Failure('Unblock could not open a socket for the process to talk to: check the temporary folder.');
  const entry = await enter(to, distFolder);
  let timer: NodeJS.Timeout | undefined;
  try {
    if (cancel.aborted) throw cancelled();
    onPid(entry.pid);
    await entry.loadAgent({ ...channel, ports: false, transforms: false, runsOn: true, direct: false, attached: true });
    const patience = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), BEGIN_MS)));
    const what = await Promise.race([begun, patience]);
    if (what === 'late') throw new Failure(`Process ${entry.pid} is in a long call of native code: try again when that has ended.`);
    if (what === 'stop') throw new Failure('It was stopped before measuring began: nothing was measured.');
    if (what === 'cancel') throw cancelled();
    return entry.target;
  } finally {
    clearTimeout(timer);
    await entry.leave();
  }
}

function requested({ stop, cancel }: AttachRequest): Promise<'stop' | 'cancel'> {
  return new Promise((resolve) => {
    for (const [signal, word] of [
      [cancel, 'cancel'],
      [stop, 'stop'],
    ] as const) {
      if (signal.aborted) resolve(word);
      else signal.addEventListener('abort', () => resolve(word), { once: true });
    }
  });
}

/** We are not its parent: what it says itself at its end is all that is known. */
function howEnded(main: ThreadRecording): Run['ended'] {
  if (!main.ended) return 'killed';
  return main.crashed || main.exitCode === null ? 'crashed' : 'exit';
}

function cancelled(): Failure {
  return new Failure('Profiling was cancelled.');
}

function later<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

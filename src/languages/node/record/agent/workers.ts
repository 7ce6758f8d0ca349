import { randomUUID } from 'node:crypto';
import inspector from 'node:inspector';
import workerThreads, { BroadcastChannel, Worker } from 'node:worker_threads';
import type { ChildChannel } from './messages.ts';
import { HANDLE } from './interrupting.ts';
import { onRestore } from './restore.ts';
import { realThreadId } from './thread-ids.ts';
import { replace } from './wrap.ts';

/**
 * The script's worker threads are measured by an agent of their own: workers take over `--require agent`. Here is what the thread that
 * starts them does about it.
 */
export interface WorkerSettings {
  /** The file descriptor on which to talk to the recorder. */
  fd: Int32Array;
  children: ChildChannel | null;
  /** How many workers began and ended their measurement. */
  counts: Int32Array;
  /** The thread id that the interrupter took. */
  takenId: number;
  /** Whether the recorder wants to know of open ports. */
  ports: boolean;
  /** Whether source maps are asked of V8. */
  transforms: boolean;
}

export const BEGUN = 0;
export const ENDED = 1;

const { stringify } = JSON;
const SETTINGS = 'unblock';
/** For all workers together, when the process is about to end; one in the middle of native code does not hear us. */
const PATIENCE_MS = 200;
/**
 * V8 takes back a termination that reaches a thread inside an inspector's evaluation, and a thread in an endless loop then runs on forever. So a
 * worker that has answered is given time to come back from the evaluation, and is told again until it is gone.
 */
const RETURN_MS = 5;
const AGAIN_MS = 25;

// The script's timers are wrapped; ours are not the script's.
const later = globalThis.setTimeout;

export function newWorkerSettings(
  fd: Int32Array,
  children: ChildChannel | null,
  wishes: Pick<WorkerSettings, 'ports' | 'transforms'>,
): WorkerSettings {
  return { fd, children, counts: new Int32Array(new SharedArrayBuffer(8)), takenId: 0, ...wishes };
}

export function offerToWorkers(settings: WorkerSettings): void {
  workerThreads.setEnvironmentData(SETTINGS, settings);
  onRestore(() => workerThreads.setEnvironmentData(SETTINGS, undefined));
}

export function settingsOfWorker(): WorkerSettings | null {
  const settings: unknown = workerThreads.getEnvironmentData(SETTINGS);
  return typeof settings === 'object' && settings !== null && 'counts' in settings ? (settings as WorkerSettings) : null;
}

/** In a worker that ran before us: the name of the channel on which it is told its settings. */
export const EARLY = '__unblockEarly';

/** Calls `found` in a worker that ran before us, with its settings, as soon as it has time for them. */
export function takeEarlySettings(found: (settings: WorkerSettings) => void): void {
  const name: unknown = Reflect.get(globalThis, EARLY);
  Reflect.deleteProperty(globalThis, EARLY);
  if (typeof name !== 'string') return;
  const channel = new BroadcastChannel(name);
  channel.unref();
  channel.onmessage = (event) => {
    const { data } = event as { data: unknown };
    // The others' calls are heard as well.
    if (data === null) return;
    channel.close();
    found(data as WorkerSettings);
  };
  channel.postMessage(null);
}

const LOADER = 'unblock-loader';

/** A loader's own thread is not measured, but must know of it. */
export function offerLoader(loader: string): void {
  workerThreads.setEnvironmentData(LOADER, loader);
}

export function loaderOfWorkers(): string | null {
  const loader: unknown = workerThreads.getEnvironmentData(LOADER);
  return typeof loader === 'string' ? loader : null;
}

/**
 * The arguments of a worker's construction; one with options for node of its own does not take over the agent from ours. `others`: the options of
 * those without, where they don't either.
 */
export function withAgent(args: unknown[], others: readonly string[] | null = null): unknown[] {
  const [file, options, ...rest] = args as [unknown, { execArgv?: unknown } | undefined, ...unknown[]];
  const execArgv: unknown = options?.execArgv ?? others;
  if (!Array.isArray(execArgv)) return args;
  return [file, { ...options, execArgv: ['--require', __filename, ...(execArgv as unknown[])] }, ...rest];
}

export interface StartedWorkers {
  /** Measures those that run already, where their time is not taken up by one long turn. Only the first call counts. */
  enterEarly(): void;
  /** How many run or ran without the agent. */
  unmeasured(): number;
  /** Lets each worker send what came since the last time; does not wait. */
  flush(): void;
  /** Ends the measurement of each worker and waits for it, as the process is about to end. */
  finish(): void;
}

/**
 * Follows the workers that the calling thread starts, through the inspector, which reaches them in the middle of anything. A worker that is
 * terminated runs no code of its own any more, so it is asked before.
 */
export function followWorkers(settings: WorkerSettings): StartedWorkers {
  const { counts } = settings;
  const sessions = new Map<string, string>();
  const session = new inspector.Session();
  const wait = Atomics.wait.bind(Atomics);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  session.connect();
  const seen = new Set<string>();
  session.on('NodeWorker.attachedToWorker', ({ params: { workerInfo, sessionId } }) => {
    sessions.set(workerInfo.workerId, sessionId);
    seen.add(workerInfo.workerId);
  });
  session.on('NodeWorker.detachedFromWorker', ({ params }) => {
    for (const [worker, id] of sessions) if (id === params.sessionId) sessions.delete(worker);
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  const early = [...sessions.values()];
  onRestore(() => session.disconnect());

  const evaluate = (sessionId: string, expression: string, includeCommandLineAPI = false) => {
    const message = { id: 1, method: 'Runtime.evaluate', params: { expression, includeCommandLineAPI } };
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message: stringify(message) });
  };
  const ask = (sessionId: string, what: 'flush' | 'finish') => {
    evaluate(sessionId, `(function ${HANDLE}() { globalThis.${HANDLE}?.${what}() })()`);
  };
  const settle = (expected: () => boolean) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!expected() && performance.now() < deadline) wait(counts, ENDED, Atomics.load(counts, ENDED), 5);
    wait(pause, 0, 0, RETURN_MS);
  };

  replace(
    Worker.prototype,
    'terminate',
    (original) =>
      function (...args) {
        const sessionId = sessions.get(String(realThreadId(this as Worker)));
        if (sessionId !== undefined) {
          const ended = Atomics.load(counts, ENDED);
          ask(sessionId, 'finish');
          settle(() => Atomics.load(counts, ENDED) > ended);
          terminateAgain(this as Worker, original as Worker['terminate']);
        }
        return Reflect.apply(original, this, args);
      },
  );

  return {
    enterEarly() {
      if (early.length === 0) return;
      const name = `unblock ${randomUUID()}`;
      const channel = new BroadcastChannel(name);
      channel.unref();
      onRestore(() => channel.close());
      channel.onmessage = (event) => {
        if ((event as { data: unknown }).data === null) channel.postMessage(settings);
      };
      for (const sessionId of early.splice(0)) evaluate(sessionId, loading(name), true);
    },
    // The interrupter is one of those seen.
    unmeasured: () => Math.max(0, seen.size - 1 - Atomics.load(counts, BEGUN)),
    flush() {
      for (const sessionId of sessions.values()) ask(sessionId, 'flush');
    },
    finish() {
      for (const sessionId of sessions.values()) ask(sessionId, 'finish');
      if (sessions.size > 0) settle(() => Atomics.load(counts, ENDED) >= Atomics.load(counts, BEGUN));
    },
  };
}

/** Loads the agent into a worker as a module that no other can find. */
function loading(channel: string): string {
  const [file, name, value] = [__filename, EARLY, channel].map((word) => stringify(word));
  return `(function ${HANDLE}() {
    const Module = require('node:module');
    const agent = new Module(${file});
    agent.filename = ${file};
    globalThis[${name}] = ${value};
    agent._compile(require('node:fs').readFileSync(${file}, 'utf8'), ${file});
  })()`;
}

/** Repeats a termination until the worker is gone; the script sees none of it. */
function terminateAgain(worker: Worker, terminate: Worker['terminate']): void {
  const again = () => {
    if (realThreadId(worker) < 0) return;
    const listeners = worker.listeners('exit');
    void Reflect.apply(terminate, worker, []);
    // Each termination listens for the exit: a second one need not.
    for (const added of worker.listeners('exit')) if (!listeners.includes(added)) worker.off('exit', added as () => void);
    later(again, AGAIN_MS).unref();
  };
  later(again, AGAIN_MS).unref();
}

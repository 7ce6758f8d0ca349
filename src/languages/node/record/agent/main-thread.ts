import { Worker } from 'node:worker_threads';
import { openChannel } from './channel.ts';
import { HANDLE, type Interrupting, startInterrupter } from './interrupting.ts';
import type { FromAgent } from './messages.ts';
import { type RecordedThread, recordThread } from './thread.ts';
import { replace } from './wrap.ts';

/** Signals that Node itself answers otherwise than by dying. */
const HARMLESS_SIGNALS = ['SIGWINCH', 'SIGCONT', 'SIGCHLD', 'SIGURG', 'SIGUSR1', 'SIGSTOP', 'SIGTSTP', 0];

/** Longer than the recorder takes to send the signal. */
const HELD_MS = 2000;

export function recordMainThread(out: number, input: number): void {
  try {
    hideOptions(process.execArgv);
    shiftThreadIds();
    const thread = recordThread(out, 0, 'main');
    Object.defineProperty(globalThis, HANDLE, { value: { flush: () => thread.flush(), stop: () => stop(thread) }, configurable: true });
    const interrupting = startInterrupter(input);
    thread.wrap();
    hookEndings(thread, interrupting);
    interrupting.ready();
    thread.begin();
  } catch (error) {
    const failed: FromAgent = { type: 'failed', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    openChannel(out, 0)(failed);
  }
}

/** `process.execArgv` is what `fork` and `cluster` start children with. The recorder puts `--require agent` first. */
export function hideOptions(execArgv: string[]): void {
  const at = execArgv.indexOf(__filename);
  if (at > 0) execArgv.splice(at - 1, 2);
}

/** The interrupter took the first thread id: the script's own workers count from 1 as they always do. */
export function shiftThreadIds(): void {
  Object.defineProperty(Worker.prototype, 'threadId', {
    configurable: true,
    get: () => undefined,
    set(this: object, id: number) {
      Object.defineProperty(this, 'threadId', { value: id > 0 ? id - 1 : id, writable: true, enumerable: true, configurable: true });
    },
  });
}

function hookEndings(thread: RecordedThread, interrupting: Interrupting): void {
  const exiting = () => (process as unknown as { _exiting?: boolean })._exiting === true;
  const finish = () => {
    thread.finish();
    interrupting.dismiss();
  };
  // Not a listener: those of the script, some of them long, come first and still count.
  const emit = process.emit.bind(process) as (...args: unknown[]) => boolean;
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (...args: unknown[]) {
      if (args[0] === 'worker' && args[1] === interrupting.worker) return false;
      try {
        return emit(...args);
      } finally {
        if (args[0] === 'exit' && exiting()) finish();
      }
    },
  });
  for (const name of ['reallyExit', 'abort']) {
    replace(
      process,
      name,
      (original) =>
        function (this: unknown, ...args) {
          finish();
          return Reflect.apply(original, this, args);
        },
    );
  }
  replace(
    process,
    'kill',
    (original) =>
      function (this: unknown, ...args) {
        const [pid, signal = 'SIGTERM'] = args;
        if (pid === process.pid && !HARMLESS_SIGNALS.includes(signal as string) && process.listenerCount(String(signal)) === 0) {
          thread.flush();
          interrupting.dismiss();
        }
        return Reflect.apply(original, this, args);
      },
  );
}

const pause = new Int32Array(new SharedArrayBuffer(4));
const wait = Atomics.wait.bind(Atomics);

/** Hands everything out. A script that would not hear the signal that follows is held until it comes, so that it does nothing more. */
function stop(thread: RecordedThread): void {
  thread.finish();
  if (process.listenerCount('SIGTERM') === 0) wait(pause, 0, 0, HELD_MS);
}

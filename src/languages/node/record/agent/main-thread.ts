import { openChannel } from './channel.ts';
import { hookExit, hookSuicide } from './endings.ts';
import { hideOptions } from './hide-options.ts';
import { HANDLE, startInterrupter } from './interrupting.ts';
import type { FromAgent } from './messages.ts';
import { recordThread } from './thread.ts';
import { followWorkers, newWorkerSettings, offerToWorkers } from './workers.ts';

/** Longer than the recorder takes to send the signal that ends a stopped script. */
const HELD_MS = 2000;

/** Measures the script's main thread: preparations first, so that the script's first line comes right after the profiler's start. */
export function recordMainThread(out: number, input: number): void {
  try {
    hideOptions(process.execArgv);
    const settings = newWorkerSettings(out);
    const thread = recordThread(out, 0, 'main');
    const workers = followWorkers(settings);
    const finish = () => {
      workers.finish();
      thread.finish();
    };
    const flush = () => {
      workers.flush();
      thread.flush();
    };
    const stop = () => {
      finish();
      hold();
    };
    Object.defineProperty(globalThis, HANDLE, { value: { flush, stop }, configurable: true });
    const interrupter = startInterrupter(input);
    offerToWorkers({ ...settings, takenId: interrupter.takenId });
    thread.wrap();
    const leave = (last: () => void) => () => {
      last();
      interrupter.dismiss();
    };
    hookExit(leave(finish), (args) => args[0] === 'worker' && args[1] === interrupter.worker);
    hookSuicide(leave(flush));
    interrupter.ready();
    thread.begin();
  } catch (error) {
    const failed: FromAgent = { type: 'failed', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    openChannel(out, 0)(failed);
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));
const wait = Atomics.wait.bind(Atomics);

/** A script that would not hear the signal that follows does nothing more until it comes. */
function hold(): void {
  if (process.listenerCount('SIGTERM') === 0) wait(pause, 0, 0, HELD_MS);
}

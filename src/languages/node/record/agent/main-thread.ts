import { openChannel } from './channel.ts';
import { hookExit, hookSuicide } from './endings.ts';
import { hideOptions } from './hide-options.ts';
import { HANDLE, startInterrupter } from './interrupting.ts';
import { BEGIN_EVENT, type ChannelSettings, type FromAgent } from './messages.ts';
import { recordThread } from './thread.ts';
import { forgetNoCache, keepLines } from './typescript-loader.ts';
import { followWorkers, newWorkerSettings, offerLoader, offerToWorkers } from './workers.ts';

/** Longer than the recorder takes to send the signal that ends a stopped script. */
const HELD_MS = 2000;

/** Measures the script's main thread: preparations first, so that the script's first line comes right after the profiler's start. */
export function recordMainThread({ out, input, loader, untilPort }: ChannelSettings): void {
  try {
    hideOptions(process.execArgv, loader);
    const settings = newWorkerSettings(out, untilPort);
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
    Object.defineProperty(globalThis, HANDLE, { value: { flush, stop, begin: () => thread.begin() }, configurable: true });
    const interrupter = startInterrupter(input);
    thread.wrap();
    if (untilPort) thread.tellPorts();
    const leave = (last: () => void) => () => {
      last();
      interrupter.dismiss();
    };
    const begin = () => {
      // Not before: the loader may run a thread of its own.
      offerToWorkers({ ...settings, takenId: interrupter.takenId });
      if (!untilPort) thread.begin();
    };
    hookExit(leave(finish), (args) => {
      if (args[0] !== BEGIN_EVENT) return args[0] === 'worker' && args[1] === interrupter.worker;
      forgetNoCache();
      begin();
      return true;
    });
    hookSuicide(leave(flush));
    interrupter.ready();
    if (loader === null) begin();
    else {
      offerLoader(loader);
      keepLines(loader);
    }
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

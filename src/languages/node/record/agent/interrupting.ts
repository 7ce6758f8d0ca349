import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startHidden } from './thread-ids.ts';

/** What the interrupter (interrupter.ts, a program of its own) is given. */
export interface InterrupterSettings {
  /** The file descriptor on which the recorder talks. */
  input: number;
  /** READY when it has the main thread's functions, GONE when it has let go of the main thread. */
  state: Int32Array;
}

export const READY = 1;
export const GONE = 2;

export { HANDLE } from './messages.ts';

/** On a busy machine a thread may take long to start; the script waits for it, as without it nothing is left of a run that is killed. */
const START_MS = 5000;
const FAREWELL_MS = 200;
const SETTLE_MS = 1;

export interface Interrupting {
  worker: Worker;
  /** The thread id it took. */
  takenId: number;
  /** Waits until the interrupter works. */
  ready(): void;
  /** Makes the interrupter let go of the main thread, which is about to exit. */
  dismiss(): void;
}

/** Small, unreferenced, with nothing of the script's options and environment. */
export function startInterrupter(input: number): Interrupting {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const settings: InterrupterSettings = { input, state };
  const { worker, takenId } = startHidden(
    () =>
      new Worker(join(__dirname, 'interrupter.cjs'), {
        workerData: settings,
        execArgv: [],
        env: {},
        name: 'unblock',
        resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
      }),
  );
  worker.unref();
  const wait = Atomics.wait.bind(Atomics);
  let dismissed = false;
  return {
    worker,
    takenId,
    ready: () => void wait(state, 0, 0, START_MS),
    dismiss() {
      if (dismissed) return;
      dismissed = true;
      worker.postMessage('');
      wait(state, 0, READY, FAREWELL_MS);
      // Its session is closed on this thread by an interrupt, which is served while waiting.
      wait(state, 0, GONE, SETTLE_MS);
    },
  };
}

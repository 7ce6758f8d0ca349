import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the interrupter (interrupter.ts, a program of its own) is given. */
export interface InterrupterSettings {
  /** The file descriptor on which the recorder talks. */
  input: number;
  /** Set to GONE when it has let go of the main thread. */
  gone: Int32Array;
}

export const GONE = 1;

/** Where the interrupter finds the main thread's functions, once; it deletes the property at that moment. */
export const HANDLE = '__unblock';

const FAREWELL_MS = 200;

export interface Interrupting {
  worker: Worker;
  /** Makes the interrupter let go of the main thread, which is about to exit. */
  dismiss(): void;
}

/** Small, unreferenced, with nothing of the script's options and environment. */
export function startInterrupter(input: number): Interrupting {
  const gone = new Int32Array(new SharedArrayBuffer(4));
  const settings: InterrupterSettings = { input, gone };
  const worker = new Worker(join(__dirname, 'interrupter.cjs'), {
    workerData: settings,
    execArgv: [],
    env: {},
    name: 'unblock',
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
  });
  worker.unref();
  const wait = Atomics.wait.bind(Atomics);
  let dismissed = false;
  return {
    worker,
    dismiss() {
      if (dismissed) return;
      dismissed = true;
      worker.postMessage('');
      wait(gone, 0, 0, FAREWELL_MS);
    },
  };
}

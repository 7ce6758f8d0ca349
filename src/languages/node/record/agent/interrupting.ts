import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChildSettings, Probe } from './messages.ts';
import { NONE_TAKEN, startHidden } from './thread-ids.ts';

/** What the interrupter (interrupter.ts, a program of its own) is given. */
export interface InterrupterSettings {
  /** The file descriptor on which the recorder talks, or where it is to be found. */
  recorder: number | ChildSettings;
  /** One of the words below. */
  state: Int32Array;
  /** Of a child process: the descriptor of the socket to the recorder, -1 when it is closed. */
  fd: Int32Array;
  /** Counts the recorder's word that another process, about to be ended, has sent what it measured. */
  flushed: Int32Array;
  probes: readonly Probe[];
}

/** The interrupter has the main thread's functions. */
export const READY = 1;
/** It has let go of the main thread. */
export const GONE = 2;
/** This process is not to be measured. */
export const REFUSED = 3;

export { HANDLE } from './messages.ts';

/** On a busy machine a thread may take long to start; the script waits for it, as without it nothing is left of a run that is killed. */
const START_MS = 5000;
const FAREWELL_MS = 200;
const LOOK_MS = 20;
const SETTLE_MS = 1;
/** A process in the middle of native code does not answer. */
const FLUSHED_MS = 150;

// The script's timers are wrapped; ours are not the script's.
const later = globalThis.setTimeout;

export interface Interrupting {
  worker: Worker;
  /** The thread id it took. */
  takenId: number;
  /** Waits until the interrupter works. False: this process is not to be measured. */
  ready(): boolean;
  /** Calls `ask` and waits for the recorder's word `flushed`. */
  flushed(ask: () => boolean): void;
  /** Makes the interrupter let go of the main thread, which is about to exit. */
  dismiss(): void;
  /** Ends the interrupter's thread, which lets go of the main thread now, as the process runs on. */
  end(): void;
}

/** Small, unreferenced, with nothing of the script's options and environment. */
export function startInterrupter(recorder: number | ChildSettings, fd: Int32Array, probes: readonly Probe[]): Interrupting {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const flushed = new Int32Array(new SharedArrayBuffer(4));
  const settings: InterrupterSettings = { recorder, state, fd, flushed, probes };
  const start = () =>
    new Worker(join(__dirname, 'interrupter.cjs'), {
      workerData: settings,
      execArgv: [],
      env: {},
      name: 'unblock',
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
    });
  // A program that runs already knows its workers by their ids.
  const shows = typeof recorder !== 'number' && recorder.attached;
  const { worker, takenId } = shows ? { worker: start(), takenId: NONE_TAKEN } : startHidden(start);
  worker.unref();
  const wait = Atomics.wait.bind(Atomics);
  const { compareExchange, load } = Atomics;
  let dismissed = false;
  return {
    worker,
    takenId,
    ready() {
      wait(state, 0, 0, START_MS);
      if (typeof recorder === 'number') return true;
      // One that comes later than this finds itself refused.
      return compareExchange(state, 0, 0, REFUSED) === READY;
    },
    flushed(ask) {
      const before = load(flushed, 0);
      if (ask()) wait(flushed, 0, before, FLUSHED_MS);
    },
    end() {
      // Its session is closed on this thread, in the middle of anything, and tells its own thread: Node aborts where that is gone by then.
      const look = () => {
        if (load(state, 0) === GONE) later(() => worker.postMessage(''), LOOK_MS).unref();
        else later(look, LOOK_MS).unref();
      };
      later(look, LOOK_MS).unref();
    },
    dismiss() {
      if (dismissed) return;
      dismissed = true;
      if (load(state, 0) === REFUSED) return;
      worker.postMessage('');
      wait(state, 0, READY, FAREWELL_MS);
      // Its session is closed on this thread by an interrupt, which is served while waiting.
      wait(state, 0, GONE, SETTLE_MS);
    },
  };
}

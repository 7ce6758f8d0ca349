import workerThreads from 'node:worker_threads';
import { nowUs } from './clock.ts';
import { hideOptions } from './hide-options.ts';
import { hookExit } from './endings.ts';
import { HANDLE } from './interrupting.ts';
import { BEGIN_EVENT } from './messages.ts';
import { onRestore, restore } from './restore.ts';
import { recordThread } from './thread.ts';
import { hideThreadId } from './thread-ids.ts';
import { keepLines } from './typescript-loader.ts';
import {
  BEGUN,
  EARLY,
  ENDED,
  followWorkers,
  loaderOfWorkers,
  settingsOfWorker,
  takeEarlySettings,
  type WorkerSettings,
} from './workers.ts';

/** A thread that Node started for itself, as the one that runs a loader's hooks. Nodes that don't say so give it no parent to talk to. */
const { isInternalThread } = workerThreads as { isInternalThread?: boolean };
const isOfNode = isInternalThread ?? workerThreads.parentPort === null;

/** Measures a worker thread of the script, when the thread that started it is measured, or that which runs already. */
export function recordWorkerThread(): void {
  if (EARLY in globalThis) {
    takeEarlySettings((settings) => record(settings, true));
    return;
  }
  const settings = settingsOfWorker();
  const loader = loaderOfWorkers();
  if (loader !== null) keepLines(loader);
  if (settings) record(settings, false);
}

function record(settings: WorkerSettings, alreadyRuns: boolean): void {
  if (isOfNode) {
    // Seen from outside it is a worker like others: it is not one that is missing.
    for (const count of [BEGUN, ENDED]) Atomics.add(settings.counts, count, 1);
    return;
  }
  const loader = loaderOfWorkers();
  try {
    const { fd, children, counts, takenId, ports, transforms } = settings;
    if (!alreadyRuns) hideThreadId(takenId);
    const number = Atomics.add(counts, BEGUN, 1) + 1;
    const thread = recordThread({
      fd,
      thread: number,
      name: `worker ${workerThreads.threadId}`,
      children,
      transforms,
      alreadyRuns,
      sampler: null,
    });
    let finished = false;
    const finish = () => {
      if (finished) return;
      finished = true;
      const endUs = nowUs();
      workers.finish();
      thread.finish(endUs);
      Atomics.add(counts, ENDED, 1);
      Atomics.notify(counts, ENDED);
    };
    const workers = followWorkers(settings);
    if (!alreadyRuns) hideOptions(process.execArgv, loader);
    const release = () => {
      finish();
      restore();
    };
    Object.defineProperty(globalThis, HANDLE, { value: { flush: () => thread.flush(), finish: release }, configurable: true });
    onRestore(() => void Reflect.deleteProperty(globalThis, HANDLE));
    thread.wrap();
    if (ports) thread.tellPorts();
    hookExit(finish, (args) => args[0] === BEGIN_EVENT);
    thread.begin();
  } catch {
    // This worker is not measured; the script must not notice.
  }
}

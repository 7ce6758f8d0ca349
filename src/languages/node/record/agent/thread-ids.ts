import workerThreads, { Worker } from 'node:worker_threads';

/**
 * The interrupter is a worker and so takes a thread id, which scripts print and compare: for the script its own workers count as they
 * always do. Node's internals read the same getter to find a worker's ports, so what it says must not change during a worker's life.
 */
const { get: getter } = (Object.getOwnPropertyDescriptor(Worker.prototype, 'threadId') ?? {}) as { get?: (this: unknown) => number };

/** Beyond all ids that a script's workers get. */
const HIDDEN_ID = 2 ** 31 - 1;

/** For {@link hideThreadId}, where no id is hidden. */
export const NONE_TAKEN = HIDDEN_ID;

/** The id under which the inspector knows a worker; -1 when it is gone. */
export function realThreadId(worker: Worker): number {
  return getter ? Reflect.apply(getter, worker, []) : worker.threadId;
}

/** Starts a worker whose id the script does not see, now or in the ids of its own workers. */
export function startHidden(start: () => Worker): { worker: Worker; takenId: number } {
  let takenId = 0;
  replaceGetter((id) => (takenId === 0 || id === takenId ? HIDDEN_ID : shifted(id, takenId)));
  const worker = start();
  takenId = realThreadId(worker);
  return { worker, takenId };
}

/** The same in a worker, where `takenId` was taken before it began. */
export function hideThreadId(takenId: number): void {
  replaceGetter((id) => shifted(id, takenId));
  const value = shifted(workerThreads.threadId, takenId);
  Object.defineProperty(workerThreads, 'threadId', { value, writable: true, enumerable: true, configurable: true });
}

function shifted(id: number, takenId: number): number {
  return id > takenId ? id - 1 : id;
}

function replaceGetter(shown: (id: number) => number): void {
  if (!getter) return;
  Object.defineProperty(Worker.prototype, 'threadId', {
    configurable: true,
    enumerable: false,
    get(this: Worker) {
      const id = realThreadId(this);
      return id < 0 ? id : shown(id);
    },
  });
}

import workerThreads, { Worker } from 'node:worker_threads';
import { type OperationLog, UNLISTED } from './operation-log.ts';
import { onRestore } from './restore.ts';
import { withAgent } from './workers.ts';
import { type Callable, replace } from './wrap.ts';

/**
 * What a thread waits for when it waits for its workers: `worker_threads.Worker` lasts from the construction until the worker's first
 * message or its end, or the first message to it; `Worker.postMessage` until the answer, one message for one, or the worker's end.
 * `handsOnAgent`: this thread was started without the agent, so that its workers don't take it over.
 */
export function wrapWorkers(log: OperationLog, beforeWorker = () => {}, handsOnAgent = false): void {
  const construction = log.api('worker_threads.Worker');
  const post = log.api('Worker.postMessage');
  const waiting = new WeakMap<object, number[]>();
  /** Workers that were not heard of, nor posted to, since their construction. */
  const starting = new WeakMap<object, number>();
  const wait = (worker: object, operation: number) => {
    if (operation === UNLISTED) return;
    const operations = waiting.get(worker);
    if (operations) operations.push(operation);
    else waiting.set(worker, [operation]);
  };

  const made = (target: Callable, args: unknown[], newTarget: Callable): object => {
    const make = (words: unknown[]) => Reflect.construct(target, words, newTarget) as object;
    if (!handsOnAgent) return make(withAgent(args));
    try {
      return make(withAgent(args, process.execArgv));
    } catch (error) {
      // Options of the whole process can't be given to a worker by name.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
      const ofProcess = message.slice(message.indexOf(':') + 2).split(', ');
      return make(
        withAgent(
          args,
          process.execArgv.filter((option) => !ofProcess.includes(option)),
        ),
      );
    }
  };
  const construct = (target: Callable, args: unknown[], newTarget: Callable): object => {
    const operation = log.begin(construction, construct);
    let worker: object | null = null;
    try {
      beforeWorker();
      worker = made(target, args, newTarget);
      wait(worker, operation);
      starting.set(worker, operation);
      return worker;
    } finally {
      if (!worker) log.end(operation);
    }
  };
  const proxy = new Proxy(Worker as unknown as Callable, { construct });
  const threads = workerThreads as { Worker: unknown };
  const { Worker: original } = threads;
  Object.defineProperty(Worker.prototype, 'constructor', { value: proxy, writable: true, configurable: true });
  threads.Worker = proxy;

  replace(Worker.prototype, 'postMessage', (original) => {
    const wrapper: Callable = function (...args) {
      const worker = this as object;
      log.end(starting.get(worker) ?? UNLISTED);
      if (starting.delete(worker)) waiting.delete(worker);
      wait(worker, log.begin(post, wrapper));
      return Reflect.apply(original, this, args);
    };
    return wrapper;
  });

  const { emit: inherited } = Object.getPrototypeOf(Worker.prototype) as { emit: Callable };
  Object.defineProperty(Worker.prototype, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function emit(this: object, ...args: unknown[]) {
      const operations = waiting.get(this);
      if (args[0] === 'message') starting.delete(this);
      if (operations && args[0] === 'message') log.end(operations.shift() ?? UNLISTED);
      else if (operations && args[0] === 'exit') for (const operation of operations.splice(0)) log.end(operation);
      return Reflect.apply(inherited, this, args);
    },
  });
  onRestore(() => {
    Object.defineProperty(Worker.prototype, 'constructor', { value: original, writable: true, configurable: true });
    if (threads.Worker === proxy) threads.Worker = original;
    Reflect.deleteProperty(Worker.prototype, 'emit');
  });
}

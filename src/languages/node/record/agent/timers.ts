import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import type { OperationLog } from './operation-log.ts';
import { call, type Callable, replace, wrapIterator, wrapPromise, wrapPromisified } from './wrap.ts';
import { nowUs } from './clock.ts';
import { onRestore } from './restore.ts';

const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * A timer waits until it is due, or cleared: both are known without touching its callback, which so keeps its place and name in stack
 * traces. An interval waits until it is cleared. A timer that is taken off the loop (`unref`) keeps nobody waiting.
 */
export function wrapTimers(log: OperationLog): void {
  const operations = new WeakMap<object, number>();
  const early = (timer: unknown) => {
    if (typeof timer !== 'object' || timer === null) return;
    const operation = operations.get(timer);
    if (operation === undefined) return;
    operations.delete(timer);
    log.endEarly(operation);
  };

  const shared = (name: 'setTimeout' | 'setInterval' | 'clearTimeout' | 'clearInterval', make: (original: Callable) => Callable) => {
    const exported = timers as unknown as Record<string, unknown>;
    const before = exported[name];
    replace(globalThis, name, make);
    const wrapper = globalThis[name];
    exported[name] = wrapper;
    onRestore(() => {
      if (exported[name] === wrapper) exported[name] = before;
    });
  };
  let prototype: object | null = null;
  for (const name of ['setTimeout', 'setInterval'] as const) {
    shared(name, (original) => {
      const index = log.api(name);
      const wrapper: Callable = function (...args) {
        const timer = call(original, this, args);
        if (log.busy || typeof timer !== 'object' || timer === null) return timer;
        const delay = Number(args[1]);
        const delayUs = (delay >= 1 && delay <= LONGEST_DELAY_MS ? Math.trunc(delay) : 1) * 1000;
        const operation = log.begin(index, wrapper, name === 'setTimeout' ? nowUs() + delayUs : -1);
        if (operation >= 0) operations.set(timer, operation);
        if (!prototype) {
          prototype = Object.getPrototypeOf(timer) as object;
          for (const end of ['unref', 'close']) replace(prototype, end, endsBefore(early));
        }
        return timer;
      };
      return wrapper;
    });
    if (name === 'setTimeout') wrapPromisified(log, globalThis, name, 'timers.promises.setTimeout');
  }
  for (const name of ['clearTimeout', 'clearInterval'] as const) {
    shared(name, (original) => (timer, ...rest) => {
      early(timer);
      return Reflect.apply(original, undefined, [timer, ...rest]);
    });
  }
  wrapPromise(log, timersPromises, 'setTimeout', 'timers.promises.setTimeout');
  wrapIterator(log, timersPromises, 'setInterval', 'timers.promises.setInterval');
}

function endsBefore(early: (timer: unknown) => void): (original: Callable) => Callable {
  return (original) =>
    function (...args) {
      early(this);
      return Reflect.apply(original, this, args);
    };
}

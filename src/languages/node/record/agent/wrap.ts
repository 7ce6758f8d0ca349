import { promisify } from 'node:util';
import { type OperationLog, UNLISTED } from './operation-log.ts';
import { nowUs } from './clock.ts';
import { onRestore } from './restore.ts';

/**
 * How a core API is measured. Rules for every wrapper: `this`, arguments, result, name, length and own properties stay what they were;
 * a throw is let through by `finally`, never thrown again, as V8 would report the wrapper as the place it came from.
 */
export type Callable = (this: unknown, ...args: unknown[]) => unknown;
export type Owner = Record<PropertyKey, unknown>;

const { apply } = Reflect;
const { then } = Promise.prototype as { then: Callable };

/** Replaces `owner[name]` where it is a function, until {@link restore}; own properties (`util.promisify.custom` among them) are copied. */
export function replace(owner: object, name: PropertyKey, make: (original: Callable) => Callable): void {
  const undo = replaceForGood(owner, name, make);
  if (undo) onRestore(undo);
}

/** The same for objects that come and go, which are not remembered. Returns what undoes it; null where there is nothing to replace. */
export function replaceForGood(owner: object, name: PropertyKey, make: (original: Callable) => Callable): (() => void) | null {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor || typeof descriptor.value !== 'function' || (!descriptor.writable && !descriptor.configurable)) return null;
  const original = descriptor.value as Callable;
  const wrapper = make(original);
  copyProperties(original, wrapper);
  const put = (value: Callable) => {
    if (descriptor.configurable) Object.defineProperty(owner, name, { ...descriptor, value });
    else (owner as Owner)[name] = value;
  };
  put(wrapper);
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === wrapper) put(original);
  };
}

function copyProperties(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    try {
      const descriptor = Object.getOwnPropertyDescriptor(from, key)!;
      // Node fixes this one for good; ours must still be able to wrap it.
      if (key === promisify.custom) descriptor.configurable = true;
      Object.defineProperty(to, key, descriptor);
    } catch {
      // A property of functions that can't be redefined (`prototype` with another flag): the wrapper keeps its own.
    }
  }
}

/** Calls the original with room for our frames in stack traces, so that they do not push out the script's. */
export function call(original: Callable, self: unknown, args: unknown[]): unknown {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = limit + 2;
  try {
    return apply(original, self, args);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Likewise, while what the original calls itself is not counted. */
function callAlone(log: OperationLog, original: Callable, self: unknown, args: unknown[]): unknown {
  const limit = Error.stackTraceLimit;
  log.busy = true;
  Error.stackTraceLimit = limit + 2;
  try {
    return apply(original, self, args);
  } finally {
    log.busy = false;
    Error.stackTraceLimit = limit;
  }
}

const never = () => false;

/** `mayBeNodes`: true where these arguments may be those of Node's own module loader, whose calls are not the script's. */
export function wrapSync(
  log: OperationLog,
  owner: object,
  name: PropertyKey,
  api: string,
  mayBeNodes: (first: unknown, second: unknown) => boolean = never,
): void {
  replace(owner, name, (original) => {
    const index = log.api(api);
    const wrapper: Callable = function (...args) {
      if (log.busy) return call(original, this, args);
      const limit = Error.stackTraceLimit;
      log.busy = true;
      Error.stackTraceLimit = limit + 1;
      log.startRunning(index, wrapper, mayBeNodes(args[0], args[1]));
      try {
        return apply(original, this, args);
      } finally {
        log.busy = false;
        Error.stackTraceLimit = limit;
        log.endRunning();
      }
    };
    return wrapper;
  });
}

/**
 * A proxy's handler that ends an operation when the callback is called. The proxy asks for a trap and, as there is none, goes on to the callback:
 * nothing of ours is on the callback's stack.
 */
class Ending {
  readonly #log: OperationLog;
  readonly #operation: number;

  constructor(log: OperationLog, operation: number) {
    this.#log = log;
    this.#operation = operation;
  }

  get apply(): undefined {
    this.#log.end(this.#operation);
    return undefined;
  }
}

/** For APIs whose last argument is a callback; without one they count as synchronous where `syncApi` says so, else not at all. */
export function wrapCallback(log: OperationLog, owner: object, name: PropertyKey, api: string, syncWithout = false): void {
  replace(owner, name, (original) => {
    const index = log.api(api);
    const wrapper: Callable = function (...args) {
      if (log.busy) return call(original, this, args);
      const last = args.length - 1;
      const callback = args[last];
      if (typeof callback !== 'function') {
        if (!syncWithout) return call(original, this, args);
        const startUs = nowUs();
        try {
          return callAlone(log, original, this, args);
        } finally {
          log.sync(index, startUs, wrapper);
        }
      }
      const operation = log.begin(index, wrapper);
      if (operation === UNLISTED) return call(original, this, args);
      args[last] = new Proxy(callback as Callable, new Ending(log, operation) as object);
      let began = false;
      try {
        const result = callAlone(log, original, this, args);
        began = true;
        return result;
      } finally {
        if (!began) log.end(operation);
      }
    };
    return wrapper;
  });
}

/** For APIs that return a promise. The derived promise is returned, so that an unhandled rejection stays one. */
export function wrapPromise(log: OperationLog, owner: object, name: PropertyKey, api: string, onValue?: (value: unknown) => void): void {
  replace(owner, name, (original) => promiseWrapper(log, original, log.api(api), onValue));
}

function promiseWrapper(log: OperationLog, original: Callable, index: number, onValue?: (value: unknown) => void): Callable {
  const wrapper: Callable = function (...args) {
    if (log.busy) return call(original, this, args);
    const operation = log.begin(index, wrapper);
    let result: unknown = null;
    try {
      result = callAlone(log, original, this, args);
    } finally {
      if (!(result instanceof Promise)) log.end(operation);
    }
    if (!(result instanceof Promise)) return result;
    const derived = apply(then, result, [
      (value: unknown) => {
        log.end(operation);
        onValue?.(value);
        return value;
      },
      (error: unknown) => {
        log.end(operation);
        throw error;
      },
    ]) as Promise<unknown>;
    // `util.promisify(exec)` hangs the child on its promise.
    if ((result as { child?: unknown }).child !== undefined) copyProperties(result, derived);
    return derived;
  };
  return wrapper;
}

/** For APIs that `util.promisify` treats in a way of their own: `exec`, `setTimeout`. */
export function wrapPromisified(log: OperationLog, owner: object, name: PropertyKey, api: string): void {
  const wrapped = (owner as Owner)[name];
  if (typeof wrapped === 'function') wrapPromise(log, wrapped, promisify.custom, api);
}

/** For APIs that return an async iterator: each `next` is an operation, as that is what `for await` waits for. */
export function wrapIterator(log: OperationLog, owner: object, name: PropertyKey, api: string): void {
  replace(owner, name, (original) => {
    const index = log.api(api);
    return function (...args) {
      const iterator = call(original, this, args) as { next: Callable };
      if (!log.busy) iterator.next = promiseWrapper(log, iterator.next, index);
      return iterator;
    };
  });
}

/** For APIs that return an emitter: the operation ends with the first of these events. */
export function wrapEmitter(log: OperationLog, owner: object, name: PropertyKey, api: string, events: readonly string[]): void {
  replace(owner, name, (original) => {
    const index = log.api(api);
    const wrapper: Callable = function (...args) {
      if (log.busy) return call(original, this, args);
      const operation = log.begin(index, wrapper);
      let emitter: unknown = null;
      try {
        emitter = callAlone(log, original, this, args);
        return emitter;
      } finally {
        if (emitter === null) log.end(operation);
        else if (operation !== UNLISTED) endWith(log, operation, emitter, events);
      }
    };
    return wrapper;
  });
}

/** What was started last by which emitter whose `unref` is watched. */
const startedBy = new WeakMap<object, number>();
const watched: object[] = [];

/** An emitter that is taken off the loop is nobody's to wait for any more. Called before such emitters are made. */
export function endWithUnref(log: OperationLog, prototype: object): void {
  watched.push(prototype);
  replace(
    prototype,
    'unref',
    (original) =>
      function (...args) {
        log.end(startedBy.get(this as object) ?? UNLISTED);
        return apply(original, this, args);
      },
  );
}

function endWith(log: OperationLog, operation: number, emitter: unknown, events: readonly string[]): void {
  const { once } = emitter as { once?: unknown };
  if (typeof once !== 'function') return;
  for (const prototype of watched) if (Object.getPrototypeOf(emitter) === prototype) startedBy.set(emitter as object, operation);
  for (const event of events) apply(once as Callable, emitter, [event, () => log.end(operation)]);
}

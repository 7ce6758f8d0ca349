import net from 'node:net';
import stream, { Duplex, Readable } from 'node:stream';
import tls from 'node:tls';
import { type OperationLog, UNLISTED } from './operation-log.ts';
import { onRestore } from './restore.ts';
import { type Callable, type Owner, replace, replaceForGood, wrapCallback, wrapEmitter } from './wrap.ts';

const { apply } = Reflect;
const NONE: unknown[] = [];
const { then } = Promise.prototype as { then: Callable };

/**
 * Wraps what waits for streams and sockets. `stream.Readable.next` is a step of `for await` over a stream that has nothing to read
 * yet; `net.Socket.write` lasts until the other side's next bytes come. A socket that was accepted is not waited for: it is served.
 */
export function wrapStreams(log: OperationLog): void {
  wrapCallback(log, stream, 'pipeline', 'stream.pipeline');
  wrapReading(log);
  wrapEmitter(log, tls, 'connect', 'tls.connect', ['secureConnect', 'close']);
  wrapAnswers(log);
}

function wrapReading(log: OperationLog): void {
  replace(Readable.prototype, Symbol.asyncIterator, (original) => {
    const index = log.api('stream.Readable.next');
    return function (...args) {
      const readable = this as Readable;
      const iterator = apply(original, this, args) as { next: Callable };
      Object.defineProperty(iterator, 'next', { value: iterator.next, writable: true, configurable: true });
      replaceForGood(iterator, 'next', (next) => {
        const wrapper: Callable = function (...values) {
          const operation = log.busy || readable.readableLength > 0 ? UNLISTED : log.begin(index, wrapper);
          if (operation === UNLISTED) return apply(next, this, values);
          log.busy = true;
          let result: unknown;
          try {
            result = apply(next, this, values);
          } finally {
            log.busy = false;
          }
          return apply(then, result, [
            (value: unknown) => {
              log.end(operation);
              return value;
            },
            (error: unknown) => {
              log.end(operation);
              throw error;
            },
          ]);
        };
        return wrapper;
      });
      return iterator;
    };
  });
}

/** What a socket wrote last and has no answer to. */
interface Asked {
  operation: number;
  bytesRead: number;
}

/**
 * A socket's connection and answers are seen where Node puts off its timeout, which it does before it tells of them: nothing of ours is on the
 * stack of the script's listeners, and none of them is added.
 */
function wrapAnswers(log: OperationLog): void {
  const prototype = net.Socket.prototype as unknown as Owner;
  const index = log.api('net.Socket.write');
  const asked = new WeakMap<object, Asked>();
  const clients = new WeakSet();
  const connecting = new WeakMap<object, number>();
  /** How many sockets are in `asked` and `connecting`: where there are none, most of the time, nothing is looked up. */
  let waiting = 0;
  replace(prototype, 'connect', (original) => {
    const connect = log.api('net.connect');
    const wrapper: Callable = function (...args) {
      const socket = this as net.Socket;
      clients.add(socket);
      const operation = log.busy ? UNLISTED : log.begin(connect, wrapper);
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = limit + 1;
      try {
        return apply(original, this, args);
      } finally {
        Error.stackTraceLimit = limit;
        if (socket.connecting && operation !== UNLISTED) {
          if (!connecting.has(socket)) waiting++;
          connecting.set(socket, operation);
        } else log.end(operation);
      }
    };
    return wrapper;
  });
  const connected = (socket: net.Socket): void => {
    log.end(connecting.get(socket) ?? UNLISTED);
    if (connecting.delete(socket)) waiting--;
  };
  const asks = (socket: net.Socket, operation: number): void => {
    const before = asked.get(socket);
    if (before) log.end(before.operation);
    else waiting++;
    asked.set(socket, { operation, bytesRead: socket.bytesRead });
  };
  const ends = (socket: net.Socket, before: Asked): void => {
    log.end(before.operation);
    if (asked.delete(socket)) waiting--;
  };
  replace(prototype, '_unrefTimer', (original) => {
    return function (this: unknown) {
      if (waiting === 0) return apply(original, this, NONE);
      if (!(this as net.Socket).connecting && connecting.has(this as object)) connected(this as net.Socket);
      const before = asked.get(this as object);
      if (before && (this as net.Socket).bytesRead !== before.bytesRead) ends(this as net.Socket, before);
      return apply(original, this, NONE);
    };
  });
  replace(prototype, '_destroy', (original) => {
    return function (...args) {
      const before = asked.get(this as object);
      if (before) ends(this as net.Socket, before);
      connected(this as net.Socket);
      return apply(original, this, args);
    };
  });

  Object.defineProperty(prototype, 'write', Object.getOwnPropertyDescriptor(Duplex.prototype, 'write')!);
  onRestore(() => {
    if (prototype['write'] === Duplex.prototype.write) Reflect.deleteProperty(prototype, 'write');
  });
  for (const name of ['write', 'end']) {
    replace(prototype, name, (original) => {
      // Neither of the two looks at how many arguments there are.
      const wrapper: Callable = function (data, encoding, written) {
        const socket = this as Talking;
        const limit = Error.stackTraceLimit;
        Error.stackTraceLimit = limit + 1;
        try {
          // What is quickest to tell comes first: most of what a server or client of http writes ends here.
          if (!socket.parser && !socket._httpMessage && !log.busy && clients.has(socket) && isData(data)) {
            const operation = log.begin(index, wrapper);
            if (operation !== UNLISTED) asks(socket, operation);
          }
          return original.call(this, data, encoding, written);
        } finally {
          Error.stackTraceLimit = limit;
        }
      };
      return wrapper;
    });
  }
}

const isData = (data: unknown): boolean => data !== undefined && data !== null && typeof data !== 'function';

/** HTTP has operations of its own. */
type Talking = net.Socket & { parser?: unknown; _httpMessage?: unknown };

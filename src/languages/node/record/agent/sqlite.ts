import { isBuiltin } from 'node:module';
import type { OperationLog } from './operation-log.ts';
import { type Callable, type Owner, replace, wrapPromise } from './wrap.ts';

const { apply } = Reflect;

type Measured = (self: unknown, args: unknown[]) => unknown;

/**
 * What of each class runs SQL or reads and writes the database's file. V8 shows these calls without a frame: the wrapper's is taken for it, by
 * the name that its source gives it, which no bundler changes (see SQLITE_FRAME).
 */
const CALLS: Record<string, Record<string, (measured: Measured) => object>> = {
  DatabaseSync: {
    open: (measured) => ({
      __sqlite_open(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    close: (measured) => ({
      __sqlite_close(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    prepare: (measured) => ({
      __sqlite_prepare(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    exec: (measured) => ({
      __sqlite_exec(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    applyChangeset: (measured) => ({
      __sqlite_applyChangeset(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    serialize: (measured) => ({
      __sqlite_serialize(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    deserialize: (measured) => ({
      __sqlite_deserialize(...args: unknown[]) {
        return measured(this, args);
      },
    }),
  },
  StatementSync: {
    all: (measured) => ({
      __sqlite_all(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    get: (measured) => ({
      __sqlite_get(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    run: (measured) => ({
      __sqlite_run(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    iterate: (measured) => ({
      __sqlite_iterate(...args: unknown[]) {
        return measured(this, args);
      },
    }),
  },
  Session: {
    changeset: (measured) => ({
      __sqlite_changeset(...args: unknown[]) {
        return measured(this, args);
      },
    }),
    patchset: (measured) => ({
      __sqlite_patchset(...args: unknown[]) {
        return measured(this, args);
      },
    }),
  },
};

/**
 * Wraps `node:sqlite` where the node has it. It has to be loaded for that (0.3 ms), and says on being loaded that it is experimental: that is
 * held back until the script uses it.
 * `alreadyRuns`: the program began without us and has loaded it already, or does without it.
 * @returns what is to be called once the ES modules' names were brought up to date
 */
export function wrapSqlite(log: OperationLog, alreadyRuns = false): () => void {
  const held: unknown[][] = [];
  const { moduleLoadList } = process as unknown as { moduleLoadList: string[] };
  const wanted = alreadyRuns ? moduleLoadList.includes('NativeModule sqlite') : isBuiltin('node:sqlite');
  const sqlite = wanted ? loaded(held) : null;
  if (!sqlite) return () => undefined;
  const { emitWarning } = process as unknown as { emitWarning: Callable };
  const say = () => {
    for (const words of held.splice(0)) apply(emitWarning, process, words);
  };
  for (const [name, methods] of Object.entries(CALLS)) {
    const { prototype } = (sqlite[name] ?? {}) as { prototype?: object };
    for (const [method, framed] of Object.entries(prototype ? methods : {})) {
      const index = log.api(`${name}.${method}`);
      replace(prototype!, method, (original) => wrapper(log, index, original, framed, say, method === 'iterate'));
    }
  }
  wrapPromise(log, sqlite, 'backup', 'sqlite.backup');
  return () => {
    if (held.length > 0) sayOnUse(sqlite, say);
  };
}

function loaded(held: unknown[][]): Owner | null {
  const told = process as unknown as { emitWarning: unknown };
  const { emitWarning } = told;
  try {
    told.emitWarning = (...words: unknown[]) => void held.push(words);
    return process.getBuiltinModule('node:sqlite') as unknown as Owner;
  } catch {
    return null;
  } finally {
    told.emitWarning = emitWarning;
  }
}

function wrapper(
  log: OperationLog,
  index: number,
  original: Callable,
  framed: (measured: Measured) => object,
  say: () => void,
  iterates = false,
): Callable {
  let rows: object | null = null;
  const [wrapped] = Object.values(
    framed((self, args) => {
      say();
      const limit = Error.stackTraceLimit;
      const ours = !log.busy;
      Error.stackTraceLimit = limit + 2;
      if (ours) {
        log.busy = true;
        log.startRunning(index, wrapped);
      }
      try {
        const result = apply(original, self, args);
        if (iterates && !rows && typeof result === 'object' && result !== null) {
          rows = Object.getPrototypeOf(result) as object;
          replace(rows, 'next', (next) => wrapper(log, index, next, framed, say));
        }
        return result;
      } finally {
        Error.stackTraceLimit = limit;
        if (ours) {
          log.busy = false;
          log.endRunning();
        }
      }
    }),
  ) as [Callable];
  return wrapped;
}

/** The exports say it when one is read, and are then what they were. */
function sayOnUse(sqlite: Owner, say: () => void): void {
  const before = Object.getOwnPropertyDescriptors(sqlite);
  const restore = () => {
    Object.defineProperties(sqlite, before);
    say();
  };
  for (const name of Object.keys(before)) {
    Object.defineProperty(sqlite, name, {
      configurable: true,
      enumerable: before[name]!.enumerable!,
      get() {
        restore();
        return sqlite[name];
      },
      set(value: unknown) {
        restore();
        sqlite[name] = value;
      },
    });
  }
}

import { ChildProcess } from 'node:child_process';
import { onRestore } from './restore.ts';
import { replace } from './wrap.ts';

/** Signals that end nothing by default, or that can't end a process for good. */
const HARMLESS_SIGNALS: readonly unknown[] = ['SIGWINCH', 'SIGCONT', 'SIGCHLD', 'SIGURG', 'SIGUSR1', 'SIGSTOP', 'SIGTSTP', 0];

/**
 * Calls `finish` when the thread exits, after the script's own exit listeners (some of them long) ran: so it is no listener itself.
 * `hides`: events that the script does not get.
 */
export function hookExit(finish: (exitCode: number | null) => void, hides: (args: unknown[]) => boolean = () => false): void {
  const exiting = () => (process as unknown as { _exiting?: boolean })._exiting === true;
  const emit = process.emit.bind(process) as (...args: unknown[]) => boolean;
  const before = Object.getOwnPropertyDescriptor(process, 'emit');
  const codeOf = (code: unknown) => (typeof code === 'number' ? code : null);
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (...args: unknown[]) {
      if (hides(args)) return false;
      try {
        return emit(...args);
      } finally {
        if (args[0] === 'exit' && exiting()) finish(codeOf(args[1]));
      }
    },
  });
  const ours = Object.getOwnPropertyDescriptor(process, 'emit')?.value as unknown;
  onRestore(() => {
    if (process.emit !== ours) return;
    if (before) Object.defineProperty(process, 'emit', before);
    else Reflect.deleteProperty(process, 'emit');
  });
  for (const name of ['reallyExit', 'abort']) {
    replace(
      process,
      name,
      (original) =>
        function (...args) {
          finish(codeOf(args[0]));
          return Reflect.apply(original, this, args);
        },
    );
  }
}

/** Calls `flush` before the script sends itself a signal that ends it, `others` before it sends one to another process. */
export function hookKills(flush: () => void, others: (pid: number) => void): void {
  const ends = (signal: unknown) => !HARMLESS_SIGNALS.includes(signal);
  replace(
    process,
    'kill',
    (original) =>
      function (...args) {
        const [pid, signal = 'SIGTERM'] = args;
        if (pid === process.pid) {
          if (ends(signal) && process.listenerCount(String(signal)) === 0) flush();
        } else if (typeof pid === 'number' && pid > 0 && ends(signal)) others(pid);
        return Reflect.apply(original, this, args);
      },
  );
  replace(
    ChildProcess.prototype,
    'kill',
    (original) =>
      function (...args) {
        const { pid, exitCode, signalCode } = this as ChildProcess;
        if (pid !== undefined && exitCode === null && signalCode === null && ends(args[0] ?? 'SIGTERM')) others(pid);
        return Reflect.apply(original, this, args);
      },
  );
}

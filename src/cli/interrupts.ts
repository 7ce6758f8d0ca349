import { say } from './output.ts';

/** Of a program that was attached to, Ctrl+C is ours: the first lets it go and reports, the second throws everything away. Returns what undoes it. */
export function followInterruptsApart(stop: AbortController, cancel: AbortController): () => void {
  let interrupts = 0;
  const interrupt = (): void => {
    if (++interrupts > 2) process.exit(1);
    (interrupts === 1 ? stop : cancel).abort();
  };
  const terminate = (): void => cancel.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
    process.off('SIGHUP', terminate);
  };
}

/**
 * Ctrl+C, as without a profiler, is the script's: the first one reaches it (from the terminal, or handed on by the engine), and what it had
 * done until then is reported. The second throws everything away, a third doesn't wait for tidying up. Returns what undoes it.
 */
export function followInterrupts(cancel: AbortController): () => void {
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) say('Interrupted: the report follows when the script has ended. Ctrl+C again quits at once.');
    else if (interrupts === 2) cancel.abort();
    else process.exit(1);
  };
  const terminate = (): void => cancel.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
    process.off('SIGHUP', terminate);
  };
}

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that any request to end cancels, so that it can tidy up before this process is gone. */
export async function cancellable<T>(work: (cancel: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController();
  const end = (): void => cancel.abort();
  for (const signal of ENDINGS) process.on(signal, end);
  try {
    return await work(cancel.signal);
  } finally {
    for (const signal of ENDINGS) process.off(signal, end);
  }
}

import { say } from './output.ts';

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Of a program that was attached to, Ctrl+C is ours: the first lets it go and reports, the second throws everything away. Returns what undoes it. */
export function followInterruptsApart(stop: AbortController, cancel: AbortController): () => void {
  return followEndings((interrupts) => {
    if (interrupts > 2) process.exit(1);
    (interrupts === 1 ? stop : cancel).abort();
  }, cancel);
}

/**
 * Ctrl+C, as without a profiler, is the script's: the first one reaches it (from the terminal, or handed on by the engine), and what it had
 * done until then is reported. The second throws everything away, a third doesn't wait for tidying up. Returns what undoes it.
 */
export function followInterrupts(cancel: AbortController): () => void {
  return followEndings((interrupts) => {
    if (interrupts === 1) say('Interrupted: the report follows when the script has ended. Ctrl+C again quits at once.');
    else if (interrupts === 2) cancel.abort();
    else process.exit(1);
  }, cancel);
}

/** Runs work that any request to end cancels, so that it can tidy up before this process is gone. */
export async function cancellable<T>(work: (cancel: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController();
  const unfollow = followEndings(() => cancel.abort(), cancel);
  try {
    return await work(cancel.signal);
  } finally {
    unfollow();
  }
}

/** Calls `onInterrupt` with the number of each SIGINT; what else asks us to end cancels. Returns what undoes it. */
function followEndings(onInterrupt: (interrupts: number) => void, cancel: AbortController): () => void {
  let interrupts = 0;
  const follow = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT') onInterrupt(++interrupts);
    else cancel.abort();
  };
  for (const signal of ENDINGS) process.on(signal, follow);
  return () => {
    for (const signal of ENDINGS) process.off(signal, follow);
  };
}

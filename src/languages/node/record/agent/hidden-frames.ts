import { onRestore } from './restore.ts';

type Prepare = (error: unknown, frames: NodeJS.CallSite[]) => unknown;

/** How many frames of ours a wrapper makes room for in a stack. */
const MOST_OWN = 2;

/**
 * Takes our frames out of the stacks that errors show. Node's own `Error.prepareStackTrace`, which formats each stack when it is first read, is
 * given the frames without them; by a proxy, so that it looks as it did. A function of the script's in its place sees our frames.
 */
export function hideOwnFrames(): void {
  const { prepareStackTrace: format } = Error as { prepareStackTrace?: unknown };
  // The first versions of Node 20 have none.
  if (typeof format !== 'function') return;
  const without = new Proxy(format as Prepare, {
    apply(target, self, args: Parameters<Prepare>) {
      if (Array.isArray(args[1])) takeOut(args[1]);
      return Reflect.apply(target, self, args);
    },
  });
  Object.defineProperty(Error, 'prepareStackTrace', { ...Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'), value: without });
  onRestore(() => {
    if (Error.prepareStackTrace === without) Object.defineProperty(Error, 'prepareStackTrace', { value: format });
  });
}

function takeOut(frames: NodeJS.CallSite[]): void {
  let kept = 0;
  for (const frame of frames) if (frame.getFileName() !== __filename) frames[kept++] = frame;
  if (kept === frames.length) return;
  frames.length = kept;
  const { stackTraceLimit } = Error;
  if (kept > stackTraceLimit && kept <= stackTraceLimit + MOST_OWN) frames.length = stackTraceLimit;
}

/** What Node prints for a crash is what it prints without us, also where the script has a formatter of its own. */
export function withoutOwnFrames(error: unknown): void {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string' || !error.stack.includes(__filename)) return;
    error.stack = error.stack
      .split('\n')
      .filter((line) => !(line.includes(__filename) && /^\s+at /.test(line)))
      .join('\n');
  } catch {
    // A frozen error keeps its stack.
  }
}

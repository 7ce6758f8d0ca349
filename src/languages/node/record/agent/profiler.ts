import inspector from 'node:inspector';
import { stopCoverage, takeCoverage } from 'node:v8';
import type { CpuProfile } from '../../../../core/recording.ts';

/** V8's sampling costs 1 % at this interval and 14 % more CPU at a quarter of it. */
const INTERVAL_US = 1000;
/** The names of the profiles that run, in turn. */
const NAMES = ['unblock 1', 'unblock 2'] as const;

export interface Profiler {
  /** What was sampled since the last slice. */
  slice(): CpuProfile | null;
  /** Ends profiling with the last slice. */
  stop(): CpuProfile | null;
}

/**
 * Starts V8's sampling profiler on the calling thread. An in-process session, so that no port is opened and Node prints nothing.
 * A slice is a console profile, and the next one begins before it ends: with none running V8 would forget the code it knows, and lose the
 * frames of what is running just then. So what the thread keeps is a slice, however long it runs.
 */
export function startProfiler(): Profiler {
  const beginSlice = console.profile.bind(console);
  const endSlice = console.profileEnd.bind(console);
  const session = new inspector.Session();
  let finished: CpuProfile | null = null;
  let running: 0 | 1 = 0;
  session.connect();
  session.on('Profiler.consoleProfileFinished', ({ params }) => {
    // Also where the script ended ours: a `console.profileEnd()` without a name ends the last that began.
    if (params.title === NAMES[running]) finished = params.profile as CpuProfile;
  });
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  beginSlice(NAMES[running]);
  const end = (): CpuProfile | null => {
    endSlice(NAMES[running]);
    const slice = finished;
    finished = null;
    return slice;
  };
  return {
    slice() {
      const next = running === 0 ? 1 : 0;
      beginSlice(NAMES[next]);
      const slice = end();
      running = next;
      return slice;
    },
    stop() {
      const slice = end();
      if (covering) writeCoverage();
      session.disconnect();
      return slice;
    },
  };
}

const covering = (process.env['NODE_V8_COVERAGE'] ?? '') !== '';

/** The end of any inspector session makes V8 forget its counts of calls: what Node would write at the exit is written before. */
function writeCoverage(): void {
  takeCoverage();
  stopCoverage();
}

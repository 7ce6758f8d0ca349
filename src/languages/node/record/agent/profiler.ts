import inspector from 'node:inspector';
import { stopCoverage, takeCoverage } from 'node:v8';
import type { CpuProfile } from '../../../../core/recording.ts';

/** V8's sampling costs 1 % at this interval and 14 % more CPU at a quarter of it. */
const INTERVAL_US = 1000;
const SLICE = 'unblock';

export interface Profiler {
  /** What was sampled since the last slice. */
  slice(): CpuProfile | null;
  /** Ends profiling with the whole profile. */
  stop(): CpuProfile | null;
}

/**
 * Starts V8's sampling profiler on the calling thread. An in-process session, so that no port is opened and Node prints nothing.
 * Slices are console profiles beside the base profile: stopping and starting the base would lose frames being optimised on the stack.
 */
export function startProfiler(): Profiler {
  const beginSlice = console.profile.bind(console);
  const endSlice = console.profileEnd.bind(console);
  const session = new inspector.Session();
  let finished: CpuProfile | null = null;
  session.connect();
  session.on('Profiler.consoleProfileFinished', ({ params }) => {
    if (params.title === SLICE) finished = params.profile as CpuProfile;
  });
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  session.post('Profiler.start');
  beginSlice(SLICE);
  return {
    slice() {
      finished = null;
      endSlice(SLICE);
      beginSlice(SLICE);
      return finished;
    },
    stop() {
      let whole: CpuProfile | null = null;
      endSlice(SLICE);
      session.post('Profiler.stop', (error, result) => {
        if (!error) whole = result.profile as CpuProfile;
      });
      if (covering) writeCoverage();
      session.disconnect();
      return whole;
    },
  };
}

const covering = (process.env['NODE_V8_COVERAGE'] ?? '') !== '';

/** The end of any inspector session makes V8 forget its counts of calls: what Node would write at the exit is written before. */
function writeCoverage(): void {
  takeCoverage();
  stopCoverage();
}

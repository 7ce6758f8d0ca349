import type { SiteOperations, TimeSplit } from '../profile/hot-spots.ts';
import { sumOf } from '../profile/time-split.ts';
import { formatDuration } from '../report/format.ts';
import type { Bound } from '../report/report.ts';
import { evidenceOf } from './evidence.ts';
import { COMPUTING_SHARE, DOMINANT_SHARE, FEWEST_HOT_SPOT_US, FEWEST_SAMPLES, GC_SHARE, SHORTEST_RUN_US } from './thresholds.ts';

export interface Verdict {
  bound: Bound;
  evidence: string[];
}

/** What bounds a run or a function, from how its time splits. Idle time is nobody's: shares are of the rest. */
export function classify(time: TimeSplit, operations: readonly SiteOperations[], of: 'run' | 'hot-spot', samples = Infinity): Verdict {
  const evidence = evidenceOf(time, operations);
  const wallUs = sumOf(time);
  const busyUs = wallUs - time.idleUs;
  const tooShort = of === 'run' ? wallUs < SHORTEST_RUN_US || samples < FEWEST_SAMPLES : wallUs < FEWEST_HOT_SPOT_US;
  if (tooShort) {
    const sentence = `${formatDuration(wallUs / 1000)} measured${Number.isFinite(samples) ? ` in ${samples} samples` : ''}: too short to tell.`;
    return { bound: 'insufficient-data', evidence: [sentence, ...evidence] };
  }
  if (busyUs < (of === 'run' ? SHORTEST_RUN_US : FEWEST_HOT_SPOT_US)) {
    return {
      bound: 'insufficient-data',
      evidence: [`It was busy for ${formatDuration(busyUs / 1000)} only: too short to tell.`, ...evidence],
    };
  }
  return { bound: dominant(time, busyUs), evidence };
}

function dominant(time: TimeSplit, busyUs: number): Bound {
  const share = (us: number): number => us / busyUs;
  const awaitedUs = time.awaitSerialUs + time.awaitOverlappedUs;
  if (share(time.blockedUs) >= DOMINANT_SHARE) return 'blocking-io';
  if (share(awaitedUs) >= DOMINANT_SHARE) return 'async-wait';
  if (share(time.jsCpuUs) >= DOMINANT_SHARE) return share(time.gcUs) >= GC_SHARE ? 'gc' : 'cpu-js';
  if (share(time.nativeCpuUs) >= DOMINANT_SHARE) return 'cpu-native';
  if (share(time.gcUs) >= GC_SHARE) return 'gc';
  // Loading is mostly compiling and running modules' top-level code.
  const computingUs = time.jsCpuUs + time.nativeCpuUs + time.gcUs;
  if (share(computingUs) >= COMPUTING_SHARE) return time.jsCpuUs + time.gcUs >= time.nativeCpuUs ? 'cpu-js' : 'cpu-native';
  return 'mixed';
}

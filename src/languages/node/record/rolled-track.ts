import type { OnCpuTrack, RolledUp } from '../../../core/recording.ts';
import type { Share } from '../../../core/roll-up/shares.ts';

/** The beginning of a thread that was recorded for long. */
export interface RollingUp {
  /** Where its time begins. */
  fromUs: number;
  before: RolledUp;
  buckets: Share[][];
  bucketUs: number;
}

/** The scheduler's track with the shares of what was rolled up as readings, so that it moves in each as much as it did. */
export function onCpuOf({ fromUs, before, buckets }: RollingUp, full: OnCpuTrack): OnCpuTrack {
  const track: OnCpuTrack = { atUs: [fromUs], cpuUs: [0], runQueueUs: [0] };
  const add = ({ us, cpuUs, runQueueUs }: Pick<Share, 'us' | 'cpuUs' | 'runQueueUs'>): void => {
    track.atUs.push(track.atUs.at(-1)! + us);
    track.cpuUs.push(track.cpuUs.at(-1)! + cpuUs);
    track.runQueueUs.push(track.runQueueUs.at(-1)! + runQueueUs);
  };
  for (const share of buckets.flat()) {
    add(share);
    if (share.gc) add(share.gc);
  }
  const later = full.atUs.findIndex((at) => at > before.untilUs);
  if (later < 0) return rounded(track);
  const at = (column: readonly number[]): number => {
    const [from, to] = [full.atUs[later - 1], full.atUs[later]!];
    if (from === undefined) return column[later]!;
    return column[later - 1]! + ((column[later]! - column[later - 1]!) * (before.untilUs - from)) / Math.max(1, to - from);
  };
  const cpuUs = at(full.cpuUs) - track.cpuUs.at(-1)!;
  const runQueueUs = at(full.runQueueUs) - track.runQueueUs.at(-1)!;
  return rounded({
    atUs: [...track.atUs, ...full.atUs.slice(later)],
    cpuUs: [...track.cpuUs.map((us) => us + cpuUs), ...full.cpuUs.slice(later)],
    runQueueUs: [...track.runQueueUs.map((us) => us + runQueueUs), ...full.runQueueUs.slice(later)],
  });
}

function rounded({ atUs, cpuUs, runQueueUs }: OnCpuTrack): OnCpuTrack {
  return { atUs: atUs.map(Math.round), cpuUs: cpuUs.map(Math.round), runQueueUs: runQueueUs.map(Math.round) };
}

import { SATURATED_SHARE } from '../classify/thresholds.ts';
import type { HotSpot } from '../profile/hot-spots.ts';
import { formatShare } from '../report/format.ts';
import { lanesNamed } from '../report/words-lanes.ts';
import type { AdviceContext, LaneUse } from './advice.ts';

/** A lane with less of a function's computing than this share is not one that shares it. */
const SHARES = 0.1;

/**
 * The threads or processes beside the main one that a function computes in, with those like them that stand by; null where it mostly runs in the
 * main one, or in the only one of its kind.
 */
export function poolOf(hotSpot: Pick<HotSpot, 'computing'>, { lanes }: Pick<AdviceContext, 'lanes'>): LaneUse[] | null {
  const all = hotSpot.computing.reduce((sum, { us }) => sum + us, 0);
  const usIn = (lane: LaneUse): number => hotSpot.computing.find((one) => one.lane === lane.id)?.us ?? 0;
  const others = lanes.filter((lane) => lane.kind !== 'main');
  const shared = new Set(others.filter((lane) => usIn(lane) > 0 && usIn(lane) >= all * SHARES).map(({ pool }) => pool));
  const sharing = others.filter(({ pool }) => shared.has(pool));
  return sharing.length >= 2 && sharing.reduce((sum, lane) => sum + usIn(lane), 0) >= all / 2 ? sharing : null;
}

/** Why what runs in a pool already is not moved to another one, and what to do instead. */
export function sharedAlready(pool: readonly LaneUse[], context: Pick<AdviceContext, 'wallUs' | 'machine'>): string {
  const cores = context.machine.logicalCores;
  const who = `It computes in ${lanesNamed(pool)} already`;
  const busy =
    pool.reduce((sum, { busyUs }) => sum + busyUs, 0) /
    Math.max(
      1,
      pool.reduce((sum, { wholeUs }) => sum + wholeUs, 0),
    );
  const coresBusy = pool.reduce((sum, { busyUs }) => sum + busyUs, 0) / Math.max(1, context.wallUs);
  if (coresBusy >= cores * SATURATED_SHARE)
    return `${who}, and they keep ${Math.min(cores, coresBusy).toFixed(1)} of ${cores} cores busy: more threads would take turns on them.`;
  if (busy < SATURATED_SHARE)
    return `${who}, which are busy for ${formatShare(busy)} of their time: what is missing is work for them, not more threads.`;
  return pool.length < cores
    ? `${who}, busy for ${formatShare(busy)} of their time: a larger pool, up to ${cores} for ${cores} cores, would help where there is more work; threads within each would not.`
    : `${who}, busy for ${formatShare(busy)} of their time: more threads would take turns on ${cores} cores.`;
}

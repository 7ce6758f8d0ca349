import type { TimeSplit } from './hot-spots.ts';
import type { Language } from '../language.ts';
import type { LaneModel } from './lane-model.ts';
import { KIND } from './time-kind.ts';
import { busyOf, kindTimes, timeSplit } from './time-split.ts';
import type { KindTimes } from './time-split.ts';
import type { Timeline } from './timeline.ts';

/** Of the main lane: the parts add up to the run's wall time. Without a profile nothing is known of it, and it is all idle. */
export function mainTime(main: Timeline | undefined, wallUs: number): TimeSplit {
  const times = kindTimes();
  if (main) addTimeline(times, main);
  else times[KIND.idle] = wallUs;
  return timeSplit(times);
}

/** How the time of any other lane splits. A thread that sleeps in `Atomics.wait` until it is given work, as those of a pool do, idles. */
export function laneTime({ lane }: LaneModel, timeline: Timeline, language: Language): TimeSplit {
  const times = kindTimes();
  addTimeline(times, timeline);
  if (lane.kind === 'worker') {
    const { apis, sync } = lane.operations;
    const askedUs = sync.reduce((sum, { api, totalUs }) => (language.waitsForWork(apis[api] ?? '') ? sum + totalUs : sum), 0);
    const nobodysUs = timeline.slices.reduce(
      (sum, { kind, charge, us }) => (kind === KIND.blocked && charge !== 'stack' ? sum + us : sum),
      0,
    );
    const idleUs = Math.min(askedUs, nobodysUs);
    times[KIND.blocked]! -= idleUs;
    times[KIND.idle]! += idleUs;
  }
  return timeSplit(times);
}

/**
 * What the run as a whole was busy with, for its verdict. Other lanes add what they do, not that they idle between their tasks; and while
 * they do it, the main lane's waiting is for them: it tells nothing more.
 * @param times of each lane, the main one first
 * @param speak the others speak for the run: what they wait for, the main lane waited for as well
 */
export function wholeTime(times: readonly TimeSplit[], speak: boolean): TimeSplit {
  const [main, ...others] = times;
  if (!main) return timeSplit(kindTimes());
  if (others.length === 0) return main;
  const worked = { ...addUp(others), idleUs: 0 };
  if (!speak) return withoutWaits(addUp([worked, main]), busyOf(worked));
  return addUp([worked, withoutWaits(main, busyOf(worked) + worked.awaitSerialUs + worked.awaitOverlappedUs)]);
}

function addUp(times: readonly TimeSplit[]): TimeSplit {
  const sum = timeSplit(kindTimes());
  for (const time of times) for (const kind of Object.keys(sum) as (keyof TimeSplit)[]) sum[kind] += time[kind];
  return sum;
}

/** Takes so much of what was idle or waited out of a time. */
function withoutWaits(time: TimeSplit, us: number): TimeSplit {
  const rest = { ...time };
  let leftUs = us;
  for (const kind of ['idleUs', 'awaitSerialUs', 'awaitOverlappedUs'] as const) {
    const covered = Math.min(leftUs, rest[kind]);
    rest[kind] -= covered;
    leftUs -= covered;
  }
  return rest;
}

function addTimeline(times: KindTimes, { slices }: Timeline): void {
  for (const { kind, us } of slices) times[kind]! += us;
}

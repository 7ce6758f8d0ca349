import type { TimeSplit } from './hot-spots.ts';
import { KIND } from './time-kind.ts';
import { kindTimes, timeSplit } from './time-split.ts';
import type { KindTimes } from './time-split.ts';
import type { Timeline } from './timeline.ts';

/** Of the main lane: the parts add up to the run's wall time. Without a profile nothing is known of it, and it is all idle. */
export function mainTime(main: Timeline | undefined, wallUs: number): TimeSplit {
  const times = kindTimes();
  if (main) addTimeline(times, main);
  else times[KIND.idle] = wallUs;
  return timeSplit(times);
}

/**
 * What the run as a whole was busy with, for its verdict. Other lanes add what they do, not that they idle between their tasks; and while
 * they do it, the main lane's waiting is for them: it tells nothing more.
 */
export function wholeTime(timelines: readonly Timeline[], main: TimeSplit): TimeSplit {
  if (timelines.length < 2) return main;
  const others = kindTimes();
  for (const one of timelines.slice(1)) addTimeline(others, one);
  others[KIND.idle] = 0;
  let busyUs = others[KIND.jsCpu]! + others[KIND.nativeCpu]! + others[KIND.blocked]! + others[KIND.gc]! + others[KIND.loading]!;
  if (timelines[0]) addTimeline(others, timelines[0]);
  for (const kind of [KIND.idle, KIND.awaitSerial, KIND.awaitOverlapped]) {
    const covered = Math.min(busyUs, others[kind]!);
    others[kind]! -= covered;
    busyUs -= covered;
  }
  return timeSplit(others);
}

function addTimeline(times: KindTimes, { slices }: Timeline): void {
  for (const { kind, us } of slices) times[kind]! += us;
}

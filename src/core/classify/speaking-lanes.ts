import type { Language } from '../language.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { TimeSplit } from '../profile/hot-spots.ts';
import { KIND } from '../profile/time-kind.ts';
import { busyOf, sumOf } from '../profile/time-split.ts';
import type { Timeline } from '../profile/timeline.ts';
import { formatShare } from '../report/format.ts';
import { lanesNamed, mainNamed } from '../report/words-lanes.ts';
import { SPEAKING_SHARE } from './thresholds.ts';

/** Threads and processes that did the run's work while the main one waited or idled: a verdict speaks for them. */
export interface Speakers {
  /** What the main thread waited for them, or waited or idled while one of them lived. */
  waitedUs: number;
  /** Indices of the lanes, all but the main one. */
  lanes: number[];
}

/**
 * Whether the run is told by its other lanes: where the main thread waited or idled for half of it while they lived, and either waited for them,
 * or for nothing at all, and they did more than it did; or waited for something of its own, and they were busy for half of that time, so that it
 * can hardly have waited for something else. Null where the main lane speaks for itself.
 */
export function speakingLanes(
  models: readonly LaneModel[],
  timelines: readonly Timeline[],
  times: readonly TimeSplit[],
  language: Language,
): Speakers | null {
  const [main, ...others] = models;
  if (!main || others.length === 0) return null;
  const lives = union(others.map(({ profile }) => [profile.startUs, profile.endUs]));
  let forThemUs = 0;
  let forOthersUs = 0;
  let atUs = main.profile.startUs;
  for (const { kind, us, charge, to } of timelines[0]!.slices) {
    if (WAITS.includes(kind)) {
      const forLane = charge === 'operation' && language.isLane(main.groups[to]!.api);
      // That they start is waited for as well.
      if (forLane) forThemUs += us;
      else if (charge === 'operation') forOthersUs += within(lives, atUs, atUs + us);
      else forThemUs += within(lives, atUs, atUs + us);
    }
    atUs += us;
  }
  const waitedUs = forThemUs + forOthersUs;
  if (waitedUs === 0 || waitedUs < sumOf(times[0]!) * SPEAKING_SHARE) return null;
  const sum = (of: (time: TimeSplit) => number): number => times.slice(1).reduce((all, time) => all + of(time), 0);
  const speaks =
    forThemUs >= forOthersUs
      ? sum((time) => busyOf(time) + time.awaitSerialUs + time.awaitOverlappedUs) >= busyOf(times[0]!)
      : sum(busyOf) >= waitedUs * SPEAKING_SHARE;
  return speaks ? { waitedUs, lanes: others.map((_, index) => index + 1) } : null;
}

/** So many are told by name. */
const NAMED = 4;

/**
 * `The main process waited for 95 % of the run. Its 2 child processes were busy meanwhile: process 1: server.js for 88 % of its time, process 2:
 * server.js for 86 %.`
 */
export function speakingEvidence(speakers: Speakers | null, models: readonly LaneModel[], times: readonly TimeSplit[]): string[] {
  if (speakers === null || !times[0]) return [];
  const busy = speakers.lanes
    .map((lane) => ({ ...models[lane]!.lane, share: busyOf(times[lane]!) / Math.max(1, sumOf(times[lane]!)) }))
    .sort((a, b) => b.share - a.share);
  const waited = `The ${mainNamed(busy)} waited for ${formatShare(speakers.waitedUs / sumOf(times[0]))} of the run`;
  const [most, least] = [busy[0]!, busy.at(-1)!];
  if (busy.length === 1) return [`${waited} while ${most.name} was busy for ${formatShare(most.share)} of its time.`];
  const each =
    busy.length <= NAMED
      ? busy.map(({ name, share }) => `${name} for ${formatShare(share)}`).join(', ')
      : `from ${formatShare(least.share)} (${least.name}) to ${formatShare(most.share)} (${most.name})`;
  return [`${waited} while its ${lanesNamed(busy)} were busy for so much of their time: ${each}.`];
}

const WAITS: readonly number[] = [KIND.idle, KIND.awaitSerial, KIND.awaitOverlapped];

type Span = [startUs: number, endUs: number];

/** In order of time, without overlap. */
function union(spans: Span[]): Span[] {
  const joined: Span[] = [];
  for (const [startUs, endUs] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && startUs <= last[1]) last[1] = Math.max(last[1], endUs);
    else joined.push([startUs, endUs]);
  }
  return joined;
}

function within(spans: readonly Span[], startUs: number, endUs: number): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(span[1], endUs) - Math.max(span[0], startUs)), 0);
}

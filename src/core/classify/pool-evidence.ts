import type { Language } from '../language.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { TimeSplit } from '../profile/hot-spots.ts';
import type { Operation, Wait } from '../profile/operations.ts';
import type { Timeline } from '../profile/timeline.ts';
import { formatDuration, formatShare } from '../report/format.ts';
import { laneNoun } from '../report/words-lanes.ts';
import { FULL_POOL_SHARE, FULL_POOL_US, IDLE_LANE_SHARE, IDLE_LANE_US } from './thresholds.ts';

/** Threads and processes beside the main one that mostly waited for something to do: a pool that is larger than its work. */
export function idleEvidence(models: readonly LaneModel[], times: readonly TimeSplit[]): string[] {
  const others = models.flatMap(({ lane, profile }, index) => {
    const wholeUs = profile.endUs - profile.startUs;
    if (index === 0 || wholeUs < IDLE_LANE_US) return [];
    return [{ kind: lane.kind, wholeUs, idleUs: times[index]!.idleUs }];
  });
  const idle = others.filter(({ idleUs, wholeUs }) => idleUs >= wholeUs * IDLE_LANE_SHARE);
  if (idle.length === 0) return [];
  const share = sum(idle.map(({ idleUs }) => idleUs)) / sum(idle.map(({ wholeUs }) => wholeUs));
  const { one, several } = laneNoun(others);
  const who = others.length === 1 ? `The ${one}` : `${idle.length} of ${others.length} ${several}`;
  return [`${who} had nothing to do for ${formatShare(share)} of ${idle.length === 1 ? 'its' : 'their'} time.`];
}

/** Operations that wait for one of libuv's threads, and not for a disk or a network, while the thread that began them waits. */
export function poolEvidence(models: readonly LaneModel[], timelines: readonly Timeline[], wallUs: number, language: Language): string[] {
  return models.flatMap((model, index) => {
    const threads = model.lane.poolThreads;
    if (threads === undefined) return [];
    const { pool } = model.lane.rolledUp ?? {};
    const inFull = poolUse(model, timelines[index]!.waits, language);
    const fullUs = inFull.fullUs + (pool?.fullUs ?? 0);
    const most = Math.max(inFull.most, pool?.most ?? 0);
    if (fullUs < FULL_POOL_US || fullUs < wallUs * FULL_POOL_SHARE) return [];
    const apis = new Map<string, number>();
    for (const { api, calls } of model.groups) if (language.usesThreadPool(api)) apis.set(api, (apis.get(api) ?? 0) + calls);
    const names = [...apis].sort((a, b) => b[1] - a[1]).map(([api]) => api);
    const where = index === 0 ? '' : ` in ${model.lane.name}`;
    return [
      `For ${formatDuration(fullUs / 1000)} (${formatShare(fullUs / wallUs)}) more operations were in flight${where} than libuv's ${threads} threads take at once (UV_THREADPOOL_SIZE): up to ${most}, of ${names.slice(0, 2).join(' and ')}.`,
    ];
  });
}

/** For how long more operations were in flight than libuv has threads for, while the thread waited, and how many at most. */
export function poolUse(
  { lane, operations, groups }: LaneModel,
  waits: readonly Wait[],
  language: Language,
): { fullUs: number; most: number } {
  if (lane.poolThreads === undefined) return { fullUs: 0, most: 0 };
  const pooled = operations.filter(({ group }) => language.usesThreadPool(groups[group]!.api));
  const { stretches, most } = moreThan(lane.poolThreads, pooled);
  return { fullUs: overlap(stretches, waits), most };
}

interface Stretch {
  startUs: number;
  endUs: number;
}

/** When more than so many operations were in flight, in order of time. */
function moreThan(count: number, operations: readonly Operation[]): { stretches: Stretch[]; most: number } {
  const changes = operations.flatMap(({ startUs, endUs }) => [
    { atUs: startUs, by: 1 },
    { atUs: endUs, by: -1 },
  ]);
  changes.sort((a, b) => a.atUs - b.atUs || a.by - b.by);
  const stretches: Stretch[] = [];
  let inFlight = 0;
  let most = 0;
  let sinceUs: number | null = null;
  for (const { atUs, by } of changes) {
    inFlight += by;
    most = Math.max(most, inFlight);
    if (inFlight > count) sinceUs ??= atUs;
    else if (sinceUs !== null) {
      stretches.push({ startUs: sinceUs, endUs: atUs });
      sinceUs = null;
    }
  }
  return { stretches, most };
}

/** Both in order of time. */
function overlap(stretches: readonly Stretch[], waits: readonly Wait[]): number {
  let us = 0;
  let at = 0;
  for (const { startUs, us: lengthUs } of waits) {
    const endUs = startUs + lengthUs;
    while (at < stretches.length && stretches[at]!.endUs <= startUs) at++;
    for (let next = at; next < stretches.length && stretches[next]!.startUs < endUs; next++)
      us += Math.max(0, Math.min(endUs, stretches[next]!.endUs) - Math.max(startUs, stretches[next]!.startUs));
  }
  return us;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

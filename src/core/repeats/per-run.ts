import type { AdviceContext } from '../advise/advice.ts';
import type { HotSpot, TimeSplit } from '../profile/hot-spots.ts';

/**
 * What rules may know of several runs, as figures of one: what a change costs it costs in each run (a worker's start, say), and its gain is of one run.
 * @param runs how many were merged
 */
export function perRun(context: AdviceContext, runs: number): AdviceContext {
  if (runs <= 1) return context;
  return {
    ...context,
    wallUs: context.wallUs / runs,
    time: part(context.time, runs),
    processCpuUs: context.processCpuUs === null ? null : context.processCpuUs / runs,
    lanes: context.lanes.map((lane) => ({ ...lane, wholeUs: lane.wholeUs / runs, busyUs: lane.busyUs / runs })),
    hotSpots: context.hotSpots.map((spot) => spotPerRun(spot, runs)),
  };
}

function spotPerRun(spot: HotSpot, runs: number): HotSpot {
  return {
    ...spot,
    selfUs: spot.selfUs / runs,
    totalUs: spot.totalUs / runs,
    time: part(spot.time, runs),
    lines: spot.lines.map((line) => ({ ...line, time: part(line.time, runs) })),
    operations: spot.operations.map((one) => ({
      ...one,
      calls: Math.max(1, Math.round(one.calls / runs)),
      totalUs: one.totalUs / runs,
      time: part(one.time, runs),
    })),
    computing: spot.computing.map((one) => ({ ...one, us: one.us / runs })),
    callers: spot.callers.map((one) => ({ ...one, totalUs: one.totalUs / runs })),
  };
}

function part(time: TimeSplit, runs: number): TimeSplit {
  const split = { ...time };
  for (const kind of Object.keys(split) as (keyof TimeSplit)[]) split[kind] /= runs;
  return split;
}

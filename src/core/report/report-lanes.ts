import { REPORTED_BLOCKAGES } from '../classify/thresholds.ts';
import type { EventLoop } from '../event-loop/event-loop.ts';
import type { TimeSplit } from '../profile/hot-spots.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { ReportEventLoop, ReportLane } from './report.ts';
import { milliseconds, share, splitMs } from './rounding.ts';

export function reportLane({ lane, profile }: LaneModel, time: TimeSplit, loop: EventLoop | null): ReportLane {
  return {
    id: lane.id,
    name: lane.name,
    kind: lane.kind,
    wallMs: milliseconds(profile.endUs - profile.startUs),
    time: splitMs(time),
    eventLoop: loop && (lane.kind === 'main' || loop.serving) ? reportEventLoop(loop) : null,
  };
}

function reportEventLoop({ utilisation, delay, serving, requests, blockages, shorter }: EventLoop): ReportEventLoop {
  const held = blockages.map((one) => one.heldUp).filter((count) => count !== null);
  return {
    utilisation: share(utilisation),
    serving,
    requests,
    delayMs: {
      mean: milliseconds(delay.meanUs),
      p50: milliseconds(delay.p50Us),
      p90: milliseconds(delay.p90Us),
      p99: milliseconds(delay.p99Us),
      max: milliseconds(delay.maxUs),
    },
    histogram: delay.over.map((step) => ({ overMs: milliseconds(step.us), share: share(step.share) })),
    blocked: {
      times: blockages.length + shorter.times,
      totalMs: milliseconds(blockages.reduce((sum, { durationUs }) => sum + durationUs, shorter.us)),
      heldUp: requests === null ? null : held.reduce((sum, count) => sum + count, shorter.heldUp),
    },
    blockages: blockages.slice(0, REPORTED_BLOCKAGES).map(({ startUs, durationUs, culprit, stack, heldUp }) => ({
      startMs: milliseconds(startUs),
      durationMs: milliseconds(durationUs),
      function: culprit?.function ?? null,
      file: culprit?.file ?? null,
      line: culprit?.line ?? null,
      stack: stack.map(({ us, ...frame }) => ({ ...frame, ms: milliseconds(us) })),
      heldUp,
    })),
  };
}

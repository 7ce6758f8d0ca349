import { REPORTED_BLOCKAGES, REPORTED_HOT_SPOT_SHARE, REPORTED_LINE_SHARE } from '../classify/thresholds.ts';
import type { Verdict } from '../classify/classify.ts';
import type { EventLoop } from '../event-loop/event-loop.ts';
import type { HotSpot, TimeSplit } from '../profile/hot-spots.ts';
import { sumOf } from '../profile/time-split.ts';
import type { Recording } from '../recording.ts';
import type { LeftAlone, Report, ReportAdvice, ReportEventLoop, ReportHotSpot, SecondOpinion, TimeSplitMs } from './report.ts';

export interface Findings {
  wallUs: number;
  time: TimeSplit;
  verdict: Verdict;
  /** Absent for an engine without an opinion of its own. */
  secondOpinion?: SecondOpinion | null;
  hotSpots: readonly HotSpot[];
  advice: ReportAdvice[];
  leftAlone: LeftAlone[];
  eventLoop: EventLoop | null;
}

export function buildReport(recording: Recording, findings: Findings): Report {
  const { target, machine, run } = recording;
  const { wallUs, verdict, advice, leftAlone } = findings;
  const advised = new Set(advice.map((one) => one.hotSpot));
  return {
    schema: 'unblock/report/1',
    target: {
      script: target.script,
      args: target.args,
      cwd: target.cwd,
      node: target.node.version,
      ...(target.runner === undefined ? {} : { runner: target.runner.name }),
    },
    run: {
      engine: recording.engine,
      wallMs: milliseconds(wallUs),
      exitCode: run.exitCode,
      signal: run.signal,
      ended: run.ended,
      ...(run.load === undefined ? {} : { load: run.load }),
      ...(run.attached === undefined ? {} : { attached: run.attached }),
    },
    machine: {
      logicalCores: machine.logicalCores,
      physicalCores: machine.physicalCores,
      memoryBytes: machine.memoryBytes,
      platform: machine.platform,
      load: machine.load,
    },
    time: splitMs(findings.time),
    eventLoop: findings.eventLoop && reportEventLoop(findings.eventLoop),
    verdict: {
      bound: verdict.bound,
      evidence: verdict.evidence,
      ...(findings.secondOpinion !== undefined && { secondOpinion: findings.secondOpinion }),
    },
    hotSpots: findings.hotSpots
      .filter((spot) => spot.share >= REPORTED_HOT_SPOT_SHARE || advised.has(spot.id))
      .map((spot) => reportHotSpot(spot, wallUs)),
    advice,
    leftAlone,
  };
}

function reportHotSpot(spot: HotSpot, wallUs: number): ReportHotSpot {
  return {
    id: spot.id,
    function: spot.function,
    file: spot.file,
    line: spot.line,
    column: spot.column,
    share: share(spot.share),
    ...(spot.threads > 1 && { threads: spot.threads }),
    selfMs: milliseconds(spot.selfUs),
    totalMs: milliseconds(spot.totalUs),
    time: splitMs(spot.time),
    calls: spot.calls,
    bound: spot.bound,
    lines: spot.lines
      .filter(({ time }) => sumOf(time) >= wallUs * REPORTED_LINE_SHARE)
      .map(({ line, time }) => ({ line, time: splitMs(time) })),
    operations: spot.operations
      .filter(({ totalUs }) => totalUs >= wallUs * REPORTED_LINE_SHARE)
      .map(({ api, line, calls, totalUs }) => ({ api, line, calls, totalMs: milliseconds(totalUs) })),
  };
}

function reportEventLoop({ utilisation, delay, serving, requests, blockages }: EventLoop): ReportEventLoop {
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
      times: blockages.length,
      totalMs: milliseconds(blockages.reduce((sum, { durationUs }) => sum + durationUs, 0)),
      heldUp: requests === null ? null : held.reduce((sum, count) => sum + count, 0),
    },
    blockages: blockages.slice(0, REPORTED_BLOCKAGES).map(({ startUs, durationUs, culprit, heldUp }) => ({
      startMs: milliseconds(startUs),
      durationMs: milliseconds(durationUs),
      function: culprit?.function ?? null,
      file: culprit?.file ?? null,
      line: culprit?.line ?? null,
      heldUp,
    })),
  };
}

function share(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function splitMs(time: TimeSplit): TimeSplitMs {
  return {
    jsCpuMs: milliseconds(time.jsCpuUs),
    nativeCpuMs: milliseconds(time.nativeCpuUs),
    blockedMs: milliseconds(time.blockedUs),
    awaitedMs: milliseconds(time.awaitSerialUs + time.awaitOverlappedUs),
    gcMs: milliseconds(time.gcUs),
    loadingMs: milliseconds(time.loadingUs),
    idleMs: milliseconds(time.idleUs),
  };
}

/** To the µs: more digits would be noise. */
function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}

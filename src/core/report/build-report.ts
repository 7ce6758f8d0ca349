import { REPORTED_HOT_SPOT_SHARE, REPORTED_LINE_SHARE } from '../classify/thresholds.ts';
import type { Verdict } from '../classify/classify.ts';
import type { Cloning, HotSpot, TimeSplit } from '../profile/hot-spots.ts';
import { sumOf } from '../profile/time-split.ts';
import type { Recording } from '../recording.ts';
import type { CallSizes, LeftAlone, Report, ReportAdvice, ReportHotSpot, ReportLane, SecondOpinion } from './report.ts';
import { milliseconds, share, splitMs } from './rounding.ts';

export interface Findings {
  wallUs: number;
  time: TimeSplit;
  verdict: Verdict;
  speaksFor: Report['verdict']['speaksFor'];
  /** Absent for an engine without an opinion of its own. */
  secondOpinion?: SecondOpinion | null;
  hotSpots: readonly HotSpot[];
  advice: ReportAdvice[];
  leftAlone: LeftAlone[];
  /** The main lane first. */
  lanes: ReportLane[];
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
      ...(run.repeats === undefined ? {} : { repeats: run.repeats }),
    },
    machine: {
      logicalCores: machine.logicalCores,
      physicalCores: machine.physicalCores,
      memoryBytes: machine.memoryBytes,
      platform: machine.platform,
      load: machine.load,
    },
    time: splitMs(findings.time),
    lanes: findings.lanes,
    eventLoop: findings.lanes[0]?.eventLoop ?? null,
    verdict: {
      bound: verdict.bound,
      evidence: verdict.evidence,
      speaksFor: findings.speaksFor,
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
    ...(spot.cloning && { callSizes: callSizes(spot.cloning) }),
    bound: spot.bound,
    lines: spot.lines
      .filter(({ time }) => sumOf(time) >= wallUs * REPORTED_LINE_SHARE)
      .map(({ line, time }) => ({ line, time: splitMs(time) })),
    operations: spot.operations
      .filter(({ totalUs }) => totalUs >= wallUs * REPORTED_LINE_SHARE)
      .map(({ api, line, calls, totalUs }) => ({ api, line, calls, totalMs: milliseconds(totalUs) })),
  };
}

function callSizes({ sampledArguments, sampledResults, argumentBytes, resultBytes, ...cloning }: Cloning): CallSizes {
  return {
    samples: Math.max(sampledArguments, sampledResults),
    argumentBytes,
    resultBytes,
    cloneMs: argumentBytes === null && resultBytes === null ? null : milliseconds(cloning.callerUs + cloning.workerUs),
    transferableBytes: cloning.transferableBytes,
    obstacle: cloning.obstacle,
  };
}

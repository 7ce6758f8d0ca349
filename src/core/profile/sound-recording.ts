import type { CpuProfile, Lane, Recording } from '../recording.ts';

/** 31 years in µs: no time of a recording lies beyond it, and sums of what lies below it stay exact enough. */
const LARGEST = 1e15;

/**
 * A recording whose numbers are numbers: NaN, infinite ones and those that no clock shows are made 0, so that nothing after this has to ask.
 * Long columns are not copied where all of theirs are, which is always so for what our own recorders leave.
 */
export function withSoundNumbers(recording: Recording): Recording {
  const { run } = recording;
  return {
    ...recording,
    run: { ...run, wallUs: sound(run.wallUs), exitCode: soundOrNull(run.exitCode) },
    lanes: recording.lanes.map(soundLane),
  };
}

function soundLane(lane: Lane): Lane {
  const { operations, rounds, onCpu, poolThreads } = lane;
  return {
    ...lane,
    pid: sound(lane.pid),
    cpuProfile: soundProfile(lane.cpuProfile),
    operations: {
      apis: operations.apis,
      sites: operations.sites.map(({ frames }) => ({
        frames: frames.every(({ line, column }) => isPlace(line) && isPlace(column))
          ? frames
          : frames.map((frame) => ({ ...frame, line: place(frame.line, 1), column: place(frame.column, 1) })),
      })),
      sync: operations.sync.map((row) => ({
        api: sound(row.api, -1),
        site: sound(row.site, -1),
        calls: sound(row.calls),
        totalUs: sound(row.totalUs),
        maxUs: sound(row.maxUs),
      })),
      async: {
        api: soundList(operations.async.api, -1),
        site: soundList(operations.async.site, -1),
        startUs: soundList(operations.async.startUs),
        endUs: soundList(operations.async.endUs),
      },
    },
    ...(rounds && {
      rounds: { ...rounds, startUs: soundList(rounds.startUs), endUs: soundList(rounds.endUs), notedUntilUs: sound(rounds.notedUntilUs) },
    }),
    onCpu: onCpu && { atUs: soundList(onCpu.atUs), cpuUs: soundList(onCpu.cpuUs), runQueueUs: soundList(onCpu.runQueueUs) },
    ...(poolThreads !== undefined && { poolThreads: sound(poolThreads, 1) }),
    processCpuUs: soundOrNull(lane.processCpuUs),
    ...(lane.rolledUp && { rolledUp: soundDeep(lane.rolledUp) }),
  };
}

/** Small, but of many shapes. */
function soundDeep<Value>(value: Value): Value {
  if (typeof value === 'number') return sound(value) as Value;
  if (Array.isArray(value)) return value.map(soundDeep) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, soundDeep(one as unknown)])) as Value;
}

function soundProfile(profile: CpuProfile): CpuProfile {
  return {
    nodes: profile.nodes.map((node) => {
      const { callFrame, hitCount, positionTicks } = node;
      return {
        ...node,
        callFrame: { ...callFrame, lineNumber: place(callFrame.lineNumber), columnNumber: place(callFrame.columnNumber) },
        hitCount: sound(hitCount),
        ...(positionTicks && { positionTicks: positionTicks.filter(({ line, ticks }) => isPlace(line) && isSound(ticks)) }),
      };
    }),
    startTime: sound(profile.startTime),
    endTime: sound(profile.endTime),
    samples: profile.samples,
    timeDeltas: soundList(profile.timeDeltas),
  };
}

function soundList(list: number[], otherwise = 0): number[] {
  return list.every(isSound) ? list : list.map((value) => sound(value, otherwise));
}

function sound(value: number, otherwise = 0): number {
  return isSound(value) ? value : otherwise;
}

function soundOrNull(value: number | null): number | null {
  return value === null || isSound(value) ? value : null;
}

function isSound(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}

function place(value: number, otherwise = -1): number {
  return isPlace(value) ? value : otherwise;
}

/** A line or a column, of whichever base. */
function isPlace(value: number): boolean {
  return Number.isInteger(value) && isSound(value);
}

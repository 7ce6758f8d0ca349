import type { Lane, OnCpuTrack, LoopRounds, Recording } from '../recording.ts';
import { mergeOperations } from './merge-operations.ts';
import { mergeProfiles } from './merge-profiles.ts';
import type { Stretch } from './stretch.ts';

/**
 * Several runs of one script as one recording: each a stretch of the same lanes, one right after the other, so that all figures are sums. A thread
 * or process that is there in several runs under the same name is one lane. How it ended is how the last run did; the exit code is the first that
 * is not 0.
 * @param runs at least one
 */
export function mergeRuns(runs: readonly Recording[]): Recording {
  const last = runs.at(-1)!;
  const stretches = new Map<string, Stretch[]>();
  let startUs: number | null = null;
  for (const one of runs) {
    const { wallUs } = one.run;
    const main = one.lanes[0]?.cpuProfile;
    // What V8 recorded before the script's first line is not of the run.
    const fromUs = main ? Math.max(main.startTime, main.endTime - wallUs) : 0;
    startUs ??= fromUs;
    const shiftUs = startUs - fromUs;
    const toUs = fromUs + wallUs;
    for (const lane of one.lanes) {
      const { startTime, endTime } = lane.cpuProfile;
      const within = lane.kind === 'main' ? { fromUs, toUs } : { fromUs: Math.max(fromUs, startTime), toUs: Math.min(toUs, endTime) };
      if (within.toUs < within.fromUs) continue;
      const key = `${lane.id} ${lane.name}`;
      const known = stretches.get(key);
      const stretch: Stretch = { lane, ...within, shiftUs, last: one === last };
      if (known) known.push(stretch);
      else stretches.set(key, [stretch]);
    }
    startUs += wallUs;
  }
  const ids = new Set<string>();
  return {
    ...last,
    run: {
      ...last.run,
      wallUs: runs.reduce((sum, { run }) => sum + run.wallUs, 0),
      exitCode: runs.map(({ run }) => run.exitCode).find((code) => code !== 0) ?? last.run.exitCode,
      repeats: runs.length,
    },
    lanes: [...stretches.values()].map((of) => {
      const lane = mergeLane(of);
      while (ids.has(lane.id)) lane.id += '+';
      ids.add(lane.id);
      return lane;
    }),
    notes: [...new Set(runs.flatMap(({ notes }) => notes))],
  };
}

function mergeLane(stretches: readonly Stretch[]): Lane {
  const lanes = stretches.map(({ lane }) => lane);
  return {
    ...lanes[0]!,
    cpuProfile: mergeProfiles(stretches),
    operations: mergeOperations(stretches),
    rounds: mergeRounds(stretches),
    onCpu: mergeTracks(stretches),
    processCpuUs: lanes.reduce<number | null>((sum, { processCpuUs: us }) => (sum === null || us === null ? null : sum + us), 0),
    sourceMaps: Object.assign({}, ...lanes.map(({ sourceMaps }) => sourceMaps)) as Lane['sourceMaps'],
  };
}

/** The round that went on when a run ended is one of the list. */
function mergeRounds(stretches: readonly Stretch[]): LoopRounds | null {
  const merged: LoopRounds = { startUs: [], endUs: [], notedUntilUs: 0, full: false };
  for (const { lane, toUs, shiftUs, last } of stretches) {
    if (!lane.rounds || merged.full) return null;
    const { startUs, endUs, notedUntilUs, full } = lane.rounds;
    for (const us of startUs) merged.startUs.push(us + shiftUs);
    for (const us of endUs) merged.endUs.push(us + shiftUs);
    if (!last && !full && notedUntilUs < toUs) {
      merged.startUs.push(notedUntilUs + shiftUs);
      merged.endUs.push(toUs + shiftUs);
    }
    merged.notedUntilUs = (last ? notedUntilUs : toUs) + shiftUs;
    merged.full = full;
  }
  return merged;
}

/** Of each run what was counted between its beginning and its end, in between two readings in proportion. */
function mergeTracks(stretches: readonly Stretch[]): OnCpuTrack | null {
  const merged: OnCpuTrack = { atUs: [], cpuUs: [], runQueueUs: [] };
  for (const { lane, fromUs, toUs, shiftUs } of stretches) {
    const track = lane.onCpu;
    if (!track) return null;
    const base = { cpuUs: merged.cpuUs.at(-1) ?? 0, runQueueUs: merged.runQueueUs.at(-1) ?? 0 };
    const first = { cpuUs: valueAt(track.atUs, track.cpuUs, fromUs), runQueueUs: valueAt(track.atUs, track.runQueueUs, fromUs) };
    for (const us of [fromUs, ...track.atUs.filter((one) => one > fromUs && one < toUs), toUs]) {
      merged.atUs.push(us + shiftUs);
      merged.cpuUs.push(base.cpuUs + valueAt(track.atUs, track.cpuUs, us) - first.cpuUs);
      merged.runQueueUs.push(base.runQueueUs + valueAt(track.atUs, track.runQueueUs, us) - first.runQueueUs);
    }
  }
  return merged;
}

/** A cumulative counter at a moment; before the first and after the last reading that reading's. */
function valueAt(atUs: readonly number[], values: readonly number[], us: number): number {
  let high = atUs.length;
  for (let low = 0; low < high;) {
    const middle = (low + high) >> 1;
    if (atUs[middle]! < us) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [high - 1, high];
  if (after >= atUs.length) return values.at(-1) ?? 0;
  if (before < 0 || atUs[after] === us) return values[after]!;
  const part = (us - atUs[before]!) / (atUs[after]! - atUs[before]!);
  return values[before]! + (values[after]! - values[before]!) * part;
}

import type { LaneModel } from '../profile/lane-model.ts';
import { sleptTime } from '../profile/on-cpu.ts';
import type { LoopRounds } from '../recording.ts';

/** A stretch in which the thread ran without the loop taking anything from outside. */
export interface Stretch {
  startUs: number;
  endUs: number;
  /** When its round ends: then the loop has called back for all that had come before. */
  roundEndUs: number;
}

export interface LoopTime {
  startUs: number;
  endUs: number;
  /** Stretches of the rounds that took long, in order. */
  stretches: Stretch[];
  /** Lengths of what ran in rounds too short to be listed, as far as samples tell: single samples. */
  shortUs: number[];
  busyUs: number;
  /** When the loop slept, in order. */
  sleeps: Sleep[];
}

/** Of a stretch that begins at `startUs`, `us` were slept. */
export interface Sleep {
  startUs: number;
  us: number;
}

/** In rounds that are not listed nothing takes longer. */
const SHORT_ROUND_US = 5000;

/**
 * What the loop did since something was first waited for: until then nothing can come late. Samples tell computing and blocking from
 * sleeping, the listed rounds where the loop looked for what had come. Null where rounds were not noted, or nothing was ever waited for.
 * @param begunUs when something was first waited for, where it is known from before
 */
export function loopTime(model: LaneModel, begunUs: number | null = null): LoopTime | null {
  const { profile, natures, operations } = model;
  const noted = model.lane.rounds;
  const first = begunUs ?? operations[0]?.startUs;
  if (!noted || first === undefined) return null;
  const startUs = Math.max(profile.startUs, first);
  const endUs = noted.full ? Math.min(profile.endUs, noted.notedUntilUs) : profile.endUs;
  if (endUs <= startUs) return null;
  const rounds = roundsUntil(noted, endUs);
  const time: LoopTime = { startUs, endUs, stretches: [], shortUs: [], busyUs: 0, sleeps: [] };
  const sleptUs = sleptTime(profile, natures, model.lane.onCpu);
  let round = 0;
  let open: Stretch | null = null;
  const isBusy = (sample: number): boolean => {
    const nature = natures.nature[profile.sampleNode[sample]!]!;
    if (nature === 'program') return !model.blockedUs || model.blockedUs[sample]! <= profile.sampleUs[sample]! / 2;
    return nature !== 'idle' && nature !== 'none';
  };
  profile.sampleNode.forEach((_, sample) => {
    const sampleStartUs = profile.sampleStartUs[sample]!;
    const sampleEndUs = Math.min(endUs, sampleStartUs + profile.sampleUs[sample]!);
    if (sampleEndUs <= startUs || sampleStartUs >= endUs) return;
    if (!isBusy(sample)) {
      open = null;
      // A thread that sleeps is sampled when it wakes: what it did before is the beginning of that sample's time.
      const slept = sleptUs[sample]!;
      if (slept > 0) time.sleeps.push({ startUs: sampleStartUs + profile.sampleUs[sample]! - slept, us: slept });
      time.busyUs += model.busyIdleUs?.[sample] ?? 0;
      return;
    }
    for (let at = Math.max(startUs, sampleStartUs); at < sampleEndUs;) {
      while (round < rounds.length && rounds[round]![1] <= at) round++;
      const [roundStartUs, roundEndUs] = rounds[round] ?? [Infinity, Infinity];
      const listed = roundStartUs <= at;
      const until = Math.min(sampleEndUs, listed ? roundEndUs : roundStartUs);
      time.busyUs += until - at;
      if (!listed) time.shortUs.push(Math.min(SHORT_ROUND_US, until - at));
      else if (open?.roundEndUs === roundEndUs && open.endUs === at) open.endUs = until;
      else time.stretches.push((open = { startUs: at, endUs: until, roundEndUs }));
      at = until;
    }
  });
  return time;
}

/** The listed rounds, and the one that was still going on at the end. */
function roundsUntil({ startUs, endUs, notedUntilUs, full }: LoopRounds, untilUs: number): [number, number][] {
  const rounds: [number, number][] = [];
  for (let index = 0; index < Math.min(startUs.length, endUs.length); index++) {
    const start = Math.max(startUs[index]!, rounds.at(-1)?.[1] ?? -Infinity);
    if (endUs[index]! > start) rounds.push([start, endUs[index]!]);
  }
  const last = Math.max(notedUntilUs, rounds.at(-1)?.[1] ?? -Infinity);
  if (!full && last < untilUs) rounds.push([last, untilUs]);
  return rounds;
}

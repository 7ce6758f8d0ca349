import type { LinesOfNodes } from '../profile/charges.ts';
import { executorsOwners } from '../profile/executors.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { Slice, Timeline } from '../profile/timeline.ts';
import type { Stretch } from './stretches.ts';

/** Whose code held the loop; null where it was nobody's that is known. */
export interface Culprit {
  function: string;
  file: string;
  line: number;
}

/**
 * A stretch as the turns it consists of: one ends where the next callback begins, as far as the recording tells. A request is read, and an
 * operation ends, at the beginning of a callback.
 * @param cuts times in order
 */
export function turnsOf(stretches: readonly Stretch[], cuts: readonly number[]): Stretch[] {
  const turns: Stretch[] = [];
  let cut = 0;
  for (const { startUs, endUs, roundEndUs } of stretches) {
    while (cut < cuts.length && cuts[cut]! <= startUs) cut++;
    let at = startUs;
    for (; cut < cuts.length && cuts[cut]! < endUs; cut++) {
      if (cuts[cut]! === at) continue;
      turns.push({ startUs: at, endUs: cuts[cut]!, roundEndUs });
      at = cuts[cut]!;
    }
    turns.push({ startUs: at, endUs, roundEndUs });
  }
  return turns;
}

/**
 * Who held the loop in each of some turns (in order of time): the innermost user function that was on the stack for at least half of a turn, at
 * the line with the most of its own time, else where it begins.
 */
export function culprits(turns: readonly Stretch[], model: LaneModel, timeline: Timeline, linesOf: LinesOfNodes): (Culprit | null)[] {
  const { profile, natures, table, sites, groups } = model;
  const answerable = executorsOwners(model);
  /** The user functions of a slice, innermost first, and the lines of the innermost. */
  const whose = ({ charge, to }: Slice): { frames: number[]; lines: readonly { line: number; part: number }[] } => {
    if (charge === 'line') return { frames: [timeline.lines[to]!.frame], lines: [{ line: timeline.lines[to]!.line, part: 1 }] };
    if (charge === 'operation') {
      const user = sites[groups[to]!.site]?.user;
      return user ? { frames: [answerable(user.frame)], lines: [{ line: user.line, part: 1 }] } : NOBODY;
    }
    if (charge === 'nobody') return NOBODY;
    const frames: number[] = [];
    for (let node = natures.userNode[to]!; node >= 0; node = parentUser(node)) frames.push(answerable(profile.nodeFrame[node]!));
    return { frames, lines: linesOf.get(to) ?? [] };
  };
  const parentUser = (node: number): number => {
    const parent = profile.nodeParent[node]!;
    return parent < 0 ? -1 : natures.userNode[parent]!;
  };
  const found: (Culprit | null)[] = [];
  let slice = 0;
  let atUs = profile.startUs;
  for (const turn of turns) {
    const totals = new Map<number, { us: number; depth: number }>();
    const lines = new Map<number, Map<number, number>>();
    while (slice < timeline.slices.length && atUs + timeline.slices[slice]!.us <= turn.startUs) atUs += timeline.slices[slice++]!.us;
    let from = atUs;
    for (let index = slice; index < timeline.slices.length && from < turn.endUs; index++) {
      const one = timeline.slices[index]!;
      const us = Math.min(turn.endUs, from + one.us) - Math.max(turn.startUs, from);
      from += one.us;
      const { frames, lines: own } = whose(one);
      frames.forEach((frame, height) => {
        if (frames.indexOf(frame) !== height) return;
        const sum = totals.get(frame) ?? { us: 0, depth: 0 };
        totals.set(frame, { us: sum.us + us, depth: Math.max(sum.depth, frames.length - height) });
      });
      if (frames.length === 0) continue;
      const sums = lines.get(frames[0]!) ?? new Map<number, number>();
      lines.set(frames[0]!, sums);
      for (const { line, part } of own) sums.set(line, (sums.get(line) ?? 0) + us * part);
    }
    const half = (turn.endUs - turn.startUs) / 2;
    const [frame] = [...totals].filter(([, { us }]) => us >= half).sort((a, b) => a[1].us - b[1].us || b[1].depth - a[1].depth)[0] ?? [];
    if (frame === undefined) found.push(null);
    else {
      const { function: name, file, line } = table.frames[frame]!;
      const [hottest] = [...(lines.get(frame) ?? [])].sort((a, b) => b[1] - a[1])[0] ?? [];
      found.push({ function: name, file, line: hottest ?? line });
    }
  }
  return found;
}

const NOBODY = { frames: [], lines: [] };

import type { LinesOfNodes } from '../profile/charges.ts';
import { executorsOwners } from '../profile/executors.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { Slice, Timeline } from '../profile/timeline.ts';
import type { Stretch } from './stretches.ts';

/** Whose code held the loop; null where it was nobody's that is known. */
export interface Culprit {
  /** Of the frame table. */
  frame: number;
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

/** What ran in a turn: a slice of the timeline, as far as it lies inside. */
export interface Piece {
  slice: Slice;
  us: number;
}

/** What ran in each of some turns (in order of time, without overlap). */
export function* piecesOf(turns: readonly Stretch[], { slices }: Timeline, startUs: number): Generator<Piece[]> {
  let first = 0;
  let atUs = startUs;
  for (const turn of turns) {
    while (first < slices.length && atUs + slices[first]!.us <= turn.startUs) atUs += slices[first++]!.us;
    const pieces: Piece[] = [];
    let from = atUs;
    for (let index = first; index < slices.length && from < turn.endUs; index++) {
      const slice = slices[index]!;
      pieces.push({ slice, us: Math.min(turn.endUs, from + slice.us) - Math.max(turn.startUs, from) });
      from += slice.us;
    }
    yield pieces;
  }
}

/** The user functions on a slice's stack, innermost first, and the lines of the innermost; the parts of the lines add up to 1. */
export interface UserCode {
  frames: readonly number[];
  lines: readonly { line: number; part: number }[];
}

export function userCodeOf(model: LaneModel, timeline: Timeline, linesOf: LinesOfNodes): (slice: Slice) => UserCode {
  const { profile, natures, sites, groups } = model;
  const answerable = executorsOwners(model);
  const parentUser = (node: number): number => {
    const parent = profile.nodeParent[node]!;
    return parent < 0 ? -1 : natures.userNode[parent]!;
  };
  return ({ charge, to }) => {
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
}

const NOBODY: UserCode = { frames: [], lines: [] };

/** Where each function's own time in a turn went, by line: its computing, and what it called that is not the user's. */
export function ownLines(pieces: readonly Piece[], userCode: (slice: Slice) => UserCode): Map<number, Map<number, number>> {
  const found = new Map<number, Map<number, number>>();
  for (const { slice, us } of pieces) {
    const { frames, lines } = userCode(slice);
    if (frames.length === 0) continue;
    const sums = found.get(frames[0]!) ?? new Map<number, number>();
    found.set(frames[0]!, sums);
    for (const { line, part } of lines) sums.set(line, (sums.get(line) ?? 0) + us * part);
  }
  return found;
}

/** The line with the most of the time; undefined where none is known. */
export function costliest(lines: ReadonlyMap<number, number> | undefined): number | undefined {
  return [...(lines ?? [])].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/**
 * Who held the loop in a turn of `lengthUs`: the innermost user function that was on the stack for at least half of it, at the line with the
 * most of its own time, else where it begins.
 */
export function culpritOf(
  pieces: readonly Piece[],
  lengthUs: number,
  { table }: LaneModel,
  userCode: (slice: Slice) => UserCode,
): Culprit | null {
  const totals = new Map<number, { us: number; depth: number }>();
  for (const { slice, us } of pieces) {
    const { frames } = userCode(slice);
    frames.forEach((frame, height) => {
      if (frames.indexOf(frame) !== height) return;
      const sum = totals.get(frame) ?? { us: 0, depth: 0 };
      totals.set(frame, { us: sum.us + us, depth: Math.max(sum.depth, frames.length - height) });
    });
  }
  const [frame] =
    [...totals].filter(([, { us }]) => us >= lengthUs / 2).sort((a, b) => a[1].us - b[1].us || b[1].depth - a[1].depth)[0] ?? [];
  if (frame === undefined) return null;
  const { function: name, file, line } = table.frames[frame]!;
  return { frame, function: name, file, line: costliest(ownLines(pieces, userCode).get(frame)) ?? line };
}

import type { FrameOwner } from '../language.ts';
import { callLine } from '../profile/find-hot-spots.ts';
import type { Frame } from '../profile/frames.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { Slice, Timeline } from '../profile/timeline.ts';
import { costliest, ownLines } from './blockages.ts';
import type { Culprit, Piece, UserCode } from './blockages.ts';

/** A function of a blockage's stack, or several that are told as one. */
export interface StackFrame {
  function: string;
  /** Absolute; `node:…` for the runtime's own; null for native code. */
  file: string | null;
  /** Where it called the next one, or where its own time went; where that is not known, where it begins. Null for native code. */
  line: number | null;
  /** How much of the blockage it was on the stack for. */
  us: number;
  owner: FrameOwner;
  /** How many calls it stands for: of recursion, inside one package, inside the runtime. */
  calls: number;
}

/** The innermost frames of a deeper stack are kept. */
const LONGEST_STACK = 24;
/** Below this share of the blockage a path branches into what no longer tells why it took long. */
const TOLD_SHARE = 0.1;

/**
 * The stack of a blockage, innermost first: the heaviest path through what ran in it, by way of the culprit. The runtime's frames that follow
 * each other are one, named by what was called; so are those of one package, and recursion.
 */
export function stackOf(
  pieces: readonly Piece[],
  culprit: Culprit | null,
  model: LaneModel,
  timeline: Timeline,
  userCode: (slice: Slice) => UserCode,
): StackFrame[] {
  const { frames } = model.table;
  const path = heaviestPath(pieces, culprit, timeline, userCode);
  const own = ownLines(pieces, userCode);
  const stack: (StackFrame & { group: string; last: Frame })[] = [];
  for (const { frame: id, us } of path) {
    const frame = frames[id]!;
    const { function: name, file, owner } = frame;
    const group = groupOf(frame);
    const above = stack.at(-1);
    if (above?.owner === 'user') above.line = lineOf(above.last, frame, own, model) ?? above.line;
    if (above?.group === group) {
      above.calls++;
      above.last = frame;
    } else
      stack.push({
        function: name,
        file: file === '' ? null : file,
        line: file === '' ? null : frame.line,
        us,
        owner,
        calls: 1,
        group,
        last: frame,
      });
  }
  const innermost = stack.at(-1);
  if (innermost?.owner === 'user') innermost.line = lineOf(innermost.last, null, own, model) ?? innermost.line;
  return stack
    .map(({ function: name, file, line, us, owner, calls }) => ({ function: name, file, line, us, owner, calls }))
    .reverse()
    .slice(0, LONGEST_STACK);
}

function heaviestPath(
  pieces: readonly Piece[],
  culprit: Culprit | null,
  { tree }: Timeline,
  userCode: (slice: Slice) => UserCode,
): { frame: number; us: number }[] {
  const through = culprit === null ? [] : pieces.filter(({ slice }) => userCode(slice).frames.includes(culprit.frame));
  const all = weightsOf(pieces, tree.parent);
  const weights = through.length > 0 ? weightsOf(through, tree.parent) : all;
  const heaviest = new Map<number, number>();
  for (const [node, us] of weights) {
    const known = heaviest.get(tree.parent[node]!);
    if (known === undefined || us > weights.get(known)!) heaviest.set(tree.parent[node]!, node);
  }
  const leastUs = pieces.reduce((sum, { us }) => sum + us, 0) * TOLD_SHARE;
  const path: { frame: number; us: number }[] = [];
  for (let node = heaviest.get(0); node !== undefined && weights.get(node)! >= leastUs; node = heaviest.get(node))
    path.push({ frame: tree.frame[node]!, us: all.get(node)! });
  return path;
}

/** How long each node of the tree was on the stack. */
function weightsOf(pieces: readonly Piece[], parents: readonly number[]): Map<number, number> {
  const weights = new Map<number, number>();
  for (const { slice, us } of pieces)
    for (let node = slice.node; node > 0; node = parents[node]!) weights.set(node, (weights.get(node) ?? 0) + us);
  return weights;
}

/** Frames that follow each other and are told as one have the same. */
function groupOf({ id, function: name, file, owner }: Frame): string {
  if (owner === 'dependency') return file.replace(/^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+).*$/, '$1');
  if (owner === 'user' || name.startsWith('(')) return String(id);
  return 'runtime';
}

/** The line of `frame` that calls `next`, or that its own time went to. */
function lineOf(
  frame: Frame,
  next: Frame | null,
  own: ReadonlyMap<number, ReadonlyMap<number, number>>,
  model: LaneModel,
): number | undefined {
  const called = next?.owner === 'user' ? (callLine(next.id, frame.id, [model]) ?? undefined) : undefined;
  return called ?? (next?.owner === 'user' ? undefined : costliest(own.get(frame.id)));
}

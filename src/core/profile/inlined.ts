import type { Language } from '../language.ts';
import type { FrameTable } from './frames.ts';
import { frameAround, topLevelOf } from './frames.ts';
import type { LineTicks, Profile } from './profile.ts';
import { enclosingFunction, functionAt, positionOf } from './source-text.ts';
import type { FunctionRange, SourceFunctions } from './source-text.ts';

/** Fewer ticks are not worth reading a source for. */
const FEWEST_TICKS = 3;
/** Functions that are inlined into each other are looked for this deep below the one that holds them. */
const DEEPEST = 3;

type FunctionsOf = (file: string) => SourceFunctions | null;

/**
 * Gives inlined functions their samples back. Where the program counter is in code that the compiler inlined, V8 names the function that it
 * was compiled into, but the line is that of the inlined one: a tick outside of a function's own lines belongs to the function below it that
 * holds the line, or else to the one in the same file. In a bundle the line may be another file's.
 */
export function returnInlined(profile: Profile, table: FrameTable, language: Language, functionsOf: FunctionsOf): Profile {
  const nodeFrame = [...profile.nodeFrame];
  const nodeParent = [...profile.nodeParent];
  const nodeTicks = profile.nodeTicks.map((ticks) => ticks);
  const children = childrenOf(profile);
  /** Node → where its samples go, in parts that add up to 1 or less. */
  const moves = new Map<number, Move[]>();
  for (let node = 1; node < profile.nodeFrame.length; node++) {
    const ticks = profile.nodeTicks[node]!;
    const sum = ticks.reduce((all, line) => all + line.ticks, 0);
    const own = sum >= FEWEST_TICKS ? ownLines(table, profile.nodeFrame[node]!, functionsOf) : null;
    if (!own && ticks.every(({ file }) => file === undefined)) continue;
    // What came from its caller by now is kept.
    const kept: LineTicks[] = nodeTicks[node]!.slice(ticks.length);
    for (const tick of ticks) {
      const frame =
        tick.file !== undefined
          ? frameOfLine(tick.file, tick.line)
          : !own || own(tick.line)
            ? null
            : inlinedFrame(node, tick.line, { profile, table, functionsOf, children });
      if (frame === null) {
        kept.push(tick);
        continue;
      }
      const to = childWith(node, frame);
      nodeTicks[to] = [...nodeTicks[to]!, { line: tick.line, ticks: tick.ticks }];
      moves.set(node, [...(moves.get(node) ?? []), { to, part: tick.ticks / sum, owed: 0 }]);
    }
    nodeTicks[node] = kept;
  }
  if (moves.size === 0) return profile;
  return {
    ...profile,
    nodeFrame: Int32Array.from(nodeFrame),
    nodeParent: Int32Array.from(nodeParent),
    nodeTicks,
    sampleNode: profile.sampleNode.map((node, sample) => {
      const found = moves.get(node);
      return found ? nextOf(node, found, profile.sampleUs[sample]!) : node;
    }),
  };

  /** The function in another file that holds a line. */
  function frameOfLine(file: string, line: number): number {
    const owner = language.owner(file);
    const source = owner === 'user' ? functionsOf(file) : null;
    const range = source && innermost(source, line);
    if (!range || !wholly(source, range, line)) return topLevelOf(table, file, owner);
    return frameAround(table, source, { file, owner, name: '' }, { line, column: 1 });
  }

  function childWith(node: number, frame: number): number {
    const known = children[node]!.find((child) => nodeFrame[child] === frame);
    if (known !== undefined) return known;
    const added = nodeFrame.push(frame) - 1;
    nodeParent.push(node);
    nodeTicks.push([]);
    children.push([]);
    children[node]!.push(added);
    return added;
  }
}

interface Move {
  to: number;
  part: number;
  owed: number;
}

/** V8 does not say which of a node's samples had which line: they go in turn, each to where most is owed. */
function nextOf(node: number, moves: Move[], us: number): number {
  let best: Move | null = null;
  for (const move of moves) {
    move.owed += us * move.part;
    if (!best || move.owed > best.owed) best = move;
  }
  if (!best || best.owed < us / 2) return node;
  best.owed -= us;
  return best.to;
}

/** Says whether a line can be one of a function's own; null where its text is unknown. */
function ownLines(table: FrameTable, frame: number, functionsOf: FunctionsOf): ((line: number) => boolean) | null {
  const { file, line: begins, column, owner, function: name } = table.frames[frame]!;
  if (owner !== 'user' && owner !== 'dependency') return null;
  const source = functionsOf(file);
  if (!source) return null;
  const range = functionAt(source, begins, column);
  const topLevel = !range && begins === 1 && column === 1 && name.startsWith('(');
  if (!range && !topLevel) return null;
  const last = range ? positionOf(source, range.end).line : Infinity;
  return (line) => {
    if (line < begins || line > last) return false;
    const inner = innermost(source, line);
    return !inner || inner.start === range?.start || !wholly(source, inner, line);
  };
}

/** The function that a whole line is in, seen from the line's end: the innermost that began in an earlier line. */
function innermost(source: SourceFunctions, line: number): FunctionRange | null {
  return enclosingFunction(source, line, 1);
}

/** Lines on which a function begins or ends may also hold code of the one around it. */
function wholly(source: SourceFunctions, range: FunctionRange, line: number): boolean {
  return line > range.line && line < positionOf(source, range.end).line;
}

interface Known {
  profile: Profile;
  table: FrameTable;
  functionsOf: FunctionsOf;
  children: number[][];
}

/** The function a line belongs to; null where nothing says so. */
function inlinedFrame(node: number, line: number, known: Known): number | null {
  const { profile, table, functionsOf, children } = known;
  let best: { frame: number; ticks: number } | null = null;
  let level = children[node]!;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    for (const below of level) {
      const frame = profile.nodeFrame[below];
      if (frame === undefined || !ownLines(table, frame, functionsOf)?.(line)) continue;
      const ticks = profile.nodeTicks[below]!.find((tick) => tick.line === line)?.ticks ?? 0;
      if (!best || ticks > best.ticks) best = { frame, ticks };
    }
    level = level.flatMap((below) => children[below] ?? []);
  }
  if (best) return best.frame;
  const { file, owner } = table.frames[profile.nodeFrame[node]!]!;
  const source = functionsOf(file);
  const range = source && innermost(source, line);
  if (!source || !range || !wholly(source, range, line)) return null;
  const frame = frameAround(table, source, { file, owner, name: '' }, { line, column: 1 });
  return frame === profile.nodeFrame[node] ? null : frame;
}

function childrenOf({ nodeParent }: Profile): number[][] {
  const children: number[][] = Array.from(nodeParent, () => []);
  nodeParent.forEach((parent, node) => {
    if (parent >= 0) children[parent]!.push(node);
  });
  return children;
}

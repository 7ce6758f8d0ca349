import type { FrameTable } from './frames.ts';
import { TOP_LEVEL, plainName } from './frames.ts';
import { isInLoop } from './loops.ts';
import type { LineTicks, Profile } from './profile.ts';
import { callPositions, enclosingFunction, functionAt } from './source-text.ts';
import type { FunctionRange, SourceFunctions } from './source-text.ts';

type FunctionsOf = (file: string) => SourceFunctions | null;

/**
 * Puts samples back that lost their innermost frames: V8 walks past the frame of a function that is just in a built-in without a frame of its
 * own (a property store, a concatenation). Most such samples look like the caller's own and can't be told from them. But code that runs once
 * is in the middle of a call where the samples before and after are of that very call: it is put there, beside the one before it.
 */
export function returnLost(profile: Profile, table: FrameTable, functionsOf: FunctionsOf): Profile {
  const callers = callersThatRunOnce(profile, table, functionsOf);
  if (callers.size === 0) return profile;
  const sampleNode = Int32Array.from(profile.sampleNode);
  const nodeTicks = [...profile.nodeTicks];
  let before = -1;
  /** Samples of a caller's own since then. */
  let open: number[] = [];
  sampleNode.forEach((node, sample) => {
    if (isAside(table, profile.nodeFrame[node]!)) return;
    if (callers.has(node) && (open.length === 0 || sampleNode[open[0]!] === node)) {
      open.push(sample);
      return;
    }
    const caller = open.length > 0 ? sampleNode[open[0]!]! : -1;
    const callee = caller >= 0 && before >= 0 ? childTowards(profile, caller, before) : -1;
    if (callee >= 0 && callee === childTowards(profile, caller, node)) {
      const line = callers.get(caller)!.get(callee);
      for (const lost of open) if (line !== undefined && moveTick(nodeTicks, caller, before, line)) sampleNode[lost] = before;
    }
    open = callers.has(node) ? [sample] : [];
    if (open.length === 0) before = node;
  });
  return { ...profile, sampleNode, nodeTicks };
}

/** V8 shows these without a stack: they tell nothing of what is being run. */
function isAside(table: FrameTable, frame: number): boolean {
  const { function: name, owner } = table.frames[frame]!;
  return owner === 'native' && (name === '(garbage collector)' || name === '(program)');
}

/** The child of `above` on the way to `node`; -1 where `node` is not below it. */
function childTowards({ nodeParent }: Profile, above: number, node: number): number {
  for (let at = node; at > above; at = nodeParent[at]!) if (nodeParent[at] === above) return at;
  return -1;
}

/** The lost frame's line is unknown: it is taken to be one of those that were seen. */
function moveTick(nodeTicks: LineTicks[][], from: number, to: number, line: number): boolean {
  const ticks = nodeTicks[from]!;
  const seen = ticks.find((tick) => tick.line === line);
  if (!seen || seen.ticks === 0) return false;
  nodeTicks[from] = ticks.map((tick) => (tick === seen ? { line, ticks: tick.ticks - 1 } : tick)).filter((tick) => tick.ticks > 0);
  return to >= 0;
}

/** Nodes of functions that run once in a run → their callees' nodes that are called once there → the line of the call. */
function callersThatRunOnce(profile: Profile, table: FrameTable, functionsOf: FunctionsOf): Map<number, Map<number, number>> {
  const found = new Map<number, Map<number, number>>();
  const nodesOf = new Map<number, number>();
  for (const frame of profile.nodeFrame) nodesOf.set(frame, (nodesOf.get(frame) ?? 0) + 1);
  for (let node = 1; node < profile.nodeFrame.length; node++) {
    const frame = profile.nodeFrame[node]!;
    const { file, function: name, owner } = table.frames[frame]!;
    if (owner !== 'user' && owner !== 'dependency') continue;
    const caller = profile.nodeParent[node]!;
    const source = functionsOf(callerFile(table, profile.nodeFrame[caller]!));
    if (name === TOP_LEVEL && nodesOf.get(frame) === 1 && functionsOf(file)) found.set(node, new Map());
    else if (source && found.has(caller)) {
      const line = lineOfOnlyCall(source, rangeOf(source, table, profile.nodeFrame[caller]!), plainName(name));
      if (line === null) continue;
      found.get(caller)!.set(node, line);
      if (nodesOf.get(frame) === 1 && functionsOf(file)) found.set(node, new Map());
    }
  }
  return found;
}

function callerFile(table: FrameTable, frame: number): string {
  return table.frames[frame]!.file;
}

/** Null for top-level code. */
function rangeOf(source: SourceFunctions, table: FrameTable, frame: number): FunctionRange | null {
  const { line, column, function: name } = table.frames[frame]!;
  return name === TOP_LEVEL ? null : functionAt(source, line, column);
}

function lineOfOnlyCall(source: SourceFunctions, within: FunctionRange | null, name: string): number | null {
  const calls = callPositions(source, name, within).filter((at) => enclosingFunction(source, at.line, at.column)?.start === within?.start);
  const [only] = calls;
  return only && calls.length === 1 && !isInLoop(source, only.line, only.column) ? only.line : null;
}

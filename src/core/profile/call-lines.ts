import type { OperationCharge } from './function-charges.ts';
import { TOP_LEVEL, plainName } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import type { LineTicks } from './profile.ts';
import { callLines, functionAt, lineOf } from './source-text.ts';

/** A part of a line's time: parts of a call add up to 1. */
export interface LinePart {
  line: number;
  part: number;
  operation: OperationCharge | null;
}

/** What is known of a function's own lines. */
export interface OwnTicks {
  /** Samples for each line, over all nodes of the function. */
  lines: Map<number, number>;
  /** 1-based first and last line of the function; the last is Infinity where the text is unknown. */
  first: number;
  last: number;
}

/** A call from a user function, as far as the stack tells it. */
export interface Call {
  /** Name of what the user function called. */
  entry: string;
  /** Name of the core function that was reached, '' for none. */
  core: string;
  /** Whether the core function is one that blocks or computes in native code: then it is an operation of the recording. */
  waits: boolean;
}

/** Each user function's ticks over all its nodes. */
export function ownTicks(model: LaneModel): (frame: number) => OwnTicks {
  const { profile, natures, table } = model;
  const known = new Map<number, OwnTicks>();
  const of = (frame: number): OwnTicks => {
    let ticks = known.get(frame);
    if (!ticks) {
      const { file, line, column, function: name } = table.frames[frame]!;
      const source = model.functionsOf(file);
      const range = source && name !== TOP_LEVEL ? functionAt(source, line, column) : null;
      known.set(frame, (ticks = { lines: new Map(), first: line, last: source && range ? lineOf(source, range.end) : Infinity }));
    }
    return ticks;
  };
  profile.nodeTicks.forEach((lines, node) => {
    if (natures.userNode[node] !== node) return;
    const ticks = of(profile.nodeFrame[node]!);
    for (const { line, ticks: count } of within(lines, ticks)) ticks.lines.set(line, (ticks.lines.get(line) ?? 0) + count);
  });
  return of;
}

/** Where V8 inlined a function, a tick may carry a line of its caller: what lies outside of the function says nothing. */
function within(lines: readonly LineTicks[], { first, last }: OwnTicks): LineTicks[] {
  return lines.filter(({ line }) => line >= first && line <= last);
}

/** How a function's own samples share out over its lines. */
export function lineParts(lines: readonly LineTicks[], own: OwnTicks): LinePart[] {
  const inside = within(lines, own);
  const sum = inside.reduce((ticks, line) => ticks + line.ticks, 0);
  if (sum === 0) return [{ line: hottest(own), part: 1, operation: null }];
  return inside.map(({ line, ticks }) => ({ line, part: ticks / sum, operation: null }));
}

function hottest({ lines, first }: OwnTicks, among: readonly number[] | null = null): number {
  let best = first;
  let most = 0;
  for (const [line, ticks] of lines) {
    if (ticks > most && (!among || among.includes(line))) {
      best = line;
      most = ticks;
    }
  }
  return most === 0 && among ? hottest({ lines, first, last: Infinity }) : best;
}

/** For each user function the names of the core functions that it reached. */
export function coreNames({ profile, natures, table }: LaneModel, nodes: Iterable<number>): Map<number, Set<string>> {
  const names = new Map<number, Set<string>>();
  for (const node of nodes) {
    const frame = profile.nodeFrame[natures.userNode[node]!]!;
    let set = names.get(frame);
    if (!set) names.set(frame, (set = new Set<string>()));
    const core = natures.coreNode[node]!;
    if (core >= 0) set.add(plainName(table.frames[profile.nodeFrame[core]!]!.function));
  }
  return names;
}

/** The lines that made a call, by the stacks of the recording's operations, else by the text, else the likeliest line of the function. */
export function callParts(
  model: LaneModel,
  frame: number,
  operations: readonly OperationCharge[],
  call: Call,
  names: ReadonlySet<string>,
  own: OwnTicks,
): LinePart[] {
  const made = operationsOf(operations, call, names);
  const sum = made.reduce((us, operation) => us + operation.totalUs, 0);
  if (sum > 0) return made.map((operation) => ({ line: operation.line, part: operation.totalUs / sum, operation }));
  const { file, line, column, function: name } = model.table.frames[frame]!;
  const source = model.functionsOf(file);
  const range = source && name !== TOP_LEVEL ? functionAt(source, line, column) : null;
  const lines = source && (range || name === TOP_LEVEL) ? callLines(source, range, plainName(call.entry)) : [];
  if (lines.length === 1) return [{ line: lines[0]!, part: 1, operation: null }];
  return [{ line: hottest(own, lines.length > 1 ? lines : null), part: 1, operation: null }];
}

function operationsOf(operations: readonly OperationCharge[], { entry, core, waits }: Call, names: ReadonlySet<string>): OperationCharge[] {
  const sync = operations.filter((operation) => operation.kind === 'sync');
  const named = sync.filter(({ api }) => plainName(api) === plainName(core) || plainName(api) === plainName(entry));
  if (named.length > 0 || !waits) return named;
  // Some core functions have other names inside than outside (`gzipSync` is `syncBufferWrapper`).
  return sync.filter(({ api }) => !names.has(plainName(api)));
}

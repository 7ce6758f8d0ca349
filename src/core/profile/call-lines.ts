import type { OperationCharge } from './function-charges.ts';
import { TOP_LEVEL, plainName } from './frames.ts';
import { linesThatUse } from './imported-names.ts';
import type { LaneModel } from './lane-model.ts';
import type { LineTicks } from './profile.ts';
import { requireLines } from './loaded-modules.ts';
import { callLines, callingLines, functionAt, positionOf } from './source-text.ts';
import type { FunctionRange, SourceFunctions } from './source-text.ts';

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

/** Asynchronous operations that a function began on a line. */
export interface BegunAt {
  line: number;
  calls: number;
}

/** By user function. */
export function begunBy({ groups, sites }: LaneModel): Map<number, BegunAt[]> {
  const found = new Map<number, BegunAt[]>();
  for (const { site, calls } of groups) {
    const user = sites[site]?.user;
    if (!user) continue;
    const lines = found.get(user.frame) ?? [];
    found.set(user.frame, lines);
    const known = lines.find(({ line }) => line === user.line);
    if (known) known.calls += calls;
    else lines.push({ line: user.line, calls });
  }
  return found;
}

/** A call from a user function, as far as the stack tells it. */
export interface Call {
  /** Name of what the user function called. */
  entry: string;
  /** Name of the core function that was reached, '' for none. */
  core: string;
  /** Whether the core function is one that blocks or computes in native code: then it is an operation of the recording. */
  waits: boolean;
  loading: boolean;
  /** Whether the user function called the runtime itself. */
  direct: boolean;
  /** File of the module that is being loaded, '' for none. */
  module: string;
  /** File of what the user function called, where it is a dependency's; else ''. */
  file: string;
}

/** Each user function's ticks over all its nodes. */
export function ownTicks(model: LaneModel): (frame: number) => OwnTicks {
  const { profile, natures, table } = model;
  const known = new Map<number, OwnTicks>();
  const of = (frame: number): OwnTicks => {
    let ticks = known.get(frame);
    if (!ticks) {
      const { source, within: range } = sourceOf(model, frame);
      known.set(
        frame,
        (ticks = {
          lines: new Map(),
          first: table.frames[frame]!.line,
          last: source && range ? positionOf(source, range.end).line : Infinity,
        }),
      );
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
export function lineParts(model: LaneModel, frame: number, lines: readonly LineTicks[], own: OwnTicks): LinePart[] {
  const inside = within(lines, own);
  const sum = inside.reduce((ticks, line) => ticks + line.ticks, 0);
  if (sum === 0) return [{ line: likeliest(model, frame, own, null), part: 1, operation: null }];
  return inside.map(({ line, ticks }) => ({ line, part: ticks / sum, operation: null }));
}

/**
 * The hottest line (of those given, else of those that call anything); without ticks the first of those given, the only line that calls
 * anything, or the function's first.
 */
function likeliest(model: LaneModel, frame: number, own: OwnTicks, among: readonly number[] | null): number {
  if (among) return hottest(own, among) ?? among[0]!;
  const { source, within: range } = sourceOf(model, frame);
  const calling = source ? callingLines(source, range) : [];
  return hottest(own, calling.length > 0 ? calling : null) ?? (calling.length === 1 ? calling[0]! : own.first);
}

function hottest({ lines }: OwnTicks, among: readonly number[] | null): number | null {
  let best: number | null = null;
  let most = 0;
  for (const [line, ticks] of lines) {
    if (ticks > most && (!among || among.includes(line))) {
      best = line;
      most = ticks;
    }
  }
  return best;
}

/** The text around a function; `within` is null for top-level code, and without a text. */
function sourceOf({ table, functionsOf }: LaneModel, frame: number): { source: SourceFunctions | null; within: FunctionRange | null } {
  const { file, line, column, function: name } = table.frames[frame]!;
  const source = functionsOf(file);
  if (!source || name === TOP_LEVEL) return { source, within: null };
  const range = functionAt(source, line, column);
  return range ? { source, within: range } : { source: null, within: null };
}

/** The lines of a function that call another one, by the name in its text. */
export function linesThatCall(model: LaneModel, caller: number, callee: number): number[] {
  const { source, within: range } = sourceOf(model, caller);
  return source ? callLines(source, range, plainName(model.table.frames[callee]!.function)) : [];
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
  began: readonly BegunAt[],
): LinePart[] {
  const made = operationsOf(operations, call, names);
  const sum = made.reduce((us, operation) => us + operation.totalUs, 0);
  if (sum > 0) return made.map((operation) => ({ line: operation.line, part: operation.totalUs / sum, operation }));
  const { source, within: range } = sourceOf(model, frame);
  const lines = source ? linesOf(source, range, call) : [];
  // A function of the runtime that has another name in the text (`promisify(gzip)`): it begins the function's operations.
  const calls = began.reduce((all, one) => all + one.calls, 0);
  if (lines.length === 0 && call.direct && !call.loading && calls > 0)
    return began.map((one) => ({ line: one.line, part: one.calls / calls, operation: null }));
  return [
    { line: lines.length === 1 ? lines[0]! : likeliest(model, frame, own, lines.length > 1 ? lines : null), part: 1, operation: null },
  ];
}

function linesOf(source: SourceFunctions, range: FunctionRange | null, call: Call): number[] {
  const name = plainName(call.entry);
  const required = call.loading ? requireLines(source, range, call.module, name !== 'require') : [];
  if (required.length > 0) return [...new Set(required)];
  const called = callLines(source, range, call.loading && name !== 'require' ? 'import' : name);
  if (called.length === 1 || call.file === '') return called;
  // A dependency may call its function otherwise than its users do, and others may call theirs the same: then what was taken from it tells.
  const used = linesThatUse(source, range, call.file);
  const both = called.filter((line) => used.includes(line));
  return both.length > 0 ? both : called.length > 0 ? called : used;
}

function operationsOf(operations: readonly OperationCharge[], { entry, core, waits }: Call, names: ReadonlySet<string>): OperationCharge[] {
  const sync = operations.filter((operation) => operation.kind === 'sync');
  const named = sync.filter(({ api }) => plainName(api) === plainName(core) || plainName(api) === plainName(entry));
  if (named.length > 0 || !waits) return named;
  // Some core functions have other names inside than outside (`gzipSync` is `syncBufferWrapper`).
  return sync.filter(({ api }) => !names.has(plainName(api)));
}

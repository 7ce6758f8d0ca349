import { classify } from '../classify/classify.ts';
import type { FunctionCharges, OperationCharge } from './function-charges.ts';
import { linesThatCall } from './call-lines.ts';
import { frameTotals, subtreeWeights, walk } from './call-tree.ts';
import { TOP_LEVEL, frameTable } from './frames.ts';
import type { FrameTable } from './frames.ts';
import type { Caller, HotSpot, SiteOperations } from './hot-spots.ts';
import type { LaneModel } from './lane-model.ts';
import { addTimes, kindTimes, timeSplit, totalTimes } from './time-split.ts';
import type { Timeline } from './timeline.ts';

/** Total time of each frame and who called it, over all lanes. */
export interface Totals {
  frame: Float64Array;
  /** Frame → calling user frame → µs. */
  callers: Map<number, Map<number, number>>;
}

export function totalsOf(timelines: readonly Timeline[], table: FrameTable): Totals {
  const totals: Totals = { frame: new Float64Array(table.frames.length), callers: new Map() };
  for (const { tree, slices } of timelines) {
    const self = new Float64Array(tree.frame.length);
    for (const { node, us } of slices) self[node]! += us;
    const subtree = subtreeWeights(tree, self);
    frameTotals(tree, subtree, table.frames.length).forEach((time, frame) => (totals.frame[frame]! += time));
    addCallers(totals, tree, subtree, table);
  }
  return totals;
}

function addCallers(totals: Totals, tree: Timeline['tree'], subtree: Float64Array, table: FrameTable): void {
  const users: number[] = [];
  const onPath = new Int32Array(table.frames.length);
  const isUser = (node: number): boolean => table.frames[tree.frame[node]!]!.owner === 'user';
  walk(
    tree,
    (node) => {
      if (!isUser(node)) return;
      const frame = tree.frame[node]!;
      const caller = users.at(-1);
      if (caller !== undefined && caller !== frame && subtree[node]! > 0 && onPath[frame] === 0) {
        let callers = totals.callers.get(frame);
        if (!callers) totals.callers.set(frame, (callers = new Map<number, number>()));
        callers.set(caller, (callers.get(caller) ?? 0) + subtree[node]!);
      }
      users.push(frame);
      onPath[frame]!++;
    },
    (node) => {
      if (isUser(node)) onPath[users.pop()!]!--;
    },
  );
}

/** User functions by the time they are answerable for, longest first. */
export function hotSpotsOf(
  charges: ReadonlyMap<number, FunctionCharges>,
  totals: Totals,
  models: readonly LaneModel[],
  wallUs: number,
  cwd: string,
): HotSpot[] {
  const table = models[0]?.table ?? frameTable();
  const spots: HotSpot[] = [];
  for (const [frame, charged] of charges) {
    const { function: name, file, line, column } = table.frames[frame]!;
    const times = kindTimes();
    for (const sum of charged.lines.values()) addTimes(times, sum);
    const us = totalTimes(times);
    const lines = [...charged.lines].map(([at, sum]) => ({ line: at, us: totalTimes(sum), time: timeSplit(sum) }));
    const operations = [...charged.operations.values()].map(siteOperations).sort((a, b) => b.us - a.us || b.of.totalUs - a.of.totalUs);
    const time = timeSplit(times);
    const found = { operations: operations.map(({ of }) => of), time };
    spots.push({
      id: '',
      function: name,
      file,
      line,
      column,
      share: wallUs > 0 ? us / wallUs : 0,
      threads: charged.lanes,
      selfUs: charged.selfUs,
      // What core computes for a finished operation is charged to the line that started it, and is below no call of the function.
      totalUs: Math.max(totals.frame[frame] ?? 0, us),
      calls: null,
      cloning: null,
      again: null,
      ...classify(time, found.operations, 'hot-spot'),
      lines: lines
        .filter((one) => one.us > 0)
        .sort((a, b) => b.us - a.us || a.line - b.line)
        .map(({ line: at, time: split }) => ({ line: at, time: split })),
      computing: [...charged.computing].map(([lane, computed]) => ({ lane, us: computed })),
      callers: callersOf(frame, totals.callers.get(frame), models),
      ...found,
    });
  }
  spots.sort((a, b) => b.share - a.share || compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
  const used = new Map<string, number>();
  for (const spot of spots)
    spot.id = uniqueId(used, `${relativeTo(cwd, spot.file)}:${spot.line}:${spot.function === TOP_LEVEL ? 'top-level' : spot.function}`);
  return spots;
}

function siteOperations(operation: OperationCharge): { of: SiteOperations; us: number } {
  const { api, kind, line, column, lanes, calls, totalUs, maxUs, longestWaitUs, times, inFlightSum, peakInFlight } = operation;
  const async = kind === 'async';
  const meanInFlight = async ? (totalUs > 0 ? inFlightSum / totalUs : 1) : null;
  return {
    of: {
      api,
      kind,
      line,
      column,
      lanes: [...lanes],
      calls,
      totalUs,
      maxUs,
      longestWaitUs: async ? longestWaitUs : null,
      time: timeSplit(times),
      meanInFlight,
      peakInFlight: async ? peakInFlight : null,
    },
    us: totalTimes(times),
  };
}

function callersOf(frame: number, callers: ReadonlyMap<number, number> | undefined, models: readonly LaneModel[]): Caller[] {
  const list: Caller[] = [];
  for (const [caller, totalUs] of callers ?? []) {
    const { function: name, file, line } = models[0]!.table.frames[caller]!;
    list.push({ function: name, file, line: callLine(frame, caller, models) ?? line, totalUs });
  }
  return list.sort((a, b) => b.totalUs - a.totalUs);
}

/** The line in `caller` that calls `callee`: from a stack that has both, else from the text where there is one such line only. */
export function callLine(callee: number, caller: number, models: readonly LaneModel[]): number | null {
  for (const { sites } of models) {
    for (const { frames } of sites) {
      const at = frames.findIndex(({ frame }, index) => frame === caller && index > 0 && frames[index - 1]!.frame === callee);
      if (at > 0) return frames[at]!.line;
    }
  }
  const lines = linesThatCall(models[0]!, caller, callee);
  return lines.length === 1 ? lines[0]! : null;
}

/** A path as a person types it: below `folder` relative to it, with `/`. */
export function relativeTo(folder: string, file: string): string {
  const base = folder.replaceAll('\\', '/').replace(/\/$/, '') + '/';
  const path = file.replaceAll('\\', '/');
  return path.startsWith(base) ? path.slice(base.length) : path;
}

/** Ids are typed in a shell: nothing that needs quoting. The same id twice gets a number. */
export function uniqueId(used: Map<string, number>, wanted: string): string {
  const id = wanted.replace(/[^\p{L}\p{N}_.:/@+-]+/gu, '_');
  const times = (used.get(id) ?? 0) + 1;
  used.set(id, times);
  return times === 1 ? id : `${id}-${times}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

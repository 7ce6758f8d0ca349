import type TS from 'typescript';
import type { AdviceContext, ReadSource, RefactorResult, RefactorSpot } from '../../../../core/advise/advice.ts';
import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { openProject } from '../../project/open-project.ts';
import { contains, findFunction, walk, walkOwnCode, type FunctionNode } from '../../syntax/locate.ts';
import { isFunctionLike } from '../../syntax/scopes.ts';
import { lineOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { changedSince } from '../text/finish.ts';
import { orRefuse, Refusal } from '../text/refusal.ts';

/** A share of the run's wall time below which a line is not worth a change, as for hot spots. */
const LEAST_SHARE = 0.05;

/** A place in the code of a hot spot, on lines that were measured. */
export interface CostlyPlace<Found> {
  source: Source;
  found: Found;
  /** µs of wall time that the lines of the place took: what a change of it can save at most. */
  us: number;
}

/** What there is to say about a node, and the node whose lines count; null for all others. */
export type Find<Found> = (source: Source, node: TS.Node) => { found: Found; lines: TS.Node } | null;

/**
 * The places that `find` finds in a hot spot's own code, or around it where it is a callback, on lines that took 5 % of the run or more, the costliest first. What V8 compiled into the
 * functions around counts with it: the time of a callback's lines, and the code of functions inside that are no hot spots because all of their time was charged so.
 */
export function costlyPlaces<Found>(hotSpot: HotSpot, context: AdviceContext, find: Find<Found>): CostlyPlace<Found>[] {
  const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
  if (typeof source === 'string') return [];
  const spots = spotsIn(source, context.hotSpots.includes(hotSpot) ? context.hotSpots : [...context.hotSpots, hotSpot]);
  const node = spots.get(hotSpot);
  if (node === undefined) return [];
  const known = new Set(spots.values());
  const places: CostlyPlace<Found>[] = [];
  const least = LEAST_SHARE * context.wallUs;
  const lookThrough = (within: FunctionNode | 'top'): void => {
    // On its first and last line stands code of the function around it too.
    const inlined =
      within === 'top'
        ? []
        : [...spots]
            .filter(([one, around]) => one.file === hotSpot.file && around !== within && (around === 'top' || contains(around, within)))
            .map(([one]) => ({ threads: one.threads, lines: one.lines.filter(({ line }) => isInside(source, within, line)) }));
    const charged = within === node ? [hotSpot, ...inlined] : inlined;
    const look = (one: TS.Node, lines?: TS.Node): void => {
      const here = find(source, one);
      if (here === null) return;
      const us = charged.reduce((sum, spot) => sum + timeOn(source, spot, lines ?? here.lines), 0);
      if (us >= least) places.push({ source, found: here.found, us });
    };
    if (!charged.some(({ lines }) => lines.some(({ time }) => computingIn(time) + time.blockedUs > 0))) return;
    walkOwnCode(within === 'top' ? source.ast : within, (one) => {
      look(one);
      ts.forEachChild(one, (child) => {
        if (isFunctionLike(child) && !known.has(child) && timeInside(source, hotSpot, child) >= least) lookThrough(child);
      });
    });
    // A callback is called as often as what it is given to asks: `list.find((one) => …)`.
    if (within !== 'top' && ts.isCallExpression(within.parent) && within.parent.arguments.includes(within as TS.Expression))
      look(within.parent, within);
  };
  lookThrough(node);
  return places.sort((a, b) => b.us - a.us);
}

const located = new WeakMap<Source, { hotSpots: readonly HotSpot[]; found: Map<HotSpot, FunctionNode | 'top'> }>();

/** Where the hot spots of a file are in its text: worked out once for all rules. */
function spotsIn(source: Source, hotSpots: readonly HotSpot[]): Map<HotSpot, FunctionNode | 'top'> {
  const before = located.get(source);
  if (before !== undefined && before.hotSpots.length === hotSpots.length && before.hotSpots.every((one, index) => one === hotSpots[index]))
    return before.found;
  const found = new Map<HotSpot, FunctionNode | 'top'>();
  for (const one of hotSpots) {
    if (one.file !== source.file) continue;
    const node = findFunction(source, { name: one.function, line: one.line, column: one.column });
    if (node !== null) found.set(one, node);
  }
  located.set(source, { hotSpots, found });
  return found;
}

/** Whether nothing but a function's own code stands on a line. */
function isInside(source: Source, node: FunctionNode, line: number): boolean {
  return line > lineOf(source, node.getStart(source.ast)) && line < lineOf(source, node.end);
}

function timeInside(source: Source, { lines, threads }: Pick<HotSpot, 'lines' | 'threads'>, node: FunctionNode): number {
  return timeOn(source, { threads, lines: lines.filter(({ line }) => isInside(source, node, line)) }, node);
}

/** The change of what `find` finds on the line of a spot: the first that can be made, else why the first of all can't. */
export function changeOnLine<Found>(
  spot: RefactorSpot,
  read: ReadSource,
  find: Find<Found>,
  rewrite: (source: Source, found: Found) => RefactorResult,
): RefactorResult {
  return orRefuse(() => {
    const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
    if (typeof source === 'string') throw new Refusal(source);
    const results: RefactorResult[] = [];
    walk(source.ast, (node) => {
      const here = find(source, node);
      if (here !== null && lineOf(source, here.lines.getStart(source.ast)) === spot.line)
        results.push(orRefuse(() => rewrite(source, here.found)));
    });
    if (results[0] === undefined) throw changedSince(source);
    return results.find((one) => one.available) ?? results[0];
  });
}

/** µs that a hot spot's lines took from the first to the last of a node: computing, garbage collection and blocking, divided among the threads that it ran on at once. */
export function timeOn(source: Source, { lines, threads }: Pick<HotSpot, 'lines' | 'threads'>, node: TS.Node): number {
  const from = lineOf(source, node.getStart(source.ast));
  const to = lineOf(source, node.end);
  const us = lines.filter(({ line }) => line >= from && line <= to).reduce((sum, { time }) => sum + computingIn(time) + time.blockedUs, 0);
  return us / Math.max(1, threads);
}

function computingIn({ jsCpuUs, nativeCpuUs, gcUs }: HotSpot['time']): number {
  return jsCpuUs + nativeCpuUs + gcUs;
}

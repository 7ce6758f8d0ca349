import type TS from 'typescript';
import type { AdviceContext, ReadSource, RefactorResult, RefactorSpot } from '../../../../core/advise/advice.ts';
import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { openProject } from '../../project/open-project.ts';
import { findFunction, walk, walkOwnCode } from '../../syntax/locate.ts';
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
 * The places that `find` finds in a hot spot's own code (not in functions inside it), or around it where it is a callback, on lines that took 5 % of the run or more, the costliest first.
 */
export function costlyPlaces<Found>(hotSpot: HotSpot, context: AdviceContext, find: Find<Found>): CostlyPlace<Found>[] {
  if (!hotSpot.lines.some(({ time }) => computingIn(time) + time.blockedUs > 0)) return [];
  const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
  if (typeof source === 'string') return [];
  const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
  if (node === null) return [];
  const places: CostlyPlace<Found>[] = [];
  const look = (one: TS.Node, lines?: TS.Node): void => {
    const here = find(source, one);
    if (here === null) return;
    const us = timeOn(source, hotSpot, lines ?? here.lines);
    if (us >= LEAST_SHARE * context.wallUs) places.push({ source, found: here.found, us });
  };
  walkOwnCode(node === 'top' ? source.ast : node, (one) => look(one));
  // A callback is called as often as what it is given to asks: `list.find((one) => …)`.
  if (node !== 'top' && ts.isCallExpression(node.parent) && node.parent.arguments.includes(node as TS.Expression)) look(node.parent, node);
  return places.sort((a, b) => b.us - a.us);
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

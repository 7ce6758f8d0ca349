import type TS from 'typescript';
import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { bare, contains, functionName, walk, type FunctionNode } from '../../syntax/locate.ts';
import { isFunctionLike } from '../../syntax/scopes.ts';
import { lineOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { arrayCallAround } from '../async/array-calls.ts';
import { callsOf } from './drivers.ts';
import type { Repeated } from '../workers/parallel-loop.ts';

/** A loop around hot code, with what its own lines computed (µs); null where the lines are not known. */
export interface HotLoop {
  node: Repeated;
  us: number | null;
}

/** How far up from a short function the loops are looked for that call it. */
const HIGHEST = 4;

/**
 * The loops whose rounds do what a hot function was charged for, the outermost of each nest first, those with the most time first: loops in its own
 * code, `map` and its like with their callbacks included.
 */
export function hotLoops(source: Source, node: FunctionNode | 'top', hotSpot: Pick<HotSpot, 'lines'>): HotLoop[][] {
  const code: TS.Node = node === 'top' ? source.ast : (node.body ?? node);
  const innermost = new Map<Repeated, number>();
  const loops: Repeated[] = [];
  const collect = (one: TS.Node): void => {
    if (ts.isIterationStatement(one, false)) loops.push(one);
    if (isFunctionLike(one)) {
      const call = functionName(one) === null ? arrayCallAround(source, one)?.call : undefined;
      if (call === undefined) return;
      loops.push(call);
    }
    ts.forEachChild(one, collect);
  };
  ts.forEachChild(code, collect);
  for (const { line, time } of hotSpot.lines) {
    const around = loops.filter((one) => lineOf(source, one.getStart(source.ast)) <= line && line <= lineOf(source, one.end));
    const [outermost] = around.sort((a, b) => b.end - b.pos - (a.end - a.pos));
    if (outermost !== undefined) innermost.set(outermost, (innermost.get(outermost) ?? 0) + time.jsCpuUs + time.nativeCpuUs + time.gcUs);
  }
  const outer = loops.filter((one) => !loops.some((other) => other !== one && contains(other, one)));
  return outer
    .map((one) =>
      [one, ...nested(one, loops)].map((loop): HotLoop => ({
        node: loop,
        us: hotSpot.lines.length === 0 ? null : (innermost.get(one) ?? 0),
      })),
    )
    .filter(([first]) => first!.us === null || first!.us > 0)
    .sort((a, b) => (b[0]!.us ?? 0) - (a[0]!.us ?? 0));
}

function nested(outer: Repeated, loops: readonly Repeated[]): Repeated[] {
  return loops.filter((one) => one !== outer && contains(outer, one)).sort((a, b) => a.pos - b.pos);
}

/** The loops around a node up to its named function, the outermost first; a callback of `map` and its like counts as its code. */
export function loopsAround(source: Source, node: TS.Node): Repeated[] {
  const found: Repeated[] = [];
  for (let current: TS.Node = node; !ts.isSourceFile(current); current = current.parent) {
    const { parent } = current;
    if (ts.isIterationStatement(parent, false) && parent.statement === current) found.unshift(parent);
    if (isFunctionLike(current)) {
      const call = functionName(current) === null ? arrayCallAround(source, current)?.call : undefined;
      if (call === undefined) break;
      found.unshift(call);
    }
  }
  return found;
}

/** Nests of loops that call a function of the file again and again, through its callers, the nearest first. */
export function loopsThatCall(source: Source, node: FunctionNode): Repeated[][] {
  const found: Repeated[][] = [];
  const seen = new Set<FunctionNode>();
  let level = [node];
  for (let height = 0; height < HIGHEST && level.length > 0; height++) {
    const above: FunctionNode[] = [];
    for (const one of level) {
      if (seen.has(one)) continue;
      seen.add(one);
      for (const call of callsOf(source, one)) {
        if (contains(one, call)) continue;
        const loops = loopsAround(source, call);
        if (loops.length > 0) found.push(loops);
        const caller = namedAround(call);
        if (caller !== null) above.push(caller);
      }
    }
    level = above;
  }
  return found;
}

function namedAround(node: TS.Node): FunctionNode | null {
  for (let current = node.parent; !ts.isSourceFile(current); current = current.parent)
    if (isFunctionLike(current) && functionName(current) !== null) return current;
  return null;
}

/** The loop, or the `map` and its like, that begins in a line; several in the order of the text. */
export function loopsInLine(source: Source, line: number): Repeated[] {
  const found: Repeated[] = [];
  walk(source.ast, (node) => {
    const start =
      ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.getStart(source.ast)
        : node.getStart(source.ast);
    const isThere = lineOf(source, start) === line || lineOf(source, node.getStart(source.ast)) === line;
    if (!isThere) return;
    if (ts.isIterationStatement(node, false)) found.push(node);
    else if (
      ts.isCallExpression(node) &&
      node.arguments.some((one) => {
        const value = bare(one);
        return (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) && arrayCallAround(source, value) !== null;
      })
    )
      found.push(node);
  });
  return found;
}

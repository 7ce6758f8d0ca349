import type TS from 'typescript';
import { effectsOf } from '../../syntax/effects.ts';
import { bare, bindingOfFunction, enclosingFunction, functionOf, isAsync, type FunctionNode } from '../../syntax/locate.ts';
import { isFunctionLike } from '../../syntax/scopes.ts';
import { lineOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { loopRounds, reviewReasons, type LoopRounds } from './loop-rounds.ts';
import { existingPool, existingRounds } from './pool-function.ts';
import { arrayCallAround, isConcurrent, type ArrayCall } from '../async/array-calls.ts';

/** What makes a call happen many times: the loop or `map` whose rounds are to run at the same time. */
export type Driver =
  | { kind: 'loop'; rounds: LoopRounds; review: string[] }
  | { kind: 'array'; call: TS.CallExpression; arrayCall: ArrayCall; review: string[] }
  /** An async callback whose calls run at the same time as it is: nothing is left to change there. */
  | { kind: 'running'; call: TS.CallExpression; review: string[] };

export interface Driving {
  drivers: Driver[];
  /** Why loops on the way can't run their rounds at the same time. */
  reasons: string[];
  /** Calls from the first ones up to the drivers, each inside the function that the next calls. */
  path: TS.CallExpression[];
}

/** Longer chains of callers are climbed no further. */
const DEEPEST = 8;

/**
 * The innermost loops with independent rounds that drive the calls, through the callers of their functions in this file, and in those where
 * `elsewhere` knows some. `awaited` are calls that a refactor is about to await; null when only what is awaited already counts.
 */
export function findDrivers(
  first: Source,
  calls: readonly TS.CallExpression[],
  awaited: ReadonlySet<TS.Node> | null,
  elsewhere: (node: FunctionNode) => readonly { source: Source; call: TS.CallExpression }[] = () => [],
): Driving {
  const driving: Driving = { drivers: [], reasons: [], path: [] };
  const visited = new Set<TS.Node>();
  const climb = (source: Source, call: TS.CallExpression, through: readonly FunctionNode[]): void => {
    const enclosing = enclosingFunction(call);
    // A recursive call: a bound at every depth would be no bound.
    if (visited.has(call) || (enclosing !== null && through.includes(enclosing))) return;
    visited.add(call);
    driving.path.push(call);
    const all = awaited === null ? new Set<TS.Node>() : new Set([...awaited, call]);
    let node: TS.Node = call;
    while (!ts.isSourceFile(node) && !isFunctionLike(node)) {
      const { parent } = node;
      if (ts.isIterationStatement(parent, false) && parent.statement === node && (awaited !== null || isAwaitedWithin(call, parent))) {
        if (isDriven(driving, parent)) return;
        const rounds = loopRounds(source, parent, all);
        if (typeof rounds !== 'string') {
          driving.drivers.push({ kind: 'loop', rounds, review: rounds.review });
          return;
        }
        driving.reasons.push(rounds);
      }
      node = parent;
    }
    if (enclosing === null) return;
    const above = [...through, enclosing];
    const arrayCall = arrayCallAround(source, enclosing);
    const running = isAsync(enclosing) ? (arrayCall?.call ?? pooledCallAround(source, enclosing)) : null;
    if (running !== null) {
      const tie = awaited === null ? null : whyCallsTied(source, running, arrayCall?.kind ?? existingPool(source) ?? '', enclosing);
      if (awaited === null)
        driving.reasons.push(`The calls in line ${lineOf(source, running.getStart(source.ast))} run at the same time already.`);
      if (typeof tie === 'string') driving.reasons.push(tie);
      if (awaited === null || typeof tie === 'string') climb(source, running, above);
      else driving.drivers.push({ kind: 'running', call: running, review: tie ?? [] });
      return;
    }
    if (arrayCall !== null && !isConcurrent(arrayCall.kind)) {
      climb(source, arrayCall.call, above);
      return;
    }
    if (arrayCall !== null) {
      if (driving.drivers.some((one) => one.kind === 'array' && one.call === arrayCall.call)) return;
      const driver = arrayDriver(source, arrayCall, enclosing);
      if (typeof driver !== 'string') driving.drivers.push(driver);
      else {
        driving.reasons.push(driver);
        climb(source, arrayCall.call, above);
      }
      return;
    }
    for (const caller of callsOf(source, enclosing)) climb(source, caller, above);
    if (above.length <= DEEPEST) for (const caller of elsewhere(enclosing)) climb(caller.source, caller.call, above);
  };
  for (const call of calls) climb(first, call, []);
  return driving;
}

/** Whether the loop itself waits for the call: `await f()` and `await f().then(…)`, but not `list.push(f())`. */
function isAwaitedWithin(call: TS.Node, loop: TS.Node): boolean {
  for (let node = call; node !== loop && !isFunctionLike(node); node = node.parent) if (ts.isAwaitExpression(node)) return true;
  return false;
}

function isDriven(driving: Driving, loop: TS.Node): boolean {
  return driving.drivers.some((one) => one.kind === 'loop' && one.rounds.loop === loop);
}

/** What a driver's rounds are made of: its loop, or the call of `map`. */
export function placeOfDriver(driver: Driver): TS.Node {
  return driver.kind === 'loop' ? driver.rounds.loop : driver.call;
}

/** Where a function of this file is called, also as a callback of `map` and its like. */
export function callsOf(source: Source, node: FunctionNode): TS.CallExpression[] {
  const { parent } = node as TS.Node;
  if (ts.isParenthesizedExpression(parent) && ts.isCallExpression(parent.parent) && bare(parent.parent.expression) === node)
    return [parent.parent];
  const references = bindingOfFunction(source, node)?.references ?? [];
  return references.flatMap(({ identifier }) =>
    ts.isCallExpression(identifier.parent) && identifier.parent.expression === identifier ? [identifier.parent] : [],
  );
}

/** Whether all calls of the callback may run at the same time. */
function arrayDriver(source: Source, arrayCall: ArrayCall & { call: TS.CallExpression }, callback: FunctionNode): Driver | string {
  const review = whyCallsTied(source, arrayCall.call, arrayCall.kind, functionOfCallback(source, arrayCall.callback) ?? callback);
  return typeof review === 'string' ? review : { kind: 'array', call: arrayCall.call, arrayCall, review };
}

/** A sentence that says what ties the calls of a callback together; else what a person must know who lets them run at the same time. */
function whyCallsTied(source: Source, call: TS.CallExpression, kind: string, callback: FunctionNode): string | string[] {
  const calls = `The calls of \`${kind === 'from' ? 'Array.from' : kind}\` in line ${lineOf(source, call.getStart(source.ast))}`;
  const effects = effectsOf(source, [callback]);
  const [changed] = effects.writes;
  if (changed !== undefined) return `${calls} can't run at the same time: each changes \`${changed.name}\`.`;
  if (effects.writesThis) return `${calls} can't run at the same time: each changes \`this\`.`;
  if (effects.prints !== null) return `${calls} print (\`${effects.prints}\`): at the same time their lines would come in another order.`;
  return reviewReasons(effects);
}

/** The call of the file's own pool function whose task a function is. */
function pooledCallAround(source: Source, task: FunctionNode): TS.CallExpression | null {
  const { parent } = task as TS.Node;
  const isTask = ts.isCallExpression(parent) && parent.arguments[2] === task && ts.isIdentifier(parent.expression);
  return isTask && [existingPool(source), existingRounds(source)].includes(parent.expression.text) ? parent : null;
}

function functionOfCallback(source: Source, callback: TS.Expression): FunctionNode | null {
  const value = bare(callback);
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return value;
  return ts.isIdentifier(value) ? functionOf(source.scopes.bindingOf(value)) : null;
}

import type TS from 'typescript';
import { bare, type FunctionNode } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import type { Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/** `items.map(callback)`, `items.forEach(callback)`, `Array.from(items, callback)`, `items.reduce(callback, start)`. */
export interface ArrayCall {
  kind: ArrayCallKind;
  items: TS.Expression;
  callback: TS.Expression;
  /** What `reduce` starts with; null where it isn't given, and for all others. */
  start: TS.Expression | null;
}

export type ArrayCallKind = ConcurrentKind | OrderedKind;

/** Whose callbacks may run at the same time, as no call decides whether there is a next one. */
export type ConcurrentKind = 'map' | 'flatMap' | 'forEach' | 'from';

/** Whose callbacks run one after the other: each may be the last, or needs the result of the one before. */
export type OrderedKind = (typeof ORDERED)[number];

const CONCURRENT = ['map', 'flatMap', 'forEach'] as const;
const ORDERED = ['filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'reduce', 'reduceRight'] as const;

export function isConcurrent(kind: ArrayCallKind): kind is ConcurrentKind {
  return kind === 'from' || CONCURRENT.some((one) => one === kind);
}

/** The `map` or its like that a function is written into as callback; null elsewhere. */
export function arrayCallAround(source: Source, callback: FunctionNode): (ArrayCall & { call: TS.CallExpression }) | null {
  let { parent } = callback as TS.Node;
  let argument: TS.Node = callback;
  while (ts.isParenthesizedExpression(parent)) [argument, parent] = [parent, parent.parent];
  return ts.isCallExpression(parent) ? arrayCallWith(source, parent, argument) : null;
}

/** A call as a `map` or its like over items with this callback. */
export function arrayCallWith(
  source: Source,
  call: TS.CallExpression,
  callback: TS.Node,
): (ArrayCall & { call: TS.CallExpression }) | null {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken !== undefined || ts.isOptionalChain(callee)) return null;
  if (globalName(source, callee) === 'Array.from') {
    const [items, given] = call.arguments;
    return items !== undefined && given === callback && call.arguments.length === 2
      ? { call, kind: 'from', items, callback: given, start: null }
      : null;
  }
  const [given, start] = call.arguments;
  if (given !== callback || call.arguments.some(ts.isSpreadElement)) return null;
  const method = callee.name.text;
  const kind = [...CONCURRENT, ...ORDERED].find((one) => one === method);
  const isReduce = kind === 'reduce' || kind === 'reduceRight';
  if (kind === undefined || (start !== undefined && !isReduce) || call.arguments.length > 2) return null;
  const bareCallback = bare(given);
  const isWritten = ts.isArrowFunction(bareCallback) || ts.isFunctionExpression(bareCallback);
  if (isWritten && bareCallback.parameters.length > 2 && isConcurrent(kind)) return null;
  return { call, kind, items: callee.expression, callback: given, start: start ?? null };
}

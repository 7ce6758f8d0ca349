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
  /** `items?.map(callback)`, which is `undefined` where there are no items. */
  isOptional?: true;
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
export function arrayCallAround(
  source: Source,
  callback: FunctionNode,
  find = arrayCallWith,
): (ArrayCall & { call: TS.CallExpression }) | null {
  let { parent } = callback as TS.Node;
  let argument: TS.Node = callback;
  while (ts.isParenthesizedExpression(parent)) [argument, parent] = [parent, parent.parent];
  return ts.isCallExpression(parent) ? find(source, parent, argument) : null;
}

/** The same for `items?.map(callback)` as well, where nothing goes on in the chain. */
export function anyArrayCallWith(
  source: Source,
  call: TS.CallExpression,
  callback: TS.Node,
): (ArrayCall & { call: TS.CallExpression }) | null {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken === undefined) return arrayCallWith(source, call, callback);
  const { parent } = call;
  const goesOn =
    (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent)) &&
    parent.expression === call;
  if (goesOn || call.questionDotToken !== undefined || !isPath(callee.expression)) return null;
  const found = methodCallWith(call, callee, callback);
  return found === null || found.kind === 'flatMap' ? null : { ...found, isOptional: true };
}

/** `items`, `this.items`, `options.items`: looked at twice it is the same. */
function isPath(node: TS.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.questionDotToken === undefined && isPath(node.expression);
  return ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword;
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
  return methodCallWith(call, callee, callback);
}

function methodCallWith(
  call: TS.CallExpression,
  callee: TS.PropertyAccessExpression,
  callback: TS.Node,
): (ArrayCall & { call: TS.CallExpression }) | null {
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

import type TS from 'typescript';
import { bare, type FunctionNode } from '../syntax/locate.ts';
import { globalName } from '../syntax/modules.ts';
import type { Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';

/** `items.map(callback)`, `items.forEach(callback)`, `Array.from(items, callback)`. */
export interface ArrayCall {
  kind: 'map' | 'flatMap' | 'forEach' | 'from';
  items: TS.Expression;
  callback: TS.Expression;
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
  if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken !== undefined) return null;
  if (globalName(source, callee) === 'Array.from') {
    const [items, given] = call.arguments;
    return items !== undefined && given === callback && call.arguments.length === 2 ? { call, kind: 'from', items, callback: given } : null;
  }
  const [given] = call.arguments;
  const kind = callee.name.text;
  if (given !== callback || call.arguments.length !== 1 || (kind !== 'map' && kind !== 'flatMap' && kind !== 'forEach')) return null;
  const bareCallback = bare(given);
  if ((ts.isArrowFunction(bareCallback) || ts.isFunctionExpression(bareCallback)) && bareCallback.parameters.length > 2) return null;
  return { call, kind, items: callee.expression, callback: given };
}

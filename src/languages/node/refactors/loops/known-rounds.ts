import type TS from 'typescript';
import { bare, bindingOfFunction, contains, functionName, functionOf, type FunctionNode } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { arrayCallAround, arrayCallWith } from '../async/array-calls.ts';
import type { Repeated } from '../workers/parallel-loop.ts';
import { loopHeader } from './loop-rounds.ts';

/** How many callers up rounds are multiplied, and how many constants are followed. */
const DEEPEST = 6;

/** How many rounds a loop has, where the text says so: `i < 3`, `of [1, 2]`, `i < limit` with a constant; null elsewhere. */
export function entriesOf(source: Source, loop: Repeated): number | null {
  if (ts.isForOfStatement(loop)) return lengthOf(source, loop.expression, 0);
  if (ts.isCallExpression(loop)) {
    const callback = loop.arguments.find(
      (one) => isFunctionLike(bare(one)) || (ts.isIdentifier(one) && functionOf(source.scopes.bindingOf(one)) !== null),
    );
    const found = callback === undefined ? null : arrayCallWith(source, loop, callback);
    return found === null ? null : lengthOf(source, found.items, 0);
  }
  if (!ts.isForStatement(loop)) return null;
  const header = loopHeader(source, loop);
  if (typeof header === 'string' || header.items.kind !== 'count') return null;
  const { condition, initializer } = loop;
  if (condition === undefined || !ts.isBinaryExpression(condition)) return null;
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) return null;
  const from = numberOf(source, initializer.declarations[0]?.initializer, 0);
  const to = numberOf(source, condition.right, 0);
  const inclusive = condition.operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken ? 1 : 0;
  return from === null || to === null ? null : Math.max(0, Math.ceil(to + inclusive - from));
}

/**
 * The most calls of a function that the text allows: the rounds of the loops around its calls, and of those around the calls of the functions that these stand in.
 * Null where the text doesn't tell: rounds of an unknown number, a function that is handed on, exported or calls itself, or stands in a callback.
 */
export function mostCalls(source: Source, node: FunctionNode, depth = 0): number | null {
  const binding = bindingOfFunction(source, node);
  if (binding === null || depth > DEEPEST || isExported(binding)) return null;
  let sum = 0;
  for (const { identifier } of binding.references) {
    if (identifier === binding.identifier || ts.isTypeQueryNode(identifier.parent)) continue;
    if (contains(node, identifier)) return null;
    const { parent } = identifier;
    const place = ts.isCallExpression(parent)
      ? parent.expression === identifier || arrayCallWith(source, parent, identifier) !== null
        ? parent
        : null
      : null;
    const rounds = place === null ? null : roundsAround(source, place, place.expression !== identifier, depth);
    if (rounds === null) return null;
    sum += rounds;
  }
  return sum;
}

/** How often a call is run at most. `isRepeated`: it is itself a `map` or its like, of which the callback counts. */
function roundsAround(source: Source, call: TS.CallExpression, isRepeated: boolean, depth: number): number | null {
  const own = isRepeated ? entriesOf(source, call) : 1;
  if (own === null) return null;
  let product = own;
  for (let current: TS.Node = call; !ts.isSourceFile(current); current = current.parent) {
    const { parent } = current;
    let rounds: number | null = 1;
    if (ts.isIterationStatement(parent, false)) {
      const isHead = ts.isForOfStatement(parent) && parent.expression === current;
      const isStart = ts.isForStatement(parent) && parent.initializer === current;
      if (!isHead && !isStart) rounds = entriesOf(source, parent);
    } else if (isFunctionLike(parent)) {
      if (functionName(parent) !== null) rounds = mostCalls(source, parent, depth + 1);
      else {
        const around = arrayCallAround(source, parent);
        rounds = around === null ? null : entriesOf(source, around.call);
      }
      if (rounds === null) return null;
      product *= rounds;
      // The callers of a function with a name have been counted.
      if (functionName(parent) !== null) return product;
      continue;
    }
    if (rounds === null) return null;
    product *= rounds;
  }
  return product;
}

function isExported({ declaration }: Binding): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

/** What a number is that the text gives: a literal, a constant, a parameter that is always given the same, or reckoned from these. */
function numberOf(source: Source, expression: TS.Expression | undefined, depth: number): number | null {
  if (expression === undefined || depth > DEEPEST) return null;
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return Number(value.text.replaceAll('_', ''));
  if (ts.isBinaryExpression(value)) {
    const [left, right] = [numberOf(source, value.left, depth + 1), numberOf(source, value.right, depth + 1)];
    if (left === null || right === null) return null;
    switch (value.operatorToken.kind) {
      case ts.SyntaxKind.PlusToken:
        return left + right;
      case ts.SyntaxKind.MinusToken:
        return left - right;
      case ts.SyntaxKind.AsteriskToken:
        return left * right;
      case ts.SyntaxKind.SlashToken:
        return left / right;
      case ts.SyntaxKind.AsteriskAsteriskToken:
        return left ** right;
      default:
        return null;
    }
  }
  if (ts.isPropertyAccessExpression(value) && value.name.text === 'length') return lengthOf(source, value.expression, depth + 1);
  const made = madeOf(source, value);
  return made === null ? null : numberOf(source, made, depth + 1);
}

function lengthOf(source: Source, expression: TS.Expression, depth: number): number | null {
  if (depth > DEEPEST) return null;
  const value = bare(expression);
  if (ts.isArrayLiteralExpression(value)) return value.elements.some(ts.isSpreadElement) ? null : value.elements.length;
  if (ts.isCallExpression(value)) {
    if (globalName(source, value.expression) === 'Array.from') {
      const [items] = value.arguments;
      const bag = items === undefined ? undefined : bare(items);
      if (bag === undefined) return null;
      if (!ts.isObjectLiteralExpression(bag)) return lengthOf(source, bag, depth + 1);
      const length = bag.properties.find((one) => one.name !== undefined && textOf(source, one.name) === 'length');
      return length !== undefined && ts.isPropertyAssignment(length) ? numberOf(source, length.initializer, depth + 1) : null;
    }
    const callee = value.expression;
    const keeps = ts.isPropertyAccessExpression(callee) && /^(map|fill|toSorted|toReversed|sort|reverse|slice)$/.test(callee.name.text);
    return keeps ? lengthOf(source, callee.expression, depth + 1) : null;
  }
  if (ts.isNewExpression(value) && value.arguments?.length === 1 && /Array$/.test(textOf(source, value.expression)))
    return numberOf(source, value.arguments[0], depth + 1);
  const made = madeOf(source, value);
  return made === null ? null : lengthOf(source, made, depth + 1);
}

/** What a variable was made of that keeps it: a constant's initializer, or the argument that a parameter is given in the only call there is. */
function madeOf(source: Source, expression: TS.Expression): TS.Expression | null {
  const binding = ts.isIdentifier(expression) ? source.scopes.bindingOf(expression) : null;
  if (binding === null || binding.references.some((one) => one.writes || isGrown(one.identifier))) return null;
  const { declaration } = binding;
  if (ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name)) return declaration.initializer ?? null;
  if (!ts.isParameter(declaration) || !isFunctionLike(declaration.parent)) return null;
  const own = bindingOfFunction(source, declaration.parent);
  const uses = own?.references.filter(({ identifier }) => identifier !== own.identifier) ?? [];
  const [only] = uses;
  if (own === null || isExported(own) || uses.length !== 1 || only === undefined) return null;
  const call = only.identifier.parent;
  if (!ts.isCallExpression(call) || call.expression !== only.identifier || call.arguments.some(ts.isSpreadElement)) return null;
  return call.arguments[declaration.parent.parameters.indexOf(declaration)] ?? declaration.initializer ?? null;
}

/** `items.push(…)`, `items[i] = …`, `fill(items)`: the list may be longer than it was made. */
function isGrown(identifier: TS.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === identifier)
    return /^(push|unshift|splice|pop|shift)$/.test(parent.name.text) || (parent.name.text === 'length' && isAssigned(parent));
  if (ts.isElementAccessExpression(parent) && parent.expression === identifier) return isAssigned(parent);
  return false;
}

function isAssigned(node: TS.Expression): boolean {
  const { parent } = node;
  return (
    (ts.isBinaryExpression(parent) &&
      parent.left === node &&
      parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment) ||
    ts.isPostfixUnaryExpression(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isDeleteExpression(parent)
  );
}

const CHEAP =
  /^(Math\.\w+|Number(\.\w+)?|String|Boolean|BigInt|isNaN|isFinite|parseInt|parseFloat|String\.fromCharCode|Array\.isArray|performance\.now|Date\.now)$/;
const CHEAP_METHOD = /^(charAt|charCodeAt|codePointAt|at|push|pop|get|has|set|add|toFixed|toString|valueOf)$/;

/** Whether a function is over in less than some microseconds, as far as its text tells: no loops, no recursion, and calls of what is as short only. */
export function isTiny(source: Source, node: FunctionNode, seen: ReadonlySet<FunctionNode> = new Set()): boolean {
  if (seen.has(node) || seen.size > DEEPEST || node.body === undefined || node.asteriskToken !== undefined) return false;
  const inside = new Set([...seen, node]);
  let tiny = true;
  const look = (child: TS.Node): void => {
    if (!tiny) return;
    if (ts.isIterationStatement(child, false) || ts.isSpreadElement(child) || ts.isSpreadAssignment(child) || ts.isAwaitExpression(child))
      tiny = false;
    else if (isFunctionLike(child) || ts.isTaggedTemplateExpression(child) || ts.isClassLike(child)) tiny = false;
    else if (ts.isNewExpression(child))
      tiny = /^(Date|Map|Set|Error|Object)$/.test(textOf(source, child.expression)) && (child.arguments?.length ?? 0) <= 1;
    else if (ts.isCallExpression(child)) {
      const callee = bare(child.expression);
      const called = ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
      const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : '';
      tiny = called !== null ? isTiny(source, called, inside) : CHEAP.test(globalName(source, callee) ?? '') || CHEAP_METHOD.test(method);
    }
    ts.forEachChild(child, look);
  };
  ts.forEachChild(node.body, look);
  return tiny;
}

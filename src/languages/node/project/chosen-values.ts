import { basename } from 'node:path';
import type TS from 'typescript';
import { bare, enclosingFunction, functionOf, isAsync, type FunctionNode } from '../syntax/locate.ts';
import { isFunctionLike, isWritten, type Binding } from '../syntax/scopes.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import type { Trace } from './trace.ts';

/**
 * Functions that are chosen while the program runs: kept in a variable that is assigned anew, in a list or table, handed out by another function, or
 * the default of a parameter. A call of what was chosen may call the function that is followed, and waits; for the others that it may call that changes
 * nothing but the moment, as long as none of them answers with a promise that somebody looks at.
 */

/** Whether all that a variable is ever given are functions of the project, so that it is no less known than one of them. */
export function isChosen(source: Source, { declaration, references }: Binding): boolean {
  if (!ts.isVariableDeclaration(declaration) || !ts.isVariableDeclarationList(declaration.parent)) return false;
  if (ts.isForInStatement(declaration.parent.parent) || ts.isForOfStatement(declaration.parent.parent)) return false;
  const values = declaration.initializer === undefined ? [] : [declaration.initializer];
  for (const { identifier, writes } of references) {
    if (!writes || identifier === declaration.name) continue;
    const { parent } = identifier;
    if (!ts.isBinaryExpression(parent) || parent.left !== identifier || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
      return false;
    values.push(parent.right);
  }
  const reads = references.flatMap((one) => (one.writes ? [] : [one.identifier]));
  return areAlternatives(source, values, reads);
}

/** Functions of which any may be called at some places: none answers with a promise, or each place waits for it already. */
function areAlternatives(source: Source, values: readonly TS.Expression[], places: readonly TS.Expression[]): boolean {
  const kinds = values.map((one) => kindOf(source, one));
  if (kinds.includes('unknown')) return false;
  return !kinds.includes('async') || places.every(isWaitedFor);
}

type Kind = 'plain' | 'async' | 'unknown';

function kindOf(source: Source, expression: TS.Expression): Kind {
  const value = bare(expression);
  if (isFunctionLike(value)) return kindOfFunction(value);
  if (value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === 'undefined') || ts.isLiteralExpression(value))
    return 'plain';
  if (ts.isConditionalExpression(value)) return worst([kindOf(source, value.whenTrue), kindOf(source, value.whenFalse)]);
  if (ts.isBinaryExpression(value) && /^(\|\||\?\?|&&)$/.test(value.operatorToken.getText(source.ast)))
    return worst([kindOf(source, value.left), kindOf(source, value.right)]);
  const named = ts.isIdentifier(value) ? functionOf(source.scopes.bindingOf(value)) : null;
  const node = named ?? source.elsewhere(value)?.node ?? null;
  return node === null ? 'unknown' : kindOfFunction(node);
}

function kindOfFunction(node: FunctionNode): Kind {
  return isAsync(node) || node.asteriskToken !== undefined ? 'async' : 'plain';
}

function worst(kinds: readonly Kind[]): Kind {
  return kinds.find((one) => one === 'unknown') ?? kinds.find((one) => one === 'async') ?? 'plain';
}

/** `await run()`, or `return run()` of an async function that catches nothing: to wait for it there changes nothing. */
function isWaitedFor(callee: TS.Expression): boolean {
  const call = callee.parent;
  if (!ts.isCallExpression(call) || call.expression !== callee) return false;
  let { parent } = call as TS.Node;
  while (ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (ts.isAwaitExpression(parent)) return true;
  const around = enclosingFunction(call);
  if (around === null || !isAsync(around)) return false;
  if (parent === around) return true;
  if (!ts.isReturnStatement(parent)) return false;
  for (let node: TS.Node = parent; node !== around; node = node.parent) if (ts.isTryStatement(node)) return false;
  return true;
}

/** `return load`, `() => load`: whoever calls the function around gets it. */
export function followResult(trace: Trace, source: Source, place: TS.ReturnStatement | TS.ArrowFunction): void {
  const maker = ts.isArrowFunction(place) ? place : enclosingFunction(place);
  if (maker === null || maker.asteriskToken !== undefined || ts.isAccessor(maker) || ts.isConstructorDeclaration(maker)) {
    trace.lose(source, place, 'returned');
    return;
  }
  if (!trace.isNew(maker, 'result')) return;
  const found = trace.usesOf(source, maker);
  trace.published.push(...found.published);
  trace.doubts.push(...found.doubts);
  if (found.uses.length === 0) trace.lose(source, place, 'returned by a function of which no call is found');
  for (const use of found.uses) {
    if (use.kind === 'lost') trace.lose(use.source, use.node, `returned by a function that is ${use.how}`);
    else if (use.kind !== 'call') trace.lose(source, place, 'returned by a function that is passed on');
    else if (!isAsync(maker)) trace.followValue(use.source, use.call);
    else if (ts.isAwaitExpression(use.call.parent)) trace.followValue(use.source, use.call.parent);
    else trace.lose(use.source, use.call, 'returned by an async function and handed on');
  }
}

/** `function check(name, read = readAll)`: what else the parameter may be given is waited for as well. */
export function followDefault(trace: Trace, source: Source, { name }: TS.ParameterDeclaration | TS.BindingElement): void {
  const binding = ts.isIdentifier(name) ? source.scopes.bindingOf(name) : null;
  if (binding === null) {
    trace.lose(source, name, 'taken apart');
    return;
  }
  trace.doubts.push(
    `\`${binding.name}\` in ${basename(source.file)} line ${lineOf(source, name.getStart(source.ast))} may be given another function, which is waited for as well`,
  );
  trace.followBinding(source, binding);
}

/** `for (const step of [load, print]) step(name)`, `const steps = […]; steps.map((step) => step(name))`. */
export function followElement(trace: Trace, source: Source, list: TS.ArrayLiteralExpression): void {
  if (!trace.isNew(list, 'element')) return;
  const lose = (at: TS.Node): void => {
    trace.lose(source, at, 'part of a list that is passed on');
  };
  if (!areAlternatives(source, list.elements, [])) {
    trace.lose(source, list, 'part of a list that holds other things');
    return;
  }
  const { parent } = list;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== list) {
    followList(trace, source, list, lose);
    return;
  }
  const binding = ts.isIdentifier(parent.name) ? source.scopes.bindingOf(parent.name) : null;
  const isExported = ts.isVariableStatement(parent.parent.parent) && (parent.parent.parent.modifiers ?? []).length > 0;
  if (binding === null || isExported || binding.references.some((one) => one.writes && one.identifier !== parent.name)) {
    lose(list);
    return;
  }
  for (const { identifier } of binding.references) if (identifier !== parent.name) followList(trace, source, identifier, lose);
}

/** An expression that evaluates to the list. */
function followList(trace: Trace, source: Source, list: TS.Expression, lose: (at: TS.Node) => void): void {
  const { parent } = list;
  if (ts.isForOfStatement(parent) && parent.expression === list && parent.awaitModifier === undefined) {
    const declared = ts.isVariableDeclarationList(parent.initializer) ? parent.initializer.declarations[0]!.name : null;
    followNamed(trace, source, declared, lose);
  } else if (ts.isElementAccessExpression(parent) && parent.expression === list && !isWritten(parent)) trace.followValue(source, parent);
  else if (ts.isPropertyAccessExpression(parent) && parent.expression === list) {
    const call = parent.parent;
    const method = parent.name.text;
    if (method === 'length' && !isWritten(parent)) return;
    const given = ts.isCallExpression(call) && call.expression === parent ? call.arguments[0] : undefined;
    const callback = given === undefined ? undefined : bare(given);
    const index = method === 'reduce' || method === 'reduceRight' ? 1 : 0;
    if (callback === undefined || !/^(forEach|map|flatMap|some|every|reduce|reduceRight)$/.test(method)) lose(parent);
    else if (!isFunctionLike(callback) || callback.parameters.length > index + 1) lose(parent);
    else if (index === 1 && (call as TS.CallExpression).arguments.length < 2) lose(parent);
    else if (callback.parameters[index] !== undefined) followNamed(trace, source, callback.parameters[index].name, lose);
  } else lose(list);
}

function followNamed(trace: Trace, source: Source, name: TS.BindingName | null, lose: (at: TS.Node) => void): void {
  const binding = name !== null && ts.isIdentifier(name) ? source.scopes.bindingOf(name) : null;
  if (binding !== null) trace.followBinding(source, binding);
  else if (name !== null) lose(name);
}

/** `table[key](name)`, where the table is a literal of functions of the project. */
export function isTable(source: Source, declaration: TS.Node, access: TS.ElementAccessExpression): boolean {
  const table = declaration.parent;
  if (!ts.isObjectLiteralExpression(table) || isWritten(access)) return false;
  const values: TS.Expression[] = [];
  for (const property of table.properties) {
    if (ts.isMethodDeclaration(property)) {
      if (kindOfFunction(property) !== 'plain') return false;
    } else if (ts.isPropertyAssignment(property)) values.push(property.initializer);
    else if (ts.isShorthandPropertyAssignment(property)) values.push(property.name);
    else return false;
  }
  return areAlternatives(source, values, []) && !isExtended(source, table);
}

/** Whether something puts more into a table after it was made: `table.other = …`, `Object.assign(table, …)`. */
function isExtended(source: Source, table: TS.ObjectLiteralExpression): boolean {
  const holder = table.parent;
  const binding = ts.isVariableDeclaration(holder) && ts.isIdentifier(holder.name) ? source.scopes.bindingOf(holder.name) : null;
  if (binding === null) return true;
  let found = false;
  for (const { identifier } of binding.references) {
    const { parent } = identifier;
    if (identifier === (holder as TS.VariableDeclaration).name) continue;
    const isAccess =
      (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) &&
      parent.expression === identifier &&
      !isWritten(parent);
    if (!isAccess) found = true;
  }
  return found;
}

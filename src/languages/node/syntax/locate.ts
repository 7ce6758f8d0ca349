import type TS from 'typescript';
import { isFunctionLike, type Binding, type FunctionNode } from './scopes.ts';
import { lineOf, type Source } from './source.ts';
import { ts } from './typescript.ts';

export type { FunctionNode };

/** The function whose code this is; null at the top level. Default values of parameters belong to the function too. */
export function enclosingFunction(node: TS.Node): FunctionNode | null {
  for (let current = node.parent as TS.Node | undefined; current !== undefined; current = current.parent)
    if (isFunctionLike(current)) return current;
  return null;
}

/** The name that a reader knows a function by; null for a function in passing. */
export function functionName(node: FunctionNode): string | null {
  if (node.name !== undefined && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name) || ts.isPrivateIdentifier(node.name)))
    return node.name.text;
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  if (
    (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) &&
    ts.isIdentifier(parent.name)
  )
    return parent.name.text;
  if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left)) return parent.left.name.text;
  return null;
}

/** What to call a function in a sentence. */
export function functionWords(source: Source, node: FunctionNode | null): string {
  if (node === null) return 'the top level';
  return functionName(node) ?? `the function in line ${lineOf(source, node.getStart(source.ast))}`;
}

/** The nearest function around a node that has a name; a callback counts as its caller's code. Null at the top level. */
export function namedFunctionAround(node: TS.Node): FunctionNode | null {
  let current = enclosingFunction(node);
  while (current !== null && functionName(current) === null) current = enclosingFunction(current);
  return current;
}

/**
 * The function that a profile calls `name` and places at a line: V8 gives where the parameters open, others where the name stands. Edits above
 * may have moved it, so a name that occurs once counts whatever the line. `top` for top-level code, null when it is gone.
 */
export function findFunction(source: Source, spot: { name: string; line: number; column: number }): FunctionNode | 'top' | null {
  if (spot.name === '(top level)') return 'top';
  const functions: FunctionNode[] = [];
  const collect = (node: TS.Node): void => {
    if (isFunctionLike(node) && node.body !== undefined) functions.push(node);
    ts.forEachChild(node, collect);
  };
  collect(source.ast);
  const shortName = spot.name.replace(/^.*[.\s#]/, '');
  const sameName = functions.filter((one) => functionName(one) === shortName);
  const onLine = (sameName.length > 0 ? sameName : functions).filter((one) => startLines(source, one).includes(spot.line));
  if (onLine.length > 0) return nearestColumn(source, onLine, spot.column);
  return sameName.length === 1 ? sameName[0]! : null;
}

function startLines(source: Source, node: FunctionNode): number[] {
  const positions = [node.getStart(source.ast), node.name?.getStart(source.ast), node.parameters.pos];
  return positions.filter((position) => position !== undefined).map((position) => lineOf(source, position));
}

function nearestColumn(source: Source, functions: FunctionNode[], column: number): FunctionNode {
  const distance = (node: FunctionNode): number =>
    Math.abs(source.ast.getLineAndCharacterOfPosition(node.parameters.pos).character + 1 - column);
  return functions.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

/** Calls that stand on a line: their own start, or that of the name which is called, is on it. In the order of the text. */
export function callsOnLine(source: Source, line: number): TS.CallExpression[] {
  const found: TS.CallExpression[] = [];
  const collect = (node: TS.Node): void => {
    if (
      ts.isCallExpression(node) &&
      (lineOf(source, node.getStart(source.ast)) === line || lineOf(source, calleeName(node).getStart(source.ast)) === line)
    )
      found.push(node);
    ts.forEachChild(node, collect);
  };
  collect(source.ast);
  return found;
}

function calleeName(call: TS.CallExpression): TS.Node {
  return ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call.expression;
}

/** The function that a binding names, if it always names the same one: `function f`, or `const f = () => …`. */
export function functionOf(binding: Binding | null): FunctionNode | null {
  if (binding === null || binding.references.some((one) => one.writes)) return null;
  const { declaration } = binding;
  if (ts.isFunctionDeclaration(declaration) || ts.isFunctionExpression(declaration))
    return declaration.body === undefined ? null : declaration;
  if (!ts.isVariableDeclaration(declaration) || binding.kind !== 'const' || declaration.initializer === undefined) return null;
  const value = bare(declaration.initializer);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : null;
}

/** The binding through which a function is called; null for callbacks, methods and the like. */
export function bindingOfFunction(source: Source, node: FunctionNode): Binding | null {
  if (ts.isFunctionDeclaration(node) && node.name !== undefined) return source.scopes.bindingOf(node.name);
  let { parent } = node as TS.Node;
  while (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) parent = parent.parent;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && (ts.isArrowFunction(node) || ts.isFunctionExpression(node)))
    return source.scopes.bindingOf(parent.name);
  return null;
}

/** The expression without parentheses and type assertions around it. */
export function bare(expression: TS.Expression): TS.Expression {
  let current = expression;
  while (
    ts.isParenthesizedExpression(current) ||
    ts.isAsExpression(current) ||
    ts.isNonNullExpression(current) ||
    ts.isSatisfiesExpression(current)
  )
    current = current.expression;
  return current;
}

/** Whether a name is that of a property, of an object that is read or made, and not of a variable. */
export function isPropertyName(node: TS.Identifier): boolean {
  const { parent } = node;
  return (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
}

export function isAsync(node: FunctionNode): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.AsyncKeyword) ?? false);
}

export function contains(outer: TS.Node, inner: TS.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end;
}

/** Calls `visit` for a node and everything below it, but not into functions. */
export function walkOwnCode(node: TS.Node, visit: (node: TS.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    if (!isFunctionLike(child)) walkOwnCode(child, visit);
  });
}

export function walk(node: TS.Node, visit: (node: TS.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

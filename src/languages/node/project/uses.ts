import { basename } from 'node:path';
import type TS from 'typescript';
import type { FunctionNode } from '../syntax/locate.ts';
import { isAssignment, type Binding } from '../syntax/scopes.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { awaitingLibrary } from './awaiting-libraries.ts';
import { exportTarget, hasExportKeyword, isAssignToExports, isDefault, isExportsObject, WHOLE } from './exports.ts';
import { followDefault, followElement, followResult, isChosen } from './chosen-values.ts';
import { followMember } from './member-uses.ts';
import { followExport } from './module-uses.ts';
import type { Project } from './project.ts';
import type { Trace, Uses } from './trace.ts';

/** Every use of a function or class, closed over its aliases: imports, requires, re-exports, variables, properties and methods. */
export function usesOf(project: Project, source: Source, node: FunctionNode | TS.ClassLikeDeclaration): Uses {
  const trace = startTrace(project, ts.isClassLike(node));
  followFunction(trace, source, node);
  return trace;
}

/** The same for a function that a parameter stands for. */
export function usesOfParameter(project: Project, source: Source, parameter: Binding): Uses {
  const trace = startTrace(project, false);
  followBinding(trace, source, parameter);
  return trace;
}

function startTrace(project: Project, isClass: boolean): Trace {
  const seen = new Map<unknown, Set<string>>();
  const trace: Trace = {
    project,
    isClass,
    uses: [],
    published: [],
    exported: [],
    doubts: [],
    isNew: (place, name = '') => {
      const names = seen.get(place) ?? new Set();
      seen.set(place, names);
      return names.size < names.add(name).size;
    },
    lose: (where, at, how) => void trace.uses.push({ kind: 'lost', source: where, node: at, how }),
    followBinding: (where, binding) => followBinding(trace, where, binding),
    followValue: (where, expression) => followValue(trace, where, expression),
    followExport: (where, name) => followExport(trace, where, name),
    followMember: (where, declaration, name) => followMember(trace, where, declaration, name),
    usesOf: (where, node) => usesOf(project, where, node),
  };
  return trace;
}

function followFunction(trace: Trace, source: Source, node: FunctionNode | TS.ClassLikeDeclaration): void {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    const binding = node.name === undefined ? null : source.scopes.bindingOf(node.name);
    if (binding !== null) followBinding(trace, source, binding);
    if (hasExportKeyword(node)) trace.followExport(source, isDefault(node) ? 'default' : (node.name?.text ?? ''));
  } else if (ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isClassExpression(node)) {
    const own = !ts.isArrowFunction(node) && node.name !== undefined ? source.scopes.bindingOf(node.name) : null;
    if (own !== null) followBinding(trace, source, own);
    followValue(trace, source, node);
  } else if (ts.isMethodDeclaration(node)) followDeclaredMember(trace, source, node);
}

/** A method, a property of a literal, or a class field. */
function followDeclaredMember(trace: Trace, source: Source, declaration: TS.ClassElement | TS.ObjectLiteralElementLike): void {
  const name = memberName(declaration.name);
  if (name === null) trace.lose(source, declaration, 'stored under a name that is computed');
  else {
    const exportedAs = ts.isObjectLiteralExpression(declaration.parent) ? literalExport(source, declaration.parent) : false;
    const library = exportedAs || trace.isClass ? null : awaitingLibrary(trace.project, source, declaration, name);
    if (exportedAs) trace.followExport(source, name);
    else if (library !== null && library.how !== null) trace.lose(source, declaration, library.how);
    else if (library !== null) {
      trace.uses.push({ kind: 'awaited', source, node: declaration });
      if (name === 'validate')
        trace.doubts.push(
          `keys that are pressed while ${library.module} waits for \`validate\` (line ${lineOf(source, declaration.getStart(source.ast))} of ${basename(source.file)}) may change the answer`,
        );
    } else trace.followMember(source, declaration, name);
  }
}

export function memberName(name: TS.PropertyName | undefined): string | null {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isPrivateIdentifier(name)) ? name.text : null;
}

/** Whether an object literal becomes the exports of its file: `module.exports = { … }`, `Object.assign(module.exports, { … })`. */
function literalExport(source: Source, literal: TS.Node): boolean {
  const { parent } = literal;
  if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent))
    return literalExport(source, parent);
  if (ts.isBinaryExpression(parent) && parent.right === literal)
    return exportTarget(source, parent.left) === WHOLE || (isPlainAssignment(parent) && literalExport(source, parent));
  return ts.isCallExpression(parent) && parent.arguments[0] !== literal && isAssignToExports(source, parent);
}

function followBinding(trace: Trace, source: Source, binding: Binding): void {
  if (!trace.isNew(binding)) return;
  const writes = binding.references.filter((one) => one.writes);
  const { declaration } = binding;
  const isDeclaredEmpty = ts.isVariableDeclaration(declaration) && declaration.initializer === undefined;
  if (writes.length > (isDeclaredEmpty ? 1 : 0) && (trace.isClass || !isChosen(source, binding))) {
    trace.lose(source, writes.at(-1)!.identifier, 'assigned anew');
    return;
  }
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : null;
  if (statement !== null && hasExportKeyword(statement)) trace.followExport(source, binding.name);
  for (const { identifier, writes: isWrite } of binding.references) {
    if (isWrite) continue;
    if (ts.isExportSpecifier(identifier.parent)) trace.followExport(source, identifier.parent.name.text);
    else followValue(trace, source, identifier);
  }
}

const HARMLESS_OPERATORS = new Set(['==', '===', '!=', '!==', '<', '>', '<=', '>=', '+', 'in']);

function followValue(trace: Trace, source: Source, expression: TS.Node): void {
  if (!trace.isNew(expression)) return;
  const { parent } = expression;
  if (isTransparent(parent)) {
    followValue(trace, source, parent);
    return;
  }
  if (ts.isCallExpression(parent)) {
    if (parent.expression === expression) trace.uses.push({ kind: 'call', source, call: parent });
    else trace.uses.push({ kind: 'argument', source, call: parent, argument: expression as TS.Expression });
  } else if (ts.isNewExpression(parent)) {
    if (parent.expression === expression && trace.isClass) trace.uses.push({ kind: 'creation', source, node: parent });
    else if (parent.expression === expression) trace.lose(source, parent, 'called with `new`');
    else trace.uses.push({ kind: 'argument', source, call: parent, argument: expression as TS.Expression });
  } else if (ts.isExpressionWithTypeArguments(parent) && ts.isHeritageClause(parent.parent)) {
    if (parent.parent.token === ts.SyntaxKind.ExtendsKeyword && !ts.isInterfaceDeclaration(parent.parent.parent))
      trace.lose(source, parent, 'extended by another class');
  } else if (ts.isPropertyAccessExpression(parent)) followMethodOfFunction(trace, source, parent);
  else if (ts.isVariableDeclaration(parent)) {
    if (ts.isIdentifier(parent.name)) {
      const binding = source.scopes.bindingOf(parent.name);
      if (binding !== null) followBinding(trace, source, binding);
    }
  } else if (ts.isBinaryExpression(parent)) followOperand(trace, source, expression, parent);
  else if (ts.isConditionalExpression(parent)) {
    if (parent.condition !== expression) followValue(trace, source, parent);
  } else if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    followDeclaredMember(trace, source, parent);
  else if (!trace.isClass && (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === expression)))
    followResult(trace, source, parent);
  else if (!trace.isClass && (ts.isParameter(parent) || ts.isBindingElement(parent)) && parent.initializer === expression)
    followDefault(trace, source, parent);
  else if (!trace.isClass && ts.isArrayLiteralExpression(parent)) followElement(trace, source, parent);
  else if (ts.isExportAssignment(parent)) trace.followExport(source, parent.isExportEquals === true ? WHOLE : 'default');
  else if (ts.isJsxOpeningLikeElement(parent)) trace.lose(source, expression, 'rendered as a component, which may not wait,');
  else if (!isHarmless(expression, parent)) trace.lose(source, expression, 'stored or passed on');
}

function isTransparent(node: TS.Node): boolean {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isTypeAssertionExpression(node)
  );
}

/** `load.call(this, name)`, `load.bind(store)`, `load.length`. */
function followMethodOfFunction(trace: Trace, source: Source, access: TS.PropertyAccessExpression): void {
  const method = access.name.text;
  const call = ts.isCallExpression(access.parent) && access.parent.expression === access ? access.parent : null;
  if (method === 'prototype') trace.lose(source, access, trace.isClass ? 'changed through its prototype' : 'used as a constructor');
  else if (call === null || trace.isClass) return;
  else if (method === 'call' || method === 'apply') trace.uses.push({ kind: 'call', source, call });
  else if (method === 'bind') followValue(trace, source, call);
}

function followOperand(trace: Trace, source: Source, expression: TS.Node, parent: TS.BinaryExpression): void {
  const operator = parent.operatorToken.getText(source.ast);
  if (isAssignment(parent.operatorToken.kind)) {
    if (parent.left === expression) return;
    followAssignment(trace, source, parent);
    followValue(trace, source, parent);
  } else if (operator === '||' || operator === '??' || operator === ',') {
    if (operator !== ',' || parent.right === expression) followValue(trace, source, parent);
  } else if (operator === '&&') {
    if (parent.right === expression) followValue(trace, source, parent);
  } else if (!HARMLESS_OPERATORS.has(operator) && !(operator === 'instanceof' && trace.isClass))
    trace.lose(source, expression, 'stored or passed on');
}

function isPlainAssignment(node: TS.BinaryExpression): boolean {
  return node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

function followAssignment(trace: Trace, source: Source, assignment: TS.BinaryExpression): void {
  const { left } = assignment;
  const target = exportTarget(source, left);
  if (target !== null) trace.followExport(source, target);
  else if (isExportsObject(source, left)) return;
  else if (ts.isIdentifier(left)) {
    const binding = source.scopes.bindingOf(left);
    if (binding === null) trace.lose(source, left, 'stored in a global variable');
    else followBinding(trace, source, binding);
  } else if (ts.isPropertyAccessExpression(left)) trace.followMember(source, left, left.name.text);
  else if (ts.isElementAccessExpression(left) && ts.isStringLiteralLike(left.argumentExpression))
    trace.followMember(source, left, left.argumentExpression.text);
  else trace.lose(source, left, 'stored under a name that is computed');
}

/** Places that look at a function without keeping or calling it. */
function isHarmless(expression: TS.Node, parent: TS.Node): boolean {
  return (
    ts.isExpressionStatement(parent) ||
    ts.isTypeOfExpression(parent) ||
    ts.isVoidExpression(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isTypeQueryNode(parent) ||
    ts.isTypeNode(parent) ||
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === expression)
  );
}

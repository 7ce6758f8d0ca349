import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import type { Use } from '../../project/trace.ts';
import { methodOfInstance } from '../../project/elsewhere.ts';
import { usesOf } from '../../project/uses.ts';
import { bare, enclosingFunction, functionOf, isAsync, walk, type FunctionNode } from '../../syntax/locate.ts';
import { isChangingMethod, isReadingMethod } from '../../syntax/known-calls.ts';
import { globalName, importedExpression } from '../../syntax/modules.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { endsByCall } from '../../syntax/test-runners.ts';
import { ts } from '../../syntax/typescript.ts';
import { arrayCallWith } from './array-calls.ts';
import { isDetached } from './callbacks.ts';
import { whyNotListener } from './listeners.ts';

/** Longer chains of functions that hand a callback on are looked at no further. */
const DEEPEST = 8;

/** How Node's convention calls what a callback gets first, and a callback that is handed on. */
const ERROR = /^_?(e|er|err|error)\d*$/i;
const CALLBACK = /^_?(cb|callback|done|next)\d*$/i;

type Argument = Extract<Use, { kind: 'argument' }>;

/** What is known of a callback that nobody waits for. */
export interface OneTime {
  /** What was taken for granted, for a person to look at. */
  doubts: string[];
}

interface Question {
  project: Project;
  doubts: Set<string>;
  seen: Set<unknown>;
  depth: number;
}

/**
 * A callback that is called once, as the last thing that is done: by a function of the project, in the way of `load(name, callback)`, or by a
 * dependency that hands it an error first. Nobody looks at what it returns, goes on after it or catches there, so it may wait with nobody waiting for
 * it, like a callback of `fs.readFile`. A sentence where the project shows that it isn't so; null for what is neither.
 */
export function oneTimeCallback(project: Project, use: Argument, node: FunctionNode): OneTime | string | null {
  const question: Question = { project, doubts: new Set(), seen: new Set(), depth: 0 };
  const reason = whyNotSettled(question, use, node);
  if (reason === UNKNOWN) return null;
  if (reason !== null) return reason;
  return whyRejectionsDiffer(project, use) ?? { doubts: [...question.doubts] };
}

/** A sentence where the project treats rejections in another way than errors: those of a callback that nobody waits for would become some. */
export function whyRejectionsDiffer(project: Project, { source, argument }: Argument): string | null {
  for (const word of ['unhandledRejection', 'captureRejections']) {
    const [file] = project.filesWith(word);
    if (file !== undefined)
      return `The callback in line ${lineOf(source, argument.getStart(source.ast))} can't become async: its errors would become rejections, which \`${word}\` in ${basename(file)} treats in another way.`;
  }
  return null;
}

/** Neither a function of the project nor a call in the way of Node's callbacks. */
const UNKNOWN = '';

/** Why somebody may go on after a function that is passed to a call, or look at what it returns. */
function whyNotSettled(question: Question, { source, call, argument }: Argument, node: FunctionNode | null): string | null {
  if (ts.isNewExpression(call) || question.depth > DEEPEST) return UNKNOWN;
  if (isDetached(source, call, argument)) return null;
  const words = textOf(source, call.expression).replace(/\s+/g, ' ').slice(0, 40);
  const line = lineOf(source, call.getStart(source.ast));
  const at = `\`${words}\` in line ${line} of ${basename(source.file)}`;
  if (node !== null) {
    const listener = whyNotListener(question.project, source, call, node);
    if (listener !== undefined) return listener;
    if (endsByCall(source, call, node)) return null;
  }
  if (arrayCallWith(source, call, argument) !== null) return UNKNOWN;
  const use: Argument = { kind: 'argument', source, call, argument };
  const given = parameterGiven(question.project, use);
  if (given !== null)
    return whyNotFired({ ...question, depth: question.depth + 1 }, given.source, given.binding, { node: given.node, use });
  if (functionCalled(question.project, source, call) !== null) return UNKNOWN;
  if (!isErrorFirst(question.project, source, call, argument, node)) return UNKNOWN;
  if (!isLast(source, call)) return `${at} may call its callback before it comes back, and what follows it would no longer come after.`;
  question.doubts.add(`${at} is taken to call its callback once and to do nothing after it`);
  return null;
}

/** `rimraf(folder, (error) => …)`, `glob(pattern, callback)`: a dependency's function in the way of Node's own. */
function isErrorFirst(
  project: Project,
  source: Source,
  call: TS.CallExpression,
  argument: TS.Expression,
  node: FunctionNode | null,
): boolean {
  if (call.arguments.at(-1) !== argument) return false;
  const value = bare(argument);
  const callee = bare(call.expression);
  const imported = importedExpression(source, callee);
  const isForeign = imported !== null && project.modules.resolve(source.file, imported.module) === null;
  const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : null;
  const isMethod = node !== null && method !== null && !isChangingMethod(method) && !isReadingMethod(method);
  if ((!isForeign && !isMethod) || globalName(source, callee) !== null) return false;
  // One of several of the project's own: it isn't known which.
  if (!isForeign && methodsNamed(project, method!).length > 0) return false;
  if (ts.isIdentifier(value) && node === null) return CALLBACK.test(value.text);
  const [first] = node?.parameters ?? [];
  return first !== undefined && ts.isIdentifier(first.name) && ERROR.test(first.name.text);
}

/** The function of the project that a call calls, where there is only one it can be. */
function functionCalled(project: Project, source: Source, call: TS.CallExpression): { source: Source; node: FunctionNode } | null {
  const callee = bare(call.expression);
  if (ts.isIdentifier(callee)) {
    const node = functionOf(source.scopes.bindingOf(callee));
    if (node !== null) return { source, node };
  }
  const found = source.elsewhere(callee);
  if (found !== null) return found;
  if (!ts.isPropertyAccessExpression(callee) || globalName(source, callee) !== null) return null;
  const instance = methodOfInstance(project, source, callee);
  if (instance !== null) return instance;
  const imported = importedExpression(source, callee.expression);
  if (imported !== null && project.modules.resolve(source.file, imported.module) === null) return null;
  const methods = methodsNamed(project, callee.name.text);
  return methods.length === 1 ? methods[0]! : null;
}

/** The methods of classes and prototypes of the project that have a name; null for what else is kept under it. */
function methodsNamed(project: Project, name: string): ({ source: Source; node: FunctionNode } | null)[] {
  const found: ({ source: Source; node: FunctionNode } | null)[] = [];
  for (const file of project.filesWith(name)) {
    const source = project.source(file);
    if (typeof source === 'string') {
      found.push(null);
      continue;
    }
    walk(source.ast, (node) => {
      if (ts.isMethodDeclaration(node) && node.name.getText(source.ast) === name)
        found.push(ts.isClassLike(node.parent) ? { source, node } : null);
      else if (ts.isPropertyAssignment(node) && node.name.getText(source.ast) === name) found.push(null);
      if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
      if (!ts.isPropertyAccessExpression(node.left) || node.left.name.text !== name) return;
      const value = bare(node.right);
      const holder = node.left.expression;
      const isOfPrototype = ts.isPropertyAccessExpression(holder) && holder.name.text === 'prototype';
      found.push(isOfPrototype && isFunctionLike(value) ? { source, node: value } : null);
    });
  }
  return found;
}

/** The parameter of the project's own function that an argument is the value of; null where the function can't be told, or takes its arguments in another way. */
export function parameterGiven(
  project: Project,
  { source, call, argument }: Argument,
): { source: Source; node: FunctionNode; binding: Binding } | null {
  const called = ts.isNewExpression(call) ? null : functionCalled(project, source, call);
  const index = call.arguments?.indexOf(argument) ?? -1;
  if (called === null || index < 0 || call.arguments!.slice(0, index).some(ts.isSpreadElement)) return null;
  const parameter = called.node.parameters[index];
  if (parameter === undefined || !ts.isIdentifier(parameter.name) || parameter.dotDotDotToken !== undefined) return null;
  if (called.node.body === undefined || usesArguments(called.node)) return null;
  const binding = called.source.scopes.bindingOf(parameter.name);
  return binding === null ? null : { ...called, binding };
}

/** Why a function of the project does more with a callback than to call it as the last thing. */
function whyNotFired(question: Question, source: Source, binding: Binding, from: { node: FunctionNode; use: Argument }): string | null {
  if (question.seen.has(binding)) return null;
  question.seen.add(binding);
  for (const { identifier, writes } of binding.references) {
    const words = `line ${lineOf(source, identifier.getStart(source.ast))} of ${basename(source.file)}`;
    if (writes) return `${words} replaces the callback \`${binding.name}\`, so who waits for it can't be told.`;
    const { parent } = identifier;
    if (isLookedAt(identifier)) continue;
    if (!ts.isCallExpression(parent)) return `${words} keeps the callback \`${binding.name}\`, so who waits for it can't be told.`;
    if (parent.expression === identifier) {
      const reason = whyNotLast(question, source, parent, from);
      if (reason !== null) return reason;
      continue;
    }
    const reason = whyNotSettled(question, { kind: 'argument', source, call: parent, argument: identifier }, null);
    if (reason !== null)
      return reason === UNKNOWN ? `${words} hands the callback \`${binding.name}\` on to something that may not wait for it.` : reason;
  }
  return null;
}

/** Why something may come after a call that is to be the last thing done, up to where nobody is left to go on. */
function whyNotLast(
  question: Question,
  source: Source,
  call: TS.CallExpression,
  from: { node: FunctionNode; use: Argument } | null,
): string | null {
  const at = `line ${lineOf(source, call.getStart(source.ast))} of ${basename(source.file)}`;
  if (!isLast(source, call)) return `The callback that ${at} calls can't become async: more is done there after it, or its result is used.`;
  const around = enclosingFunction(call);
  if (around === null) return `The file goes on after ${at}.`;
  if (isAsync(around) && !isHandedBack(call)) return `${at} loses the errors of an async callback.`;
  if (around === from?.node)
    return whyNotLast({ ...question, depth: question.depth + 1 }, from.use.source, from.use.call as TS.CallExpression, null);
  return whyNotCalledLast(question, source, around, from);
}

/** The same for a function: wherever it is called or passed to, it must be the last thing done. */
function whyNotCalledLast(
  question: Question,
  source: Source,
  node: FunctionNode,
  from: { node: FunctionNode; use: Argument } | null,
): string | null {
  if (question.seen.has(node)) return null;
  if (question.depth > DEEPEST) return UNKNOWN;
  question.seen.add(node);
  const deeper = { ...question, depth: question.depth + 1 };
  const line = lineOf(source, node.getStart(source.ast));
  const unsettled = `The function in line ${line} of ${basename(source.file)} is called by something that may go on before its callback is done.`;
  const { parent } = node as TS.Node;
  const uses: Use[] =
    ts.isCallExpression(parent) && parent.expression !== node
      ? [{ kind: 'argument', source, call: parent, argument: node as TS.Expression }]
      : usesOf(question.project, source, node).uses;
  if (uses.length === 0) return unsettled;
  for (const use of uses) {
    if (use.kind !== 'call' && use.kind !== 'argument') return unsettled;
    const reason = use.kind === 'call' ? whyNotLast(deeper, use.source, use.call, from) : whyNotSettled(deeper, use, node);
    if (reason !== null) return reason === UNKNOWN ? unsettled : reason;
  }
  return null;
}

/** `return callback(error)`, `() => callback()`: an error of it is the function's own. */
function isHandedBack(call: TS.CallExpression): boolean {
  const { parent } = call;
  return ts.isReturnStatement(parent) || ts.isArrowFunction(parent) || ts.isAwaitExpression(parent);
}

/** Whether nothing is done in its function after a call, and nobody there looks at its result or catches its errors. */
function isLast(source: Source, call: TS.CallExpression): boolean {
  let { parent } = call as TS.Node;
  if (ts.isArrowFunction(parent)) return true;
  while (ts.isVoidExpression(parent) || ts.isParenthesizedExpression(parent) || isAlone(parent)) parent = parent.parent;
  if (ts.isArrowFunction(parent)) return true;
  if (!ts.isExpressionStatement(parent) && !ts.isReturnStatement(parent)) return false;
  const isReturned = ts.isReturnStatement(parent);
  let statement = parent as TS.Node;
  while (!ts.isSourceFile(statement) && !isFunctionLike(statement.parent)) {
    const around = statement.parent;
    if (ts.isTryStatement(around) || ts.isWithStatement(around)) return false;
    if (ts.isIterationStatement(around, false) && !isReturned) return false;
    if (ts.isBlock(around) || ts.isSourceFile(around) || ts.isCaseOrDefaultClause(around)) {
      const after = around.statements.slice(around.statements.indexOf(statement as TS.Statement) + 1);
      const [next] = after;
      const isOver =
        isReturned || after.every(isDeclaration) || (next !== undefined && ts.isReturnStatement(next) && next.expression === undefined);
      if (!isOver) return false;
      if (next !== undefined && ts.isReturnStatement(next)) return !isInTry(around);
    }
    statement = around;
  }
  return true;
}

/** `ready && callback()`, `ready ? callback() : other()`: the statement has nothing else to do. */
function isAlone(node: TS.Node): boolean {
  return (
    ts.isConditionalExpression(node) ||
    (ts.isBinaryExpression(node) &&
      [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind) &&
      ts.isExpressionStatement(node.parent))
  );
}

function isInTry(node: TS.Node): boolean {
  for (let current = node; !isFunctionLike(current) && !ts.isSourceFile(current); current = current.parent)
    if (ts.isTryStatement(current) || (ts.isIterationStatement(current, false) && !ts.isReturnStatement(node))) return true;
  return false;
}

function isDeclaration(node: TS.Statement): boolean {
  return ts.isFunctionDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isBreakStatement(node);
}

/** `if (callback)`, `typeof callback === 'function'`, `callback && callback()`. */
function isLookedAt(identifier: TS.Identifier): boolean {
  const { parent } = identifier;
  return (
    ts.isTypeOfExpression(parent) ||
    ts.isIfStatement(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition === identifier) ||
    (ts.isBinaryExpression(parent) &&
      (parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
        ? parent.left === identifier
        : /^[=!]==?$/.test(parent.operatorToken.getText())))
  );
}

function usesArguments(node: FunctionNode): boolean {
  let found = false;
  if (!ts.isArrowFunction(node))
    walk(node.body!, (one) => {
      if (ts.isIdentifier(one) && one.text === 'arguments') found = true;
    });
  return found;
}

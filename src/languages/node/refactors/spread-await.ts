import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../project/project.ts';
import type { Use, Uses } from '../project/trace.ts';
import { usesOf } from '../project/uses.ts';
import { bare, bindingOfFunction, enclosingFunction, functionWords, isAsync, type FunctionNode } from '../syntax/locate.ts';
import { requestListener } from '../syntax/request-listeners.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { arrayCallAround, arrayCallWith, isConcurrent, type ArrayCall } from './array-calls.ts';
import { callbackReason } from './callbacks.ts';
import { Refusal } from './refusal.ts';

/** Everything in a file that changes when some calls have to be awaited: who becomes async, and who must await in turn. */
export interface Spread {
  source: Source;
  /** Calls to await, those of the functions that become async included. */
  calls: Set<TS.CallExpression>;
  /** Functions that become async. */
  functions: Set<FunctionNode>;
  /** `items.map(callback)` and its like, whose callback now answers with a promise. */
  arrayCalls: Map<TS.CallExpression, ArrayCall>;
  /** Top-level statements that await, where the file has no top-level await. */
  topLevel: Set<TS.Statement>;
  /** Why a person should look at the result. */
  review: Set<string>;
}

/** What changes in every file of the project, the file of the first calls first. */
export interface Spreads {
  files: Map<Source, Spread>;
  /** Why a person should look at the result. */
  review: Set<string>;
  /** Whether what called it goes on while it waits: a server's listener, a timer. */
  freesOthers: boolean;
}

/** Follows calls that must be awaited up to the top level, through all files, or refuses with the place where it can't go on. */
export function spreadAwait(project: Project, source: Source, first: readonly TS.CallExpression[]): Spreads {
  const spreads: Spreads = { files: new Map(), review: new Set(), freesOthers: false };
  const queue: Use[] = first.map((call) => ({ kind: 'call', source, call }));
  spreadIn(project, spreads, source);
  for (let use = queue.pop(); use !== undefined; use = queue.pop()) {
    if (use.kind !== 'call') continue;
    const { source: file, call } = use;
    const spread = spreadIn(project, spreads, file);
    if (spread.calls.has(call)) continue;
    spread.calls.add(call);
    refuseParameterDefault(file, call);
    const enclosing = enclosingFunction(call);
    if (enclosing === null) {
      refuseOutsideFunctions(file, call);
      if (!file.topLevelAwait) spread.topLevel.add(topLevelStatement(call));
      continue;
    }
    if (isAsync(enclosing) || spread.functions.has(enclosing)) continue;
    spread.functions.add(enclosing);
    const arrayCall = arrayCallAround(file, enclosing);
    if (arrayCall === null) queue.push(...callersOf(project, file, enclosing, spreads));
    else {
      spread.arrayCalls.set(arrayCall.call, arrayCall);
      queue.push({ kind: 'call', source: file, call: arrayCall.call });
    }
  }
  return spreads;
}

function spreadIn(project: Project, spreads: Spreads, source: Source): Spread {
  const known = spreads.files.get(source);
  if (known !== undefined) return known;
  const obstacle = project.whyNotEdited(source);
  if (obstacle !== null) throw new Refusal(obstacle);
  const spread: Spread = {
    source,
    calls: new Set(),
    functions: new Set(),
    arrayCalls: new Map(),
    topLevel: new Set(),
    review: spreads.review,
  };
  spreads.files.set(source, spread);
  return spread;
}

/** The calls that must await a function once it is async. Refuses when not all of them can be known, or one can't wait. */
function callersOf(project: Project, source: Source, node: FunctionNode, spreads: Spreads): Use[] {
  const words = functionWords(source, node);
  refuseKind(source, node, words);
  const callback = callbackUse(source, node);
  if (callback !== null) return settleArgument(project, source, node, words, callback, spreads);
  const found = usesOf(project, source, node);
  const lost = found.uses.find((one) => one.kind === 'lost');
  if (lost !== undefined) throw lostIn(source, words, lost);
  if (found.uses.length === 0 && found.published.length === 0)
    throw new Refusal(`No call of ${words} is found in the project, so whoever calls it would get a promise: make it async by hand.`);
  reviewUses(found, words, spreads);
  return found.uses.flatMap((use) => (use.kind === 'argument' ? settleArgument(project, source, node, words, use, spreads) : [use]));
}

function refuseKind(source: Source, node: FunctionNode, words: string): void {
  if (ts.isConstructorDeclaration(node))
    throw new Refusal(`A constructor can't await: make the call before \`new\` and pass its result in.`);
  if (ts.isGetAccessorDeclaration(node) || ts.isSetAccessorDeclaration(node))
    throw new Refusal(`The accessor ${words} can't await: make it a method first.`);
  if (node.asteriskToken !== undefined)
    throw new Refusal(`${words} is a generator, which can't await: make it an async generator and its loops \`for await\`.`);
  if (node.type !== undefined && ts.isTypePredicateNode(node.type)) throw new Refusal(`${words} is a type guard, which can't be async.`);
  const binding = bindingOfFunction(source, node);
  if (binding !== null && ts.isFunctionDeclaration(binding.declaration)) {
    const { parent } = binding.declaration;
    const same = ts.isSourceFile(parent)
      ? parent.statements.filter((one) => ts.isFunctionDeclaration(one) && one.name?.text === binding.name)
      : [];
    if (same.length > 1) throw new Refusal(`${binding.name} has several signatures: make it async by hand.`);
  }
}

function lostIn(source: Source, words: string, { source: where, node, how }: Extract<Use, { kind: 'lost' }>): Refusal {
  const line = lineOf(where, node.getStart(where.ast));
  const place = where === source ? `in line ${line}` : `in ${basename(where.file)} line ${line}`;
  return new Refusal(`${words} is ${how} ${place}, so not all of its callers are known.`);
}

function reviewUses({ published, doubts }: Uses, words: string, spreads: Spreads): void {
  for (const { name, file } of published)
    spreads.review.add(`${words} can be reached by users of the package (\`${name}\` of ${basename(file)}), who get a promise from now on`);
  for (const doubt of doubts) spreads.review.add(doubt);
}

/** A function that is written where it is passed to a call. */
function callbackUse(source: Source, node: FunctionNode): Extract<Use, { kind: 'argument' }> | null {
  let argument = node as TS.Node;
  while (ts.isParenthesizedExpression(argument.parent)) argument = argument.parent;
  const { parent } = argument;
  const isArgument = (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== argument;
  return isArgument ? { kind: 'argument', source, call: parent, argument: argument as TS.Expression } : null;
}

/** What must wait when a function is passed to a call: nothing, the call itself where it is one of an array, or it can't be. */
function settleArgument(
  project: Project,
  source: Source,
  node: FunctionNode,
  words: string,
  { source: where, call, argument }: Extract<Use, { kind: 'argument' }>,
  spreads: Spreads,
): Use[] {
  if (ts.isNewExpression(call))
    throw new Refusal(
      `The function passed to \`new ${textOf(where, call.expression)}\` in line ${lineOf(where, argument.getStart(where.ast))} may not be async.`,
    );
  const arrayCall = arrayCallWith(where, call, argument);
  if (arrayCall !== null && (node.parameters.length <= 2 || !isConcurrent(arrayCall.kind))) {
    spreadIn(project, spreads, where).arrayCalls.set(call, arrayCall);
    return [{ kind: 'call', source: where, call }];
  }
  const listener = requestListener(where, call, argument);
  const reason = listener === null ? callbackReason(where, call) : null;
  if (reason !== null && bare(argument) === node) throw new Refusal(reason);
  if (reason !== null && !reason.startsWith('The callback of')) throw new Refusal(reason);
  if (reason !== null) {
    const line = lineOf(where, argument.getStart(where.ast));
    throw new Refusal(`${words} is passed to \`${textOf(where, call.expression)}\` in line ${line}, which may not wait for a promise.`);
  }
  if (isPromiseMethod(call)) return [];
  spreads.freesOthers = true;
  if (bare(argument) === node || listener !== null)
    spreads.review.add(`\`${textOf(where, call.expression)}\` doesn't wait for its callback, so others may run while it waits`);
  if (listener?.uncaught) spreads.review.add(listener.uncaught);
  return [];
}

/** `load().then(callback)`: the chain waits for what the callback returns. */
function isPromiseMethod(call: TS.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.expression) && /^(then|catch|finally)$/.test(call.expression.name.text);
}

function refuseParameterDefault(source: Source, call: TS.Node): void {
  for (let node: TS.Node = call; !ts.isSourceFile(node); node = node.parent)
    if (ts.isParameter(node) && node.initializer !== undefined)
      throw new Refusal(`The default of the parameter \`${textOf(source, node.name)}\` can't await: set it in the function's body first.`);
}

function refuseOutsideFunctions(source: Source, call: TS.Node): void {
  for (let node: TS.Node = call; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node))
      throw new Refusal(`The class field or static block in line ${lineOf(source, node.getStart(source.ast))} can't await.`);
    if (ts.isDecorator(node)) throw new Refusal(`A decorator can't await.`);
  }
}

export function topLevelStatement(node: TS.Node): TS.Statement {
  let current = node;
  while (!ts.isSourceFile(current.parent)) current = current.parent;
  return current as TS.Statement;
}

import type TS from 'typescript';
import { bare, bindingOfFunction, enclosingFunction, functionName, functionWords, isAsync, type FunctionNode } from '../syntax/locate.ts';
import { globalName } from '../syntax/modules.ts';
import { requestListener, type RequestListener } from '../syntax/request-listeners.ts';
import type { Binding } from '../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { arrayCallAround, arrayCallWith, type ArrayCall } from './array-calls.ts';
import { Refusal } from './refusal.ts';

/** Everything in a file that changes when some calls have to be awaited: who becomes async, and who must await in turn. */
export interface Spread {
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

/** Follows calls that must be awaited up to the top level, or refuses with the place where it can't go on. */
export function spreadAwait(source: Source, first: readonly TS.CallExpression[]): Spread {
  const spread: Spread = { calls: new Set(), functions: new Set(), arrayCalls: new Map(), topLevel: new Set(), review: new Set() };
  const queue = [...first];
  for (let call = queue.pop(); call !== undefined; call = queue.pop()) {
    if (spread.calls.has(call)) continue;
    spread.calls.add(call);
    refuseParameterDefault(source, call);
    const enclosing = enclosingFunction(call);
    if (enclosing === null) {
      refuseOutsideFunctions(source, call);
      if (!source.topLevelAwait) spread.topLevel.add(topLevelStatement(call));
      continue;
    }
    if (isAsync(enclosing) || spread.functions.has(enclosing)) continue;
    const arrayCall = arrayCallAround(source, enclosing);
    if (arrayCall !== null) {
      spread.arrayCalls.set(arrayCall.call, arrayCall);
      spread.functions.add(enclosing);
      queue.push(arrayCall.call);
      continue;
    }
    spread.functions.add(enclosing);
    queue.push(...callersOf(source, enclosing, spread));
  }
  return spread;
}

/** The calls that must await a function once it is async. Refuses when not all of them can be known, or one can't wait. */
function callersOf(source: Source, node: FunctionNode, spread: Spread): TS.CallExpression[] {
  const words = functionWords(source, node);
  if (ts.isConstructorDeclaration(node))
    throw new Refusal(`A constructor can't await: make the call before \`new\` and pass its result in.`);
  if (ts.isGetAccessorDeclaration(node) || ts.isSetAccessorDeclaration(node))
    throw new Refusal(`The accessor ${words} can't await: make it a method first.`);
  if (node.asteriskToken !== undefined)
    throw new Refusal(`${words} is a generator, which can't await: make it an async generator and its loops \`for await\`.`);
  if (ts.isMethodDeclaration(node))
    throw new Refusal(`${words} is a method, and not all of its callers can be found in one file: make it async together with them.`);
  if (node.type !== undefined && ts.isTypePredicateNode(node.type)) throw new Refusal(`${words} is a type guard, which can't be async.`);
  const binding = bindingOfFunction(source, node);
  if (binding === null) return callersOfCallback(source, node, spread);
  refuseOverloads(binding);
  const calls: TS.CallExpression[] = [];
  for (const { identifier, writes } of binding.references) {
    const { parent } = identifier;
    if (writes) throw new Refusal(`${words} is assigned anew in line ${lineOf(source, identifier.pos)}, so its callers can't be told.`);
    if (isExport(source, identifier)) throw exported(words);
    if (ts.isCallExpression(parent) && parent.expression === identifier) calls.push(parent);
    else if (ts.isTypeQueryNode(parent)) continue;
    else if (ts.isCallExpression(parent) && requestListener(source, parent, identifier) !== null)
      reviewCallback(source, parent, requestListener(source, parent, identifier), spread);
    else {
      const arrayCall = ts.isCallExpression(parent) ? arrayCallWith(source, parent, identifier) : null;
      if (arrayCall === null || node.parameters.length > 2) throw passedOn(source, words, identifier);
      spread.arrayCalls.set(arrayCall.call, arrayCall);
      calls.push(arrayCall.call);
    }
  }
  if (hasExportKeyword(binding.declaration)) throw exported(words);
  return calls;
}

function exported(words: string): Refusal {
  return new Refusal(`${words} is exported: callers in other files would get a promise. Make it async together with them.`);
}

function passedOn(source: Source, words: string, identifier: TS.Identifier): Refusal {
  const { parent } = identifier;
  const where = `in line ${lineOf(source, identifier.getStart(source.ast))}`;
  if (ts.isCallExpression(parent))
    return new Refusal(
      callbackReason(source, parent) ??
        `${words} is passed to \`${textOf(source, parent.expression)}\` ${where}, which may not wait for a promise.`,
    );
  return new Refusal(`${words} is stored or passed on ${where}, so not all of its callers are known.`);
}

/** A function without a name of its own: what happens to its result is told by where it stands. */
function callersOfCallback(source: Source, node: FunctionNode, spread: Spread): TS.CallExpression[] {
  let { parent } = node as TS.Node;
  while (ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (ts.isCallExpression(parent) && bare(parent.expression) === node) return [parent];
  if (ts.isCallExpression(parent)) {
    const listener = requestListener(source, parent, node);
    const reason = listener === null ? callbackReason(source, parent) : null;
    if (reason !== null) throw new Refusal(reason);
    reviewCallback(source, parent, listener, spread);
    return [];
  }
  if (ts.isNewExpression(parent))
    throw new Refusal(
      `The function passed to \`new ${textOf(source, parent.expression)}\` in line ${lineOf(source, node.getStart(source.ast))} may not be async.`,
    );
  if (ts.isBinaryExpression(parent) && /^(module\.)?exports\b/.test(textOf(source, parent.left)))
    throw exported(functionName(node) ?? 'The function');
  if (ts.isExportAssignment(parent)) throw exported('The function');
  throw new Refusal(`${functionWords(source, node)} is stored in an object or variable, so not all of its callers are known.`);
}

/** What a person must know of a callback that becomes async although its caller goes on at once. */
function reviewCallback(source: Source, call: TS.CallExpression, listener: RequestListener | null, { review }: Spread): void {
  review.add(`\`${textOf(source, call.expression)}\` doesn't wait for its callback, so others may run while it waits`);
  if (listener?.uncaught) review.add(listener.uncaught);
}

const UNABLE: Record<string, string> = {
  sort: "`sort` compares at once and can't wait for a comparison: compute the keys first, then sort",
  toSorted: "`toSorted` compares at once and can't wait for a comparison: compute the keys first, then sort",
  reduce: '`reduce` hands each result to the next call: write it as a loop first',
  reduceRight: '`reduceRight` hands each result to the next call: write it as a loop first',
  filter: "`filter` can't wait for an answer: map to the answers first, then filter by them",
  find: "`find` can't wait for an answer: write it as a loop first",
  findIndex: "`findIndex` can't wait for an answer: write it as a loop first",
  findLast: "`findLast` can't wait for an answer: write it as a loop first",
  some: "`some` can't wait for an answer: write it as a loop first",
  every: "`every` can't wait for an answer: write it as a loop first",
  replace: "`replace` can't wait for a replacement: collect them first",
  replaceAll: "`replaceAll` can't wait for a replacement: collect them first",
};

const FIRE_AND_FORGET = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process.nextTick']);

/** Why a callback of this call can't become async; null when nobody looks at its result. */
function callbackReason(source: Source, call: TS.CallExpression): string | null {
  const callee = call.expression;
  const words = textOf(source, callee);
  const line = lineOf(source, call.getStart(source.ast));
  const global = globalName(source, callee);
  if (global !== null && FIRE_AND_FORGET.has(global)) return null;
  if (ts.isPropertyAccessExpression(callee)) {
    const method = callee.name.text;
    const [event] = call.arguments;
    const eventName = event !== undefined && ts.isStringLiteralLike(event) ? event.text : null;
    if (words.startsWith('process.') && /^(on|once|addListener)$/.test(method))
      return `A listener of process '${eventName ?? 'event'}' (line ${line}) must do its work at once: it can't await.`;
    if (/^(then|catch|finally)$/.test(method)) return null;
    if (UNABLE[method] !== undefined) return `${UNABLE[method]} (line ${line}).`;
    if (/^(on|once|addListener|addEventListener)$/.test(method))
      return `A listener of '${eventName ?? 'an event'}' (line ${line}) that awaits would turn its errors into unhandled rejections: catch them inside first.`;
  }
  return `The callback of \`${words}\` in line ${line} can't become async: \`${words}\` may not wait for a promise.`;
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

function refuseOverloads(binding: Binding): void {
  const { declaration } = binding;
  if (!ts.isFunctionDeclaration(declaration) || !ts.isSourceFile(declaration.parent)) return;
  const same = declaration.parent.statements.filter((one) => ts.isFunctionDeclaration(one) && one.name?.text === binding.name);
  if (same.length > 1) throw new Refusal(`${binding.name} has several signatures: make it async by hand.`);
}

function isExport(source: Source, identifier: TS.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isExportSpecifier(parent) || ts.isExportAssignment(parent)) return true;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
    const assignment = parent.parent.parent;
    return ts.isBinaryExpression(assignment) && /^(module\.)?exports\b/.test(textOf(source, assignment.left));
  }
  return ts.isBinaryExpression(parent) && parent.right === identifier && /^(module\.)?exports\b/.test(textOf(source, parent.left));
}

function hasExportKeyword(declaration: TS.Node): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

export function topLevelStatement(node: TS.Node): TS.Statement {
  let current = node;
  while (!ts.isSourceFile(current.parent)) current = current.parent;
  return current as TS.Statement;
}

import { basename, join, sep } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import type { Use, Uses } from '../../project/trace.ts';
import { usesOf, usesOfParameter } from '../../project/uses.ts';
import { bare, enclosingFunction, functionWords, isAsync, walk, type FunctionNode } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { commandHandler } from '../../syntax/command-handlers.ts';
import { requestListener } from '../../syntax/request-listeners.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { runnerCallback } from '../../syntax/test-runners.ts';
import { ts } from '../../syntax/typescript.ts';
import { anyArrayCallWith, arrayCallAround, isConcurrent, type ArrayCall } from './array-calls.ts';
import { asyncClass, classMadeBy, type AsyncClass } from './async-classes.ts';
import { accessesOf, type Access } from './async-getters.ts';
import { callbackReason } from './callbacks.ts';
import { oneTimeCallback, parameterGiven, whyRejectionsDiffer } from './one-time-callbacks.ts';
import { isListening, whyNotListener } from './listeners.ts';
import { promisedCheck } from './expected-errors.ts';
import { movedWith, parameterAround, refuseMeasured } from './parameter-defaults.ts';
import { lostIn, Refusal } from '../text/refusal.ts';
import { streamsOf, type Stream, type StreamUse } from './streams.ts';

/** Everything in a file that changes when some calls have to be awaited: who becomes async, and who must await in turn. */
export interface Spread {
  source: Source;
  /** Calls to await, those of the functions that become async included. */
  calls: Set<TS.CallExpression>;
  /** Loops that are to be rewritten as something that waits. */
  loops: Set<TS.IterationStatement>;
  /** Functions that become async. */
  functions: Set<FunctionNode>;
  /** `items.map(callback)` and its like, whose callback now answers with a promise. */
  arrayCalls: Map<TS.CallExpression, ArrayCall>;
  /** What takes the values of generators that become async. */
  streams: Map<TS.Expression, Stream>;
  /** Classes that are made by a static method from now on, which waits. */
  classes: Map<TS.ClassLikeDeclaration, AsyncClass>;
  /** `new Store(name)` → `await Store.create(name)`, with the name of that method. */
  creations: Map<TS.NewExpression, string>;
  /** Getters that become methods, with their new names. */
  getters: Map<TS.GetAccessorDeclaration, string>;
  /** `store.text` → `await store.getText()`, with the name of that method. */
  accesses: Map<TS.PropertyAccessExpression, string>;
  /** Functions that return such a generator's iterator. */
  handers: Set<FunctionNode>;
  /** Parameters whose default waits, and moves into the function's body. */
  defaults: Set<TS.ParameterDeclaration>;
  /** Names of checks for an error that become those for a rejection: `assert.throws` → `await assert.rejects`. */
  checks: Map<TS.MemberName, string>;
  /** Functions that such a check calls: one that throws before it answers with a promise would not be checked. */
  checked: Set<FunctionNode>;
  /** Tests that go on until somebody ends them, with their runners, which would end them with a promise. */
  endedByHand: Map<FunctionNode, string>;
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
  /** The calls of each function that becomes async, in whichever file. */
  callers: Map<FunctionNode, { source: Source; call: TS.CallExpression }[]>;
  /** Parameters of the project's own functions whose calls wait from now on. */
  parameters: Set<Binding>;
}

/** A place that waits from now on. */
type Wait =
  | Extract<Use, { kind: 'call' }>
  /** What takes the values of a generator. */
  | ({ kind: 'stream' } & StreamUse)
  | (Extract<Use, { kind: 'creation' }> & { factory: string })
  | ({ kind: 'access' } & Access)
  /** A loop that is rewritten as something that waits. */
  | { kind: 'loop'; source: Source; node: TS.IterationStatement };

/** Follows calls that must be awaited, and loops that wait from now on, up to the top level, through all files, or refuses with the place where it can't go on. */
export function spreadAwait(project: Project, source: Source, first: readonly (TS.CallExpression | TS.IterationStatement)[]): Spreads {
  const spreads: Spreads = { files: new Map(), review: new Set(), freesOthers: false, callers: new Map(), parameters: new Set() };
  const queue = first.map((one): Wait =>
    ts.isCallExpression(one) ? { kind: 'call', source, call: one } : { kind: 'loop', source, node: one },
  );
  spreadIn(project, spreads, source);
  for (let wait = queue.pop(); wait !== undefined; wait = queue.pop()) {
    const { source: file } = wait;
    const spread = spreadIn(project, spreads, file);
    const node = wait.kind === 'call' ? wait.call : wait.node;
    if (waitsOf(spread).includes(node)) continue;
    note(spread, wait);
    const enclosing = enclosingFunction(node);
    const made = classMadeBy(node);
    if (made !== null) {
      if (!spread.classes.has(made)) queue.push(...creationsOf(project, file, made, node, spreads));
      continue;
    }
    refuseOutsideFunctions(file, node, enclosing);
    if (enclosing === null) {
      if (!file.topLevelAwait) spread.topLevel.add(topLevelStatement(node));
      continue;
    }
    const parameter = parameterAround(node, enclosing);
    if (parameter !== null) for (const one of movedWith(file, enclosing, parameter)) spread.defaults.add(one);
    if (isAsync(enclosing) || spread.functions.has(enclosing)) continue;
    spread.functions.add(enclosing);
    const arrayCall = arrayCallAround(file, enclosing, anyArrayCallWith);
    if (arrayCall === null || enclosing.asteriskToken !== undefined) {
      const callers = callersOf(project, file, enclosing, spreads);
      spreads.callers.set(
        enclosing,
        callers.flatMap((one) => (one.kind === 'call' ? [one] : [])),
      );
      queue.push(...callers);
    } else {
      spread.arrayCalls.set(arrayCall.call, arrayCall);
      queue.push({ kind: 'call', source: file, call: arrayCall.call });
    }
  }
  for (const { source: file, defaults } of spreads.files.values())
    for (const parameter of defaults) refuseMeasured(project, file, parameter.parent as FunctionNode);
  return spreads;
}

/** All places of a file that wait from now on. */
export function waitsOf({ calls, loops, streams, creations, accesses }: Spread): TS.Node[] {
  return [...calls, ...loops, ...streams.keys(), ...creations.keys(), ...accesses.keys()];
}

function note(spread: Spread, wait: Wait): void {
  if (wait.kind === 'call') spread.calls.add(wait.call);
  else if (wait.kind === 'loop') spread.loops.add(wait.node);
  else if (wait.kind === 'stream') spread.streams.set(wait.node, wait.stream);
  else if (wait.kind === 'creation') spread.creations.set(wait.node, wait.factory);
  else spread.accesses.set(wait.node, wait.method);
}

/** Where a class is made whose constructor or fields wait. */
function creationsOf(project: Project, source: Source, node: TS.ClassLikeDeclaration, wait: TS.Node, spreads: Spreads): Wait[] {
  const { change, creations, uses } = asyncClass(project, source, node, wait);
  spreadIn(project, spreads, source).classes.set(node, change);
  spreads.review.add(
    `${change.name} is made by \`${change.name}.${change.factory}\` from now on: a plain \`new ${change.name}\` gives an object that isn't filled yet`,
  );
  reviewUses(uses, `${change.name}, which is made by \`${change.name}.${change.factory}\` from now on,`, spreads);
  return creations.map((use) => ({ ...use, factory: change.factory }));
}

function spreadIn(project: Project, spreads: Spreads, source: Source): Spread {
  const known = spreads.files.get(source);
  if (known !== undefined) return known;
  const obstacle = project.whyNotEdited(source);
  if (obstacle !== null) throw new Refusal(obstacle);
  const spread: Spread = {
    source,
    calls: new Set(),
    loops: new Set(),
    functions: new Set(),
    arrayCalls: new Map(),
    streams: new Map(),
    classes: new Map(),
    creations: new Map(),
    getters: new Map(),
    accesses: new Map(),
    handers: new Set(),
    defaults: new Set(),
    endedByHand: new Map(),
    checks: new Map(),
    checked: new Set(),
    topLevel: new Set(),
    review: spreads.review,
  };
  spreads.files.set(source, spread);
  return spread;
}

/** The calls that must await a function once it is async. Refuses when not all of them can be known, or one can't wait. */
function callersOf(project: Project, source: Source, node: FunctionNode, spreads: Spreads): Wait[] {
  const words = functionWords(source, node);
  if (ts.isGetAccessorDeclaration(node)) return readersOf(project, source, node, spreads);
  refuseKind(node, words);
  if (node.asteriskToken !== undefined) return takersOf(project, source, node, words, spreads);
  const callback = callbackUse(source, node);
  if (callback !== null) return settleArgument(project, source, node, words, callback, spreads);
  const found = usesOf(project, source, node);
  const lost = found.uses.find((one) => one.kind === 'lost');
  if (lost !== undefined) throw lostIn(source, words, lost);
  if (found.uses.length === 0 && found.published.length === 0)
    throw new Refusal(`No call of ${words} is found in the project, so whoever calls it would get a promise: make it async by hand.`);
  reviewUses(found, words, spreads);
  const isOwn = found.published.length === 0 && found.uses.every((use) => use.source === source);
  if (isOwn && found.exported.length > 0)
    spreads.review.add(`${words} is exported, and no other file of the project uses it: whoever does gets a promise from now on`);
  return found.uses.flatMap((use): Wait[] =>
    use.kind === 'argument' ? settleArgument(project, source, node, words, use, spreads) : use.kind === 'call' ? [use] : [],
  );
}

/** Where a getter is read that becomes an async method. */
function readersOf(project: Project, source: Source, getter: TS.GetAccessorDeclaration, spreads: Spreads): Wait[] {
  const { accesses, review } = accessesOf(project, source, getter);
  spreads.review.add(review);
  spreadIn(project, spreads, source).getters.set(getter, accesses[0]!.method);
  return accesses.map((access) => ({ kind: 'access', ...access }));
}

/** What takes the values of a generator that becomes async. */
function takersOf(project: Project, source: Source, node: FunctionNode, words: string, spreads: Spreads): Wait[] {
  if (callbackUse(source, node) !== null)
    throw new Refusal(
      `The generator in line ${lineOf(source, node.getStart(source.ast))} is passed to something that may not wait for its values.`,
    );
  const found = streamsOf(project, source, node);
  reviewUses(found, words, spreads);
  for (const hander of found.handers) spreadIn(project, spreads, hander.source).handers.add(hander.node);
  return [...found.calls, ...found.streams.map((use) => ({ kind: 'stream' as const, ...use }))];
}

function refuseKind(node: FunctionNode, words: string): void {
  if (ts.isSetAccessorDeclaration(node)) throw new Refusal(`The accessor ${words} can't await: make it a method first.`);
  if (node.type !== undefined && ts.isTypePredicateNode(node.type)) throw new Refusal(`${words} is a type guard, which can't be async.`);
}

function reviewUses({ published, doubts }: Pick<Uses, 'published' | 'doubts'>, words: string, spreads: Spreads): void {
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
): Wait[] {
  if (ts.isNewExpression(call))
    throw new Refusal(
      `The function passed to \`new ${textOf(where, call.expression)}\` in line ${lineOf(where, argument.getStart(where.ast))} may not be async.`,
    );
  const arrayCall = anyArrayCallWith(where, call, argument);
  if (arrayCall !== null && (node.parameters.length <= 2 || !isConcurrent(arrayCall.kind))) {
    spreadIn(project, spreads, where).arrayCalls.set(call, arrayCall);
    return [{ kind: 'call', source: where, call }];
  }
  const check = promisedCheck(where, call, argument);
  if (check !== null) {
    const { checks, checked } = spreadIn(project, spreads, where);
    checks.set(check.name, check.promised);
    if (bare(argument) === node) checked.add(node);
    spreads.review.add(
      `a check that fails speaks of a rejection where it spoke of an exception (\`${check.promised}\` for \`${check.name.text}\`)`,
    );
    return [{ kind: 'call', source: where, call }];
  }
  const runner = runnerCallback(where, call, node);
  if (runner?.kind === 'waits' || (runner?.kind === 'ends' && runner.runner === 'tape' && ignoresPromises(project, where))) return [];
  if (runner?.kind === 'ends') {
    const later = `${runner.runner} ends a test with the promise that it returns (line ${lineOf(where, call.getStart(where.ast))}), and line ${lineOf(where, runner.at.getStart(where.ast))} goes on with it later`;
    if (node.parameters.length !== 1 || bare(argument) !== node || usesThis(node))
      throw new Refusal(`${later}: let the test wait for that first.`);
    spreadIn(project, spreads, where).endedByHand.set(node, runner.runner);
    spreads.review.add(`${later}: its promise is kept from ${runner.runner}`);
    return [];
  }
  if (runner?.kind === 'collects')
    throw new Refusal(
      `\`${runner.words}\` must know its tests at once (line ${lineOf(where, call.getStart(where.ast))}), so what waits belongs into \`before\` or into a test.`,
    );
  const listener = requestListener(where, call, argument);
  const event = listener === null ? whyNotListener(project, where, call, node) : undefined;
  if (typeof event === 'string') throw new Refusal(event);
  const handed: Extract<Use, { kind: 'argument' }> = { kind: 'argument', source: where, call, argument };
  const command = listener === null && event === undefined ? commandHandler(where, call, argument) : null;
  if (command !== null) {
    const treated = whyRejectionsDiffer(project, handed);
    if (treated !== null) throw new Refusal(treated);
    spreads.freesOthers = true;
    // Whoever uses the parse that waits has made up his mind already.
    if (command.waiting === null || !where.text.includes(command.waiting))
      spreads.review.add(
        `${command.module} doesn't wait for the command in line ${lineOf(where, call.getStart(where.ast))}${command.waiting === null ? '' : ` (\`${command.waiting}\` does)`}: what follows \`parse\` runs before it is done, and an error in it ends the process as an unhandled rejection`,
      );
    return [];
  }
  const reason = listener === null && event === undefined ? callbackReason(where, call, argument) : null;
  const once = reason?.startsWith('The callback of') === true ? oneTimeCallback(project, handed, node) : null;
  if (once !== null && typeof once !== 'string') {
    spreads.freesOthers = true;
    for (const doubt of once.doubts) spreads.review.add(doubt);
    spreads.review.add(
      `\`${textOf(where, call.expression)}\` in line ${lineOf(where, call.getStart(where.ast))} doesn't wait for its callback: others may run while it waits, and an error in it ends the process as an unhandled rejection`,
    );
    return [];
  }
  if (reason?.startsWith('The callback of') === true) {
    const given = parameterGiven(project, handed);
    if (given !== null) return callsOfParameter(project, given, { source, node, words }, spreads);
  }
  if (reason !== null && bare(argument) === node) throw new Refusal(reason);
  if (reason !== null && !reason.startsWith('The callback of')) throw new Refusal(reason);
  if (reason !== null) {
    const line = lineOf(where, argument.getStart(where.ast));
    throw new Refusal(`${words} is passed to \`${textOf(where, call.expression)}\` in line ${line}, which may not wait for a promise.`);
  }
  if (isPromiseMethod(call)) return [];
  const treated = listener === null ? whyRejectionsDiffer(project, handed) : null;
  if (treated !== null) throw new Refusal(treated);
  spreads.freesOthers = true;
  if (event === null)
    spreads.review.add(
      `\`${textOf(where, call.expression)}\` in line ${lineOf(where, call.getStart(where.ast))} doesn't wait for its listener: others may run while it waits, and an error in it ends the process as an unhandled rejection`,
    );
  else if (bare(argument) === node || listener !== null)
    spreads.review.add(`\`${textOf(where, call.expression)}\` doesn't wait for its callback, so others may run while it waits`);
  if (listener?.uncaught) spreads.review.add(listener.uncaught);
  return [];
}

/** Whether a function that isn't an arrow looks at what only a call gives it. */
function usesThis(node: FunctionNode): boolean {
  let found = false;
  if (!ts.isArrowFunction(node) && node.body !== undefined)
    walk(node.body, (one) => {
      if (one.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(one) && one.text === 'arguments')) found = true;
    });
  return found;
}

/** Where the project's own function calls what it is given: it waits for it from now on. */
function callsOfParameter(
  project: Project,
  given: NonNullable<ReturnType<typeof parameterGiven>>,
  { source, node, words }: { source: Source; node: FunctionNode; words: string },
  spreads: Spreads,
): Wait[] {
  const { name } = given.binding;
  if (spreads.parameters.has(given.binding)) return [];
  spreads.parameters.add(given.binding);
  const found = usesOfParameter(project, given.source, given.binding);
  const lost = found.uses.find((one) => one.kind === 'lost');
  if (lost !== undefined) throw lostIn(given.source, `\`${name}\`, which ${words} is given as,`, lost);
  reviewUses(found, words, spreads);
  return found.uses.flatMap((use): Wait[] => {
    if (use.kind !== 'argument') return use.kind === 'call' ? [use] : [];
    if (use.source !== source && ts.isCallExpression(use.call) && isListening(use.call))
      throw new Refusal(
        `${words} becomes a listener in line ${lineOf(use.source, use.call.getStart(use.source.ast))} of ${basename(use.source.file)}, which can't wait for it.`,
      );
    return settleArgument(project, source, node, `\`${name}\``, use, spreads);
  });
}

/** tape looks at what a test returns from version 5 on; what a project asks for is in its package.json. */
function ignoresPromises(project: Project, { file }: Source): boolean {
  const folder = project.packages.filter((one) => file.startsWith(one + sep)).sort((a, b) => b.length - a.length)[0];
  const range = /"tape"\s*:\s*"[^\d"]*(\d+)/.exec(folder === undefined ? '' : (project.text(join(folder, 'package.json')) ?? ''));
  return range !== null && Number(range[1]) < 5;
}

/** `load().then(callback)`: the chain waits for what the callback returns. */
function isPromiseMethod(call: TS.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.expression) && /^(then|catch|finally)$/.test(call.expression.name.text);
}

/** Class fields, static blocks and decorators between a place that waits and the function around it: their code waits for nothing. */
function refuseOutsideFunctions(source: Source, wait: TS.Node, enclosing: FunctionNode | null): void {
  for (let node = wait; node !== enclosing && !ts.isSourceFile(node); node = node.parent) {
    if (ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node))
      throw new Refusal(
        `The class field or static block in line ${lineOf(source, node.getStart(source.ast))} can't await: make the call in an async function, and hand its result in.`,
      );
    if (ts.isDecorator(node))
      throw new Refusal(
        `The decorator in line ${lineOf(source, node.getStart(source.ast))} can't await: make the call before the class, and hand its result in.`,
      );
  }
}

export function topLevelStatement(node: TS.Node): TS.Statement {
  let current = node;
  while (!ts.isSourceFile(current.parent)) current = current.parent;
  return current as TS.Statement;
}

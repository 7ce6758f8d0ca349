import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import { bare, contains, enclosingFunction, isAsync, type FunctionNode } from '../../syntax/locate.ts';
import { isFunctionLike } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isBareCallback, rewriteArrayCall, rewriteLoop, type Concurrency } from '../loops/concurrent-rounds.ts';
import { isConcurrent } from './array-calls.ts';
import { renameThis, writeFactory } from './async-classes.ts';
import { writeGetter } from './async-getters.ts';
import { refuseOvertakenByCallbacks } from './begun-callbacks.ts';
import type { Driver } from '../loops/drivers.ts';
import type { Editor } from '../text/editor.ts';
import { rewriteInOrder } from './in-order-functions.ts';
import { decisionsAcrossWaits, reviewTopLevelWait } from './interleavings.ts';
import { keepPromise } from './ended-by-hand.ts';
import { lostUpdates, writeHoist } from './lost-updates.ts';
import { moveDefaults } from './parameter-defaults.ts';
import { Refusal } from '../text/refusal.ts';
import { waitsOf, type Spread } from './spread-await.ts';
import { collectFunction, makeTypeAsync, type Stream } from './streams.ts';
import { finalCall, programCall, refuseLoaded, wrapInMain } from './top-level.ts';

/**
 * Writes what a spread and its drivers say: functions become async, calls are awaited, driven loops run concurrently. To be called after the
 * edits that change the first calls themselves.
 */
export function writeSpread(project: Project, editor: Editor, spread: Spread, drivers: readonly Driver[], concurrency: Concurrency): void {
  const { source } = spread;
  const moved = drivers.flatMap((driver) => (driver.kind === 'loop' ? driver.rounds.taken : []));
  const waits = waitsOf(spread);
  const hoists = lostUpdates(
    source,
    waits.filter((wait) => !moved.some((one) => contains(one, wait))),
    spread.review,
  );
  refuseOvertakenByCallbacks(source, waits);
  for (const reason of decisionsAcrossWaits(source, waits)) spread.review.add(reason);
  const unawaited = finalCall(source, spread) ?? programOfModule(project, spread, waits);
  const waiting = new Set<TS.Node>(waits);
  const withDefaults = new Set([...spread.defaults].map((one) => one.parent as FunctionNode));
  const plain = new Set<FunctionNode>(
    [...spread.functions].filter(
      (node) =>
        isBareCallback(node, waiting) && !spread.checked.has(node) && !withDefaults.has(node) && !hoists.some((one) => one.place === node),
    ),
  );
  for (const change of spread.classes.values()) renameThis(source, editor, change, waits);
  for (const [getter, method] of spread.getters) writeGetter(source, editor, getter, method);
  for (const [name, promised] of spread.checks)
    editor.replace(name.getStart(source.ast), name.end, promised, 'the function answers with a promise now');
  // Before the functions become async: what opens an expression comes first.
  for (const [node, runner] of spread.endedByHand) keepPromise(source, editor, node, runner);
  for (const node of spread.functions) {
    if (plain.has(node)) makeResultAsync(source, editor, node, 'promise');
    else makeAsync(source, editor, node);
  }
  for (const node of spread.handers) makeResultAsync(source, editor, node, 'stream');

  // From the inside out: an outer piece takes the text of the inner ones as it is by then.
  const steps: { size: number; write: () => void }[] = [];
  const driven = new Set(drivers.flatMap((driver) => (driver.kind === 'array' ? [driver.call] : [])));
  for (const call of spread.calls) {
    steps.push({
      size: call.end - call.getStart(source.ast),
      write: () => {
        const arrayCall = spread.arrayCalls.get(call);
        if (arrayCall?.isOptional === true) {
          rewriteInOrder(source, editor, call, arrayCall);
          editor.before(call, `(${textOf(source, arrayCall.items)} == null ? undefined : await `, 'wait for it');
          editor.after(call, ')', 'wait for it');
          return;
        }
        if (arrayCall !== undefined) {
          if (driven.has(call) && isConcurrent(arrayCall.kind)) rewriteArrayCall(source, editor, call, arrayCall, concurrency);
          else rewriteInOrder(source, editor, call, arrayCall);
        }
        if (call !== unawaited && !isBodyOf(plain, call)) awaitCall(source, editor, call, arrayCall?.kind === 'flatMap' ? '.flat()' : '');
      },
    });
  }
  for (const [node, factory] of spread.creations)
    steps.push({
      size: node.end - node.getStart(source.ast),
      write: () => {
        writeCreation(source, editor, node, factory);
        if (!isBodyOf(plain, node)) awaitCall(source, editor, node, '');
      },
    });
  for (const [node, method] of spread.accesses)
    steps.push({
      size: node.end - node.getStart(source.ast),
      write: () => {
        editor.replace(node.name.getStart(source.ast), node.name.end, `${method}()`, 'the getter is a method now');
        if (!isBodyOf(plain, node)) awaitCall(source, editor, node, '');
      },
    });
  for (const change of spread.classes.values()) {
    const { node } = change;
    steps.push({ size: node.end - node.getStart(source.ast), write: () => writeFactory(source, editor, change, waits) });
  }
  for (const [node, stream] of spread.streams)
    steps.push({ size: node.end - node.getStart(source.ast), write: () => writeStream(source, editor, node, stream) });
  for (const hoist of hoists)
    steps.push({ size: hoist.place.end - hoist.place.getStart(source.ast), write: () => writeHoist(source, editor, hoist) });
  for (const node of withDefaults)
    steps.push({ size: node.end - node.getStart(source.ast), write: () => moveDefaults(source, editor, node, spread.defaults) });
  for (const driver of drivers) {
    if (driver.kind !== 'loop') continue;
    const { loop } = driver.rounds;
    steps.push({ size: loop.end - loop.getStart(source.ast), write: () => rewriteLoop(source, editor, driver.rounds, concurrency) });
  }
  for (const step of steps.sort((a, b) => a.size - b.size)) step.write();
  if (spread.topLevel.size > 0) refuseLoaded(project, spread);
  if (spread.topLevel.size > 0 && unawaited === null) wrapInMain(editor, spread);
}

/** The call that a module makes only as a program, where it is required as well: it can't wait at its top level then, and need not wait for that. */
function programOfModule(project: Project, spread: Spread, waits: readonly TS.Node[]): TS.CallExpression | null {
  const { source, review } = spread;
  const atTop = waits.filter((wait) => enclosingFunction(wait) === null);
  if (!source.topLevelAwait || atTop.length === 0) return null;
  const obstacle = reviewTopLevelWait(project, source, review);
  if (obstacle === null) return null;
  const call = programCall(source, atTop);
  if (call === null) throw new Refusal(obstacle);
  review.add(
    `\`${textOf(source, call).replace(/\s+/g, ' ').slice(0, 40)}\` in line ${lineOf(source, call.getStart(source.ast))} of ${basename(source.file)} isn't waited for, as the file is required as well: an error in it ends the process as an unhandled rejection`,
  );
  return call;
}

/** `new Store(name)` → `Store.create(name)`; the `await` before it is the caller's to add. */
function writeCreation(source: Source, editor: Editor, node: TS.NewExpression, factory: string): void {
  const why = 'making one waits now';
  editor.replace(node.getStart(source.ast), node.expression.getStart(source.ast), '', why);
  editor.replace(node.expression.end, node.expression.end, `.${factory}${node.arguments === undefined ? '()' : ''}`, why);
}

function writeStream(source: Source, editor: Editor, node: TS.Expression, stream: Stream): void {
  const why = 'wait for each of its values';
  if (stream.kind === 'collect') {
    editor.before(node, `await ${collectFunction(source, editor)}(`, why);
    editor.after(node, ')', why);
  } else if (stream.kind === 'loop') {
    const after = stream.loop.getStart(source.ast) + 'for'.length;
    editor.replace(after, after, ' await', why);
  }
}

function isBodyOf(plain: ReadonlySet<FunctionNode>, call: TS.Expression): boolean {
  return isFunctionLike(call.parent) && plain.has(call.parent);
}

/** `await f()`, in parentheses where something follows that binds tighter: `(await f()).length`. */
function awaitCall(source: Source, editor: Editor, call: TS.Expression, suffix: string): void {
  const { parent } = call;
  if (ts.isAwaitExpression(parent)) return;
  if (suffix === '' && isChainedOn(call)) {
    awaitInChain(source, editor, call);
    return;
  }
  const tight =
    suffix !== '' ||
    ((ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNewExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
      parent.expression === call) ||
    (ts.isTaggedTemplateExpression(parent) && parent.tag === call) ||
    (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken && parent.left === call);
  // A line that begins with a parenthesis would go on with the line before it where the file has no semicolons.
  const guard = tight && source.semicolon === '' && startsStatement(source, call) ? ';' : '';
  editor.before(call, tight ? `${guard}(await ` : 'await ', 'wait for it');
  if (tight) editor.after(call, `)${suffix}`, 'wait for it');
}

/** `store?.load(name).trim()`: where there is no store, what follows isn't evaluated either. */
function isChainedOn(call: TS.Expression): boolean {
  const outer = afterAssertions(call);
  return (
    ts.isOptionalChain(call) &&
    isAccessOf(outer.parent, outer) &&
    (outer.parent as TS.PropertyAccessExpression).questionDotToken === undefined
  );
}

function afterAssertions(node: TS.Expression): TS.Expression {
  let current = node;
  while (ts.isNonNullExpression(current.parent)) current = current.parent;
  return current;
}

function isAccessOf(parent: TS.Node, node: TS.Node): boolean {
  return (
    (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent)) &&
    parent.expression === node
  );
}

/** `store?.load(name).trim()` → `(store == null ? undefined : (await store.load(name)).trim())`. */
function awaitInChain(source: Source, editor: Editor, call: TS.Expression): void {
  const why = 'wait for it';
  let end = afterAssertions(call);
  while (isAccessOf(end.parent, end) && ts.isOptionalChain(end.parent)) end = afterAssertions(end.parent);
  const marks: (TS.PropertyAccessExpression | TS.ElementAccessExpression | TS.CallExpression)[] = [];
  for (let node: TS.Expression = call; ;) {
    if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node) && !ts.isCallExpression(node)) break;
    if (node.questionDotToken !== undefined) marks.push(node);
    node = afterNothing(node.expression);
  }
  const [mark] = marks;
  const head = mark === undefined ? null : bare(mark.expression);
  if (mark === undefined || head === null || marks.length !== 1 || !(ts.isIdentifier(head) || isPropertyOfThis(head)))
    throw new Refusal(
      `Line ${lineOf(source, call.getStart(source.ast))} goes on after a call in an optional chain (\`?.\`): put what it waits for into a variable of its own first.`,
    );
  const question = mark.questionDotToken!;
  editor.replace(question.getStart(source.ast), question.end, ts.isPropertyAccessExpression(mark) ? '.' : '', why);
  editor.before(end, `(${editor.rendered(head.getStart(source.ast), head.end)} == null ? undefined : `, why);
  editor.after(end, ')', why);
  editor.before(call, '(await ', why);
  editor.after(call, ')', why);
}

function afterNothing(node: TS.Expression): TS.Expression {
  return ts.isNonNullExpression(node) ? afterNothing(node.expression) : node;
}

function isPropertyOfThis(node: TS.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword;
}

function startsStatement(source: Source, node: TS.Node): boolean {
  let current = node;
  while (!ts.isStatement(current)) current = current.parent;
  return current.getStart(source.ast) === node.getStart(source.ast);
}

function makeAsync(source: Source, editor: Editor, node: FunctionNode): void {
  if (isAsync(node)) return;
  const why = 'it waits now';
  if (ts.isArrowFunction(node)) editor.before(node, 'async ', why);
  else if (ts.isMethodDeclaration(node)) editor.before(node.asteriskToken ?? node.name, 'async ', why);
  else {
    // None in a getter, whose `async` comes with its new name.
    const keyword = node.getChildren(source.ast).find((child) => child.kind === ts.SyntaxKind.FunctionKeyword);
    if (keyword !== undefined) editor.before(keyword, 'async ', why);
  }
  makeResultAsync(source, editor, node, node.asteriskToken === undefined ? 'promise' : 'stream');
}

/** Says in the types, those in comments included, that a function answers with a promise, or gives its values one by one. */
function makeResultAsync(source: Source, editor: Editor, node: FunctionNode, kind: 'promise' | 'stream'): void {
  const why = kind === 'promise' ? 'it waits now' : 'its values are waited for now';
  const change = (type: TS.TypeNode): void => {
    if (kind === 'stream') makeTypeAsync(source, editor, type);
    else {
      editor.before(type, 'Promise<', why);
      editor.after(type, '>', why);
    }
  };
  const types = [node, ...overloadsOf(node)].flatMap((one) => (one.type === undefined ? [] : [one.type]));
  if (types.length === 0) types.push(...declaredResult(node));
  for (const type of new Set(types)) change(type);
  if (source.typescript) return;
  const comment = ts.getJSDocReturnTag(node)?.typeExpression?.type ?? jsDocFunctionType(node);
  // A name such as `external:Result` is read only up to its colon.
  if (comment !== undefined && !types.includes(comment) && /^\s*\}/.test(source.text.slice(comment.end))) change(comment);
}

/** The signatures of a function that are declared without a body. */
function overloadsOf(node: FunctionNode): TS.SignatureDeclaration[] {
  const { parent } = node as TS.Node;
  if (ts.isFunctionDeclaration(node) && (ts.isSourceFile(parent) || ts.isModuleBlock(parent) || ts.isBlock(parent)))
    return parent.statements.filter(
      (one): one is TS.FunctionDeclaration =>
        ts.isFunctionDeclaration(one) && one.body === undefined && one.name !== undefined && one.name.text === node.name?.text,
    );
  if (!ts.isMethodDeclaration(node) || !ts.isClassLike(parent)) return [];
  const name = node.name.getText();
  return parent.members.filter(
    (one): one is TS.MethodDeclaration => ts.isMethodDeclaration(one) && one.body === undefined && one.name.getText() === name,
  );
}

/** The result in the type of the variable that holds a function: `const load: (name: string) => string = …`. */
function declaredResult(node: FunctionNode): TS.TypeNode[] {
  const { parent } = node as TS.Node;
  const type = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) ? parent.type : undefined;
  return type !== undefined && ts.isFunctionTypeNode(type) ? [type.type] : [];
}

/** The result in a comment such as `@type {(name: string) => string}`. */
function jsDocFunctionType(node: FunctionNode): TS.TypeNode | undefined {
  const { parent } = node as TS.Node;
  const type = ts.isVariableDeclaration(parent) ? ts.getJSDocType(parent) : undefined;
  return type !== undefined && ts.isFunctionTypeNode(type) ? type.type : undefined;
}

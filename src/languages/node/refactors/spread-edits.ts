import type TS from 'typescript';
import type { Project } from '../project/project.ts';
import { rootOf } from '../syntax/effects.ts';
import { contains, enclosingFunction, isAsync, type FunctionNode } from '../syntax/locate.ts';
import { isAssignment, isFunctionLike } from '../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { isBareCallback, rewriteArrayCall, rewriteLoop, type Concurrency } from './concurrent-rounds.ts';
import { isConcurrent } from './array-calls.ts';
import type { Driver } from './drivers.ts';
import type { Editor } from './editor.ts';
import { rewriteInOrder } from './in-order-functions.ts';
import { decisionsAcrossWaits, reviewTopLevelWait } from './interleavings.ts';
import { Refusal } from './refusal.ts';
import type { Spread } from './spread-await.ts';
import { finalCall, refuseLoaded, wrapInMain } from './top-level.ts';

/**
 * Writes what a spread and its drivers say: functions become async, calls are awaited, driven loops run concurrently. To be called after the
 * edits that change the first calls themselves.
 */
export function writeSpread(project: Project, editor: Editor, spread: Spread, drivers: readonly Driver[], concurrency: Concurrency): void {
  const { source } = spread;
  const moved = drivers.flatMap((driver) => (driver.kind === 'loop' ? driver.rounds.taken : []));
  for (const call of spread.calls) if (!moved.some((one) => contains(one, call))) refuseLostUpdate(source, call);
  for (const reason of decisionsAcrossWaits(source, spread.calls)) spread.review.add(reason);
  if (source.topLevelAwait && [...spread.calls].some((call) => enclosingFunction(call) === null))
    reviewTopLevelWait(project, source, spread.review);
  const unawaited = finalCall(source, spread);
  const plain = new Set<FunctionNode>([...spread.functions].filter((node) => isBareCallback(node, spread.calls)));
  for (const node of spread.functions) if (!plain.has(node)) makeAsync(source, editor, node);

  // From the inside out: an outer piece takes the text of the inner ones as it is by then.
  const steps: { size: number; write: () => void }[] = [];
  const driven = new Set(drivers.flatMap((driver) => (driver.kind === 'array' ? [driver.call] : [])));
  for (const call of spread.calls) {
    steps.push({
      size: call.end - call.getStart(source.ast),
      write: () => {
        const arrayCall = spread.arrayCalls.get(call);
        if (arrayCall !== undefined) {
          if (driven.has(call) && isConcurrent(arrayCall.kind)) rewriteArrayCall(source, editor, call, arrayCall, concurrency);
          else rewriteInOrder(source, editor, call, arrayCall);
        }
        if (call !== unawaited && !isBodyOf(plain, call)) awaitCall(source, editor, call, arrayCall?.kind === 'flatMap' ? '.flat()' : '');
      },
    });
  }
  for (const driver of drivers) {
    if (driver.kind !== 'loop') continue;
    const { loop } = driver.rounds;
    steps.push({ size: loop.end - loop.getStart(source.ast), write: () => rewriteLoop(source, editor, driver.rounds, concurrency) });
  }
  for (const step of steps.sort((a, b) => a.size - b.size)) step.write();
  if (spread.topLevel.size > 0) refuseLoaded(project, spread);
  if (spread.topLevel.size > 0 && unawaited === null) wrapInMain(editor, spread);
}

/** `this.total += await f()` reads the total before it waits and writes it afterwards: what others added meanwhile would be lost. */
function refuseLostUpdate(source: Source, call: TS.CallExpression): void {
  const enclosing = enclosingFunction(call);
  if (enclosing === null) return;
  for (let node: TS.Node = call; node !== enclosing; node = node.parent) {
    if (!ts.isBinaryExpression(node) || node.left === call || !isAssignment(node.operatorToken.kind)) continue;
    const root = rootOf(node.left);
    const binding = root === null || root === 'this' ? null : source.scopes.bindingOf(root);
    const isOwn = root === null || (binding !== null && contains(enclosing, binding.identifier));
    const target = textOf(source, node.left);
    const readsFirst =
      node.operatorToken.kind !== ts.SyntaxKind.EqualsToken ||
      source.text.slice(node.right.pos, call.getStart(source.ast)).includes(target);
    if (!isOwn && readsFirst)
      throw new Refusal(
        `Line ${lineOf(source, node.getStart(source.ast))} would read \`${target}\` before it waits and write it afterwards: put what it waits for into a variable of its own first.`,
      );
  }
}

function isBodyOf(plain: ReadonlySet<FunctionNode>, call: TS.CallExpression): boolean {
  return isFunctionLike(call.parent) && plain.has(call.parent);
}

/** `await f()`, in parentheses where something follows that binds tighter: `(await f()).length`. */
function awaitCall(source: Source, editor: Editor, call: TS.CallExpression, suffix: string): void {
  const { parent } = call;
  if (ts.isAwaitExpression(parent)) return;
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
    const keyword = node.getChildren(source.ast).find((child) => child.kind === ts.SyntaxKind.FunctionKeyword);
    if (keyword !== undefined) editor.before(keyword, 'async ', why);
  }
  if (node.type !== undefined) {
    editor.before(node.type, 'Promise<', why);
    editor.after(node.type, '>', why);
  }
  const comment = ts.getJSDocReturnTag(node)?.typeExpression?.type;
  if (comment !== undefined && !source.typescript)
    editor.replace(comment.getStart(source.ast), comment.end, `Promise<${textOf(source, comment)}>`, why);
}

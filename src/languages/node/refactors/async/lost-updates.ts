import type TS from 'typescript';
import { effectsOf, rootOf } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction, functionName, walk, type FunctionNode } from '../../syntax/locate.ts';
import { isAssignment, isFunctionLike, isWritten } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { arrayCallAround } from './array-calls.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** `this.total += f()` → `const value = await f(); this.total += value;`, so that the old total is read after the wait. */
export interface Hoist {
  assignment: TS.BinaryExpression;
  /** What is evaluated first. */
  value: TS.Expression;
  place: TS.ExpressionStatement | TS.ArrowFunction;
}

/**
 * Assignments to something shared that would read it before a wait and write it afterwards: what others add meanwhile would be lost. Where the
 * order can't be told apart, what waits moves ahead; else it is refused.
 */
export function lostUpdates(source: Source, waits: readonly TS.Node[], review: Set<string>): Hoist[] {
  const found = new Map<TS.BinaryExpression, Hoist>();
  for (const wait of waits) {
    const enclosing = enclosingFunction(wait);
    for (let node: TS.Node = wait; node !== enclosing && !ts.isSourceFile(node); node = node.parent) {
      if (!ts.isBinaryExpression(node) || node.left === wait || !isAssignment(node.operatorToken.kind) || found.has(node)) continue;
      if (!isShared(source, node.left, enclosing)) continue;
      const isPlain = node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      const target = textOf(source, node.left);
      if (isPlain && !source.text.slice(node.right.pos, wait.getStart(source.ast)).includes(target)) continue;
      const hoist = hoistOf(source, node, isPlain, waits, review);
      if (hoist === null)
        throw new Refusal(
          `Line ${lineOf(source, node.getStart(source.ast))} would read \`${target}\` before it waits and write it afterwards: put what it waits for into a variable of its own first.`,
        );
      found.set(node, hoist);
    }
  }
  return [...found.values()];
}

/** Whether somebody else may write it while a function waits: it lies outside of the function, or a function inside writes it. */
function isShared(source: Source, left: TS.Expression, enclosing: TS.Node | null): boolean {
  const root = rootOf(left);
  if (root === null) return false;
  if (root === 'this') return enclosing !== null && !ts.isConstructorDeclaration(enclosing);
  const binding = source.scopes.bindingOf(root);
  if (binding === null || (enclosing !== null && !contains(enclosing, binding.identifier))) return true;
  return binding.references.some((one) => one.writes && enclosingFunction(one.identifier) !== enclosing);
}

function hoistOf(
  source: Source,
  assignment: TS.BinaryExpression,
  isPlain: boolean,
  waits: readonly TS.Node[],
  review: Set<string>,
): Hoist | null {
  const value = isPlain ? operandAfter(source, assignment) : assignment.right;
  const isLogical = ['&&=', '||=', '??='].includes(assignment.operatorToken.getText(source.ast));
  if (value === null || isLogical || !isStable(assignment.left)) return null;
  let place: TS.Node = assignment.parent;
  while (ts.isParenthesizedExpression(place)) place = place.parent;
  if (!ts.isExpressionStatement(place) && !(ts.isArrowFunction(place) && bare(place.body as TS.Expression) === assignment)) return null;
  const root = rootOf(assignment.left);
  const binding = root === null || root === 'this' ? null : source.scopes.bindingOf(root);
  const effects = effectsOf(source, [value]);
  if (root === 'this' ? effects.writesThis : binding === null || effects.writes.has(binding)) return null;
  const [unknown] = effects.unknown;
  // What runs is not all known: somebody who writes it may be among it.
  const isOpen =
    unknown !== undefined || waits.some((one) => !ts.isCallExpression(one) && contains(value, one)) || readsGetter(source, value);
  if (isOpen && mayReachWriter(source, assignment, value)) return null;
  if (unknown !== undefined && !ts.isIdentifier(bare(assignment.left)))
    review.add(
      `\`${unknown.replace(/\s+/g, ' ').slice(0, 40)}\` in line ${lineOf(source, value.getStart(source.ast))} is taken not to change \`${textOf(source, assignment.left)}\``,
    );
  return { assignment, value, place };
}

/** Whether a property is read that some getter of the file has the name of. */
function readsGetter(source: Source, value: TS.Node): boolean {
  const getters = new Set<string>();
  walk(source.ast, (node) => {
    if (ts.isGetAccessor(node)) getters.add(node.name.getText(source.ast));
  });
  let found = false;
  walk(value, (node) => {
    if (ts.isPropertyAccessExpression(node) && getters.has(node.name.text)) found = true;
  });
  return found;
}

/** Whether evaluating `value` may run another function of the file that writes what an assignment does. */
function mayReachWriter(source: Source, { left }: TS.BinaryExpression, value: TS.Expression): boolean {
  const target = bare(left);
  const own = enclosingFunction(left);
  const binding = ts.isIdentifier(target) ? source.scopes.bindingOf(target) : null;
  if (binding !== null) {
    const writers = binding.references.filter((one) => one.writes).map((one) => enclosingFunction(one.identifier));
    const others = writers.filter((one) => one !== null && one !== own);
    if (others.length === 0 || binding.scope === source.scopes.root) return others.length > 0;
    const names = namesReached(binding.scope.node, value);
    return others.some((one) => isReached(source, one!, own, names));
  }
  if (!ts.isPropertyAccessExpression(target)) return true;
  // A property: by its name.
  const places: TS.Node[] = [];
  walk(source.ast, (node) => {
    if (ts.isPropertyAccessExpression(node) && node.name.text === target.name.text && isWritten(node)) places.push(node);
  });
  return places.some((one) => enclosingFunction(one) !== own);
}

/** All names that the code which `value` may run mentions, functions, methods and classes of those names included. */
function namesReached(scope: TS.Node, value: TS.Node): Set<string> {
  const byName = new Map<string, TS.Node[]>();
  walk(scope, (node) => {
    const name = isFunctionLike(node) ? functionName(node) : ts.isClassLike(node) ? (node.name?.text ?? null) : null;
    if (name !== null) byName.set(name, [...(byName.get(name) ?? []), node]);
  });
  const names = new Set<string>();
  const queue: TS.Node[] = [value];
  for (let node = queue.pop(); node !== undefined; node = queue.pop())
    walk(node, (one) => {
      if ((!ts.isIdentifier(one) && !ts.isPrivateIdentifier(one)) || names.has(one.text)) return;
      names.add(one.text);
      queue.push(...(byName.get(one.text) ?? []));
    });
  return names;
}

/** Whether a function may be run by code that mentions these names; one in passing runs where it stands. */
function isReached(source: Source, node: FunctionNode, own: TS.Node | null, names: ReadonlySet<string>): boolean {
  if (node === own) return false;
  const name = ts.isConstructorDeclaration(node) ? (node.parent.name?.text ?? null) : functionName(node);
  if (name !== null) return names.has(name);
  const runsAtOnce =
    arrayCallAround(source, node) !== null || (ts.isParenthesizedExpression(node.parent) && ts.isCallExpression(node.parent.parent));
  const outer = enclosingFunction(node);
  return !runsAtOnce || (outer !== null && isReached(source, outer, own, names));
}

/** `f()` of `total = total + f()`. */
function operandAfter(source: Source, { left, right }: TS.BinaryExpression): TS.Expression | null {
  const value = bare(right);
  return ts.isBinaryExpression(value) && textOf(source, value.left) === textOf(source, left) ? value.right : null;
}

/** A variable or property that is found the same way before and after. */
function isStable(left: TS.Expression): boolean {
  const value = bare(left);
  if (ts.isIdentifier(value) || value.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isPropertyAccessExpression(value)) return value.questionDotToken === undefined && isStable(value.expression);
  return ts.isElementAccessExpression(value) && ts.isLiteralExpression(value.argumentExpression) && isStable(value.expression);
}

/** Names that were made up for a function, or for the top level. */
const taken = new WeakMap<Editor, Map<TS.Node | null, Set<string>>>();

/** To be called after the edits inside of the statement. */
export function writeHoist(source: Source, editor: Editor, { assignment, value, place }: Hoist): void {
  const why = 'read what it adds to after it waited';
  const byFunction = taken.get(editor) ?? new Map<TS.Node | null, Set<string>>();
  taken.set(editor, byFunction);
  const enclosing = enclosingFunction(assignment);
  const names = byFunction.get(enclosing) ?? new Set<string>();
  byFunction.set(enclosing, names);
  let name = freshName(source, 'value');
  for (let number = 2; names.has(name); number++) name = freshName(source, `value${number}`);
  names.add(name);
  const { eol, semicolon } = source;
  const declared = `const ${name} = ${editor.rendered(value.getStart(source.ast), value.end)}`;
  const start = assignment.getStart(source.ast);
  const changed = editor.rendered(start, value.getStart(source.ast)) + name + editor.rendered(value.end, assignment.end);
  if (ts.isArrowFunction(place)) {
    const body = place.body;
    editor.rewrite(body.getStart(source.ast), body.end, `{ ${declared}; return ${changed}${semicolon} }`, why);
    return;
  }
  const from = place.getStart(source.ast);
  const isAmongStatements =
    ts.isBlock(place.parent) || ts.isSourceFile(place.parent) || ts.isModuleBlock(place.parent) || ts.isCaseOrDefaultClause(place.parent);
  const gap = isAmongStatements && !isBesideAnother(source, place) ? `${semicolon}${eol}${indentationAt(source, from)}` : '; ';
  const text = `${declared}${gap}${changed}${source.text.slice(place.expression.end, place.end)}`;
  editor.rewrite(from, place.end, isAmongStatements ? text : `{ ${text} }`, why);
}

/** Whether something else stands before a statement on its line. */
function isBesideAnother(source: Source, node: TS.Node): boolean {
  const start = node.getStart(source.ast);
  return source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start).trim() !== '';
}

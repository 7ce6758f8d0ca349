import type TS from 'typescript';
import { rootOf } from '../../syntax/effects.ts';
import { contains, enclosingFunction, functionOf, walk, walkOwnCode, type FunctionNode } from '../../syntax/locate.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { Refusal } from '../text/refusal.ts';
import { arrayCallAround } from './array-calls.ts';
import { changedPlace } from './interleavings.ts';

/**
 * Refuses where a function begins callbacks, then waits from now on, and then decides by what the callbacks change: `for (…) stat(name, () => left--)`
 * and `if (left === 0) done()` after it. Before, none of them could run until the function had come to its end; while it waits all of them can, and
 * who decides last is another one then: a count would be down to 0 twice, or `done` be called before the function has done its own part.
 */
export function refuseOvertakenByCallbacks(source: Source, waits: Iterable<TS.Node>): void {
  for (const wait of waits) {
    const enclosing = enclosingFunction(wait);
    if (enclosing?.body === undefined) continue;
    // In a loop the next round waits after what this one begins.
    const loop = outermostLoop(enclosing, wait);
    const begun = changesByCallbacks(source, enclosing, wait, loop === null ? wait.getStart(source.ast) : loop.end);
    if (begun.size === 0) continue;
    const decide = (test: TS.Node, at: TS.Node): void => {
      walk(test, (node) => {
        const place = placeIn(source, node);
        const change = place === null ? undefined : begun.get(place);
        if (change === undefined || waitsBetween(enclosing, change.callback, at)) return;
        throw new Refusal(
          `Line ${lineOf(source, wait.getStart(source.ast))} would wait while callbacks run that were begun before it: line ${lineOf(source, change.node.getStart(source.ast))} changes \`${textOf(source, node)}\` in one of them, and line ${lineOf(source, at.getStart(source.ast))} decides by it afterwards. Begin them after it, or decide before it.`,
        );
      });
    };
    walkOwnCode(enclosing.body, (node) => {
      if (node.getStart(source.ast) < wait.end && (loop === null || !contains(loop, node))) return;
      const test = testOf(node);
      if (test !== null) decide(test, test);
      // `check()`, which decides in its place.
      const called =
        ts.isCallExpression(node) && ts.isIdentifier(node.expression) ? functionOf(source.scopes.bindingOf(node.expression)) : null;
      if (called?.body !== undefined && !contains(called, wait))
        walkOwnCode(called.body, (inner) => {
          const innerTest = testOf(inner);
          if (innerTest !== null) decide(innerTest, innerTest);
        });
    });
  }
}

function outermostLoop(enclosing: FunctionNode, wait: TS.Node): TS.Node | null {
  let found: TS.Node | null = null;
  for (let node = wait.parent; node !== enclosing; node = node.parent) if (ts.isIterationStatement(node, false)) found = node;
  return found;
}

interface Change {
  node: TS.Node;
  /** Where the callback that makes it is begun. */
  callback: TS.Node;
}

/** What the callbacks change that a function begins before it waits, each with the first place that changes it. */
function changesByCallbacks(source: Source, enclosing: FunctionNode, wait: TS.Node, before: number): Map<Binding | string, Change> {
  const found = new Map<Binding | string, Change>();
  const seen = new Set<TS.Node>();
  const collect = (body: TS.Node, callback: TS.Node): void => {
    if (seen.has(body)) return;
    seen.add(body);
    walk(body, (node) => {
      const changed = changedPlace(source, node);
      const place = changed === null ? null : placeIn(source, changed);
      if (place !== null && !found.has(place) && (typeof place === 'string' || !contains(callback, place.identifier)))
        found.set(place, { node, callback });
      const called =
        ts.isCallExpression(node) && ts.isIdentifier(node.expression) ? functionOf(source.scopes.bindingOf(node.expression)) : null;
      if (called?.body !== undefined && called !== enclosing) collect(called.body, callback);
    });
  };
  const visit = (node: TS.Node): void => {
    if (node.getStart(source.ast) >= before) return;
    if (isFunctionLike(node) && node !== enclosing) {
      if (contains(node, wait)) return;
      // What runs at once begins others itself; a declaration runs when it is called.
      if (isRunAtOnce(source, node)) ts.forEachChild(node, visit);
      else if (isGiven(node) && node.body !== undefined) collect(node.body, node);
      return;
    }
    if (ts.isIdentifier(node) && isGiven(node)) {
      const given = functionOf(source.scopes.bindingOf(node));
      if (given?.body !== undefined && given !== enclosing && arrayCallAroundName(node) === null) collect(given.body, node);
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(enclosing, visit);
  return found;
}

/** A callback of `forEach` and its like, or a function that is called where it stands. */
function isRunAtOnce(source: Source, node: FunctionNode): boolean {
  if (arrayCallAround(source, node) !== null) return true;
  let { parent } = node as TS.Node;
  while (ts.isParenthesizedExpression(parent)) parent = parent.parent;
  return ts.isCallExpression(parent) && !parent.arguments.some((one) => contains(one, node));
}

function isGiven(node: TS.Node): boolean {
  const { parent } = node;
  return (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== node;
}

/** `names.forEach(count)`: it runs at once. */
function arrayCallAroundName(name: TS.Identifier): TS.CallExpression | null {
  const { parent } = name;
  return ts.isCallExpression(parent) &&
    parent.arguments[0] === name &&
    ts.isPropertyAccessExpression(parent.expression) &&
    /^(map|flatMap|forEach|filter|some|every|find|findIndex|reduce|sort)$/.test(parent.expression.name.text)
    ? parent
    : null;
}

/** The variable that an expression is or is part of, or the property of `this`. */
function placeIn(source: Source, node: TS.Node): Binding | string | null {
  if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword) return `this.${node.name.text}`;
  if (ts.isIdentifier(node)) return source.scopes.bindingOf(node);
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return null;
  const root = rootOf(node);
  if (root === 'this') return placeIn(source, node.expression);
  return root === null ? null : source.scopes.bindingOf(root);
}

function testOf(node: TS.Node): TS.Expression | null {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isConditionalExpression(node)) return node.condition;
  return ts.isBinaryExpression(node) && /^(&&|\|\||\?\?)$/.test(node.operatorToken.getText()) ? node.left : null;
}

/** A function that waited between the two already had its callbacks run there. */
function waitsBetween(enclosing: FunctionNode, from: TS.Node, to: TS.Node): boolean {
  let found = false;
  if (!contains(enclosing, to)) return false;
  walkOwnCode(enclosing.body!, (node) => {
    if (ts.isAwaitExpression(node) && node.end >= from.end && node.end <= to.pos) found = true;
  });
  return found;
}

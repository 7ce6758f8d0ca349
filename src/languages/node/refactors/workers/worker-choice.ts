import type TS from 'typescript';
import type { ReadSource } from '../../../../core/advise/advice.ts';
import { openProject } from '../../project/open-project.ts';
import { usesOf } from '../../project/uses.ts';
import { bare, bindingOfFunction, contains, enclosingFunction, functionName, functionOf, type FunctionNode } from '../../syntax/locate.ts';
import { movable, whyNotCloned, type Movable } from '../../syntax/movable.ts';
import { requestListener } from '../../syntax/request-listeners.ts';
import { isFunctionLike, isWritten } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { callsOf, findDrivers, type Driver } from '../loops/drivers.ts';

const NOT_DRIVEN = "isn't called in a loop";

/** Whether a reason is that nothing calls the function again and again. */
export function isCalledOnce(reason: string | null): boolean {
  return reason === null || reason.includes(NOT_DRIVEN);
}

/** How many callers up a larger piece of work is looked for. */
const HIGHEST = 6;

/** What would move, and where it is driven from. */
export interface Choice {
  /** The file of the call. */
  source: Source;
  /** The function's own file. */
  home: Source;
  node: FunctionNode;
  name: string;
  call: TS.CallExpression;
  drivers: Driver[];
  moved: Movable;
}

/** The largest piece of work that can move: the hot function itself, or one that calls it and is as pure. */
export function chooseLevel(
  source: Source,
  hot: FunctionNode,
  read: ReadSource,
  isolated = false,
): { choice: Choice | null; driven: { call: TS.CallExpression; node: FunctionNode } | null; reason: string | null } {
  let choice: Choice | null = null;
  let driven: { call: TS.CallExpression; node: FunctionNode } | null = null;
  let reason: string | null = null;
  let level: FunctionNode[] = [hot];
  const seen = new Set<FunctionNode>();
  for (let height = 0; height < HIGHEST && level.length > 0; height++) {
    const above: FunctionNode[] = [];
    for (const node of level) {
      if (seen.has(node)) continue;
      seen.add(node);
      for (const call of callsOf(source, node)) {
        const found = choiceFor(source, call, read, isolated);
        if (typeof found !== 'string') choice = found;
        else {
          reason ??= found;
          if (choice === null && driven === null && bindingOfFunction(source, node) !== null && isDriven(source, call)) {
            driven = { call, node };
            reason = found;
          }
        }
        const caller = enclosingFunction(call);
        if (caller !== null) above.push(caller);
      }
      if (callsOf(source, node).length === 0) {
        const caller = enclosingFunction(node);
        if (caller !== null) above.push(caller);
      }
    }
    level = above;
  }
  if (choice === null) {
    const project = openProject(source.file, read, { fresh: false });
    for (const node of seen) {
      if (bindingOfFunction(source, node) === null) continue;
      for (const use of usesOf(project, source, node).uses) {
        if (use.kind !== 'call' || use.source === source) continue;
        const found = choiceFor(use.source, use.call, read, isolated);
        if (typeof found !== 'string') choice = found;
        else if (reason === null || isCalledOnce(reason)) reason = found;
      }
    }
  }
  return { choice, driven, reason };
}

function isDriven(source: Source, call: TS.CallExpression): boolean {
  return findDrivers(source, [call], new Set([call])).drivers.length > 0 && directDriver(source, call) !== null;
}

/** The driver around this very call: not one further up, for that would be a larger piece of work. */
function directDriver(source: Source, call: TS.CallExpression): { drivers: Driver[] } | null {
  const { drivers, path } = findDrivers(source, [call], new Set([call]));
  const enclosing = enclosingFunction(call);
  const direct = drivers.filter((driver) =>
    driver.kind === 'loop'
      ? contains(driver.rounds.loop, call) && enclosingFunction(driver.rounds.loop) === enclosing
      : contains(driver.call, call),
  );
  return direct.length > 0 && path.length > 0 ? { drivers: direct } : null;
}

export function choiceFor(source: Source, call: TS.CallExpression, read: ReadSource, isolated = false): Choice | string {
  const called = functionCalled(source, call);
  const name = called === null ? null : functionName(called.node);
  if (called === null || name === null) return 'The function that computes has no name of its own to move it by.';
  const driving = findDrivers(source, [call], new Set([call]));
  const direct = directDriver(source, call);
  const served = direct === null && isServed(source, call);
  if (direct === null && !served)
    return driving.reasons[0] ?? `${name} ${NOT_DRIVEN}: one long call would only move, not become faster. Split its work into parts.`;
  const argument = call.arguments.find((one) => isFunctionValue(source, one));
  if (argument !== undefined)
    return `${name} can't move to a worker: it is given the function \`${textOf(source, argument).replace(/\s+/g, ' ').slice(0, 40)}\`, and functions can't be copied.`;
  const instance = call.arguments.map((one) => ({ one, reason: whyNotCloned(source, one) })).find(({ reason }) => reason !== null);
  if (instance !== undefined)
    return `${name} can't move to a worker: its argument \`${textOf(source, instance.one).replace(/\s+/g, ' ').slice(0, 40)}\` is ${instance.reason!.replace(/^which holds /, 'an object that holds ')}`;
  const moved = movable(called.source, called.node, read, isolated);
  return typeof moved === 'string'
    ? moved
    : { source, home: called.source, node: called.node, name, call, drivers: direct?.drivers ?? [], moved };
}

/**
 * What to do about a method that computes, as its object can't move with it: it names the parts of the object that the method uses. Null for other functions.
 */
export function methodWords(source: Source, node: FunctionNode): string | null {
  const name = functionName(node);
  if (!ts.isMethodDeclaration(node) || node.body === undefined || name === null) return null;
  const reads = new Set<string>();
  const obstacles: string[] = [];
  const visit = (child: TS.Node): void => {
    if (child.kind === ts.SyntaxKind.ThisKeyword || child.kind === ts.SyntaxKind.SuperKeyword) {
      const part = child.parent;
      const line = lineOf(source, child.getStart(source.ast));
      const words = `\`${textOf(source, part).replace(/\s+/g, ' ').slice(0, 40)}\` in line ${line}`;
      if (!ts.isPropertyAccessExpression(part) || child.kind === ts.SyntaxKind.SuperKeyword) obstacles.push(`uses ${words}`);
      else if (isWritten(part)) obstacles.push(`changes ${words}`);
      else if (ts.isCallExpression(part.parent) && part.parent.expression === part) obstacles.push(`calls ${words}`);
      else reads.add(`\`${textOf(source, part)}\``);
    }
    if (!isFunctionLike(child) || ts.isArrowFunction(child)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(node.body, visit);
  const moves = 'at the top level of its file it could move to worker threads';
  const [obstacle] = obstacles;
  if (obstacle !== undefined)
    return `${name} is a method that ${obstacle}, and its object can't be copied: put what computes into a function that is given plain values, and ${moves}.`;
  return reads.size === 0
    ? `${name} is a method that uses nothing of its object: as a function ${moves}.`
    : `${name} is a method that reads ${[...reads].join(' and ')} of its object: as a function that is given ${reads.size === 1 ? 'it' : 'them'} ${moves}.`;
}

/** Whether a function answers the requests of a server, or is called for each of them. */
export function isServedFunction(source: Source, node: FunctionNode): boolean {
  const { parent } = node as TS.Node;
  if (ts.isCallExpression(parent) && requestListener(source, parent, node) !== null) return true;
  const listens = (bindingOfFunction(source, node)?.references ?? []).some(
    ({ identifier }) => ts.isCallExpression(identifier.parent) && requestListener(source, identifier.parent, identifier) !== null,
  );
  return listens || callsOf(source, node).some((call) => isServed(source, call));
}

/** Whether a call is made for each request of a server: there what else comes in is what can run at the same time. */
export function isServed(source: Source, call: TS.CallExpression, seen = new Set<TS.Node>()): boolean {
  if (seen.has(call)) return false;
  seen.add(call);
  const enclosing = enclosingFunction(call);
  if (enclosing === null) return false;
  const { parent } = enclosing as TS.Node;
  if (ts.isCallExpression(parent)) return requestListener(source, parent, enclosing) !== null;
  const references = bindingOfFunction(source, enclosing)?.references ?? [];
  const listens = references.some(
    ({ identifier }) => ts.isCallExpression(identifier.parent) && requestListener(source, identifier.parent, identifier) !== null,
  );
  return listens || callsOf(source, enclosing).some((one) => isServed(source, one, seen));
}

/** The function that a call runs, in this file or another one; null where it has no name that always stands for it. */
export function functionCalled(source: Source, call: TS.CallExpression): { source: Source; node: FunctionNode } | null {
  const callee = bare(call.expression);
  const own = ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
  return own === null ? source.elsewhere(callee) : { source, node: own };
}

function isFunctionValue(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return true;
  if (ts.isIdentifier(value)) return functionOf(source.scopes.bindingOf(value)) !== null;
  return (
    ts.isObjectLiteralExpression(value) &&
    value.properties.some(
      (one) => ts.isMethodDeclaration(one) || (ts.isPropertyAssignment(one) && isFunctionValue(source, one.initializer)),
    )
  );
}

import type TS from 'typescript';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { bare, bindingOfFunction, contains, enclosingFunction, functionName, functionOf, type FunctionNode } from '../syntax/locate.ts';
import { movable, type Movable } from '../syntax/movable.ts';
import { requestListener } from '../syntax/request-listeners.ts';
import { textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { callsOf, findDrivers, type Driver } from './drivers.ts';

const NOT_DRIVEN = "isn't called in a loop of this file";

/** Whether a reason is that nothing calls the function again and again. */
export function isCalledOnce(reason: string | null): boolean {
  return reason === null || reason.includes(NOT_DRIVEN);
}

/** How many callers up a larger piece of work is looked for. */
const HIGHEST = 6;

/** What would move, and where it is driven from. */
export interface Choice {
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
        const found = choiceFor(source, call, read);
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

export function choiceFor(source: Source, call: TS.CallExpression, read: ReadSource): Choice | string {
  const node = functionCalled(source, call);
  const name = node === null ? null : functionName(node);
  if (node === null || name === null) return 'The function that computes has no name of its own to move it by.';
  const driving = findDrivers(source, [call], new Set([call]));
  const direct = directDriver(source, call);
  const served = direct === null && isServed(source, call);
  if (direct === null && !served)
    return driving.reasons[0] ?? `${name} ${NOT_DRIVEN}: one long call would only move, not become faster. Split its work into parts.`;
  const argument = call.arguments.find((one) => isFunctionValue(source, one));
  if (argument !== undefined)
    return `${name} can't move to a worker: it is given the function \`${textOf(source, argument).replace(/\s+/g, ' ').slice(0, 40)}\`, and functions can't be copied.`;
  const moved = movable(source, node, read);
  return typeof moved === 'string' ? moved : { node, name, call, drivers: direct?.drivers ?? [], moved };
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

export function functionCalled(source: Source, call: TS.CallExpression): FunctionNode | null {
  const callee = bare(call.expression);
  return ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
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

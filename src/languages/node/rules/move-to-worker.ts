import type TS from 'typescript';
import type { AdviceContext, Finding, ReadSource, RefactorResult } from '../../../core/advise/advice.ts';
import { predictWorkers, priceModels, workerMemory } from '../../../core/advise/cost-model.ts';
import { poolOf, sharedAlready } from '../../../core/advise/pools.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatSpeedup } from '../../../core/report/format.ts';
import { apiAsImport, twinOf } from '../refactors/async-twins.ts';
import { callsOf, findDrivers, type Driver } from '../refactors/drivers.ts';
import { largerThanItsWork, measuredCalls, perCall } from '../refactors/moved-calls.ts';
import { editorOf } from '../refactors/editor.ts';
import { changedSince, finish } from '../refactors/finish.ts';
import { importsOf } from '../refactors/imports.ts';
import { openProject } from '../project/open-project.ts';
import { orRefuse, Refusal } from '../refactors/refusal.ts';
import { spreadAwait } from '../refactors/spread-await.ts';
import { writeSpread } from '../refactors/spread-edits.ts';
import { moveToWorkerFile } from '../refactors/worker-file.ts';
import {
  bare,
  bindingOfFunction,
  callsOnLine,
  contains,
  enclosingFunction,
  findFunction,
  functionName,
  functionOf,
  functionWords,
  type FunctionNode,
} from '../syntax/locate.ts';
import { importedAs } from '../syntax/modules.ts';
import { movable, type Movable } from '../syntax/movable.ts';
import { requestListener } from '../syntax/request-listeners.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';

/** Below it a call is over before its arguments are copied and the message has arrived. */
const SHORTEST_CALL_US = 50;

/** How many callers up a larger piece of work is looked for. */
const HIGHEST = 6;

/** Computing in JavaScript, called for many items none of which needs another: it moves to worker threads, one for each core. */
export const moveToWorker: Rule = {
  id: 'move-to-worker',

  advise(hotSpot, context) {
    const computeUs = computingOf(hotSpot);
    if (computeUs < 0.05 * context.wallUs || computeUs < 0.3 * sumOf(hotSpot)) return [];
    const leaveAlone = (reason: string, line = hotSpot.line): Finding[] => [
      { leaveAlone: true, file: hotSpot.file, line, reason, models: ['worker-threads'] },
    ];
    if (context.machine.logicalCores < 2)
      return leaveAlone('It computes, and this machine has one core: worker threads would take turns on it.');
    const pool = poolOf(hotSpot, context);
    if (pool !== null) return leaveAlone(sharedAlready(pool, context));
    const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
    if (typeof source === 'string') return leaveAlone(source);
    if (isWorkerProgram(source)) return leaveAlone('It computes in worker threads already.');
    const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
    if (node === null) return leaveAlone('It computes, and its function was not found in the source.');
    if (node === 'top')
      return leaveAlone('It computes at the top level: put the work for one item into a function, then it can move to worker threads.');
    return adviseFunction(hotSpot, source, node, context);
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const calls = callsOnLine(source, spot.line).filter((call) => functionCalled(source, call) !== null);
      if (calls.length === 0) throw changedSince(source);
      const choices = calls.map((call) => choiceFor(source, call, read));
      const choice = choices.find((one) => typeof one !== 'string') ?? choices[0]!;
      if (typeof choice === 'string') throw new Refusal(choice);
      return rewrite(source, choice, read);
    });
  },
};

/** Whether a file is what worker threads run: it takes messages from its parent. */
function isWorkerProgram(source: Source): boolean {
  return source.scopes.all.some((binding) => {
    const imported = importedAs(binding);
    return imported?.module === 'worker_threads' && imported.name === 'parentPort';
  });
}

/** What would move, and where it is driven from. */
interface Choice {
  node: FunctionNode;
  name: string;
  call: TS.CallExpression;
  drivers: Driver[];
  moved: Movable;
}

function adviseFunction(hotSpot: HotSpot, source: Source, node: FunctionNode, context: AdviceContext): Finding[] {
  const leaveAlone = (reason: string): Finding[] => [
    { leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: ['worker-threads'] },
  ];
  const { choice, driven, reason } = chooseLevel(source, node, context.read);
  if (choice === null && driven === null)
    return leaveAlone(
      `It computes, and no way was found to share its work among cores. ${reason ?? 'No loop in this file drives it: where another file does, Unblock does not follow yet; else split its work into parts that need not wait for each other.'}`,
    );
  const call = choice?.call ?? driven!.call;
  const moving = choice?.node ?? driven!.node;
  const measured = measuredCalls(source, moving, context);
  const { calls, cloning, eachUs } = measured;
  const computeUs = computingWithin(source, choice, hotSpot, context);
  const name = functionWords(source, moving);
  if (eachUs !== null && eachUs < SHORTEST_CALL_US)
    return leaveAlone(`${name} takes ${formatDuration(eachUs / 1000)} a call: copying its arguments to a worker would take longer.`);
  const tooLarge = eachUs === null || cloning === null ? null : largerThanItsWork(name, eachUs, cloning);
  if (tooLarge !== null) return leaveAlone(tooLarge);
  const cores = context.machine.logicalCores;
  const predicted = predictWorkers(context.wallUs, computeUs, cores, context.processCpuUs, measured);
  if (predicted.speedup < 1.05)
    return leaveAlone(
      `${name} computes ${formatDuration(computeUs / 1000)}; on ${cores} cores a worker pool would gain ${formatSpeedup(predicted.speedup)} at most, for ${workerMemory(cores)}.`,
    );
  const result: RefactorResult =
    choice === null
      ? { available: false, reason: reason ?? `${name} can't move to a worker.` }
      : cloning?.obstacle != null
        ? { available: false, reason: `${name} can't move to a worker: ${cloning.obstacle}.` }
        : orRefuse(() => rewrite(source, choice, context.read));
  return [
    {
      model: 'worker-threads',
      file: source.file,
      line: lineOf(source, call.getStart(source.ast)),
      message: `Move ${name} to a worker pool (≈${formatSpeedup(predicted.speedup)} on ${cores} cores)`,
      why: `${name} computes ${formatDuration(computeUs / 1000)} on one thread${calls === null ? '' : ` in ${calls} calls`}, and no call needs the one before; awaiting it would not help, as it never waits. Memory: ${workerMemory(cores)}.`,
      predicted: { ...predicted, basis: `${predicted.basis}; ${perCall(measured)}` },
      alternatives: priceModels(hotSpot, context, {
        model: 'worker-threads',
        speedup: predicted.speedup,
        edits: result.available ? result.files.reduce((sum, one) => sum + one.edits.length, 0) : null,
      }),
      refactor: result.available ? { available: true, safety: result.safety } : result,
    },
  ];
}

/** The largest piece of work that can move: the hot function itself, or one that calls it and is as pure. */
function chooseLevel(
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

function choiceFor(source: Source, call: TS.CallExpression, read: ReadSource): Choice | string {
  const node = functionCalled(source, call);
  const name = node === null ? null : functionName(node);
  if (node === null || name === null) return 'The function that computes has no name of its own to move it by.';
  const driving = findDrivers(source, [call], new Set([call]));
  const direct = directDriver(source, call);
  const served = direct === null && isServed(source, call);
  if (direct === null && !served)
    return (
      driving.reasons[0] ??
      `${name} isn't called in a loop of this file: one long call would only move, not become faster. Split its work into parts.`
    );
  const argument = call.arguments.find((one) => isFunctionValue(source, one));
  if (argument !== undefined)
    return `${name} can't move to a worker: it is given the function \`${textOf(source, argument).replace(/\s+/g, ' ').slice(0, 40)}\`, and functions can't be copied.`;
  const moved = movable(source, node, read);
  return typeof moved === 'string' ? moved : { node, name, call, drivers: direct?.drivers ?? [], moved };
}

/** Whether a call is made for each request of a server: there what else comes in is what can run at the same time. */
function isServed(source: Source, call: TS.CallExpression, seen = new Set<TS.Node>()): boolean {
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

function functionCalled(source: Source, call: TS.CallExpression): FunctionNode | null {
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

function rewrite(source: Source, { node, name, call, drivers, moved }: Choice, read: ReadSource): RefactorResult {
  const project = openProject(source.file, read, { fresh: false });
  const spreads = spreadAwait(project, source, [call]);
  const spread = spreads.files.get(source)!;
  const converted = [...spread.functions].find((one) => [...moved.statements].some((statement) => contains(statement, one)));
  if (converted !== undefined)
    throw new Refusal(`${functionWords(source, converted)} would have to wait for a worker and run in one: call ${name} from elsewhere.`);
  const editor = editorOf(source);
  const imports = importsOf(source, editor);
  const file = moveToWorkerFile(source, editor, imports, node, name, moved, bare(call.expression), read);
  imports.dropped(bare(call.expression) as TS.Identifier);
  editor.replace(call.expression.getStart(source.ast), call.expression.end, file.callName, 'compute in a worker');
  const parts = [...spreads.files.values()].map((one) => {
    const part = { source: one.source, editor: one === spread ? editor : editorOf(one.source) };
    writeSpread(project, part.editor, one, one === spread ? drivers : [], { kind: 'workers' });
    return part;
  });
  imports.flush();
  const review = [...moved.review, ...spreads.review, ...drivers.flatMap((driver) => driver.review)];
  return finish(parts, { title: `Move ${name} to a worker pool`, review, more: [file.edits] });
}

/** µs of JavaScript and garbage collection, and of native code that has no asynchronous twin. */
function computingOf(hotSpot: HotSpot): number {
  const offloadable = hotSpot.operations
    .filter((one) => one.kind === 'sync' && typeof twinOf(apiAsImport(one.api)) === 'object')
    .reduce((sum, one) => sum + one.time.nativeCpuUs, 0);
  return hotSpot.time.jsCpuUs + hotSpot.time.gcUs + Math.max(0, hotSpot.time.nativeCpuUs - offloadable);
}

/** The computing of all that would move, as far as it is hot. */
function computingWithin(source: Source, choice: Choice | null, hotSpot: HotSpot, context: AdviceContext): number {
  if (choice === null) return computingOf(hotSpot);
  let us = 0;
  for (const other of context.hotSpots) {
    const node = other.file === source.file ? findFunction(source, { name: other.function, line: other.line, column: other.column }) : null;
    if (node !== null && node !== 'top' && [...choice.moved.statements].some((statement) => contains(statement, node)))
      us += computingOf(other);
  }
  return Math.max(us, computingOf(hotSpot));
}

function sumOf({ time }: HotSpot): number {
  return time.jsCpuUs + time.nativeCpuUs + time.blockedUs + time.awaitSerialUs + time.awaitOverlappedUs + time.gcUs + time.loadingUs;
}

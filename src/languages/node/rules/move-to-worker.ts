import type { AdviceContext, Finding, ReadSource, RefactorResult } from '../../../core/advise/advice.ts';
import { predictWorkers, priceModels, workerMemory } from '../../../core/advise/cost-model.ts';
import { poolOf, sharedAlready } from '../../../core/advise/pools.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatSpeedup } from '../../../core/report/format.ts';
import { computingOf, isWorkerProgram, sumOf } from '../refactors/computing.ts';
import { largerThanItsWork, measuredCalls, perCall } from '../refactors/moved-calls.ts';
import { editorOf } from '../refactors/editor.ts';
import { changedSince, finish } from '../refactors/finish.ts';
import { hotLoops } from '../refactors/hot-loops.ts';
import { importsOf } from '../refactors/imports.ts';
import { openProject } from '../project/open-project.ts';
import { orRefuse, Refusal } from '../refactors/refusal.ts';
import { spreadAwait } from '../refactors/spread-await.ts';
import { writeSpread } from '../refactors/spread-edits.ts';
import { chooseLevel, choiceFor, functionCalled, isCalledOnce, isServedFunction, type Choice } from '../refactors/worker-choice.ts';
import { moveToWorkerFile } from '../refactors/worker-file.ts';
import { specifierFor } from '../refactors/specifier.ts';
import { rootOf } from '../syntax/effects.ts';
import { bare, callsOnLine, contains, findFunction, functionWords, type FunctionNode } from '../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';

/** Below it a call is over before its arguments are copied and the message has arrived. */
const SHORTEST_CALL_US = 50;

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
    // A loop at the top level is parallelize-loop's.
    if (node === 'top') return [];
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
      return rewrite(choice, read);
    });
  },
};

function adviseFunction(hotSpot: HotSpot, source: Source, node: FunctionNode, context: AdviceContext): Finding[] {
  const leaveAlone = (reason: string): Finding[] => [
    { leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: ['worker-threads'] },
  ];
  const { choice, driven, reason } = chooseLevel(source, node, context.read);
  if (choice === null && driven === null && isServedFunction(source, node))
    return leaveAlone(servedWords(source, node, reason, hotSpot, context));
  // Of a long call that nothing drives, parallelize-loop says what keeps its own loop together.
  if (choice === null && driven === null && isCalledOnce(reason) && hotLoops(source, node, hotSpot).length > 0) return [];
  if (choice === null && driven === null)
    return leaveAlone(
      `It computes, and no way was found to share its work among cores. ${reason ?? 'No loop drives it: split its work into parts that need not wait for each other.'}`,
    );
  const call = choice?.call ?? driven!.call;
  const moving = choice?.node ?? driven!.node;
  const measured = measuredCalls(source, moving, context);
  const { calls, cloning, eachUs } = measured;
  const computeUs = computingWithin(choice, hotSpot, context);
  const name = functionWords(source, moving);
  const where = choice?.source ?? source;
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
        : orRefuse(() => rewrite(choice, context.read));
  return [
    {
      model: 'worker-threads',
      file: where.file,
      line: lineOf(where, call.getStart(where.ast)),
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

/** What to do about a handler that computes itself, or by a call of a package, where nothing of its own can move yet. */
function servedWords(source: Source, node: FunctionNode, reason: string | null, hotSpot: HotSpot, { eventLoop }: AdviceContext): string {
  const computeUs = computingOf(hotSpot);
  const each = eventLoop?.requests
    ? `${formatDuration(computeUs / eventLoop.requests / 1000)} a request`
    : formatDuration(computeUs / 1000);
  const [costliest] = hotSpot.lines.toSorted((a, b) => computed(b.time) - computed(a.time));
  const call = costliest === undefined ? undefined : callsOnLine(source, costliest.line).find((one) => contains(node, one));
  const what =
    call === undefined || costliest === undefined
      ? 'what computes'
      : `\`${textOf(source, call).replace(/\s+/g, ' ').slice(0, 60)}\` (line ${costliest.line})`;
  const why = reason === null || isCalledOnce(reason) ? '' : ` ${reason}`;
  return `It computes ${each} on the thread that all requests wait for. Put ${what} into a function at the top level of its file that is given plain values and returns some: that function can move to worker threads.${why}`;
}

function computed(time: HotSpot['time']): number {
  return time.jsCpuUs + time.nativeCpuUs + time.gcUs;
}

function rewrite({ source, home, node, name, call, drivers, moved }: Choice, read: ReadSource): RefactorResult {
  const project = openProject(source.file, read, { fresh: false });
  const spreads = spreadAwait(project, source, [call]);
  const converted = [...(spreads.files.get(home)?.functions ?? [])].find((one) =>
    [...moved.statements].some((statement) => contains(statement, one)),
  );
  if (converted !== undefined)
    throw new Refusal(`${functionWords(home, converted)} would have to wait for a worker and run in one: call ${name} from elsewhere.`);
  const obstacle = project.whyNotEdited(home);
  if (obstacle !== null) throw new Refusal(obstacle);
  const parts = [...new Set([...spreads.files.keys(), home])].map((one) => {
    const editor = editorOf(one);
    return { source: one, editor, imports: importsOf(one, editor) };
  });
  const caller = parts.find((one) => one.source === source)!;
  const own = parts.find((one) => one.source === home)!;
  const callee = bare(call.expression);
  const isForeign = home !== source;
  const file = moveToWorkerFile(home, own.editor, own.imports, { node, name, moved }, isForeign ? null : callee, read);
  const callName = isForeign ? caller.imports.name(specifierFor(source, file.edits.file), file.callName) : file.callName;
  const root = rootOf(callee);
  if (root !== null && root !== 'this') caller.imports.dropped(root);
  caller.editor.replace(call.expression.getStart(source.ast), call.expression.end, callName, 'compute in a worker');
  for (const { source: one, editor, imports } of parts) {
    const spread = spreads.files.get(one);
    if (spread !== undefined) writeSpread(project, editor, spread, one === source ? drivers : [], { kind: 'workers' });
    imports.flush();
  }
  // That the function itself needs nothing of the call before is known from its own file.
  const doubt = `\`${textOf(source, call.expression)}\` is taken not to depend`;
  const driving = drivers.flatMap((driver) => driver.review).filter((one) => !isForeign || !one.startsWith(doubt));
  return finish(parts, {
    title: `Move ${name} to a worker pool`,
    review: [...moved.review, ...spreads.review, ...driving],
    more: [file.edits],
  });
}

/** The computing of all that would move, as far as it is hot. */
function computingWithin(choice: Choice | null, hotSpot: HotSpot, context: AdviceContext): number {
  if (choice === null) return computingOf(hotSpot);
  let us = 0;
  for (const other of context.hotSpots) {
    const node =
      other.file === choice.home.file ? findFunction(choice.home, { name: other.function, line: other.line, column: other.column }) : null;
    if (node !== null && node !== 'top' && [...choice.moved.statements].some((statement) => contains(statement, node)))
      us += computingOf(other);
  }
  return Math.max(us, computingOf(hotSpot));
}

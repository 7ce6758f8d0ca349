import type TS from 'typescript';
import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { predictWorkers, priceModels, workerMemory } from '../../../core/advise/cost-model.ts';
import { poolOf, sharedAlready } from '../../../core/advise/pools.ts';
import { OFFER_SPEEDUP } from '../../../core/classify/thresholds.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatSpeedup } from '../../../core/report/format.ts';
import { computingOf, isWorkerProgram, sumOf, waitedIn } from '../refactors/workers/computing.ts';
import { isTiny } from '../refactors/loops/known-rounds.ts';
import { largerThanItsWork, measuredCalls, perCall, SHORTEST_CALL_US } from '../refactors/workers/moved-calls.ts';
import { changedSince } from '../refactors/text/finish.ts';
import { hotLoops, loopsAround } from '../refactors/loops/hot-loops.ts';
import { openProject } from '../project/open-project.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { computingWithin, moveFunction, sharedByCalls } from '../refactors/workers/move-function.ts';
import {
  chooseLevel,
  choiceFor,
  functionCalled,
  isCalledOnce,
  isServedFunction,
  methodWords,
  type Choice,
} from '../refactors/workers/worker-choice.ts';
import { rootOf } from '../syntax/effects.ts';
import { callsOnLine, contains, findFunction, functionName, functionWords, type FunctionNode } from '../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { availability, withSharedMemory } from './wording.ts';

/** In words that hold on the command line and in the editor. */
const COUNT_FIRST = 'Count its calls to know (`--count-calls`, Count Calls and Sizes in the editor).';

/** Where nothing tells how long a call takes, a pool may lose as easily as gain: below this highest gain it isn't offered before calls were counted. */
const WORTH_COUNTING = 1.2;

/** Computing in JavaScript, called for many items none of which needs another: it moves to worker threads, one for each core. */
export const moveToWorker: Rule = {
  id: 'move-to-worker',

  advise(hotSpot, context) {
    const computeUs = computingOf(hotSpot);
    // What waits for longer than it computes gains by waiting for several at once: that is overlap-awaits'.
    if (computeUs < 0.05 * context.wallUs || computeUs < 0.3 * sumOf(hotSpot) || waitedIn(hotSpot) > computeUs) return [];
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
      return moveFunction(choice, read, spot.choice === 'shared-memory');
    });
  },
};

function adviseFunction(hotSpot: HotSpot, source: Source, node: FunctionNode, context: AdviceContext): Finding[] {
  const leaveAlone = (reason: string): Finding[] => [
    { leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: ['worker-threads'] },
  ];
  const { choice: chosen, driven, reason } = chooseLevel(source, node, context.read);
  const choice = chosen ?? (driven === null ? calledOnHottestLine(source, node, hotSpot, context) : null);
  if (choice === null && driven === null && isServedFunction(source, node))
    return leaveAlone(servedWords(source, node, reason, hotSpot, context));
  // Of a long call that nothing drives, parallelize-loop says what keeps its own loop together.
  if (choice === null && driven === null && isCalledOnce(reason) && hasLoops(source, node, hotSpot)) return [];
  if (choice === null && driven === null)
    return leaveAlone(
      `It computes, and no way was found to share its work among cores. ${reason ?? methodWords(source, node) ?? 'No loop drives it: split its work into parts that need not wait for each other.'}`,
    );
  const call = choice?.call ?? driven!.call;
  const moving = choice?.node ?? driven!.node;
  const computeUs = computingWithin(choice, hotSpot, context);
  const measured = measuredCalls(source, moving, context, computeUs);
  const { calls, cloning, eachUs, knownBy } = measured;
  const name = functionWords(source, moving);
  const where = choice?.source ?? source;
  if (eachUs !== null && eachUs < SHORTEST_CALL_US && knownBy !== 'counted')
    return leaveAlone(
      `${name} is called up to ${calls ?? 0} times, so that a call may take no more than ${formatDuration(eachUs / 1000)}: to send it to a worker takes 15 to 70 µs. ${COUNT_FIRST}`,
    );
  if (eachUs === null && isTiny(source, moving))
    return leaveAlone(
      `${name} has no loop, so that a call is likely over within microseconds: to send it to a worker takes 15 to 70 µs. ${COUNT_FIRST}`,
    );
  if (eachUs !== null && eachUs < SHORTEST_CALL_US)
    return leaveAlone(`${name} takes ${formatDuration(eachUs / 1000)} a call: copying its arguments to a worker would take longer.`);
  const tooLarge = eachUs === null || cloning === null ? null : largerThanItsWork(name, eachUs, cloning);
  if (tooLarge !== null) return leaveAlone(tooLarge);
  const cores = context.machine.logicalCores;
  const isUnknown = eachUs === null;
  const predicted = predictWorkers(context.wallUs, computeUs, cores, context.processCpuUs, {
    ...measured,
    ...(isUnknown ? { shortestUs: SHORTEST_CALL_US } : {}),
  });
  if ((isUnknown ? predicted.high : predicted.speedup) < OFFER_SPEEDUP)
    return leaveAlone(
      `${name} computes ${formatDuration(computeUs / 1000)}; on ${cores} cores a worker pool would gain ${formatSpeedup(isUnknown ? predicted.high : predicted.speedup)} at most, for ${workerMemory(cores)}.`,
    );
  if (isUnknown && predicted.high < WORTH_COUNTING)
    return leaveAlone(
      `${name} computes ${formatDuration(computeUs / 1000)}; on ${cores} cores a worker pool would gain ${formatSpeedup(predicted.high)} at most, and lose as much where its calls are short. ${COUNT_FIRST}`,
    );
  const result: RefactorResult =
    choice === null
      ? { available: false, reason: reason ?? `${name} can't move to a worker.` }
      : cloning?.obstacle != null
        ? { available: false, reason: `${name} can't move to a worker: ${cloning.obstacle}.`, untilProfiled: true }
        : orRefuse(() => moveFunction(choice, context.read));
  return [
    {
      model: 'worker-threads',
      file: where.file,
      line: lineOf(where, call.getStart(where.ast)),
      message: isUnknown
        ? `Move ${name} to a worker pool if a call takes long enough (up to ${formatSpeedup(predicted.high)} on ${cores} cores; count its calls first)`
        : `Move ${name} to a worker pool (≈${formatSpeedup(predicted.speedup)} on ${cores} cores)`,
      why: `${name} computes ${formatDuration(computeUs / 1000)} on one thread${calls === null || knownBy === 'text' ? '' : ` in ${calls} calls`}, and no call needs the one before; awaiting it would not help, as ${waitedIn(hotSpot) > 0 ? 'its computing holds the thread' : 'it never waits'}.${isUnknown ? ` How long a call takes was not measured. ${COUNT_FIRST}` : ''} Memory: ${workerMemory(cores)}.`,
      predicted: { ...predicted, basis: `${predicted.basis}; ${perCall(measured)}` },
      alternatives: priceModels(hotSpot, context, {
        model: 'worker-threads',
        speedup: predicted.speedup,
        edits: result.available ? result.files.reduce((sum, one) => sum + one.edits.length, 0) : null,
      }),
      refactor: withSharedMemory(availability(result), choice !== null && sharedByCalls(choice).length > 0, () =>
        moveFunction(choice!, context.read, true),
      ),
    },
  ];
}

/** Whether parallelize-loop has something to say of a function: it has loops of its own, or is what a `map` runs. */
function hasLoops(source: Source, node: FunctionNode, hotSpot: HotSpot): boolean {
  return hotLoops(source, node, hotSpot).length > 0 || (functionName(node) === null && loopsAround(source, node.body ?? node).length > 0);
}

/** What a handler calls where it computes, if that can move as it is: V8 counts a function that it made part of its caller for the caller. */
function calledOnHottestLine(source: Source, node: FunctionNode, hotSpot: HotSpot, context: AdviceContext): Choice | null {
  if (!isServedFunction(source, node)) return null;
  const call = callOnHottestLine(source, node, hotSpot);
  const called = call === undefined ? 'nothing' : choiceFor(source, call, context.read);
  return typeof called === 'string' || called.home !== source ? null : called;
}

/** On the line that computes most: of a function whose source is known, if there is one. */
function callOnHottestLine(source: Source, node: FunctionNode, { lines }: HotSpot): TS.CallExpression | undefined {
  const [costliest] = lines.toSorted((a, b) => computed(b.time) - computed(a.time));
  if (costliest === undefined) return undefined;
  const calls = callsOnLine(source, costliest.line).filter((one) => contains(node, one) && !isOfParameter(source, one, node));
  return calls.find((one) => functionCalled(source, one) !== null) ?? calls[0];
}

/** What to do about a handler that computes itself, or by a call of a package, where nothing of its own can move yet. */
function servedWords(
  source: Source,
  node: FunctionNode,
  reason: string | null,
  hotSpot: HotSpot,
  { eventLoop, read }: AdviceContext,
): string {
  const computeUs = computingOf(hotSpot);
  const each = eventLoop?.requests
    ? `${formatDuration(computeUs / eventLoop.requests / 1000)} a request`
    : formatDuration(computeUs / 1000);
  const waiting = `It computes ${each} on the thread that all requests wait for.`;
  const call = callOnHottestLine(source, node, hotSpot);
  // What is such a function already has its own reason to stay.
  const obstacle = call === undefined || functionCalled(source, call) === null ? null : choiceFor(source, call, read);
  if (typeof obstacle === 'string' && !isCalledOnce(obstacle)) return `${waiting} ${obstacle}`;
  const what =
    call === undefined
      ? 'what computes'
      : `\`${textOf(source, call).replace(/\s+/g, ' ').slice(0, 60)}\` (line ${lineOf(source, call.getStart(source.ast))})`;
  const why = reason === null || isCalledOnce(reason) ? '' : ` ${reason}`;
  return `${waiting} Put ${what} into a function at the top level of its file that is given plain values and returns some: that function can move to worker threads.${why}`;
}

/** `response.end(…)`: what the handler itself is given. */
function isOfParameter(source: Source, call: TS.CallExpression, node: FunctionNode): boolean {
  const root = rootOf(call.expression);
  const binding = root === null || root === 'this' ? null : source.scopes.bindingOf(root);
  return binding !== null && node.parameters.some((one) => contains(one, binding.identifier));
}

function computed(time: HotSpot['time']): number {
  return time.jsCpuUs + time.nativeCpuUs + time.gcUs;
}

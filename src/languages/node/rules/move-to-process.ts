import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { predictCluster, predictProcesses, priceModels, processMemory } from '../../../core/advise/cost-model.ts';
import { SATURATED_SHARE } from '../../../core/classify/thresholds.ts';
import { OFFER_SPEEDUP } from '../../../core/classify/thresholds.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatShare, formatSpeedup } from '../../../core/report/format.ts';
import { openProject } from '../project/open-project.ts';
import { listenCall, listenOnLine, useCluster } from '../refactors/workers/cluster.ts';
import { computingOf, isWorkerProgram, sumOf } from '../refactors/workers/computing.ts';
import { changedSince } from '../refactors/text/finish.ts';
import { measuredCalls, perCall, SHORTEST_CALL_US } from '../refactors/workers/moved-calls.ts';
import { computingWithin, moveFunction } from '../refactors/workers/move-function.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { chooseLevel, choiceFor, functionCalled, type Choice } from '../refactors/workers/worker-choice.ts';
import { callsOnLine, findFunction, functionWords } from '../syntax/locate.ts';
import { whyIsolated } from '../syntax/movable.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { availability, editCount } from './wording.ts';

/** Fewer requests tell nothing of how busy a server is. */
const FEWEST_REQUESTS = 20;

/** Computing that needs a process of its own (a working directory, an environment, native code) moves to child processes; a server that fills its one core gets one for each. */
export const moveToProcess: Rule = {
  id: 'move-to-process',

  advise(hotSpot, context) {
    if (context.machine.logicalCores < 2) return [];
    const computeUs = computingOf(hotSpot);
    if (computeUs < 0.05 * context.wallUs || computeUs < 0.3 * sumOf(hotSpot)) return [];
    return [...adviseFunction(hotSpot, context), ...adviseCluster(hotSpot, context)];
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const listen = listenOnLine(source, spot.line);
      if (listen !== null) return useCluster(source, listen, read);
      const calls = callsOnLine(source, spot.line).filter((call) => functionCalled(source, call) !== null);
      if (calls.length === 0) throw changedSince(source);
      const choices = calls.map((call) => choiceFor(source, call, read, true));
      const choice = choices.find((one) => typeof one !== 'string') ?? choices[0]!;
      if (typeof choice === 'string') throw new Refusal(choice);
      return move(choice, read);
    });
  },
};

/** Moves a function that has a reason to be in a process; others do as well in a thread, which is cheaper. */
function move(choice: Choice, read: AdviceContext['read']): RefactorResult {
  const why = whyIsolated(choice.home, choice.moved, read);
  if (why === null)
    throw new Refusal(
      `${choice.name} needs no process of its own: a worker thread does the same for a fifth of the memory (move-to-worker).`,
    );
  const review = /process\.(chdir|env|umask)/.test(why)
    ? [`${why}: from now on that is of its own process, and no longer of this one`]
    : [];
  return moveFunction({ ...choice, moved: { ...choice.moved, review: [...choice.moved.review, ...review] } }, read);
}

function adviseFunction(hotSpot: HotSpot, context: AdviceContext): Finding[] {
  const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
  if (typeof source === 'string' || isWorkerProgram(source)) return [];
  const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
  if (node === null || node === 'top') return [];
  const { choice } = chooseLevel(source, node, context.read, true);
  const why = choice === null ? null : whyIsolated(choice.home, choice.moved, context.read);
  if (choice === null || why === null) return [];
  const cores = context.machine.logicalCores;
  const computeUs = computingWithin(choice, hotSpot, context);
  const measured = measuredCalls(source, choice.node, context, computeUs);
  if (measured.eachUs !== null && measured.eachUs < SHORTEST_CALL_US) return [];
  const predicted = predictProcesses(context.wallUs, computeUs, cores, context.processCpuUs, {
    ...measured,
    ...(measured.eachUs === null ? { shortestUs: SHORTEST_CALL_US } : {}),
  });
  if ((measured.eachUs === null ? predicted.high : predicted.speedup) < OFFER_SPEEDUP) return [];
  const name = functionWords(choice.home, choice.node);
  const result = orRefuse(() => move(choice, context.read));
  return [
    {
      model: 'child-processes',
      file: choice.source.file,
      line: lineOf(choice.source, choice.call.getStart(choice.source.ast)),
      message: `Move ${name} to processes of its own (${measured.eachUs === null ? `if a call takes long enough, up to ${formatSpeedup(predicted.high)}` : `≈${formatSpeedup(predicted.speedup)}`} on ${cores} cores)`,
      why: `${name} computes ${formatDuration(computingOf(hotSpot) / 1000)} on one thread, and no call needs the one before; ${why}, so it needs processes rather than threads. Memory: ${processMemory(cores)}.`,
      predicted: { ...predicted, basis: `${predicted.basis}; ${perCall(measured)}` },
      alternatives: priceModels(hotSpot, context, { model: 'child-processes', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: availability(result),
    },
  ];
}

/** Once for a server: at the hot spot with the most of the run. */
function adviseCluster(hotSpot: HotSpot, context: AdviceContext): Finding[] {
  const { eventLoop, lanes, machine, wallUs } = context;
  const [largest] = context.hotSpots.toSorted((a, b) => b.share - a.share);
  if (largest !== hotSpot || eventLoop === null || !eventLoop.serving || lanes.length > 1) return [];
  const { requests, utilisation } = eventLoop;
  if (requests === null || requests < FEWEST_REQUESTS || utilisation < SATURATED_SHARE) return [];
  const project = openProject(hotSpot.file, context.read, { fresh: false });
  const found = listenCall(project, hotSpot.file);
  const place: { source: Source; line: number } | null =
    found === null ? null : { source: found.source, line: lineOf(found.source, found.call.getStart(found.source.ast)) };
  const result: RefactorResult =
    found === null
      ? {
          available: false,
          reason:
            'No single `listen` at the top level of a file was found: start the processes where the port is opened (node:cluster), each with all of the server.',
          untilProfiled: true,
        }
      : useCluster(found.source, found.call, context.read);
  const cores = machine.logicalCores;
  const rate = requests / (wallUs / 1_000_000);
  const predicted = predictCluster(
    wallUs,
    cores,
    context.processCpuUs,
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} requests a second, with the one thread busy for ${formatShare(utilisation)} of the time`,
  );
  if (predicted.speedup < OFFER_SPEEDUP) return [];
  return [
    {
      model: 'child-processes',
      file: place?.source.file ?? hotSpot.file,
      line: place?.line ?? hotSpot.line,
      message: `Serve with a process for each of ${cores} cores (node:cluster): ≈${formatSpeedup(predicted.speedup)} the requests a second`,
      why: `The thread that serves is busy for ${formatShare(utilisation)} of its time with ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} requests a second, and uses one of ${cores} cores: more requests only wait longer. Memory: ${processMemory(cores)}.`,
      predicted,
      alternatives: priceModels(hotSpot, context, { model: 'child-processes', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: availability(result),
    },
  ];
}

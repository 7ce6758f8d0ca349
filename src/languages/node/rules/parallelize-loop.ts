import type TS from 'typescript';
import type { AdviceContext, Finding, ReadSource, RefactorResult } from '../../../core/advise/advice.ts';
import { predictWorkers, priceModels, workerMemory } from '../../../core/advise/cost-model.ts';
import { poolOf } from '../../../core/advise/pools.ts';
import { OFFER_SPEEDUP } from '../../../core/classify/thresholds.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { capitalised, formatDuration, formatShare, formatSpeedup } from '../../../core/report/format.ts';
import { openProject } from '../project/open-project.ts';
import { moveRounds } from '../refactors/workers/chunk-file.ts';
import { computingOf, isWorkerProgram, sumOf } from '../refactors/workers/computing.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { changedSince, finish } from '../refactors/text/finish.ts';
import { entriesOf } from '../refactors/loops/known-rounds.ts';
import { hotLoops, loopsAround, loopsInLine, loopsThatCall } from '../refactors/loops/hot-loops.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { cloneWords, measuredCalls, SHORT_CALL_US } from '../refactors/workers/moved-calls.ts';
import { travelOf, travelWords, unpricedShare } from '../refactors/workers/travel.ts';
import {
  lineOfLoop,
  loopWords,
  parallelLoop,
  sharedByRounds,
  type ParallelLoop,
  type Repeated,
} from '../refactors/workers/parallel-loop.ts';
import { sharedWords } from '../refactors/workers/shared-arrays.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { spreadAwait } from '../refactors/async/spread-await.ts';
import { writeSpread } from '../refactors/async/spread-edits.ts';
import { chooseLevel, isServedFunction } from '../refactors/workers/worker-choice.ts';
import { contains, enclosingFunction, findFunction, functionName, functionWords, type FunctionNode } from '../syntax/locate.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { availability, editCount, withSharedMemory } from './wording.ts';

/** Below it a loop is over before its chunks have come to the threads and back. */
const SHORTEST_LOOP_US = 20_000;

/** A loop whose own code computes, and whose rounds need nothing of each other: chunks of them run in worker threads, one for each core. */
export const parallelizeLoop: Rule = {
  id: 'parallelize-loop',

  advise(hotSpot, context) {
    const computeUs = computingOf(hotSpot);
    if (computeUs < 0.05 * context.wallUs || computeUs < 0.3 * sumOf(hotSpot)) return [];
    if (context.machine.logicalCores < 2 || poolOf(hotSpot, context) !== null) return [];
    const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
    if (typeof source === 'string' || isWorkerProgram(source)) return [];
    const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
    if (node === null || (node !== 'top' && isServedFunction(source, node))) return [];
    const nests = nestsFor(source, node, hotSpot, context);
    const reasons: string[] = [];
    for (const nest of nests) {
      const found = outermost(source, nest, context.read);
      if (typeof found !== 'string') return adviseLoop(hotSpot, source, found, context);
      reasons.push(found);
    }
    const [reason] = reasons;
    if (reason !== undefined) return [{ leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: ['worker-threads'] }];
    if (node !== 'top') return [];
    return [
      {
        leaveAlone: true,
        file: hotSpot.file,
        line: hotSpot.line,
        reason: 'It computes at the top level, outside of any loop whose rounds could run on other cores.',
        models: ['worker-threads'],
      },
    ];
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const loops = loopsInLine(source, spot.line);
      if (loops.length === 0) throw changedSince(source);
      const choices = loops.map((loop) => parallelLoop(source, loop, read, spot.choice === 'shared-memory'));
      const choice = choices.find((one) => typeof one !== 'string') ?? choices[0]!;
      if (typeof choice === 'string') throw new Refusal(choice);
      return rewrite(source, choice, read);
    });
  },
};

/**
 * The nests of loops to look at: those in the hot function's own code, or those that call it where one call is too short to be sent to a
 * worker. None where calls of the function itself are what moves.
 */
function nestsFor(source: Source, node: FunctionNode | 'top', hotSpot: HotSpot, context: AdviceContext): Repeated[][] {
  const own = hotLoops(source, node, hotSpot);
  const nodes = (nests: typeof own): Repeated[][] => nests.map((nest) => nest.map((loop) => loop.node));
  if (node === 'top') return nodes(own);
  // The function of a `map` is the body of its rounds.
  if (functionName(node) === null) {
    const around = loopsAround(source, node.body ?? node);
    if (around.length > 0) return [[...around, ...nodes(own).flat()]];
  }
  const { eachUs } = measuredCalls(source, node, context, computingOf(hotSpot));
  const calling = loopsThatCall(source, node);
  const isShort = eachUs !== null && eachUs < SHORT_CALL_US;
  if (isShort || (eachUs === null && calling.some((nest) => nest.length > 1))) return calling;
  if (chooseLevel(source, node, context.read).choice !== null) return [];
  return nodes(own);
}

interface Found {
  parallel: ParallelLoop;
  /** How often the loop begins anew in the rounds of loops around it; null where the text doesn't tell. */
  entries: number | null;
  /** Why the loop around it can't; null where it is the outermost. */
  reason: string | null;
}

/** The outermost loop of a nest whose rounds can run on several cores; one further in only where it is known to begin a few times. */
function outermost(source: Source, nest: readonly Repeated[], read: ReadSource): Found | string {
  let reason: string | null = null;
  for (const loop of nest) {
    const around = nest.filter((one) => one !== loop && contains(one, loop));
    const entries = around.reduce<number | null>((product, one) => {
      const rounds = entriesOf(source, one);
      return product === null || rounds === null ? null : product * rounds;
    }, 1);
    const parallel = parallelLoop(source, loop, read);
    if (typeof parallel === 'string') reason ??= parallel;
    else if (entries !== null) return { parallel, entries, reason };
    else
      return `${reason ?? ''} ${capitalised(loopWords(source, loop))} could run on several cores, but would be handed out anew in each round around it.`.trim();
  }
  return reason ?? '';
}

function adviseLoop(hotSpot: HotSpot, source: Source, { parallel, entries, reason }: Found, context: AdviceContext): Finding[] {
  const leaveAlone = (reason: string): Finding[] => [
    { leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: ['worker-threads'] },
  ];
  const words = loopWords(source, parallel.node);
  const computeUs = computingWithin(source, parallel, context);
  if (computeUs < 0.05 * context.wallUs) return [];
  const around = enclosingFunction(parallel.node);
  const measured = around === null ? null : measuredCalls(source, around, context, computeUs);
  const times = around === null ? entries : measured?.calls == null || entries === null ? null : measured.calls * entries;
  if (times !== null && computeUs / Math.max(1, times) < SHORTEST_LOOP_US)
    return leaveAlone(
      `${reason === null ? '' : `${reason} `}${capitalised(words)} takes ${formatDuration(computeUs / Math.max(1, times) / 1000)} each time: to hand its rounds to workers would take about as long.`,
    );
  const cores = context.machine.logicalCores;
  const isGiven =
    around !== null && [...parallel.code.sent].some((binding) => around.parameters.some((one) => contains(one, binding.identifier)));
  const cloning = isGiven ? (measured?.cloning ?? null) : null;
  if (cloning !== null && times !== null) {
    const cloneUs = (cloning.callerUs + cloning.workerUs) * cores;
    if (cloneUs >= (computeUs / times) * (1 - 1 / cores))
      return leaveAlone(
        `${capitalised(words)} takes ${formatDuration(computeUs / times / 1000)} each time, and ${formatDuration(cloneUs / 1000)} to clone what its rounds need for ${cores} threads (${cloneWords(cloning)}): workers would take longer.`,
      );
  }
  // Four chunks go to each thread, of which the first takes along what all share.
  const chunks = times === null ? null : times * cores * 4;
  const travel = travelOf(source, parallel);
  // What the function around the loop is given was measured.
  const unpriced = cloning === null ? travel : { ...travel, sent: [] };
  const unpricedPart = unpricedShare(unpriced);
  const predicted = predictWorkers(context.wallUs, computeUs, cores, context.processCpuUs, {
    unpricedShare: unpricedPart,
    calls: chunks,
    cloning: cloning === null ? null : { ...cloning, callerUs: cloning.callerUs / 4, workerUs: cloning.workerUs / 4 },
    noun: 'chunks',
  });
  if (predicted.speedup < OFFER_SPEEDUP)
    return leaveAlone(
      `${capitalised(words)} computes ${formatDuration(computeUs / 1000)}; on ${cores} cores its rounds would gain ${formatSpeedup(predicted.high)} at most, for ${workerMemory(cores)}.`,
    );
  if (predicted.low < 1)
    return leaveAlone(
      `${capitalised(words)} computes ${formatDuration(computeUs / 1000)}; on ${cores} cores its rounds would gain ${formatSpeedup(predicted.low)} to ${formatSpeedup(predicted.high)}, which promises nothing${unpricedPart === 0 ? '' : `: how long it takes to copy ${travelWords(unpriced)} was not measured`}.`,
    );
  const result = orRefuse(() => rewrite(source, parallel, context.read));
  const howOften =
    times === null
      ? '; how often the loop is run was not measured (`--count-calls` does): where it is over in less than about 20 ms the gain shrinks'
      : '';
  const copies =
    unpricedPart === 0
      ? ''
      : `; how large ${travelWords(unpriced)} may be was not measured: the copies may take up to ${formatShare(unpricedPart)} of the computing besides`;
  return [
    {
      model: 'worker-threads',
      file: source.file,
      line: lineOfLoop(source, parallel.node),
      message: `Run the rounds of ${words} on ${cores} cores (≈${formatSpeedup(predicted.speedup)})`,
      why: `${capitalised(words)} computes ${formatDuration(computeUs / 1000)} on one thread, and no round needs the one before: workers take chunks of them, and the results are put together in the order of the rounds. Memory: ${workerMemory(cores)}.`,
      predicted: { ...predicted, basis: predicted.basis + copies + howOften },
      alternatives: priceModels(hotSpot, context, { model: 'worker-threads', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: withSharedMemory(availability(result), sharedByRounds(source, parallel).length > 0, () => {
        const shared = parallelLoop(source, parallel.node, context.read, true);
        if (typeof shared === 'string') throw new Refusal(shared);
        return rewrite(source, shared, context.read);
      }),
    },
  ];
}

/** µs that the rounds computed: on the loop's own lines, and in the functions of the file that go along. */
function computingWithin(source: Source, { node, body, code }: ParallelLoop, context: AdviceContext): number {
  const first = firstLineOfRounds(source, node, body);
  const last = lineOf(source, node.end);
  const around = enclosingFunction(node);
  let us = 0;
  for (const other of context.hotSpots) {
    if (other.file !== source.file) continue;
    const found = findFunction(source, { name: other.function, line: other.line, column: other.column });
    if (found === null) continue;
    const isInside = found !== 'top' && (contains(body, found) || [...code.statements].some((statement) => contains(statement, found)));
    if (isInside) us += computingOf(other);
    else if (found === 'top' ? around === null : contains(found, node)) {
      const lines = other.lines.filter(({ line }) => first <= line && line <= last);
      if (other.lines.length === 0 && (found === 'top' ? around === null : around === found)) us += computingOf(other);
      else us += lines.reduce((sum, { time }) => sum + time.jsCpuUs + time.nativeCpuUs + time.gcUs, 0);
    }
  }
  return us;
}

/** What the loop goes through is made once, before its rounds: `of readFileSync(file, 'utf8').split('\n')` costs them nothing where it has lines of its own. */
function firstLineOfRounds(source: Source, node: Repeated, body: TS.Node): number {
  const items = ts.isCallExpression(node)
    ? ts.isPropertyAccessExpression(node.expression)
      ? node.expression.expression
      : null
    : ts.isForOfStatement(node) || ts.isForInStatement(node)
      ? node.expression
      : null;
  const first = lineOf(source, node.getStart(source.ast));
  if (items === null || !makesSomething(items)) return first;
  const code = ts.isFunctionLike(body) && 'body' in body && body.body !== undefined ? body.body : body;
  const begin = ts.isBlock(code) ? (code.statements[0] ?? code) : code;
  return Math.max(first, Math.min(lineOf(source, items.end) + 1, lineOf(source, begin.getStart(source.ast))));
}

function makesSomething(node: TS.Node): boolean {
  return ts.isCallExpression(node) || ts.isNewExpression(node) || (ts.forEachChild(node, makesSomething) ?? false);
}

function rewrite(source: Source, parallel: ParallelLoop, read: ReadSource): RefactorResult {
  const project = openProject(source.file, read, { fresh: false });
  const spreads = spreadAwait(project, source, [parallel.node]);
  const spread = spreads.files.get(source)!;
  const converted = [...spread.functions].find((one) => [...parallel.code.statements].some((statement) => contains(statement, one)));
  if (converted !== undefined)
    throw new Refusal(`${functionWords(source, converted)} would have to wait for workers and run in one: take the loop out of it first.`);
  const editor = editorOf(source);
  const imports = importsOf(source, editor);
  const created = moveRounds(source, editor, imports, parallel, read);
  const parts = [...spreads.files.values()].map((one) => {
    const part = { source: one.source, editor: one === spread ? editor : editorOf(one.source) };
    writeSpread(project, part.editor, one, [], { kind: 'workers' });
    return part;
  });
  imports.flush();
  const review = [...parallel.review, ...spreads.review];
  return finish(parts, {
    title: `Run the rounds of ${loopWords(source, parallel.node)} on several cores${sharedWords(parallel.shared)}`,
    review,
    more: [created],
  });
}

import type TS from 'typescript';
import type { AdviceContext, Finding, ReadSource, RefactorResult } from '../../../core/advise/advice.ts';
import { boundOf, DEFAULT_BOUND, predictOverlap, priceModels, waitsOf } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot, SiteOperations } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatSpeedup } from '../../../core/report/format.ts';
import { findDrivers, type Driver } from '../refactors/loops/drivers.ts';
import { rewriteLoop } from '../refactors/loops/concurrent-rounds.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish, changedSince } from '../refactors/text/finish.ts';
import { availability, editCount, nounOf } from './wording.ts';
import { awaitRun, joinAwaits, type AwaitRun } from '../refactors/loops/join-awaits.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { callsOnLine } from '../syntax/locate.ts';
import { lineOf, readSource, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';

/**
 * Waits that were measured to run one at a time, and need not: a loop's independent rounds run with a bound, awaits that follow each other
 * run together.
 */
export const overlapAwaits: Rule = {
  id: 'overlap-awaits',

  advise(hotSpot, context) {
    const waiting = hotSpot.operations
      .filter((one) => one.kind === 'async' && one.time.awaitSerialUs > 0)
      .sort((a, b) => b.time.awaitSerialUs - a.time.awaitSerialUs);
    const [longest] = waiting;
    if (longest === undefined || hotSpot.time.awaitSerialUs < 0.05 * context.wallUs) return [];
    const place = findPlace(hotSpot, longest, context.read);
    if (typeof place === 'string')
      return [{ leaveAlone: true, file: hotSpot.file, line: longest.line, reason: place, models: ['concurrent-awaits'] }];
    return place.overlap.kind === 'loop' ? adviseLoop(hotSpot, longest, place, context) : adviseRun(hotSpot, place, context);
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = readSource(spot.file, read);
      if (typeof source === 'string') throw new Refusal(source);
      const calls = callsOnLine(source, spot.line);
      if (calls.length === 0) throw changedSince(source);
      const overlap = findOverlap(source, calls);
      if (typeof overlap === 'string') throw new Refusal(overlap);
      return rewrite(source, overlap, spot.atOnce);
    });
  },
};

type Overlap = { kind: 'loop'; drivers: Driver[]; call: TS.CallExpression } | { kind: 'run'; run: AwaitRun; call: TS.CallExpression };

interface Place {
  source: Source;
  overlap: Overlap;
}

/** Where the waits that an operation of the hot spot stands for could overlap: in its own file, or in a file that calls it. */
function findPlace(hotSpot: HotSpot, operation: SiteOperations, read: ReadSource): Place | string {
  let reason: string | null = null;
  const places = [{ file: hotSpot.file, line: operation.line }, ...hotSpot.callers.filter((caller) => caller.file !== hotSpot.file)];
  for (const { file, line } of places) {
    const source = readSource(file, read);
    if (typeof source === 'string') {
      reason ??= source;
      continue;
    }
    const overlap = findOverlap(source, callsOnLine(source, line));
    if (typeof overlap !== 'string') return { source, overlap };
    if (reason === null || overlap !== NOTHING_DRIVES) reason = overlap;
  }
  return reason ?? NOTHING_DRIVES;
}

const NOTHING_DRIVES = 'It waits, but no loop and no other await was found that it could overlap with.';

function findOverlap(source: Source, calls: TS.CallExpression[]): Overlap | string {
  const { drivers, reasons, path } = findDrivers(source, calls, null);
  const [driver] = drivers;
  const within = (call: TS.CallExpression): boolean =>
    driver?.kind === 'loop' && call.pos >= driver.rounds.loop.statement.pos && call.end <= driver.rounds.loop.statement.end;
  const driven = path.find((call) => within(call) && ts.isAwaitExpression(call.parent)) ?? path.find(within);
  if (driver?.kind === 'loop' && driven !== undefined) return { kind: 'loop', drivers, call: driven };
  for (const call of path) {
    const run = awaitRun(source, call);
    if (typeof run !== 'string') return { kind: 'run', run, call };
    if (!run.startsWith('Nothing')) reasons.push(run);
  }
  return reasons[0] ?? NOTHING_DRIVES;
}

function rewrite(source: Source, overlap: Overlap, bound = DEFAULT_BOUND): RefactorResult {
  const editor = editorOf(source);
  if (overlap.kind === 'run') {
    joinAwaits(source, editor, overlap.run);
    return finish([{ source, editor }], { title: `Await these ${overlap.run.members.length} together`, review: overlap.run.review });
  }
  for (const driver of overlap.drivers)
    if (driver.kind === 'loop') rewriteLoop(source, editor, driver.rounds, { kind: 'bounded', limit: bound });
  const review = overlap.drivers.flatMap((driver) => driver.review);
  return finish([{ source, editor }], { title: `Run ${callWords(source, overlap.call)} ${bound} at a time`, review });
}

function adviseLoop(hotSpot: HotSpot, longest: SiteOperations, { source, overlap }: Place, context: AdviceContext): Finding[] {
  const line = lineOf(source, overlap.call.getStart(source.ast));
  if (longest.calls < 2)
    return [
      {
        leaveAlone: true,
        file: source.file,
        line,
        reason: `It waited for one ${nounOf(longest.api, 1)} only: there is nothing to overlap it with.`,
        models: ['concurrent-awaits'],
      },
    ];
  const waitUs = hotSpot.time.awaitSerialUs;
  const waits = { ...waitsOf(hotSpot, longest.calls), computeUs: computingOfRounds(hotSpot, longest, source, overlap) };
  const bound = boundOf(waits);
  const predicted = predictOverlap(context.wallUs, waits, bound);
  const result = rewrite(source, overlap, bound);
  const refactor = availability(result);
  const enough =
    bound < DEFAULT_BOUND
      ? ` More than ${bound} at once would wait for the thread, which computes ${formatDuration(waits.computeUs / 1000)} for them.`
      : '';
  return [
    {
      model: 'concurrent-awaits',
      file: source.file,
      line,
      message: `Run these ${longest.calls} ${nounOf(longest.api, longest.calls)} ${Math.min(bound, longest.calls)} at a time (≈${formatSpeedup(predicted.speedup)})`,
      why: `${hotSpot.function} waited ${formatDuration(waitUs / 1000)} for ${longest.calls} ${nounOf(longest.api, longest.calls)}, one at a time${inFlightWords(longest)}: each begins only when the one before has ended.${enough}`,
      predicted,
      alternatives: priceModels(hotSpot, context, { model: 'concurrent-awaits', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: refactor.available && bound < DEFAULT_BOUND ? { ...refactor, atOnce: bound } : refactor,
    },
  ];
}

/** µs that the thread computes in the rounds of a loop, as far as the hot spot's own lines tell: all of a function that the loop calls, or the lines of the loop. */
function computingOfRounds(hotSpot: HotSpot, { line }: SiteOperations, source: Source, overlap: Overlap): number {
  const driver = overlap.kind === 'loop' ? overlap.drivers[0] : undefined;
  const loop = driver?.kind === 'loop' ? driver.rounds.loop : null;
  const from = loop === null ? 0 : lineOf(source, loop.getStart(source.ast));
  const to = loop === null ? 0 : lineOf(source, loop.end);
  const isInside = source.file === hotSpot.file && from <= line && line <= to;
  return hotSpot.lines
    .filter((one) => !isInside || (from <= one.line && one.line <= to))
    .reduce((sum, { time }) => sum + time.jsCpuUs + time.nativeCpuUs + time.gcUs, 0);
}

/** Awaits that follow each other: what is saved is all of them but the longest. */
function adviseRun(hotSpot: HotSpot, { source, overlap }: Place, context: AdviceContext): Finding[] {
  if (overlap.kind !== 'run') return [];
  const { members } = overlap.run;
  const waits = members.map((member) => waitOf(source, member.awaited, hotSpot, overlap.call, context));
  const sum = waits.reduce((total, one) => total + one, 0);
  const longest = Math.max(...waits);
  const line = lineOf(source, overlap.call.getStart(source.ast));
  if (sum - longest < 0.05 * context.wallUs)
    return [
      {
        leaveAlone: true,
        file: source.file,
        line,
        reason: `It could be awaited together with its neighbours, but they waited ${formatDuration((sum - longest) / 1000)} only.`,
        models: ['concurrent-awaits'],
      },
    ];
  const predicted = predictOverlap(context.wallUs, { waitUs: sum, operations: members.length, longestUs: longest, computeUs: 0 });
  const result = rewrite(source, overlap);
  return [
    {
      model: 'concurrent-awaits',
      file: source.file,
      line: lineOf(source, members[0]!.awaited.getStart(source.ast)),
      message: `Await these ${members.length} together (≈${formatSpeedup(predicted.speedup)})`,
      why: `They waited ${waits.map((one) => formatDuration(one / 1000)).join(' + ')}, one after the other, and none needs another's result.`,
      predicted,
      alternatives: priceModels(hotSpot, context, { model: 'concurrent-awaits', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: availability(result),
    },
  ];
}

/** How long one member of a run waited, as far as the measurement tells: by the function it calls, or by its own line. */
function waitOf(source: Source, awaited: TS.Expression, hotSpot: HotSpot, call: TS.Node, context: AdviceContext): number {
  if (awaited.pos <= call.pos && call.end <= awaited.end) return hotSpot.time.awaitSerialUs;
  const lines = [lineOf(source, awaited.getStart(source.ast)), lineOf(source, awaited.end)];
  const callee = ts.isCallExpression(awaited) ? textOf(source, awaited.expression).replace(/^.*\./, '') : '';
  let us = 0;
  for (const other of context.hotSpots) {
    if (other.function === callee) us += other.time.awaitSerialUs;
    else if (other.file === source.file)
      for (const operation of other.operations)
        if (operation.line >= lines[0]! && operation.line <= lines[1]!) us += operation.time.awaitSerialUs;
  }
  return us;
}

function inFlightWords({ meanInFlight }: SiteOperations): string {
  return meanInFlight === null ? '' : ` (${meanInFlight.toFixed(1)} in flight on average)`;
}

function callWords(source: Source, call: TS.CallExpression): string {
  return `the calls of ${textOf(source, call.expression).replace(/\s+/g, '').slice(-40)}`;
}

import type TS from 'typescript';
import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import {
  DEFAULT_BOUND,
  predictCommands,
  predictOverlap,
  predictThreadPool,
  predictUnblocked,
  priceModels,
  type Prediction,
} from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot, SiteOperations } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatSpeedup } from '../../../core/report/format.ts';
import { openProject } from '../project/open-project.ts';
import type { Project } from '../project/project.ts';
import { apiAsImport, blockingApiOf, twinOf, useTwin } from '../refactors/async/async-twins.ts';
import { findDrivers, placeOfDriver, type Driver, type Driving } from '../refactors/loops/drivers.ts';
import { classMadeBy } from '../refactors/async/async-classes.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { changedSince, finish } from '../refactors/text/finish.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { spreadAwait, waitsOf, type Spread, type Spreads } from '../refactors/async/spread-await.ts';
import { writeSpread } from '../refactors/async/spread-edits.ts';
import { natureOfImport } from '../syntax/known-calls.ts';
import type { Imported } from '../syntax/modules.ts';
import { callsOnLine, contains, enclosingFunction, functionWords, namedFunctionAround, walk } from '../syntax/locate.ts';
import { isFunctionLike } from '../syntax/scopes.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { availability, editCount } from './wording.ts';

/** Below it a request mostly has the server to itself. */
const SERVED_AT_ONCE = 1.2;
/** A call that not even every twentieth request makes is none of what requests wait for. */
const FEW_CALLS = 0.05;

/** libuv works on four file operations at a time. */
const FILE_BOUND = 4;

/**
 * Blocking calls of Node's own API, measured to stand still or to compute natively on the one JavaScript thread. Driven by a loop with
 * independent rounds they become asynchronous and concurrent in one step; on a straight line that frees the event loop, no more.
 */
export const preferAsyncApi: Rule = {
  id: 'prefer-async-api',

  advise(hotSpot, context) {
    const costly = hotSpot.operations.filter(
      (one) => one.kind === 'sync' && costOf(one) >= 0.05 * context.wallUs && twinOf(apiAsImport(one.api)) !== null,
    );
    return costly.flatMap((operation) => adviseOperation(hotSpot, operation, context));
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const project = openProject(spot.file, read, { fresh: true });
      const source = project.source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const calls = blockingCalls(source, spot.line, null);
      if (calls.length === 0) throw changedSince(source);
      return makeAsynchronous(project, source, calls).result;
    });
  },
};

/** µs of the run's wall time that a blocking call took. */
function costOf({ time, totalUs }: SiteOperations): number {
  const charged = time.blockedUs + time.nativeCpuUs;
  return charged > 0 ? charged : totalUs;
}

/** The blocking calls on a line, those of the same API in the same function, and reads that prepare them: they change together. */
function blockingCalls(source: Source, line: number, api: string | null): TS.CallExpression[] {
  const onLine = callsOnLine(source, line).filter((call) => {
    const imported = blockingApiOf(source, call);
    return imported !== null && (api === null || imported.name === apiAsImport(api).name);
  });
  const [first] = onLine;
  if (first === undefined) return [];
  const scope = enclosingFunction(first);
  const hot = blockingApiOf(source, first)!;
  const all: TS.CallExpression[] = [];
  walk(scope ?? source.ast, (node) => {
    if (!ts.isCallExpression(node) || enclosingFunction(node) !== scope) return;
    const other = blockingApiOf(source, node);
    if (other === null || other.module !== hot.module) return;
    const isPreparation =
      node.end <= first.pos &&
      loopAround(node) === loopAround(first) &&
      natureOfImport(other.module, other.name) === 'reads' &&
      isTwinned(other);
    if (other.name === hot.name || isPreparation) all.push(node);
  });
  return all;
}

/** Whether an API has a twin that reads as it does. */
function isTwinned(api: Imported): boolean {
  const twin = twinOf(api);
  return twin !== null && typeof twin === 'object' && twin.kind !== 'exists';
}

/** The loop that a call stands in, within its own function. */
function loopAround(node: TS.Node): TS.Node | null {
  for (let current = node.parent; !ts.isSourceFile(current) && !isFunctionLike(current); current = current.parent)
    if (ts.isIterationStatement(current, false)) return contains(current.statement, node) ? current : loopAround(current);
  return null;
}

function makeAsynchronous(
  project: Project,
  source: Source,
  calls: TS.CallExpression[],
): { result: RefactorResult; driving: Driving; freesOthers: boolean } {
  let driving = findDrivers(source, calls, new Set(calls));
  let freesOthers = false;
  const result = orRefuse(() => {
    for (const call of calls) {
      const imported = blockingApiOf(source, call);
      const twin = imported === null ? null : twinOf(imported);
      if (typeof twin === 'string') throw new Refusal(twin);
    }
    const spreads = spreadAwait(project, source, calls);
    const spread = spreads.files.get(source)!;
    const waits = new Set([...spreads.files.values()].flatMap(waitsOf));
    // Functions that are imported, and whose effects are therefore known where the loop is: not methods.
    const found = findDrivers(source, calls, waits, (node) =>
      (spreads.callers.get(node) ?? []).filter((one) => one.source.elsewhere(one.call.expression)?.node === node),
    );
    const drivers = found.drivers.filter((driver) => !drivesStreams(driver, spreadOf(spreads, driver) ?? spread));
    driving = { ...found, drivers };
    freesOthers = spreads.freesOthers;
    const parts = [...spreads.files.values()].map((spread) => {
      const editor = editorOf(spread.source);
      const imports = importsOf(spread.source, editor);
      const isFirst = spread.source === source;
      if (isFirst) for (const call of calls) useTwin(source, editor, imports, call);
      writeSpread(
        project,
        editor,
        spread,
        drivers.filter((driver) => spreadOf(spreads, driver) === spread),
        { kind: 'bounded', limit: DEFAULT_BOUND },
      );
      imports.flush();
      return { source: spread.source, editor };
    });
    const review = [...spreads.review, ...drivers.flatMap((driver) => driver.review)];
    const concurrency = drivers.some((driver) => driver.kind !== 'running') ? `, ${DEFAULT_BOUND} calls at a time` : '';
    return finish(parts, { title: `Make ${whatIn(source, calls[0]!)} asynchronous${concurrency}${extent(spreads, calls)}`, review });
  });
  return { result, driving, freesOthers };
}

/** What changes in the file that a loop stands in. */
function spreadOf({ files }: Spreads, driver: Driver): Spread | undefined {
  const file = placeOfDriver(driver).getSourceFile();
  return [...files.values()].find((one) => one.source.ast === file);
}

/** Whether a loop goes over an async generator, or around one, which gives its values one by one, or counts in code that moves. */
function drivesStreams(driver: Driver, { streams, classes }: Spread): boolean {
  if (driver.kind !== 'loop') return false;
  const { loop } = driver.rounds;
  const isInClass = [...classes.keys()].some((node) => contains(node, loop));
  return (isInClass && !ts.isForOfStatement(loop)) || [...streams.keys()].some((node) => contains(loop, node));
}

/** How far a change reaches, in words: ` (3 callers in 2 files)`. */
function extent({ files }: Spreads, calls: readonly TS.CallExpression[]): string {
  const changed = new Set<TS.Node>(calls);
  for (const { arrayCalls } of files.values()) for (const call of arrayCalls.keys()) changed.add(call);
  const callers = [...files.values()].flatMap(waitsOf).filter((wait) => !changed.has(wait)).length;
  if (callers === 0) return '';
  return ` (${callers} ${callers === 1 ? 'caller' : 'callers'}${files.size > 1 ? ` in ${files.size} files` : ''})`;
}

/** What becomes asynchronous, in words. */
function whatIn(source: Source, call: TS.CallExpression): string {
  const made = classMadeBy(call)?.name;
  if (made !== undefined) return `\`new ${made.text}\``;
  const named = namedFunctionAround(call);
  return named === null ? 'this call' : functionWords(source, named);
}

function adviseOperation(hotSpot: HotSpot, operation: SiteOperations, context: AdviceContext): Finding[] {
  const { api, line, calls } = operation;
  const leaveAlone = (reason: string): Finding[] => [{ leaveAlone: true, file: hotSpot.file, line, reason, models: ['async-api'] }];
  const cached = warmCacheReason(operation);
  if (cached !== null) return leaveAlone(cached);
  const project = openProject(hotSpot.file, context.read, { fresh: false });
  const source = project.source(hotSpot.file);
  if (typeof source === 'string') return leaveAlone(source);
  const found = blockingCalls(source, line, api);
  if (found.length === 0)
    return leaveAlone(
      `\`${api}\` is called inside a dependency or another file from line ${line}: look for an asynchronous function there.`,
    );

  const { result, driving, freesOthers } = makeAsynchronous(project, source, found);
  const words = whatIn(source, found[0]!);
  const cost = costOf(operation);
  const base = { model: 'async-api' as const, file: hotSpot.file, line: lineOf(source, found[0]!.getStart(source.ast)) };
  const finish = (predicted: Prediction, message: string, why: string): Finding[] => [
    {
      ...base,
      line: found.some((call) => lineOf(source, call.getStart(source.ast)) === line) ? line : base.line,
      message,
      why,
      predicted,
      alternatives: priceModels(hotSpot, context, { model: 'async-api', speedup: predicted.speedup, edits: editCount(result) }),
      refactor: availability(result),
    },
  ];
  if (driving.drivers.length > 0 && calls > 1) {
    const predicted = predict(operation, cost, context);
    return finish(
      predicted,
      `Make ${words} asynchronous, ${Math.min(DEFAULT_BOUND, calls)} calls at a time (≈${formatSpeedup(predicted.speedup)})`,
      `\`${api}\` held the JavaScript thread for ${formatDuration(cost / 1000)} in ${calls} calls, one after the other, and no call needs the one before.`,
    );
  }
  const { served } = context;
  if (served !== null && served.atOnce >= SERVED_AT_ONCE && calls >= served.requests * FEW_CALLS) {
    const predicted = predict({ ...operation, calls: Math.max(2, Math.round(served.atOnce)) }, cost, context);
    return finish(
      { ...predicted, basis: `requests a second, with as many at once: ${predicted.basis}` },
      `Make ${words} asynchronous: each call lets all other requests wait for up to ${formatDuration(operation.maxUs / 1000)} (≈${formatSpeedup(predicted.speedup)})`,
      `\`${api}\` held the JavaScript thread for ${formatDuration(cost / 1000)} in ${calls} calls, and about ${served.atOnce.toFixed(1)} requests were there at once: all but one had to wait.`,
    );
  }
  if (freesOthers || context.hotSpots.some((one) => one.operations.some((other) => mayGoOn(other, operation)))) {
    return finish(
      predictUnblocked('nothing is overlapped within this code: what else the process does can go on meanwhile'),
      `Make ${words} asynchronous: it stops everything else for ${formatDuration(operation.maxUs / 1000)} at a time (≈1×, other work goes on)`,
      `\`${api}\` held the JavaScript thread for ${formatDuration(cost / 1000)} in ${calls} ${calls === 1 ? 'call' : 'calls'}; timers and requests had to wait.`,
    );
  }
  const [tie] = driving.reasons;
  return leaveAlone(
    `\`${api}\` blocks, but nothing else was waiting to run, so an asynchronous call would gain nothing.${tie === undefined ? '' : ` ${tie}`}`,
  );
}

/** An asynchronous operation is taken to have been under way during a blocking call if its thread was busy for this part of the call meanwhile. */
const MEANWHILE = 0.5;

/**
 * Whether an asynchronous operation is of other work, which goes on while a call waits instead of blocking: one of the same thread that took longer
 * than the thread waited for it. What another process or thread waits for is stopped by nothing here, and an operation that was waited for from
 * its beginning to its end belongs to the same sequence of steps as the call.
 */
function mayGoOn(other: SiteOperations, blocking: SiteOperations): boolean {
  return (
    other.kind === 'async' &&
    other.calls > 1 &&
    other.lanes.some((lane) => blocking.lanes.includes(lane)) &&
    other.maxUs - (other.longestWaitUs ?? 0) >= MEANWHILE * blocking.maxUs
  );
}

/** Small reads that the system answers from its cache are computing, not waiting. */
function warmCacheReason({ api, calls, totalUs, time }: SiteOperations): string | null {
  if (!api.startsWith('fs.')) return null;
  const each = totalUs / Math.max(1, calls);
  const computes = time.blockedUs < 0.3 * totalUs && each < 5000;
  if (each > 300 && !computes) return null;
  return `\`${api}\` ×${calls} takes ${formatDuration(each / 1000)} a call from the system's cache: the asynchronous call was measured at 4 to 5 times the CPU.`;
}

function predict({ api, calls, maxUs }: SiteOperations, cost: number, context: AdviceContext): Prediction {
  const cores = context.machine.logicalCores;
  if (api.startsWith('child_process.')) return predictCommands(context.wallUs, cost, calls, maxUs, cores);
  if (api.startsWith('fs.'))
    return predictOverlap(context.wallUs, { waitUs: cost, operations: calls, longestUs: maxUs, computeUs: 0 }, FILE_BOUND);
  return predictThreadPool(context.wallUs, cost, calls, cores);
}

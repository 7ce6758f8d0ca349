import type TS from 'typescript';
import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { predictTurns, priceModels } from '../../../core/advise/cost-model.ts';
import { LONG_BLOCKAGE_US } from '../../../core/classify/thresholds.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration } from '../../../core/report/format.ts';
import { openProject } from '../project/open-project.ts';
import { computingOf, waitedIn } from '../refactors/workers/computing.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { changedSince, finish } from '../refactors/text/finish.ts';
import { entriesOf } from '../refactors/loops/known-rounds.ts';
import { hotLoops, loopsInLine, loopsThatCall } from '../refactors/loops/hot-loops.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { sharedWhileWaiting } from '../refactors/async/shared-state.ts';
import { spreadAwait } from '../refactors/async/spread-await.ts';
import { writeSpread } from '../refactors/async/spread-edits.ts';
import { TURN_MS, writeTurns } from '../refactors/async/turns.ts';
import { chooseLevel } from '../refactors/workers/worker-choice.ts';
import { bare, contains, findFunction, walkOwnCode, type FunctionNode } from '../syntax/locate.ts';
import { importedExpression } from '../syntax/modules.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { availability, editCount } from './wording.ts';

/** A loop with fewer rounds than this may take as long for one round as others may wait. */
const FEW_ROUNDS = 5;

/** A long loop that held the event loop while requests had to wait, and can't move to another thread: it makes room for them every few milliseconds. */
export const yieldToEventLoop: Rule = {
  id: 'yield-to-event-loop',

  advise(hotSpot, context) {
    const { eventLoop } = context;
    if (eventLoop === null || computingOf(hotSpot) === 0) return [];
    const own = eventLoop.blockages.filter((one) => one.file === hotSpot.file && one.function === hotSpot.function);
    const longest = own.filter((one) => eventLoop.serving || (one.heldUp ?? 0) > 0).sort((a, b) => b.us - a.us)[0];
    if (longest === undefined || longest.us < LONG_BLOCKAGE_US) return [];
    const project = openProject(hotSpot.file, context.read, { fresh: false });
    const source = project.source(hotSpot.file);
    if (typeof source === 'string') return [];
    const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
    if (node === null || (node !== 'top' && chooseLevel(source, node, context.read).choice !== null)) return [];
    const loop = loopOf(source, node, hotSpot);
    if (loop === null || makesRoom(source, loop) || waitsBetween(loop, hotSpot, longest.us)) return [];
    const heldUp = own.reduce((sum, one) => sum + (one.heldUp ?? 0), 0);
    return [finding(hotSpot, source, loop, { longestUs: longest.us, times: own.length, heldUp }, context)];
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const loop = loopsInLine(source, spot.line).find((one) => !ts.isCallExpression(one));
      if (loop === undefined) throw changedSince(source);
      return rewrite(source, loop as TS.IterationStatement, read);
    });
  },
};

/** The outermost loop that may make room: in the hot function, else around the calls of it. */
function loopOf(source: Source, node: FunctionNode | 'top', hotSpot: HotSpot): TS.IterationStatement | null {
  const nests = [
    ...hotLoops(source, node, hotSpot).map((nest) => nest.map((one) => one.node)),
    ...(node === 'top' ? [] : loopsThatCall(source, node)),
  ];
  for (const nest of nests) {
    const loops = nest.filter((one): one is TS.IterationStatement => !ts.isCallExpression(one));
    // Loops inside the callback of a `map` would have to wait within it.
    const free = loops.filter((one) => !nest.some((other) => ts.isCallExpression(other) && contains(other, one)));
    const enough = free.find((one) => (entriesOf(source, one) ?? FEW_ROUNDS) >= FEW_ROUNDS);
    if (enough !== undefined) return enough;
  }
  return null;
}

function finding(
  hotSpot: HotSpot,
  source: Source,
  loop: TS.IterationStatement,
  { longestUs, times, heldUp }: { longestUs: number; times: number; heldUp: number },
  context: AdviceContext,
): Finding {
  const result = orRefuse(() => rewrite(source, loop, context.read));
  const line = lineOf(source, loop.getStart(source.ast));
  const predicted = predictTurns(longestUs, TURN_MS * 1000);
  const waited = heldUp > 0 ? `, and requests had to wait for it ${heldUp} ${heldUp === 1 ? 'time' : 'times'}` : '';
  return {
    model: 'async-api',
    file: source.file,
    line,
    message: `Let others have their turn during the loop in line ${line}: it holds the event loop for up to ${formatDuration(longestUs / 1000)} (→ about ${TURN_MS} ms)`,
    why: `The loop held the event loop ${times} ${times === 1 ? 'time' : 'times'} for 10 ms or more, the longest for ${formatDuration(longestUs / 1000)}${waited}. It makes room every ${TURN_MS} ms from now on; the loop itself gets no faster.`,
    predicted,
    alternatives: priceModels(hotSpot, context, { model: 'async-api', speedup: predicted.speedup, edits: editCount(result) }),
    refactor: availability(result),
  };
}

/** Whether a loop waits for a turn of the event loop already: what holds it up then is one of its rounds. */
function makesRoom(source: Source, loop: TS.IterationStatement): boolean {
  let found = false;
  walkOwnCode(loop, (node) => {
    if (!ts.isAwaitExpression(node)) return;
    const call = bare(node.expression);
    if (ts.isCallExpression(call) && importedExpression(source, call.expression)?.module === 'timers/promises') found = true;
  });
  return found;
}

/** Whether the rounds of a loop wait for more than they hold up others: what held these up then is within one round. */
function waitsBetween(loop: TS.IterationStatement, hotSpot: HotSpot, longestUs: number): boolean {
  const awaits: TS.Node[] = [];
  walkOwnCode(loop, (node) => {
    if (ts.isAwaitExpression(node)) awaits.push(node);
  });
  return awaits.length > 0 && waitedIn(hotSpot) > longestUs;
}

function rewrite(source: Source, loop: TS.IterationStatement, read: AdviceContext['read']): RefactorResult {
  if (makesRoom(source, loop))
    throw new Refusal(
      `The loop in line ${lineOf(source, loop.getStart(source.ast))} lets others have their turn already: shorten its rounds.`,
    );
  const project = openProject(source.file, read, { fresh: false });
  const shared = sharedWhileWaiting(source, loop);
  if (typeof shared === 'string') throw new Refusal(shared);
  const spreads = spreadAwait(project, source, [loop]);
  const parts = [...spreads.files.values()].map((spread) => {
    const editor = editorOf(spread.source);
    const imports = importsOf(spread.source, editor);
    if (spread.source === source) writeTurns(source, editor, imports, loop);
    writeSpread(project, editor, spread, [], { kind: 'workers' });
    imports.flush();
    return { source: spread.source, editor };
  });
  const title = `Let others have their turn every ${TURN_MS} ms during the loop in line ${lineOf(source, loop.getStart(source.ast))}`;
  return finish(parts, { title, review: [...shared, ...spreads.review] });
}

import type TS from 'typescript';
import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import type { CalledFunction, HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { changedSince, finish } from '../refactors/text/finish.ts';
import { timeOn } from '../refactors/cures/hot-code.ts';
import { keptFunction, writeKept } from '../refactors/cures/memo.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { openProject } from '../project/open-project.ts';
import { contains, findFunction, functionWords, type FunctionNode } from '../syntax/locate.ts';
import { isFunctionLike } from '../syntax/scopes.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { adviceOf } from './wording.ts';

/** So many of the compared calls were given what an earlier one was given: below it a kept result is rarely asked for again. */
const LEAST_AGAIN = 0.1;
/** Measured with Node 20 to 24: to look a text up in a map and to note a new one takes 0.05 to 0.5 µs. */
const SHORTEST_CALL_US = 2;

/**
 * A function that computes the same again: its arguments were compared while calls were counted. Its results are kept by argument, where it does
 * nothing but compute and nobody can change what it gave.
 */
export const cachePureCall: Rule = {
  id: 'cache-pure-call',

  advise(hotSpot, context) {
    const source = openProject(hotSpot.file, context.read, { fresh: false }).source(hotSpot.file);
    if (typeof source === 'string') return [];
    // A function that V8 compiled into its callers may be none that is hot by itself.
    const others = context.called.filter((one) => one.file === hotSpot.file && one.calls > 0);
    return others.flatMap((called) => {
      const isItself = called.line === hotSpot.line && called.column === hotSpot.column;
      return isItself || (called.again !== null && timeWithin(source, called, hotSpot) >= 0.05 * context.wallUs)
        ? adviseFunction(source, called, hotSpot, context)
        : [];
    });
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = openProject(spot.file, read, { fresh: true }).source(spot.file);
      if (typeof source === 'string') throw new Refusal(source);
      const node = functionOnLine(source, spot.line);
      if (node === null) throw changedSince(source);
      return rewrite(source, node);
    });
  },
};

function adviseFunction(source: Source, called: CalledFunction, hotSpot: HotSpot, context: AdviceContext): Finding[] {
  const { again: compared, calls } = called;
  if (compared === null || compared.byReference > 0 || compared.again < compared.calls * LEAST_AGAIN) return [];
  const node = findFunction(source, { name: called.function, line: called.line, column: called.column });
  if (node === null || node === 'top') return [];
  const inlinedUs = context.hotSpots.reduce((sum, one) => sum + timeWithin(source, called, one), 0);
  const costUs = Math.min(called.totalUs + inlinedUs, context.wallUs);
  if (costUs < 0.05 * context.wallUs || costUs / calls < SHORTEST_CALL_US) return [];
  const result = orRefuse(() => rewrite(source, node));
  const within =
    inlinedUs < 0.01 * context.wallUs
      ? ''
      : ` ${formatDuration(inlinedUs / 1000)} of that is charged to its callers, into which V8 compiled it.`;
  const least = compared.again / compared.calls;
  const most = Math.max(least, 1 - (compared.calls - compared.again) / calls);
  return [
    adviceOf(hotSpot, context, {
      model: 'cache',
      file: source.file,
      line: lineOf(source, node.getStart(source.ast)),
      message: `Keep what ${functionWords(source, node)} gives for the same ${node.parameters.length === 1 ? 'argument' : 'arguments'}`,
      why: `Of ${compared.calls} calls in a row ${compared.again} had the arguments of an earlier one; all ${calls} calls took ${formatDuration(costUs / 1000)}, ${formatShare(costUs / context.wallUs)} of the run.${within}`,
      predicted: predictSaving(
        context.wallUs,
        costUs,
        { least, most },
        `${formatDuration(costUs / 1000)} in ${calls} calls, of which ${formatShare(least)} (as among ${compared.calls} in a row) to ${formatShare(most)} (if nothing new came later) are repeats`,
      ),
      result,
    }),
  ];
}

/** µs that a hot spot took on the lines of another function, which V8 compiled into it: they are not in that function's total. */
function timeWithin(source: Source, called: CalledFunction, hotSpot: HotSpot): number {
  if (hotSpot.file !== called.file) return 0;
  const node = findFunction(source, { name: called.function, line: called.line, column: called.column });
  const around = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
  if (node === null || node === 'top' || around === null || (around !== 'top' && contains(node, around))) return 0;
  const statement = ownStatement(node);
  return statement === null ? 0 : timeOn(source, hotSpot, statement);
}

/** The method, or the statement that is nothing but a function: its lines hold no other code. */
function ownStatement(node: FunctionNode): TS.Node | null {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node;
  if (ts.isBinaryExpression(node.parent)) return ts.isExpressionStatement(node.parent.parent) ? node.parent.parent : null;
  const statement = ts.isVariableDeclaration(node.parent) ? node.parent.parent.parent : null;
  return statement !== null && ts.isVariableStatement(statement) ? statement : null;
}

/** The outermost function that begins on a line. */
function functionOnLine(source: Source, line: number): FunctionNode | null {
  let found: FunctionNode | null = null;
  const visit = (node: TS.Node): void => {
    if (found === null && isFunctionLike(node) && lineOf(source, node.getStart(source.ast)) === line) found = node;
    if (found === null) ts.forEachChild(node, visit);
  };
  visit(source.ast);
  return found;
}

function rewrite(source: Source, node: FunctionNode): RefactorResult {
  const kept = keptFunction(source, node);
  const editor = editorOf(source);
  writeKept(source, editor, kept);
  const review = [`up to 1,000 results of \`${kept.name}\` stay in memory, and 0 and -0 count as the same argument`];
  const what = kept.parameters.length === 1 ? 'argument' : 'arguments';
  return finish([{ source, editor }], { title: `Keep what ${kept.name} gives for the same ${what}`, review });
}

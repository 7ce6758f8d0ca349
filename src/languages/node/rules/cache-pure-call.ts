import type { RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { changedSince, finish } from '../refactors/text/finish.ts';
import { keptFunction, writeKept } from '../refactors/cures/memo.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { findFunction, functionWords, type FunctionNode } from '../syntax/locate.ts';
import { isFunctionLike } from '../syntax/scopes.ts';
import { lineOf, readSource, type Source } from '../syntax/source.ts';
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
    const { again: compared, calls, totalUs } = hotSpot;
    if (compared === null || calls === null || compared.byReference > 0 || compared.again < compared.calls * LEAST_AGAIN) return [];
    const costUs = Math.min(totalUs, context.wallUs);
    if (costUs < 0.05 * context.wallUs || costUs / calls < SHORTEST_CALL_US) return [];
    const source = readSource(hotSpot.file, context.read);
    if (typeof source === 'string') return [];
    const node = findFunction(source, { name: hotSpot.function, line: hotSpot.line, column: hotSpot.column });
    if (node === null || node === 'top') return [];
    const result = orRefuse(() => rewrite(source, node));
    const least = compared.again / compared.calls;
    const most = Math.max(least, 1 - (compared.calls - compared.again) / calls);
    return [
      adviceOf(hotSpot, context, {
        model: 'cache',
        file: source.file,
        line: lineOf(source, node.getStart(source.ast)),
        message: `Keep what ${functionWords(source, node)} gives for the same argument`,
        why: `Of ${compared.calls} calls in a row ${compared.again} had the arguments of an earlier one; all ${calls} calls took ${formatDuration(costUs / 1000)}, ${formatShare(costUs / context.wallUs)} of the run.`,
        predicted: predictSaving(
          context.wallUs,
          costUs,
          { least, most },
          `${formatDuration(costUs / 1000)} in ${calls} calls, of which ${formatShare(least)} (as among ${compared.calls} in a row) to ${formatShare(most)} (if nothing new came later) are repeats`,
        ),
        result,
      }),
    ];
  },

  refactor(spot, read) {
    return orRefuse(() => {
      const source = readSource(spot.file, read);
      if (typeof source === 'string') throw new Refusal(source);
      const node = functionOnLine(source, spot.line);
      if (node === null) throw changedSince(source);
      return rewrite(source, node);
    });
  },
};

/** The outermost function that begins on a line. */
function functionOnLine(source: Source, line: number): FunctionNode | null {
  let found: FunctionNode | null = null;
  const visit = (node: TSNode): void => {
    if (found === null && isFunctionLike(node) && lineOf(source, node.getStart(source.ast)) === line) found = node;
    if (found === null) ts.forEachChild(node, visit);
  };
  visit(source.ast);
  return found;
}

type TSNode = Parameters<typeof ts.forEachChild>[0];

function rewrite(source: Source, node: FunctionNode): RefactorResult {
  const kept = keptFunction(source, node);
  const editor = editorOf(source);
  writeKept(source, editor, kept);
  const review = [`up to 1,000 results of \`${kept.name}\` stay in memory, and 0 and -0 count as the same argument`];
  return finish([{ source, editor }], { title: `Keep what ${kept.name} gives for the same argument`, review });
}

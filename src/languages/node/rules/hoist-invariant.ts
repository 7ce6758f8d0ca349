import type { RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving, type Saving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { hoistOf, writeHoist, type Hoist } from '../refactors/cures/hoist.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { makerOf, type Maker } from '../refactors/cures/invariant-makers.ts';
import { shortWords } from '../refactors/cures/json-clones.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { adviceOf } from './wording.ts';

/** Something that takes long to make may have been made a few times only; then little is saved. */
const UNCOUNTED: Saving = { least: 0.1, most: 1 };

const findMaker: Find<Maker> = (source, node) => {
  const maker = makerOf(source, node);
  return maker === null ? null : { found: maker, lines: maker.expression };
};

/** What is made again and again in a loop from what the loop doesn't change (regular expressions, formatters, templates, sorted copies): made once. */
export const hoistInvariant: Rule = {
  id: 'hoist-invariant',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findMaker);
    return places.flatMap(({ source, found, us }) => {
      // What can't be made once is not known to be the same each time; a file that is not to be changed is another matter.
      const hoist = hoistOrNull(source, found);
      if (hoist === null) return [];
      const result = orRefuse(() => rewrite(source, found, hoist));
      const saving = savingOf(found, hotSpot);
      const counted =
        found.large && hotSpot.calls === null ? '; how often it is made was not counted (`--count-calls` does for functions)' : '';
      return adviceOf(hotSpot, context, {
        model: 'algorithm',
        file: source.file,
        line: lineOf(source, found.expression.getStart(source.ast)),
        message: `Make ${found.words} once instead of each time`,
        why: `\`${shortWords(source, found.expression)}\` makes ${found.words} each time that it runs; its lines took ${formatDuration(us / 1000)}, ${formatShare(us / context.wallUs)} of the run.`,
        predicted: predictSaving(
          context.wallUs,
          us,
          saving,
          `${formatDuration(us / 1000)} on the lines that make it, of which ${formatShare(saving.least)} to all go${counted}`,
        ),
        result,
      });
    });
  },

  refactor: (spot, read) => changeOnLine(spot, read, findMaker, rewrite),
};

function savingOf({ large, least }: Maker, { calls }: HotSpot): Saving {
  if (!large) return { least, most: 1 };
  return calls === null ? UNCOUNTED : { least: least * (1 - 1 / Math.max(1, calls)), most: 1 };
}

function hoistOrNull(source: Source, maker: Maker): Hoist | null {
  try {
    return hoistOf(source, maker);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function rewrite(source: Source, maker: Maker, hoist = hoistOf(source, maker)): RefactorResult {
  const editor = editorOf(source);
  writeHoist(source, editor, maker, hoist);
  return finish([{ source, editor }], { title: `Make ${maker.words} once`, review: hoist.review });
}

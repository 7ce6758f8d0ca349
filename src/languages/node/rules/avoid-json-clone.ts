import type { Rule } from '../../../core/language.ts';
import { predictSaving, type Saving } from '../../../core/advise/cost-model.ts';
import type { RefactorResult } from '../../../core/advise/advice.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { cureOfClone, jsonClone, shortWords, type JsonClone } from '../refactors/cures/json-clones.ts';
import { orRefuse } from '../refactors/text/refusal.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { adviceOf } from './wording.ts';

/**
 * How much of what its lines take a copy saves that is left out, or shrinks to what is changed: SAVINGS by measurement, see docs/rules/avoid-json-clone.md.
 * Where the change is left to a person it isn't known which of the two it will be.
 */
const DROPPED: Saving = { least: 0.8, most: 1 };
const SHRUNK: Saving = { least: 0.5, most: 1 };
const BY_HAND: Saving = { least: 0.2, most: 1 };

const findClone: Find<JsonClone> = (source, node) => {
  const clone = jsonClone(source, node);
  return clone === null ? null : { found: clone, lines: clone.call };
};

/**
 * `JSON.parse(JSON.stringify(value))` that takes a good part of the run: no copy where nothing is changed, else a copy of what is changed.
 * Not `structuredClone`, which is slower for small nested objects.
 */
export const avoidJsonClone: Rule = {
  id: 'avoid-json-clone',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findClone);
    return places.map(({ source, found, us }) => {
      const result = orRefuse(() => rewrite(source, found));
      const words = shortWords(source, found.value);
      const dropped = result.available && result.title.startsWith('Use');
      const saving = !result.available ? BY_HAND : dropped ? DROPPED : SHRUNK;
      return adviceOf(hotSpot, context, {
        model: 'algorithm',
        file: source.file,
        line: lineOf(source, found.call.getStart(source.ast)),
        message: result.available ? result.title : `Don't copy \`${words}\` through JSON`,
        why: `Copying \`${words}\` through a text took ${formatDuration(us / 1000)}, ${formatShare(us / context.wallUs)} of the run. \`structuredClone\` is faster for long texts and fractional numbers only.`,
        predicted: predictSaving(
          context.wallUs,
          us,
          saving,
          `${formatDuration(us / 1000)} on the lines of the copy, of which ${formatShare(saving.least)} to all go`,
        ),
        result,
      });
    });
  },

  refactor: (spot, read) => changeOnLine(spot, read, findClone, rewrite),
};

function rewrite(source: Source, clone: JsonClone): RefactorResult {
  const { kind, newText, review } = cureOfClone(source, clone);
  const editor = editorOf(source);
  const why = kind === 'drop' ? 'nothing of it is changed' : 'copy what is changed, and share the rest';
  editor.replace(clone.call.getStart(source.ast), clone.call.end, newText, why);
  const words = shortWords(source, clone.value);
  return finish([{ source, editor }], {
    title: kind === 'drop' ? `Use \`${words}\` without a copy` : `Copy only what is changed of \`${words}\``,
    review,
  });
}

import type { Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { nativeTwin, whyNoTwin, type NativeTwin } from '../refactors/cures/native-twins.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { adviceOf } from './wording.ts';

/** A twin, or why there is none that is faster. */
const findTwin: Find<NativeTwin | string> = (source, node) => {
  const found = nativeTwin(source, node) ?? whyNoTwin(source, node);
  return found === null ? null : { found, lines: node };
};

/** A package that computes in JavaScript what Node has built in natively (digests, Base64), where its calls take a good part of the run. */
export const useNativeApi: Rule = {
  id: 'use-native-api',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findTwin);
    return places.map(({ source, found, us }): Finding => {
      if (typeof found === 'string')
        return { leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason: found, models: ['native-api'] };
      return adviceOf(hotSpot, context, {
        model: 'native-api',
        file: source.file,
        line: lineOf(source, found.expression.getStart(source.ast)),
        message: `Use \`${found.native}\` in place of \`${found.package}\``,
        why: `\`${found.package}\` computes in JavaScript what Node does natively; the lines that call it took ${formatDuration(us / 1000)}, ${formatShare(us / context.wallUs)} of the run.`,
        predicted: predictSaving(
          context.wallUs,
          us,
          { least: found.least, most: 1 },
          `${formatDuration(us / 1000)} on the lines that call it, of which ${formatShare(found.least)} (short texts) to nearly all (long ones) go`,
        ),
        result: orRefuse(() => rewrite(source, found)),
      });
    });
  },

  refactor: (spot, read) => changeOnLine(spot, read, findTwin, rewrite),
};

function rewrite(source: Source, twin: NativeTwin | string): RefactorResult {
  if (typeof twin === 'string') throw new Refusal(twin);
  const editor = editorOf(source);
  const imports = importsOf(source, editor);
  const review = twin.write(source, editor, imports);
  imports.flush();
  return finish([{ source, editor }], { title: `Use \`${twin.native}\` in place of \`${twin.package}\``, review });
}

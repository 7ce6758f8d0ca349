import type { RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving, type Saving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import { formatDuration } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { listWords } from '../refactors/loops/loop-rounds.ts';
import { orRefuse } from '../refactors/text/refusal.ts';
import { lineLoop, workOf, writeLineLoop, type LineLoop } from '../refactors/cures/line-loops.ts';
import { linesFunction, takenForPath } from '../refactors/cures/whole-reads.ts';
import { effectsOf } from '../syntax/effects.ts';
import { bare } from '../syntax/locate.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { adviceOf } from './wording.ts';

/** A file that is read faster than this is small (a few MB at the speed of the system's cache): all of it fits. */
const LARGE_US = 5000;

/** Measured (docs/rules/stream-large-file.md): reading and splitting in pieces takes 0 to 60 % less than as a whole; the loop's own work stays. */
const SAVED: Saving = { least: 0, most: 0.6 };

const findLineLoop: Find<LineLoop> = (source, node) => {
  const found = lineLoop(source, node);
  return found === null ? null : { found, lines: found.read.call };
};

/** A large file that is read as a whole, though its lines are looked at one by one: read piece by piece, in the same order and as synchronously. */
export const streamLargeFile: Rule = {
  id: 'stream-large-file',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findLineLoop);
    return places.flatMap(({ source, found, us }) => {
      const line = lineOf(source, found.read.call.getStart(source.ast));
      const read = hotSpot.operations.find((one) => one.api === 'fs.readFileSync' && one.line === line);
      if (read === undefined || read.totalUs / Math.max(1, read.calls) < LARGE_US) return [];
      const each = formatDuration(read.totalUs / Math.max(1, read.calls) / 1000);
      return adviceOf(hotSpot, context, {
        model: 'stream',
        file: source.file,
        line,
        message: 'Read the file line by line, and hold a piece of it in memory in place of all',
        why: `Reading all of the file took ${each} a time, and its text and the list of all its lines were held at once; they are looked at one by one.`,
        predicted: predictSaving(
          context.wallUs,
          us,
          SAVED,
          `${formatDuration(us / 1000)} on the line that reads and splits, of which up to 60 % was measured to go; the gain is memory first`,
        ),
        result: orRefuse(() => rewrite(source, found)),
      });
    });
  },

  refactor: (spot, read) => changeOnLine(spot, read, findLineLoop, rewrite),
};

function rewrite(source: Source, loop: LineLoop): RefactorResult {
  const { read, before } = loop;
  const editor = editorOf(source);
  const imports = importsOf(source, editor);
  const review = takenForPath(source, read.file);
  const { outside, unknown } = effectsOf(source, workOf(loop));
  const others = [...outside, ...unknown];
  if (others.length > 0) review.push(`${listWords(others)} must not change the file while its lines are read`);
  const name = linesFunction(source, editor, imports, loop.end);
  const why = 'read line by line';
  writeLineLoop(source, editor, loop, name);
  for (const statement of before) editor.replace(statement.getStart(source.ast), startOfNext(source, statement.end), '', why);
  const callee = bare(read.call.expression);
  if (ts.isIdentifier(callee)) imports.dropped(callee);
  imports.flush();
  return finish([{ source, editor }], { title: 'Read the file line by line', review });
}

/** Past the line feed and the indentation after a statement. */
function startOfNext(source: Source, end: number): number {
  return end + (/^[ \t]*\r?\n[ \t]*/.exec(source.text.slice(end))?.[0].length ?? 0);
}

import type { RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving, type Saving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import { formatBytes, formatDuration } from '../../../core/report/format.ts';
import { editorOf } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { importsOf } from '../refactors/text/imports.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import {
  endFunction,
  partLookedAt,
  startFunction,
  takenForPath,
  wholeRead,
  type PartLookedAt,
  type WholeRead,
} from '../refactors/cures/whole-reads.ts';
import { bare } from '../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { adviceOf } from './wording.ts';

/** To open and close a file takes about 50 µs: below this, reading less of it saves nothing to speak of. */
const WORTH_US = 200;

/** What remains is to open the file, read a part and close it: at most a fourth of the shortest read that is advised about. */
const SAVED: Saving = { least: 0.5, most: 1 };

const findPartRead: Find<WholeRead> = (source, node) => {
  const found = wholeRead(source, node);
  return found === null ? null : { found, lines: node };
};

/** A file that is read as a whole, of which only the beginning or the end is looked at: reads that. */
export const readPartOfFile: Rule = {
  id: 'read-part-of-file',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findPartRead);
    return places.flatMap(({ source, found, us }) => {
      const line = lineOf(source, found.call.getStart(source.ast));
      const read = hotSpot.operations.find((one) => one.api === 'fs.readFileSync' && one.line === line);
      const each = read === undefined ? 0 : read.totalUs / Math.max(1, read.calls);
      const part = partLookedAt(source, found);
      if (typeof part === 'string' || read === undefined || each < WORTH_US) return [];
      return adviceOf(hotSpot, context, {
        model: 'stream',
        file: source.file,
        line,
        message: `Read the ${formatBytes(part.bytes)} of the file that are looked at`,
        why: `Reading whole files took ${formatDuration(us / 1000)} in ${read.calls} calls, ${formatDuration(each / 1000)} each, and no more than the ${partWords(part)} are looked at.`,
        predicted: predictSaving(context.wallUs, us, SAVED, `${formatDuration(us / 1000)} on the line that reads, of which 50 % to all go`),
        result: orRefuse(() => rewrite(source, found)),
      });
    });
  },

  refactor: (spot, read) => changeOnLine(spot, read, findPartRead, rewrite),
};

function rewrite(source: Source, read: WholeRead): RefactorResult {
  const part = partLookedAt(source, read);
  if (typeof part === 'string') throw new Refusal(part);
  const isStart = part.from === 'start';
  const review = takenForPath(source, read.file);
  const editor = editorOf(source);
  const imports = importsOf(source, editor);
  const name = (isStart ? startFunction : endFunction)(source, editor, imports);
  const text = `${name}(${textOf(source, read.file)}, ${part.bytes})${read.isText ? '.toString()' : ''}`;
  editor.replace(read.call.getStart(source.ast), read.call.end, text, 'read what is looked at');
  const callee = bare(read.call.expression);
  // The function that reads the end uses it for files that are shorter.
  if (isStart && ts.isIdentifier(callee)) imports.dropped(callee);
  imports.flush();
  return finish([{ source, editor }], { title: `Read the ${partWords(part)} of the file`, review });
}

function partWords({ from, bytes }: PartLookedAt): string {
  return `${from === 'start' ? 'first' : 'last'} ${formatBytes(bytes)}`;
}

import type TS from 'typescript';
import type { RefactorResult } from '../../../core/advise/advice.ts';
import { predictSaving, type Saving } from '../../../core/advise/cost-model.ts';
import type { Rule } from '../../../core/language.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import { editorOf, type Editor } from '../refactors/text/editor.ts';
import { finish } from '../refactors/text/finish.ts';
import { growingCopy, growInPlace } from '../refactors/cures/growing-copies.ts';
import { growingText } from '../refactors/cures/growing-texts.ts';
import { repetitionsAround } from '../refactors/cures/hoist.ts';
import { changeOnLine, costlyPlaces, type Find } from '../refactors/cures/hot-code.ts';
import { lookupOf, shiftOf, writeLookup, writeShift } from '../refactors/cures/lookups.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { globalName } from '../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { adviceOf } from './wording.ts';

/** Work that grows with all that came before, in each round. */
interface Quadratic {
  node: TS.Node;
  title: string;
  why: string;
  /** The share of the time of its lines that goes. */
  saving: Saving;
  write: (editor: Editor) => string[];
}

/** Of a copy nothing remains but the addition; of a search, asking a Set or Map; beside an item taken from a queue, its lines mostly do other work too. */
const COPY: Saving = { least: 0.5, most: 1 };
const SEARCH: Saving = { least: 0.3, most: 1 };
const QUEUE: Saving = { least: 0.3, most: 1 };
/** How long a text gets is not measured: a short one is copied in no time. */
const TEXT: Saving = { least: 0.1, most: 1 };

const findQuadratic: Find<Quadratic> = (source, node) => {
  const found = quadraticAt(source, node);
  return found === null ? null : { found, lines: found.node };
};

/** What takes longer with each item in a loop: copies to add to, searches through a list, items taken from the front. Each gets the form whose time doesn't grow. */
export const fixQuadratic: Rule = {
  id: 'fix-quadratic',

  advise(hotSpot, context) {
    const places = costlyPlaces(hotSpot, context, findQuadratic);
    return places.map(({ source, found, us }) =>
      adviceOf(hotSpot, context, {
        model: 'algorithm',
        file: source.file,
        line: lineOf(source, found.node.getStart(source.ast)),
        message: found.title,
        why: `${found.why}: its lines took ${formatDuration(us / 1000)}, ${formatShare(us / context.wallUs)} of the run, and with twice the items would take four times as long.`,
        predicted: predictSaving(
          context.wallUs,
          us,
          found.saving,
          `${formatDuration(us / 1000)} on its lines, of which ${formatShare(found.saving.least)} to all go`,
        ),
        result: orRefuse(() => rewrite(source, found)),
      }),
    );
  },

  refactor: (spot, read) => changeOnLine(spot, read, findQuadratic, rewrite),
};

function quadraticAt(source: Source, node: TS.Node): Quadratic | null {
  const copy = growingCopy(source, node);
  if (copy !== null) {
    const { name } = copy.binding;
    return {
      node,
      title: `Add to \`${name}\` in place of copying it`,
      why: `Each round copies all of \`${name}\` to add to it`,
      saving: COPY,
      write: (editor) => growInPlace(source, editor, copy),
    };
  }
  const lookup = lookupOf(source, node);
  if (lookup !== null) {
    const { name } = lookup.list;
    return {
      node,
      title: `Look it up in a ${lookup.by.kind === 'value' || lookup.by.method === 'some' ? 'Set' : 'Map'} in place of searching \`${name}\``,
      why: `Each round searches through \`${name}\``,
      saving: SEARCH,
      write: (editor) => writeLookup(source, editor, lookup),
    };
  }
  const shift = shiftOf(source, node);
  if (shift === null) return growingOf(source, node) ?? leftToThePerson(source, node);
  const { name } = shift.queue;
  return {
    node,
    title: `Read \`${name}\` by an index in place of shifting it`,
    why: `Each \`shift\` moves all other items of \`${name}\``,
    saving: QUEUE,
    write: (editor) => writeShift(source, editor, shift),
  };
}

/** Texts that are copied as a whole in each round, with what to do. */
function growingOf(source: Source, node: TS.Node): Quadratic | null {
  const text = growingText(source, node);
  if (text === null) return null;
  const line = lineOf(source, node.getStart(source.ast));
  const { name, words, kind } = text;
  const isLook = kind === 'looked-into';
  return {
    node,
    title: isLook ? `Don't look into \`${name}\` while it grows` : `Replace all of it in \`${name}\` at once`,
    why: isLook
      ? `Each round copies all of \`${name}\`, as \`${words}\` needs it in one piece after something was added`
      : `Each round copies all of \`${name}\` to replace one place`,
    saving: TEXT,
    write: () => {
      throw new Refusal(
        isLook
          ? `Keep what \`${words}\` in line ${line} asks for in a variable beside \`${name}\` (the last piece, say), or gather the pieces in a list and join it after the loop.`
          : `Replace with a pattern that has the flag \`g\`, or by \`replaceAll\`, in place of the loop around line ${line}; where a replacement may make a new place, go on from the place of the last one.`,
      );
    },
  };
}

/** Forms of the same kind that are not rewritten, with what to do. */
function leftToThePerson(source: Source, node: TS.Node): Quadratic | null {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || repetitionsAround(node).length === 0) return null;
  const line = lineOf(source, node.getStart(source.ast));
  const name = textOf(source, node.expression.expression).slice(0, 40);
  const method = node.expression.name.text;
  const found = (title: string, why: string, how: string): Quadratic => ({
    node,
    title,
    why,
    saving: SEARCH,
    write: () => {
      throw new Refusal(`${how} (line ${line}).`);
    },
  });
  if (globalName(source, node.expression) === 'Buffer.concat') {
    const assigned = node.parent;
    const [list] = node.arguments;
    const grows =
      ts.isBinaryExpression(assigned) &&
      list !== undefined &&
      ts.isArrayLiteralExpression(list) &&
      list.elements.some((one) => textOf(source, one) === textOf(source, assigned.left));
    return grows
      ? found(
          'Join the pieces once in place of each time',
          'Each round copies all bytes so far to add some',
          'Gather the pieces in a list with `push`, and call `Buffer.concat` once after the loop; copy a piece whose buffer is read into again',
        )
      : null;
  }
  if (method === 'unshift')
    return found(
      `Gather \`${name}\` from its end`,
      `Each \`unshift\` moves all items of \`${name}\``,
      `Gather the items of \`${name}\` with \`push\`, and reverse the list once after the loop`,
    );
  if (method === 'splice' && node.arguments[0] !== undefined && textOf(source, node.arguments[0]) === '0')
    return found(
      `Read \`${name}\` by an index in place of cutting it`,
      `Each \`splice\` at the front moves all other items of \`${name}\``,
      `Read \`${name}\` by an index that goes on, and cut it once after the loop`,
    );
  return null;
}

function rewrite(source: Source, { title, write }: Quadratic): RefactorResult {
  const editor = editorOf(source);
  const review = write(editor);
  return finish([{ source, editor }], { title, review });
}

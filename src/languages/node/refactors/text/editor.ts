import type TS from 'typescript';
import type { Source } from '../../syntax/source.ts';
import type { Edit } from './edits.ts';

/** Collects the edits of one file. Pieces may be rendered with the edits inside them and moved as a whole. */
export interface Editor {
  replace(start: number, end: number, newText: string, why: string): void;
  before(node: TS.Node, newText: string, why: string): void;
  after(node: TS.Node, newText: string, why: string): void;
  /** Appends lines to the file. */
  append(lines: string, why: string): void;
  /** The text from `start` to `end` with the edits made so far. */
  rendered(start: number, end: number): string;
  /** Replaces a piece, with all edits made inside it so far. */
  rewrite(start: number, end: number, newText: string, why: string): void;
  /** In ascending order without overlap; edits that touch are one. */
  edits(): Edit[];
}

interface Pending extends Edit {
  /** At one position: what closes an expression comes first (the inner first), then whole lines, then what opens one (the outer first), then replacements. */
  rank: number;
}

const CLOSING = 0;
const INSERTING = 1;
const OPENING = 2;
const REPLACING = 3;

export function editorOf(source: Source): Editor {
  let pending: (Pending & { order: number })[] = [];
  const add = (edit: Pending, order: number): void => {
    pending.push({ ...edit, order });
    pending.sort((a, b) => a.start - b.start || a.rank - b.rank || a.order - b.order);
  };
  const within = (edit: Pending, start: number, end: number): boolean => {
    if (edit.start < start || edit.end > end) return false;
    if (edit.start !== edit.end || start === end) return true;
    if (edit.start === start) return edit.rank === OPENING || edit.rank === REPLACING;
    return edit.start !== end || edit.rank === CLOSING;
  };
  const rendered = (start: number, end: number): string => {
    let result = '';
    let position = start;
    for (const edit of pending) {
      if (!within(edit, start, end)) continue;
      result += source.text.slice(position, edit.start) + edit.newText;
      position = edit.end;
    }
    return result + source.text.slice(position, end);
  };
  return {
    replace: (start, end, newText, why) => add({ start, end, newText, why, rank: start === end ? INSERTING : REPLACING }, 0),
    before: (node, newText, why) => {
      const start = node.getStart(source.ast);
      add({ start, end: start, newText, why, rank: OPENING }, -node.end);
    },
    after: (node, newText, why) => add({ start: node.end, end: node.end, newText, why, rank: CLOSING }, -node.getStart(source.ast)),
    append: (lines, why) => {
      const gap = source.text.endsWith('\n') ? source.eol : source.eol + source.eol;
      const end = source.text.length;
      add({ start: end, end, newText: gap + lines.replaceAll('\n', source.eol), why, rank: INSERTING }, pending.length);
    },
    rendered,
    rewrite: (start, end, newText, why) => {
      pending = pending.filter((edit) => !within(edit, start, end));
      add({ start, end, newText, why, rank: REPLACING }, 0);
    },
    edits: () => {
      const merged: Edit[] = [];
      for (const { start, end, newText, why } of pending) {
        const last = merged.at(-1);
        if (last?.end === start)
          merged[merged.length - 1] = {
            start: last.start,
            end,
            newText: last.newText + newText,
            why: last.why === why ? why : `${last.why}; ${why}`,
          };
        else merged.push({ start, end, newText, why });
      }
      return merged;
    },
  };
}

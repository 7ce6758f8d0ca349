import type { FileEdits } from '../../../../core/advise/advice.ts';

export type Edit = FileEdits['edits'][number];

/** The text with the edits made. Edits are in ascending order without overlap, as a refactor returns them. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let position = 0;
  for (const edit of edits) {
    if (edit.start < position || edit.end < edit.start || edit.end > text.length)
      throw new RangeError('edits must ascend without overlap and lie within the text');
    result += text.slice(position, edit.start) + edit.newText;
    position = edit.end;
  }
  return result + text.slice(position);
}

import { basename } from 'node:path';
import type { FileEdits, RefactorResult } from '../../../core/advise/advice.ts';
import { parses, type Source } from '../syntax/source.ts';
import { applyEdits } from './edits.ts';
import type { Editor } from './editor.ts';
import { Refusal } from './refusal.ts';

/** The result of a refactor, after a last look at whether the text still parses. */
export function finish(
  source: Source,
  editor: Editor,
  { title, review, more = [] }: { title: string; review: readonly string[]; more?: FileEdits[] },
): RefactorResult {
  const files: FileEdits[] = [{ file: source.file, create: false, edits: editor.edits() }, ...more];
  for (const one of files) {
    const after = applyEdits(one.create ? '' : source.text, one.edits);
    if (!parses(one.file, after))
      throw new Refusal(`The change would break the syntax of ${basename(one.file)}: make it by hand, and please report this.`);
  }
  return { available: true, title, safety: review.length > 0 ? 'review' : 'safe', files };
}

export function changedSince(source: Source): Refusal {
  return new Refusal(`${basename(source.file)} has changed since it was profiled: profile it again.`);
}

import { basename } from 'node:path';
import type { FileEdits, RefactorResult } from '../../../core/advise/advice.ts';
import { whyNotEdited } from '../project/why-not-edited.ts';
import type { Project } from '../project/project.ts';
import { newTypeError } from '../project/type-errors.ts';
import { parses, type Source } from '../syntax/source.ts';
import { applyEdits } from './edits.ts';
import type { Editor } from './editor.ts';
import { Refusal } from './refusal.ts';

/** What a refactor changes in one file. */
export interface Part {
  source: Source;
  editor: Editor;
}

/** The result of a refactor, after a last look at whether every file may be changed and every text still parses. Files without an edit are left out. */
export function finish(
  parts: readonly Part[],
  { title, review, more = [] }: { title: string; review: Iterable<string>; more?: FileEdits[] },
): RefactorResult {
  const files: FileEdits[] = [];
  for (const { source, editor } of parts) {
    const edits = editor.edits();
    if (edits.length === 0) continue;
    const obstacle = whyNotEdited(source);
    if (obstacle !== null) throw new Refusal(obstacle);
    refuseBroken(source.file, applyEdits(source.text, edits), source.topLevelAwait);
    files.push({ file: source.file, create: false, edits });
  }
  for (const one of more) {
    refuseBroken(one.file, applyEdits('', one.edits), true);
    files.push(one);
  }
  const reasons = [...new Set(review)];
  return { available: true, title, safety: reasons.length > 0 ? 'review' : 'safe', review: reasons, files };
}

function refuseBroken(file: string, text: string, topLevelAwait: boolean): void {
  if (!parses(file, text, topLevelAwait))
    throw new Refusal(`The change would break the syntax of ${basename(file)}: make it by hand, and please report this.`);
}

/** Refuses a result in which TypeScript would find an error that it doesn't find now. */
export function refuseTypeErrors(project: Project, result: RefactorResult): void {
  if (!result.available) return;
  const changed = new Map(
    result.files.filter((one) => !one.create).map((one) => [one.file, applyEdits(project.text(one.file) ?? '', one.edits)]),
  );
  const error = newTypeError(project, changed);
  if (error === null) return;
  const { edits } = result.files.find((one) => one.file === error.file)!;
  const line = (project.text(error.file) ?? '').slice(0, oldOffset(edits, error.start)).split('\n').length;
  throw new Refusal(
    `The change would bring a type error to line ${line} of ${basename(error.file)} (TS${error.code}: ${error.message.replace(/\.?$/, '').slice(0, 200)}): give it a type that allows a promise first.`,
  );
}

/** Where a place of the new text was before the edits. */
function oldOffset(edits: FileEdits['edits'], offset: number): number {
  let shift = 0;
  for (const { start, end, newText } of edits) {
    if (start + shift + newText.length > offset) return Math.min(Math.max(start, offset - shift), end);
    shift += newText.length - (end - start);
  }
  return offset - shift;
}

export function changedSince(source: Source): Refusal {
  return new Refusal(`${basename(source.file)} has changed since it was profiled: profile it again.`);
}

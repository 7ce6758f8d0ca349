import { basename } from 'node:path';
import type { FileEdits, RefactorResult } from '../../../../core/advise/advice.ts';
import { whyNotEdited } from '../../project/why-not-edited.ts';
import type { Project } from '../../project/project.ts';
import { newTypeErrors } from '../../project/type-errors.ts';
import { parses, type Source } from '../../syntax/source.ts';
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

/** A promise where a type says something else. */
const NOT_ASSIGNABLE = new Set([1064, 1065, 2322, 2345, 2416, 2739, 2740, 2741]);

/** A type that is missing, in code that no type was written in: nothing is wrong but the wish for one. */
const MISSING_TYPES = new Set([7005, 7006, 7019, 7031, 7034]);

/**
 * Refuses a result in which TypeScript would find an error that it doesn't find now. In JavaScript that is checked strictly, the types that it
 * would ask for are named for review.
 */
export function checkTypes(project: Project, result: RefactorResult): RefactorResult {
  if (!result.available) return result;
  const changed = new Map(
    result.files.filter((one) => !one.create).map((one) => [one.file, applyEdits(project.text(one.file) ?? '', one.edits)]),
  );
  const missing = new Set<string>();
  for (const error of newTypeErrors(project, changed)) {
    const isMissing = /\.[cm]?jsx?$/.test(error.file) && MISSING_TYPES.has(error.code);
    if (isMissing) {
      missing.add(basename(error.file));
      continue;
    }
    const { edits } = result.files.find((one) => one.file === error.file)!;
    const line = (project.text(error.file) ?? '').slice(0, oldOffset(edits, error.start)).split('\n').length;
    const cure = NOT_ASSIGNABLE.has(error.code) ? 'give it a type that allows a promise first' : 'make it by hand';
    throw new Refusal(
      `The change would bring a type error to line ${line} of ${basename(error.file)} (TS${error.code}: ${error.message.replace(/\.?$/, '').slice(0, 200)}): ${cure}.`,
    );
  }
  if (missing.size === 0) return result;
  const review = [
    ...result.review,
    `TypeScript asks for types of parameters that are new in ${[...missing].join(', ')} (\`noImplicitAny\`)`,
  ];
  return { ...result, safety: 'review', review };
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

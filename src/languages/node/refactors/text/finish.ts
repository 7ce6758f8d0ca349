import { basename } from 'node:path';
import type { FileEdits, ReadSource, RefactorResult } from '../../../../core/advise/advice.ts';
import { openProject } from '../../project/open-project.ts';
import { isTypeChecked, newTypeErrors } from '../../project/type-errors.ts';
import { whyNotEdited } from '../../project/why-not-edited.ts';
import { parses, type Source } from '../../syntax/source.ts';
import { applyEdits } from './edits.ts';
import type { Editor } from './editor.ts';
import { Refusal } from './refusal.ts';

/** What a refactor changes in one file. */
export interface Part {
  source: Source;
  editor: Editor;
}

/**
 * The result of a refactor, after a last look at whether every file may be changed, every text still parses, and TypeScript finds no error that it doesn't
 * find now. Files without an edit are left out.
 */
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
  const texts = new Map(parts.map(({ source }) => [source.file, source.text]));
  const checked = checkTypes(files, texts, parts[0]!.source.read);
  const all = [...reasons, ...checked.review];
  return { available: true, title, safety: all.length > 0 ? 'review' : 'safe', review: all, files: checked.files };
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
 * would ask for are named for review, and a new file is left unchecked where it would need some.
 * @param texts of the files as they are now
 */
function checkTypes(files: FileEdits[], texts: ReadonlyMap<string, string>, read: ReadSource): { files: FileEdits[]; review: string[] } {
  const changed = new Map(files.map((one) => [one.file, applyEdits(texts.get(one.file) ?? '', one.edits)]));
  const [first] = texts.keys();
  if (first === undefined || ![...changed].some(([file, text]) => isTypeChecked(file, text))) return { files, review: [] };
  const missing = new Set<string>();
  const unchecked = new Set<string>();
  for (const { file, start, code, message } of newTypeErrors(openProject(first, read, { fresh: false }), changed)) {
    const isJavaScript = /\.[cm]?jsx?$/.test(file);
    const own = files.find((one) => one.file === file);
    if (isJavaScript && own?.create === true) unchecked.add(file);
    else if (isJavaScript && MISSING_TYPES.has(code)) missing.add(basename(file));
    else {
      const text = (own?.create === true ? changed.get(file) : (texts.get(file) ?? read(file))) ?? '';
      const offset = own === undefined || own.create ? start : oldOffset(text, own.edits, start);
      const line = text.slice(0, offset).split('\n').length;
      const cure =
        NOT_ASSIGNABLE.has(code) && message.includes('Promise') ? 'give it a type that allows a promise first' : 'make it by hand';
      throw new Refusal(
        `The change would bring a type error to line ${line} of ${own?.create === true ? 'the new ' : ''}${basename(file)} (TS${code}: ${message.replace(/\.?$/, '').slice(0, 200)}): ${cure}.`,
      );
    }
  }
  const review: string[] = [];
  if (missing.size > 0)
    review.push(`TypeScript asks for types of parameters that are new in ${[...missing].join(', ')} (\`noImplicitAny\`)`);
  for (const file of unchecked)
    review.push(`the new ${basename(file)} is left out of the type check (\`// @ts-nocheck\`), as it would need types in comments`);
  return { files: files.map((one) => (unchecked.has(one.file) ? withoutCheck(one) : one)), review };
}

/** A file to create, with the comment that tells TypeScript to leave it alone. */
function withoutCheck(file: FileEdits): FileEdits {
  const [whole] = file.edits;
  const eol = whole!.newText.includes('\r\n') ? '\r\n' : '\n';
  return { ...file, edits: [{ ...whole!, newText: whole!.newText.replace(/^\uFEFF?/, (bom) => `${bom}// @ts-nocheck${eol}`) }] };
}

/** Where a place of the new text was before the edits; inside of one, where the same word was. */
function oldOffset(text: string, edits: FileEdits['edits'], offset: number): number {
  let shift = 0;
  for (const { start, end, newText } of edits) {
    const within = offset - start - shift;
    if (within < newText.length) {
      if (within <= 0) return offset - shift;
      const word = /^[\w$]*/.exec(newText.slice(within))![0];
      const earlier = newText.slice(0, within).split(word).length - 1;
      const places = word === '' ? [] : [...text.slice(start, end).matchAll(new RegExp(`(?<![\\w$])${word.replaceAll('$', '\\$')}`, 'g'))];
      return start + (places[Math.min(earlier, places.length - 1)]?.index ?? Math.min(within, end - start));
    }
    shift += newText.length - (end - start);
  }
  return offset - shift;
}

export function changedSince(source: Source): Refusal {
  return new Refusal(`${basename(source.file)} has changed since it was profiled: profile it again.`);
}

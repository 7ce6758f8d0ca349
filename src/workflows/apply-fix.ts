import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { FileEdits, ReadSource, RefactorResult } from '../core/advise/advice.ts';
import { Failure } from '../core/failure.ts';
import { lineNow } from '../core/report/line-now.ts';
import type { RefactorChoice, Report, ReportAdvice } from '../core/report/report.ts';
import { node } from '../languages/node/index.ts';
import { askRule } from '../languages/node/refactors/text/ask-rule.ts';
import { applyEdits } from '../languages/node/refactors/text/edits.ts';
import { readSource } from './profile-and-advise.ts';

export type Fix = Extract<RefactorResult, { available: true }> & {
  /** The texts that the edits count in, by file. */
  texts: ReadonlyMap<string, string | null>;
};

/**
 * The change that an advice of a report proposes for the files as they are now. Throws a Failure that says why there is none.
 * @param choice another way to make it, of those that the advice offers
 */
export function computeFix(report: Report, adviceId: string, choice: RefactorChoice['id'] | null = null): Fix {
  const advice = report.advice.find(({ id }) => id === adviceId);
  if (!advice) {
    const known = report.advice.map(({ id }) => id);
    throw new Failure(
      known.length === 0 ? 'The report holds no advice.' : `The report has no advice ${adviceId}: it has ${known.join(', ')}.`,
    );
  }
  if (!advice.refactor.available && advice.refactor.untilProfiled === true) throw new Failure(advice.refactor.reason);
  const offered = advice.refactor.available ? advice.refactor.choices?.find(({ id }) => id === choice) : undefined;
  if (choice !== null && offered === undefined) throw new Failure(`${adviceId} has no choice ${choice}: leave \`--choice\` out.`);
  const hotSpot = report.hotSpots.find(({ id }) => id === advice.hotSpot);
  const rule = node.rules.find(({ id }) => id === advice.rule);
  if (!hotSpot || !rule) throw new Failure(`The report is from another version of Unblock: profile ${report.target.script} again.`);
  const line = lineOfAdvice(advice);
  const moved = hotSpot.file === advice.file ? line - advice.line : 0;
  const texts = new Map<string, string | null>();
  const read: ReadSource = (file) => {
    const text = texts.get(file) ?? readSource(file);
    texts.set(file, text);
    return text;
  };
  const result = askRule(
    rule,
    {
      file: advice.file,
      line,
      function: { name: hotSpot.function, file: hotSpot.file, line: Math.max(1, hotSpot.line + moved), column: hotSpot.column },
      model: advice.model,
      logicalCores: report.machine.logicalCores,
      ...(!advice.refactor.available || advice.refactor.atOnce === undefined ? {} : { atOnce: advice.refactor.atOnce }),
      ...(choice === null ? {} : { choice }),
    },
    read,
  );
  if (!result.available) throw new Failure(result.reason);
  return { ...result, texts };
}

/** Where the line of an advice is in its file now. Throws a Failure where it is gone. */
function lineOfAdvice({ file, line, text }: ReportAdvice): number {
  const now = readSource(file);
  // A file that can't be read is the rule's to complain of; a report of an older version has no text.
  const found = now === null || text === undefined ? line : lineNow(now, line, text);
  if (found === null)
    throw new Failure(`${basename(file)} has changed since it was profiled: profile it again.`, `Line ${line} was: ${text}`);
  return found;
}

/**
 * Writes the edits: every file or, where one can't be written, none. Throws a Failure.
 * @param texts what the edits were worked out from; a file that is another by now is left alone, and all others with it
 */
export function writeEdits(files: readonly FileEdits[], texts: ReadonlyMap<string, string | null>): void {
  const changes = files.map((file) => ({ ...file, before: file.create ? null : readExactly(file.file) }));
  const changed = changes.find(({ file, before }) => before !== null && texts.get(file) !== before);
  if (changed) throw new Failure(`${changed.file} has changed meanwhile: nothing was written. Ask for the change again.`);
  const taken = changes.find(({ create, file }) => create && existsSync(file));
  if (taken) throw new Failure(`${taken.file} exists already: move it away first.`);
  const written: typeof changes = [];
  try {
    for (const change of changes) {
      written.push(change);
      writeFileSync(change.file, applyEdits(change.before ?? '', change.edits), change.create ? { flag: 'wx' } : {});
    }
  } catch (error) {
    for (const { file, before } of written) restore(file, before);
    throw new Failure(`${written.at(-1)?.file ?? ''} can't be written: nothing was changed.`, String(error));
  }
}

/** A file that isn't UTF-8 would come back changed where nothing was edited. */
function readExactly(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(`${file} can't be read any more: nothing was changed.`, String(error));
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Failure(`${file} isn't UTF-8 text: save it as UTF-8 first.`);
  return text;
}

function restore(file: string, before: string | null): void {
  try {
    if (before === null) rmSync(file, { force: true });
    else writeFileSync(file, before);
  } catch {
    // It could not be written a moment ago either, so it is as it was.
  }
}

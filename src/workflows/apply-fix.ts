import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { FileEdits, RefactorResult } from '../core/advise/advice.ts';
import { Failure } from '../core/failure.ts';
import type { Report } from '../core/report/report.ts';
import { node } from '../languages/node/index.ts';
import { applyEdits } from '../languages/node/refactors/edits.ts';
import { readSource } from './profile-and-advise.ts';

/** The change that an advice of a report proposes for the files as they are now. Throws a Failure that says why there is none. */
export function computeFix(report: Report, adviceId: string): Extract<RefactorResult, { available: true }> {
  const advice = report.advice.find(({ id }) => id === adviceId);
  if (!advice) {
    const known = report.advice.map(({ id }) => id);
    throw new Failure(
      known.length === 0 ? 'The report holds no advice.' : `The report has no advice ${adviceId}: it has ${known.join(', ')}.`,
    );
  }
  if (!advice.refactor.available) throw new Failure(advice.refactor.reason);
  const hotSpot = report.hotSpots.find(({ id }) => id === advice.hotSpot);
  const rule = node.rules.find(({ id }) => id === advice.rule);
  if (!hotSpot || !rule) throw new Failure(`The report is from another version of Unblock: profile ${report.target.script} again.`);
  const result = rule.refactor(
    {
      file: advice.file,
      line: advice.line,
      function: { name: hotSpot.function, file: hotSpot.file, line: hotSpot.line, column: hotSpot.column },
      model: advice.model,
      logicalCores: report.machine.logicalCores,
    },
    readSource,
  );
  if (!result.available) throw new Failure(result.reason);
  return result;
}

/** Writes the edits: every file or, where one can't be written, none. Throws a Failure. */
export function writeEdits(files: readonly FileEdits[]): void {
  const changes = files.map((file) => ({ ...file, before: file.create ? null : readExactly(file.file) }));
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
  const bytes = readFileSync(file);
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

import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Report } from '../core/report/report.ts';
import { unifiedDiff } from '../languages/node/refactors/unified-diff.ts';
import { computeFix, writeEdits } from '../workflows/apply-fix.ts';
import { readSource } from '../workflows/profile-and-advise.ts';
import { say, tell } from './output.ts';

/** Prints the change that an advice proposes as a unified diff, or makes it. Throws a Failure that says why there is none. */
export async function fix({ report: file, advice, write }: { report: string; advice: string; write: boolean }): Promise<void> {
  const { title, files } = computeFix(readReport(file), advice);
  if (!write) return tell(unifiedDiff(files, readSource, shortName));
  writeEdits(files);
  say(`${title}: ${files.map((one) => shortName(one.file)).join(', ')} changed.`);
}

/** As `git apply` wants it: relative to the current folder where the file lies below it. */
function shortName(file: string): string {
  const short = relative(process.cwd(), file);
  return (short.startsWith('..') ? file : short).split(sep).join('/');
}

/** Throws a Failure where the file is no report. */
export function readReport(file: string): Report {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Failure(`${file} can't be read as a report: write one with \`unblock advise --json SCRIPT > ${file}\`.`, String(error));
  }
  const report = parsed as Partial<Report> | null;
  if (report?.schema !== 'unblock/report/1' || !Array.isArray(report.advice) || !Array.isArray(report.hotSpots))
    throw new Failure(`${file} is not a report of Unblock: write one with \`unblock advise --json SCRIPT\`.`);
  return report as Report;
}

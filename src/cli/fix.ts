import { relative, sep } from 'node:path';
import { readReport } from '../core/report/read-report.ts';
import { unifiedDiff } from '../languages/node/refactors/text/unified-diff.ts';
import { computeFix, writeEdits } from '../workflows/apply-fix.ts';
import { readSource } from '../workflows/profile-and-advise.ts';
import { LARGEST_REPORT_BYTES, readText } from '../workflows/read-text.ts';
import type { FixCommand } from './arguments.ts';
import { say, tell } from './output.ts';

/** Prints the change that an advice proposes as a unified diff, or makes it, and beside it what to look at. Throws a Failure that says why there is none. */
export async function fix({ report: file, advice, choice, write }: Omit<FixCommand, 'command'>): Promise<void> {
  const { title, files, review, texts } = computeFix(
    readReport(readText(file, LARGEST_REPORT_BYTES, 'name a report.json'), file),
    advice,
    choice,
  );
  if (write) {
    writeEdits(files, texts);
    say(`${title}: ${files.map((one) => shortName(one.file)).join(', ')} changed.`);
  } else await tell(unifiedDiff(files, readSource, shortName));
  for (const reason of review) say(`Look at: ${reason}.`);
}

/** As `git apply` wants it: relative to the current folder where the file lies below it. */
function shortName(file: string): string {
  const short = relative(process.cwd(), file);
  return (short.startsWith('..') ? file : short).split(sep).join('/');
}

import { formatDuration } from '../../core/report/format.ts';
import type { Report } from '../../core/report/report.ts';

/** A line above the page that says what is odd about this run, and what to do. */
export interface Banner {
  tone: 'note' | 'warning';
  text: string;
}

export function banners(report: Report | null, stale: boolean): Banner[] {
  const found: Banner[] = [];
  if (stale)
    found.push({
      tone: 'warning',
      text: 'The source has changed since this was measured: lines may be off. Profile it again.',
    });
  if (report === null) return found;
  const { run } = report;
  const after = formatDuration(run.wallMs);
  if (run.load !== undefined) found.push({ tone: 'note', text: `Measured from its first open port, under load: ${run.load.join(' ')}` });
  else if (run.ended === 'stopped')
    found.push({ tone: 'note', text: `You stopped it after ${after}: this is what was measured until then.` });
  if (run.ended === 'killed')
    found.push({
      tone: 'warning',
      text: `${run.signal ?? 'A signal'} ended it after ${after}: this is what was measured until then.`,
    });
  if (run.ended === 'crashed') {
    const how = run.signal ?? (run.exitCode === null ? '' : `exit code ${run.exitCode}`);
    found.push({
      tone: 'warning',
      text: `The script crashed after ${after}${how === '' ? '' : ` (${how})`}: this is the report up to the crash. Its output is in the terminal.`,
    });
  }
  return found;
}

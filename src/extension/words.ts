import { OFFER_SPEEDUP } from '../core/classify/thresholds.ts';
import { formatBytes, formatDuration, formatHotShare, formatSpeedup } from '../core/report/format.ts';
import type { Model, ReportAdvice, ReportHotSpot, TimeSplitMs } from '../core/report/report.ts';
import { MODEL_LABELS } from '../core/report/words.ts';

/** One row of a time split: what a person reads, the letter that stands for it where colour alone would, and VS Code's name of its colour. */
export interface TimeRow {
  key: keyof TimeSplitMs;
  label: string;
  letter: string;
  color: string;
}

export const TIME_ROWS: readonly TimeRow[] = [
  { key: 'jsCpuMs', label: 'JavaScript', letter: 'J', color: 'charts.orange' },
  { key: 'nativeCpuMs', label: 'Native code', letter: 'N', color: 'charts.yellow' },
  { key: 'blockedMs', label: 'Blocked in synchronous I/O', letter: 'B', color: 'charts.red' },
  { key: 'awaitedMs', label: 'Waiting', letter: 'W', color: 'charts.blue' },
  { key: 'gcMs', label: 'Garbage collection', letter: 'G', color: 'charts.purple' },
  { key: 'loadingMs', label: 'Loading modules', letter: 'L', color: 'charts.green' },
  { key: 'idleMs', label: 'Idle', letter: 'I', color: 'disabledForeground' },
];

/** A label inside a sentence. */
export function labelInside(row: TimeRow): string {
  return row.key === 'jsCpuMs' ? row.label : row.label.charAt(0).toLowerCase() + row.label.slice(1);
}

/** The kind that takes the most of a split. */
export function largestRow(time: TimeSplitMs): TimeRow {
  return TIME_ROWS.reduce((largest, row) => (time[row.key] > time[largest.key] ? row : largest));
}

export function sumOf(time: TimeSplitMs): number {
  return TIME_ROWS.reduce((sum, row) => sum + time[row.key], 0);
}

/** `38 % · 412 ms · blocked in readFileSync ×120 · make it async (≈1.9×)`. */
export function lensTitle(hotSpot: ReportHotSpot, advice: ReportAdvice | undefined): string {
  return [
    formatHotShare(hotSpot),
    formatDuration(sumOf(hotSpot.time)),
    doing(hotSpot),
    ...(advice === undefined ? [] : [cure(advice)]),
  ].join(' · ');
}

/** What a function spends its time on: `blocked in readFileSync ×120`, `waiting for fetch ×12`, `computing`. */
export function doing(hotSpot: ReportHotSpot): string {
  const row = largestRow(hotSpot.time);
  const operation = hotSpot.operations.find((one) => !startsTimer(one.api) || row.key === 'awaitedMs');
  const call = operation === undefined ? null : `${shortApi(operation.api)}${operation.calls > 1 ? ` ×${operation.calls}` : ''}`;
  if (row.key === 'jsCpuMs') return 'computing';
  if (row.key === 'nativeCpuMs') return call === null ? 'in native code' : `native code in ${call}`;
  if (row.key === 'blockedMs') return call === null ? 'blocked in synchronous I/O' : `blocked in ${call}`;
  if (row.key === 'awaitedMs') return call === null ? 'waiting' : `waiting for ${call}`;
  return labelInside(row);
}

function startsTimer(api: string): boolean {
  return api.startsWith('setTimeout') || api.startsWith('setInterval');
}

/** `fs.promises.readFile` → `readFile`. */
export function shortApi(api: string): string {
  return api.slice(api.lastIndexOf('.') + 1);
}

/** `make it async (≈1.9×)`. */
export function cure(advice: ReportAdvice): string {
  return `${MODEL_VERBS[advice.model]} (${gain(advice)})`;
}

/** `Make loadAll asynchronous (≈1.9×)`, whether the gain stands in the title already (`→ about 10 ms` is one as well) or not. */
export function withGain(title: string, advice: ReportAdvice): string {
  return /[≈→]/.test(title) ? title : `${title.replace(/\.$/, '')} (${gain(advice)})`;
}

/** The title of an advice as a sentence without its gain: `Make loadAll asynchronous.` */
export function adviceSentence(advice: ReportAdvice): string {
  return `${advice.message.replace(/\s*\(≈[^)]*\)/, '').replace(/\.$/, '')}.`;
}

/** `≈1.9×`; in a word, what else a change is made for. */
export function gain({ model, predicted }: ReportAdvice): string {
  return model === 'async-api' && predicted.speedup < OFFER_SPEEDUP ? 'others wait less' : `≈${formatSpeedup(predicted.speedup)}`;
}

const MODEL_VERBS: Record<Model, string> = {
  'leave-alone': 'leave it alone',
  'async-api': 'make it async',
  'concurrent-awaits': 'overlap the waits',
  'worker-threads': 'move it to workers',
  'child-processes': 'move it to processes',
  'native-api': 'use a native API',
  stream: 'stream it',
  cache: 'cache it',
  algorithm: 'change the algorithm',
};

/** A bar of text, `BBBBBBBBJJJW`: a letter a kind in `width` cells, largest remainders first so that the cells add up. */
export function textBar(time: TimeSplitMs, width = 24): string {
  const total = sumOf(time);
  if (total <= 0) return '';
  const cells = TIME_ROWS.map((row) => ({ row, exact: (time[row.key] / total) * width }));
  const whole = cells.map(({ row, exact }) => ({ row, cells: Math.floor(exact), rest: exact - Math.floor(exact) }));
  let missing = width - whole.reduce((sum, one) => sum + one.cells, 0);
  for (const one of [...whole].sort((a, b) => b.rest - a.rest)) if (missing-- > 0) one.cells++;
  return whole.map((one) => one.row.letter.repeat(one.cells)).join('');
}

/** `B 1.44 s blocked in synchronous I/O · J 20 ms JavaScript`, largest first, parts below 1 % left out. */
export function splitInWords(time: TimeSplitMs): string {
  const total = sumOf(time);
  return TIME_ROWS.filter((row) => time[row.key] > total / 100)
    .sort((a, b) => time[b.key] - time[a.key])
    .map((row) => `${row.letter} ${formatDuration(time[row.key])} ${labelInside(row)}`)
    .join(' · ');
}

/** `concurrent awaits ≈4.4×, 2 edits` for each model that has a price, best first. */
export function alternativesInWords(advice: ReportAdvice): string[] {
  return advice.alternatives
    .filter((one) => one.speedup !== null && one.model !== 'leave-alone')
    .sort((a, b) => (b.speedup ?? 0) - (a.speedup ?? 0))
    .map((one) =>
      [
        `${MODEL_LABELS[one.model]} ≈${formatSpeedup(one.speedup ?? 1)}`,
        ...(one.memoryBytes !== null && one.memoryBytes > 0 ? [`${formatBytes(one.memoryBytes)} more memory`] : []),
        ...(one.edits !== null && one.edits > 0 ? [one.edits === 1 ? '1 edit' : `${one.edits} edits`] : []),
      ].join(', '),
    );
}

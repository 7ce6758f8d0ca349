import { relativeTo } from '../profile/find-hot-spots.ts';
import { formatDuration, formatShare } from './format.ts';
import type { Report, ReportAdvice, ReportHotSpot, TimeSplitMs } from './report.ts';
import { frameWords, longestBlockages, loopSentence, servingLanes } from './words-event-loop.ts';
import { biggestLever, canRepeat, changeOf, headline, nothingToChange, predictedGain, REPEATS } from './words.ts';

const WIDTH = 96;
const MOST_HOT_SPOTS = 10;
const MOST_LINES = 3;
/** Lines and kinds of time below this share of their whole are not worth a row. */
const TOLD_SHARE = 0.1;
/** A line with this much of its function's time says all that the function's own row would. */
const WHOLE_SHARE = 0.9;
/** Of the run: a function below it is only counted among what was left alone. */
const TOLD_ALONE = 0.05;

/**
 * The report as a person reads it in a terminal: plain text of at most 96 columns, the answer first.
 * @param inEditor whether the terminal is that of an editor, where changes are applied from the light bulb
 */
export function reportText(report: Report, { inEditor = false } = {}): string {
  const sections = [summary(report), longestBlockage(report), hotSpots(report), advice(report, inEditor), leftAlone(report)];
  return sections
    .filter((section) => section.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function summary(report: Report): string[] {
  const lever = biggestLever(report) ?? nothingToChange(report);
  const lines = [...wrap(headline(report)), ...(lever === null ? [] : wrap(lever)), ...wrap(ending(report))];
  lines.push(...wrap(loopSentence(servingLanes(report))));
  if (report.verdict.evidence.length > 0) lines.push('', ...report.verdict.evidence.flatMap((sentence) => wrap(sentence, '  ')));
  return lines;
}

/** Blockages below this length have no section of their own. */
const TOLD_BLOCKAGE_MS = 50;
const MOST_FRAMES = 8;

/** What kept a server's callers waiting the longest, with its stack, innermost first. */
function longestBlockage(report: Report): string[] {
  const [longest] = longestBlockages(servingLanes(report), 1);
  if (longest === undefined || longest.durationMs < TOLD_BLOCKAGE_MS || longest.stack.length === 0) return [];
  const { durationMs, startMs, heldUp, lane, stack } = longest;
  const where = lane.kind === 'main' ? '' : ` in ${lane.name}`;
  const waited = heldUp === null || heldUp === 0 ? '' : `; ${heldUp === 1 ? '1 request' : `${heldUp} requests`} waited`;
  const shown = stack.slice(0, MOST_FRAMES);
  return [
    `Longest blockage of the event loop: ${formatDuration(durationMs)}${where}, ${formatDuration(startMs)} after the start${waited}`,
    ...shown.map((frame) => {
      const at = frame.owner === 'user' && frame.file !== null && frame.line !== null ? `  ${place(report, frame.file, frame.line)}` : '';
      return `${' '.repeat(6)}${formatDuration(frame.ms).padStart(9)}  ${cut(`${frameWords(frame)}${at}`, WIDTH - 17)}`;
    }),
    ...(stack.length > shown.length ? [`${' '.repeat(17)}… called from ${stack.length - shown.length} more`] : []),
  ];
}

/** What the reader must know of how the run ended; '' after an ordinary end. */
function ending(report: Report): string {
  const { run } = report;
  if (canRepeat(report)) return `To repeat it: unblock advise --repeat ${REPEATS} SCRIPT`;
  if (run.repeats !== undefined) return `All times and counts below are sums over the ${run.repeats} runs.`;
  if (run.ended === 'stopped' && run.load !== undefined) return `Measured from its first open port, under load: ${run.load.join(' ')}`;
  if (run.ended === 'stopped' && run.attached) return 'It runs on: the report is of the time that Unblock was attached to it.';
  if (run.ended === 'stopped') return 'You stopped it: the report is of the run up to then.';
  if (run.ended === 'killed') return `It was killed${run.signal === null ? '' : ` by ${run.signal}`}: the report is of the run up to then.`;
  if (run.ended === 'crashed') return 'It ended with an uncaught error: the report is of the run up to then.';
  return run.exitCode !== null && run.exitCode !== 0 ? `It exited with code ${run.exitCode}.` : '';
}

const KINDS: { words: string; ms: (time: TimeSplitMs) => number }[] = [
  { words: 'blocked', ms: (time) => time.blockedMs },
  { words: 'JavaScript', ms: (time) => time.jsCpuMs },
  { words: 'native code', ms: (time) => time.nativeCpuMs },
  { words: 'waiting', ms: (time) => time.awaitedMs },
  { words: 'garbage collection', ms: (time) => time.gcMs },
  { words: 'loading modules', ms: (time) => time.loadingMs },
];

/** `blocked 1.44 s, JavaScript 48 ms`, the largest first. */
function kinds(time: TimeSplitMs): string {
  const parts = KINDS.map(({ words, ms }) => ({ words, ms: ms(time) })).sort((a, b) => b.ms - a.ms);
  const sum = parts.reduce((all, part) => all + part.ms, 0);
  return parts
    .filter((part) => part.ms > 0 && part.ms >= sum * TOLD_SHARE)
    .map((part) => `${part.words} ${formatDuration(part.ms)}`)
    .join(', ');
}

function sum(time: TimeSplitMs): number {
  return time.jsCpuMs + time.nativeCpuMs + time.blockedMs + time.awaitedMs + time.gcMs + time.loadingMs + time.idleMs;
}

function hotSpots(report: Report): string[] {
  const shown = report.hotSpots.filter((spot) => spot.share >= 0.01).slice(0, MOST_HOT_SPOTS);
  if (shown.length === 0) return [];
  const rows = shown.flatMap((spot) => hotSpotRows(report, spot));
  return ['Hot spots', ...rows];
}

function hotSpotRows(report: Report, spot: ReportHotSpot): string[] {
  const share = formatShare(spot.share).padStart(6);
  const time = formatDuration(sum(spot.time)).padStart(9);
  const indent = ' '.repeat(17);
  const lines = spot.lines.filter((line) => sum(line.time) >= sum(spot.time) * TOLD_SHARE).slice(0, MOST_LINES);
  const whole = lines.length === 1 && sum(lines[0]!.time) >= sum(spot.time) * WHOLE_SHARE;
  return [
    `${share}${time}  ${cut(`${spot.function}  ${place(report, spot.file, spot.line)}${onThreads(spot)}${counted(spot)}`, WIDTH - 17)}`,
    ...(whole ? [] : [indent + cut(kinds(spot.time), WIDTH - 17)]),
    ...lines.map(({ line, time: split }) => indent + cut(`line ${line}: ${kinds(split)}${callsOf(spot, line)}`, WIDTH - 17)),
  ];
}

/** A share above the whole is of several threads. */
function onThreads({ share, threads = 1 }: { share: number; threads?: number }): string {
  return share > 1 && threads > 1 ? `  on ${threads} threads` : '';
}

/** `  ×1500, 0.3 ms each, 5.0 ms to clone` where calls were counted. */
function counted({ calls, totalMs, callSizes }: ReportHotSpot): string {
  if (calls === null || calls === 0) return '';
  const cloned = callSizes?.cloneMs == null || callSizes.obstacle !== null ? '' : `, ${formatDuration(callSizes.cloneMs)} to clone`;
  return (calls === 1 ? '  ×1' : `  ×${calls}, ${formatDuration(totalMs / calls)} each`) + cloned;
}

/** ` (fs.readFileSync ×120)`: the two longest of the line's core calls. */
function callsOf(spot: ReportHotSpot, line: number): string {
  const calls = spot.operations.filter((operation) => operation.line === line).slice(0, 2);
  return calls.length === 0 ? '' : ` (${calls.map(({ api, calls: count }) => `${api} ×${count}`).join(', ')})`;
}

function advice(report: Report, inEditor: boolean): string[] {
  if (report.advice.length === 0) return [];
  return [
    'Advice',
    ...report.advice.flatMap((one, index) => [...(index > 0 ? [''] : []), ...adviceRows(report, one, index + 1, inEditor)]),
  ];
}

function adviceRows(report: Report, one: ReportAdvice, number: number, inEditor: boolean): string[] {
  const indent = ' '.repeat(5);
  return [
    ...wrap(`${String(number).padStart(3)}. ${changeOf(one)}`, '', indent),
    ...wrap(`${place(report, one.file, one.line)} · ${one.rule} · ${predictedGain(one)}`, indent),
    ...wrap(one.why, indent),
    ...wrap(`Measured: ${one.predicted.basis}.`, indent),
    ...wrap(
      one.refactor.available
        ? `To apply it: ${inEditor ? 'the light bulb on that line.' : `unblock fix REPORT.json --advice ${one.id} --write`}`
        : `By hand: ${one.refactor.reason}`,
      indent,
    ),
    ...choicesOf(one, inEditor).flatMap((line) => wrap(line, indent)),
  ];
}

/** Other ways to make the change, on request. */
function choicesOf({ id, refactor }: ReportAdvice, inEditor: boolean): string[] {
  return (refactor.available ? (refactor.choices ?? []) : []).map((one) =>
    one.available
      ? `Or, with typed arrays shared rather than copied: ${inEditor ? 'its next entry.' : `unblock fix REPORT.json --advice ${id} --choice ${one.id} --write`}`
      : `Typed arrays can't be shared rather than copied: ${one.reason}`,
  );
}

/** What was big enough to be looked at, each with its reason; the rest in a line. */
function leftAlone(report: Report): string[] {
  const told = report.leftAlone.filter((one) => one.share >= TOLD_ALONE);
  const small = report.leftAlone.length - told.length;
  const rows = told.flatMap((one) => {
    const share = formatShare(one.share).padStart(6);
    return wrap(`${share}  ${one.function}  ${place(report, one.file, one.line)}${onThreads(one)}: ${one.reason}`, '', ' '.repeat(8));
  });
  const others = told.length > 0 ? 'other functions' : 'functions';
  if (small > 0) rows.push(`        ${small} ${small === 1 ? others.slice(0, -1) : others} below ${formatShare(TOLD_ALONE)} of the run.`);
  return rows.length === 0 ? [] : ['Left alone', ...rows];
}

function place(report: Report, file: string, line: number): string {
  return `${relativeTo(report.target.cwd, file)}:${line}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Lines of at most 96 columns; a word that is longer has a line of its own. */
function wrap(text: string, indent = '', nextIndent = indent): string[] {
  if (text === '') return [];
  const lines: string[] = [];
  let line = indent;
  let begun = false;
  // Leading blanks are the layout's.
  const [lead = ''] = /^ */.exec(text) ?? [];
  line += lead;
  for (const word of text.slice(lead.length).split(/(?<! ) /)) {
    if (begun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = nextIndent + word;
    } else line += begun ? ` ${word}` : word;
    begun = true;
  }
  lines.push(line);
  return lines;
}

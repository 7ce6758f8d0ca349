import { OFFER_SPEEDUP } from '../classify/thresholds.ts';
import { formatDuration, formatHotShare, formatShare, formatSpeedup } from './format.ts';
import { servingLanes } from './words-event-loop.ts';
import { lanesNamed, mainNamed } from './words-lanes.ts';
import type { Bound, Model, Report, ReportAdvice, ReportLane, TimeSplitMs } from './report.ts';

/** The words of a report: the same on the command line, in the editor and in the panel. */

export const BOUND_LABELS: Record<Bound, string> = {
  'cpu-js': 'computing in JavaScript',
  'cpu-native': 'computing in native code',
  'blocking-io': 'blocked in synchronous I/O',
  'async-wait': 'waiting for asynchronous I/O',
  gc: 'collecting garbage',
  mixed: 'mixed',
  'insufficient-data': 'too short to say',
};

export const MODEL_LABELS: Record<Model, string> = {
  'leave-alone': 'leave it alone',
  'async-api': 'asynchronous API',
  'concurrent-awaits': 'concurrent awaits',
  'worker-threads': 'worker threads',
  'child-processes': 'child processes',
  'native-api': 'native API',
  stream: 'stream',
  cache: 'cache',
  algorithm: 'another algorithm',
};

/** The parts of a time split as the headline tells them. */
const PARTS: { words: string; ms: (time: TimeSplitMs) => number }[] = [
  { words: 'blocked in synchronous I/O', ms: (time) => time.blockedMs },
  { words: 'computing', ms: (time) => time.jsCpuMs + time.nativeCpuMs },
  { words: 'waiting', ms: (time) => time.awaitedMs },
  { words: 'collecting garbage', ms: (time) => time.gcMs },
  { words: 'loading modules', ms: (time) => time.loadingMs },
  { words: 'idle', ms: (time) => time.idleMs },
];

/** Parts below this share are left out of the headline, unless nothing reaches it. */
const HEADLINE_SHARE = 0.03;

/** `2.41 s. 62 % blocked in synchronous I/O, 30 % computing, 8 % waiting.` */
export function headline(report: Report): string {
  const wallMs = report.run.wallMs;
  const length = lengthOf(report.run);
  if (report.verdict.bound === 'insufficient-data') {
    const again = canRepeat(report) ? `, or repeat it ×${REPEATS}` : '';
    return `${length} measured: too short to say. Run it on more input${again}.`;
  }
  const speakers = report.lanes.filter(({ id }) => report.verdict.speaksFor?.lanes.includes(id));
  if (report.verdict.speaksFor !== null && speakers.length > 0)
    return `${length}. ${spokenFor(wallMs, report.verdict.speaksFor.waitedMs, speakers)}`;
  const told = parts([report.time], wallMs);
  return told === '' ? `${length}.` : `${length}. ${told}.`;
}

/** `2.41 s`, or `20 runs of 38 ms`. */
function lengthOf({ wallMs, repeats = 1 }: Report['run']): string {
  return repeats > 1 ? `${repeats} runs of ${formatDuration(wallMs / repeats)}` : formatDuration(wallMs);
}

/** So often a script that was too short is offered to be run: twenty of 5 ms are enough to tell. */
export const REPEATS = 20;

/** Whether a run that was too short to tell may be repeated: it ended by itself, and was not repeated before. */
export function canRepeat({ verdict, run }: Report): boolean {
  return (
    verdict.bound === 'insufficient-data' &&
    run.ended === 'exit' &&
    run.engine === 'v8' &&
    run.load === undefined &&
    run.repeats === undefined
  );
}

/** `The main process waited for 95 % of it; its 2 child processes spent their time 88 % computing, 9 % idle.` */
function spokenFor(wallMs: number, waitedMs: number, lanes: readonly ReportLane[]): string {
  const whole = lanes.reduce((sum, lane) => sum + lane.wallMs, 0);
  const spent = parts(
    lanes.map(({ time }) => time),
    whole,
  );
  const who = `its ${lanesNamed(lanes)} spent ${lanes.length === 1 ? 'its' : 'their'} time ${spent}`;
  return `The ${mainNamed(lanes)} waited for ${formatShare(waitedMs / wallMs)} of it; ${who}.`;
}

/** `62 % blocked in synchronous I/O, 30 % computing`, of `whole` ms. */
function parts(times: readonly TimeSplitMs[], whole: number): string {
  return PARTS.map(({ words, ms }) => ({ words, share: whole > 0 ? times.reduce((sum, time) => sum + ms(time), 0) / whole : 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .filter(({ share }, index) => index === 0 || share >= HEADLINE_SHARE)
    .map(({ words, share }) => `${formatShare(share)} ${words}`)
    .join(', ');
}

/** `about 1.9× faster (1.7–2.0×)`: how much faster the whole run is expected to be, or what else a change is made for. */
export function predictedGain({ model, predicted }: Pick<ReportAdvice, 'model' | 'predicted'>): string {
  const { speedup, low, high } = predicted;
  if (low < 0.9 && high >= OFFER_SPEEDUP) return `anything from ${formatSpeedup(low)} to ${formatSpeedup(high)}`;
  if (speedup < OFFER_SPEEDUP && model === 'async-api') return 'not faster by itself, but other work goes on meanwhile';
  if (speedup < OFFER_SPEEDUP) return high < OFFER_SPEEDUP ? 'not noticeably faster' : `at most ${formatSpeedup(high)} faster`;
  const [from, to] = [formatSpeedup(low), formatSpeedup(high)];
  const range = from === to ? '' : ` (${from.replace('×', '')}–${to})`;
  return `about ${formatSpeedup(speedup)} faster${range}`;
}

/** An advice's message without the gain at its end, for where the gain stands beside it. */
export function changeOf(advice: ReportAdvice): string {
  return advice.message.replace(/\s*\(≈[^()]*\)\.?$/, '').replace(/\.\s*$/, '');
}

/** `Biggest lever: make loadAll asynchronous → about 1.9× faster (1.7–2.0×)`, or null when there is no advice. */
export function biggestLever(report: Report): string | null {
  const best = report.advice[0];
  if (best === undefined) return null;
  const change = changeOf(best);
  return `${leverLabel(report)}: ${change.charAt(0).toLowerCase()}${change.slice(1)} → ${predictedGain(best)}`;
}

/** What the first advice is called: a gain that is noticeably larger, and that Unblock can't make itself, may stand behind it. */
export function leverLabel({ advice }: Pick<Report, 'advice'>): string {
  const [best, ...others] = advice.map(({ predicted }) => predicted.speedup);
  return others.some((speedup) => speedup > (best ?? 0) * OFFER_SPEEDUP) ? 'Biggest lever that can be applied' : 'Biggest lever';
}

/** Why there is no lever: the sentence in its place; null where there is advice, or too little was measured to say. */
export function nothingToChange(report: Report): string | null {
  if (report.advice.length > 0 || report.verdict.bound === 'insufficient-data') return null;
  const most = report.leftAlone[0];
  const nothing = nothingFound(report);
  return most === undefined ? `${nothing}.` : `${nothing}: the most, ${formatHotShare(most)}, is in ${most.function}. ${most.reason}`;
}

/** Where there is no advice: `Nothing here is worth changing`, but for a server that kept others waiting, which has not run as it should. */
export function nothingFound(report: Report): string {
  const held = report.lanes.reduce((sum, { eventLoop }) => sum + (eventLoop?.blocked.heldUp ?? 0), 0);
  if (held === 0) return 'Nothing here is worth changing';
  return `Requests had to wait ${held === 1 ? 'once' : `${held} times`}, but nothing was found that makes the whole faster`;
}

/** Runs that differ by less are the same to a reader: two runs of one program differ by some percent. */
const SAME_TIME = 1.05;

/**
 * `1.8× faster than the run before (4.63 s).`: the wall times of two runs of the same script, each a single one, so without a range; of a program that serves,
 * how late its event loop was in both. Null where they can't be compared: another script, other arguments, another engine, or a run that was cut short and didn't serve.
 */
export function comparedWith(before: Report, after: Report): string | null {
  const ran = ({ target, run }: Report): string => JSON.stringify([target.script, target.args, target.cwd, run.engine]);
  if (ran(before) !== ran(after)) return null;
  const words = [timesCompared(before, after), loopsCompared(before, after)].filter((one) => one !== null);
  return words.length === 0 ? null : words.join(' ');
}

/** `An event waits 2.1 ms on average, at worst 12 ms; in the run before 48 ms, at worst 412 ms.` Null where not both serve, or as late as before. */
function loopsCompared(before: Report, after: Report): string | null {
  const [was, is] = [before, after].map((report) => servingLanes(report).map(({ loop }) => loop.delayMs));
  if (was!.length === 0 || is!.length === 0) return null;
  const late = (delays: readonly { mean: number; max: number }[]): { mean: number; max: number } => ({
    mean: Math.max(...delays.map(({ mean }) => mean)),
    max: Math.max(...delays.map(({ max }) => max)),
  });
  const [old, now] = [late(was!), late(is!)];
  const isSame = (a: number, b: number): boolean => Math.abs(a - b) < LEAST_DELAY_MS || (a < b * SAME_DELAY && b < a * SAME_DELAY);
  if (isSame(old.mean, now.mean) && isSame(old.max, now.max)) return null;
  const words = ({ mean, max }: typeof old, at: string): string => `${formatDuration(mean)}${at}, at worst ${formatDuration(max)}`;
  return `An event waits ${words(now, ' on average')}; in the run before ${words(old, '')}.`;
}

/** Delays that differ by less are the same to a reader: the longest one is a single turn of the event loop. */
const LEAST_DELAY_MS = 2;
const SAME_DELAY = 1.25;

function timesCompared(before: Report, after: Report): string | null {
  if (before.run.ended !== 'exit' || after.run.ended !== 'exit' || before.run.wallMs <= 0 || after.run.wallMs <= 0) return null;
  const was = `the run before (${lengthOf(before.run)})`;
  if (before.run.exitCode !== after.run.exitCode) return `Its exit code was ${after.run.exitCode}, that of ${was} ${before.run.exitCode}.`;
  const each = ({ run }: Report): number => run.wallMs / (run.repeats ?? 1);
  const speedup = each(before) / each(after);
  if (speedup >= SAME_TIME) return `${formatSpeedup(speedup)} faster than ${was}.`;
  if (speedup <= 1 / SAME_TIME) return `${formatSpeedup(1 / speedup)} slower than ${was}.`;
  return `As fast as ${was}.`;
}

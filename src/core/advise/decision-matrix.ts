import { formatDuration, formatShare } from '../report/format.ts';
import type { HotSpot, SiteOperations } from '../profile/hot-spots.ts';
import type { LeftAlone, ReportAdvice } from '../report/report.ts';
import type { Rule } from '../language.ts';
import type { AdviceContext, Finding } from './advice.ts';

export interface Thresholds {
  /** Of the run's wall time, 0 to 1. A function below it is not worth an hour, however slow it looks. */
  minShare: number;
  /** Below it a gain drowns in the noise of two runs. */
  minUs: number;
  /** Of how many runs the figures are the mean; left out for one. */
  runs?: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { minShare: 0.05, minUs: 10_000 };

/** Smaller functions than these are noise, not something that was left alone. */
const MENTION_SHARE = 0.01;

export interface Decision {
  /** Best first. */
  advice: ReportAdvice[];
  leftAlone: LeftAlone[];
}

/** What the rules say about every hot spot, the best first (see `inOrder`), and what is left alone with the reason. */
export function decide(rules: readonly Rule[], context: AdviceContext, thresholds: Thresholds = DEFAULT_THRESHOLDS): Decision {
  const found: Omit<ReportAdvice, 'id'>[] = [];
  const leftAlone: LeftAlone[] = [];
  for (const hotSpot of context.hotSpots) {
    const { function: name, file, line, share, threads } = hotSpot;
    const mention = { function: name, file, line, share, ...(threads > 1 && { threads }) };
    const tooSmall = belowThreshold(hotSpot, context.wallUs, thresholds);
    if (tooSmall !== null) {
      if (hotSpot.share >= MENTION_SHARE) leftAlone.push({ ...mention, reason: tooSmall });
      continue;
    }
    const reasons: string[] = [];
    let advised = false;
    for (const rule of rules) {
      for (const finding of rule.advise(hotSpot, context)) {
        if (isAdvice(finding)) {
          found.push({ ...finding, rule: rule.id, hotSpot: hotSpot.id });
          advised = true;
        } else reasons.push(finding.reason);
      }
    }
    if (!advised) leftAlone.push({ ...mention, reason: [...new Set(reasons)].join(' ') || nothingFound(hotSpot, context) });
  }
  const advice = inOrder(withoutRepeats(withEachOther(found))).map((one, index) => ({ id: `advice-${index + 1}`, ...one }));
  return { advice, leftAlone };
}

function isAdvice(finding: Finding): finding is Exclude<Finding, { leaveAlone: true }> {
  return !('leaveAlone' in finding);
}

function belowThreshold(hotSpot: HotSpot, wallUs: number, { minShare, minUs, runs = 1 }: Thresholds): string | null {
  const us = hotSpot.share * wallUs;
  if (hotSpot.share < minShare)
    return `${formatShare(hotSpot.share)} of the run: below the ${formatShare(minShare)} that is worth a change.`;
  const whole = runs > 1 ? 'in each run' : 'in all';
  if (us < minUs) return `${formatDuration(us / 1000)} ${whole}: below the ${formatDuration(minUs / 1000)} that is worth a change.`;
  return null;
}

/** What one rule found out about a hot spot prices the model for the others: `algorithm` and its like only a rule that looks at the text can price. */
function withEachOther(found: readonly Omit<ReportAdvice, 'id'>[]): Omit<ReportAdvice, 'id'>[] {
  return found.map((one) => ({
    ...one,
    alternatives: one.alternatives.map((row) => {
      if (row.speedup !== null) return row;
      const others = found.filter((other) => other.hotSpot === one.hotSpot && other.model === row.model && other !== one);
      const [best] = others.sort((a, b) => b.predicted.speedup - a.predicted.speedup);
      return best?.alternatives.find(({ model }) => model === row.model) ?? row;
    }),
  }));
}

/** Two hot spots may lead to the same change: it is offered once, from the one that gains most. */
function withoutRepeats(found: Omit<ReportAdvice, 'id'>[]): Omit<ReportAdvice, 'id'>[] {
  const best = new Map<string, Omit<ReportAdvice, 'id'>>();
  for (const one of found) {
    const key = `${one.rule}\n${one.file}\n${one.line}`;
    const other = best.get(key);
    if (other === undefined || other.predicted.speedup < one.predicted.speedup) best.set(key, one);
  }
  return [...best.values()];
}

/**
 * By what they gain, with one exception: of those about the same hot spot or the same line, what can be applied goes before what can't. The cures of one
 * place shut each other out, so the one that is a keystroke away is the one to name there, in the headline, the lens and the light bulb alike. Another place's
 * larger gain stays ahead of a smaller one, whether it can be applied or not: it is where the time goes.
 */
function inOrder(found: readonly Omit<ReportAdvice, 'id'>[]): Omit<ReportAdvice, 'id'>[] {
  const isSamePlace = (a: Omit<ReportAdvice, 'id'>, b: Omit<ReportAdvice, 'id'>): boolean =>
    a.hotSpot === b.hotSpot || (a.file === b.file && a.line === b.line);
  const waiting = found.toSorted((a, b) => b.predicted.speedup - a.predicted.speedup);
  const ordered: Omit<ReportAdvice, 'id'>[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(
      (one) => one.refactor.available || !waiting.some((other) => other.refactor.available && isSamePlace(one, other)),
    );
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

function nothingFound({ bound, time, share, operations }: HotSpot, { wallUs, isLane }: AdviceContext): string {
  if (time.loadingUs > (share * wallUs) / 2) {
    return 'It loads modules: leave out what is not needed, or load it where it is first used.';
  }
  switch (bound) {
    case 'cpu-js':
      return 'It computes in JavaScript, and no loop was found whose rounds could run on other cores: a better algorithm is the cure.';
    case 'cpu-native':
      return nativeWords(operations);
    case 'blocking-io':
      return 'It waits in synchronous calls that nothing else was waiting for.';
    case 'async-wait':
      if (isLane(longestWait(operations)?.api ?? '')) return 'It waits for what its own threads or processes do: shorten their work.';
      return 'It waits for something that nothing else could overlap with.';
    case 'gc':
      return 'Its time goes into collecting garbage: allocating less is the cure, not concurrency.';
    case 'insufficient-data':
      return 'Too little was measured to say: run it on more input.';
    case 'mixed':
      return 'Its time is of several kinds, none large enough for a change that pays.';
  }
}

function nativeWords(operations: readonly SiteOperations[]): string {
  const nativeUs = ({ time }: SiteOperations): number => time.nativeCpuUs + time.blockedUs;
  const [longest] = operations.toSorted((a, b) => nativeUs(b) - nativeUs(a));
  return longest === undefined || nativeUs(longest) === 0
    ? 'It computes in native code that has no asynchronous twin.'
    : `Its time goes into the native code of \`${longest.api}\`, and nothing was found that could go on meanwhile.`;
}

function longestWait(operations: readonly SiteOperations[]): SiteOperations | undefined {
  const waitUs = ({ time }: SiteOperations): number => time.awaitSerialUs + time.awaitOverlappedUs;
  return operations.toSorted((a, b) => waitUs(b) - waitUs(a))[0];
}

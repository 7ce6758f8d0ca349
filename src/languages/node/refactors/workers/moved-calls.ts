import type { AdviceContext } from '../../../../core/advise/advice.ts';
import type { MovedCalls } from '../../../../core/advise/cost-model.ts';
import type { Cloning } from '../../../../core/profile/hot-spots.ts';
import { sizesWords } from '../../../../core/report/words-of-calls.ts';
import { formatBytes, formatDuration } from '../../../../core/report/format.ts';
import { callsOf } from '../loops/drivers.ts';
import { contains, findFunction, type FunctionNode } from '../../syntax/locate.ts';
import type { Source } from '../../syntax/source.ts';

/** A shorter call is better sent to a worker together with others. */
export const SHORT_CALL_US = 1000;

export interface MeasuredCalls extends MovedCalls {
  /** µs a call; null where it is not known. */
  eachUs: number | null;
}

/** How often a function was called and what a call takes, where that was counted. Of one that calls itself the counts are of all its depths, and say nothing. */
export function measuredCalls(source: Source, node: FunctionNode, { called }: AdviceContext): MeasuredCalls {
  const own = called.find(
    (one) => one.file === source.file && findFunction(source, { name: one.function, line: one.line, column: one.column }) === node,
  );
  if (own === undefined || callsOf(source, node).some((call) => contains(node, call)))
    return { calls: null, cloning: own?.cloning ?? null, eachUs: null };
  return { calls: own.calls, cloning: own.cloning, eachUs: own.calls === 0 ? null : own.totalUs / own.calls };
}

/** Why a worker would lose: to send a call there takes longer than the call. */
export function largerThanItsWork(name: string, eachUs: number, cloning: Cloning): string | null {
  const cloneUs = cloning.callerUs + cloning.workerUs;
  if (cloneUs < eachUs) return null;
  const { argumentBytes, resultBytes, transferableBytes } = cloning;
  const movable =
    transferableBytes < (argumentBytes ?? 0) / 2 + (resultBytes ?? 0) / 2
      ? ''
      : ` ${formatBytes(transferableBytes)} of it are array buffers: transferred or shared they would not be copied.`;
  return `${name} takes ${formatDuration(eachUs / 1000)} to compute a call and ${formatDuration(cloneUs / 1000)} to clone (${sizesWords(argumentBytes, resultBytes)}): a worker would take longer.${movable}`;
}

/** The last words of what a prediction rests on. */
export function perCall({ eachUs, cloning }: MeasuredCalls): string {
  if (eachUs === null) return 'how long one call takes was not measured (`--count-calls` does): below about 1 ms the gain shrinks';
  if (cloning === null || (cloning.argumentBytes === null && cloning.resultBytes === null))
    return `${formatDuration(eachUs / 1000)} a call`;
  const cloneMs = (cloning.callerUs + cloning.workerUs) / 1000;
  return `${formatDuration(eachUs / 1000)} to compute a call, ${formatDuration(cloneMs)} to clone ${sizesWords(cloning.argumentBytes, cloning.resultBytes)}`;
}

/** What is cloned for a call, in words. */
export function cloneWords({ argumentBytes, resultBytes }: Cloning): string {
  return sizesWords(argumentBytes, resultBytes);
}

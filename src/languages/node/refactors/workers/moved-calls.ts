import type { AdviceContext } from '../../../../core/advise/advice.ts';
import type { MovedCalls } from '../../../../core/advise/cost-model.ts';
import type { Cloning } from '../../../../core/profile/hot-spots.ts';
import { sizesWords } from '../../../../core/report/words-of-calls.ts';
import { formatBytes, formatDuration } from '../../../../core/report/format.ts';
import { callsOf } from '../loops/drivers.ts';
import { loopsAround } from '../loops/hot-loops.ts';
import { mostCalls } from '../loops/known-rounds.ts';
import { isServed } from './worker-choice.ts';
import { contains, findFunction, type FunctionNode } from '../../syntax/locate.ts';
import type { Source } from '../../syntax/source.ts';

/** Below it a call is over before its arguments are copied and the message has arrived. */
export const SHORTEST_CALL_US = 50;

/** A shorter call is better sent to a worker together with others. */
export const SHORT_CALL_US = 1000;

/** How the number of calls is known: counted, by no more than the text allows, or by the requests that were served. */
export type CallsKnownBy = 'counted' | 'text' | 'requests';

export interface MeasuredCalls extends MovedCalls {
  /** µs a call, at least where the calls are known by the text or by requests only; null where it is not known. */
  eachUs: number | null;
  knownBy: CallsKnownBy | null;
}

/**
 * How often a function was called and what a call takes. Where that was not counted, no more calls than the text allows, or than requests were answered by
 * a function that each of them calls. Of one that calls itself the counts are of all its depths, and say nothing.
 * @param computeUs what all its calls took, where they were not counted
 */
export function measuredCalls(
  source: Source,
  node: FunctionNode,
  { called, eventLoop }: AdviceContext,
  computeUs: number | null = null,
): MeasuredCalls {
  const own = called.find(
    (one) => one.file === source.file && findFunction(source, { name: one.function, line: one.line, column: one.column }) === node,
  );
  const cloning = own?.cloning ?? null;
  const callsItself = callsOf(source, node).some((call) => contains(node, call));
  if (own !== undefined && !callsItself)
    return { calls: own.calls, cloning, eachUs: own.calls === 0 ? null : own.totalUs / own.calls, knownBy: 'counted' };
  if (own !== undefined || computeUs === null) return { calls: null, cloning, eachUs: null, knownBy: null };
  const allowed = mostCalls(source, node);
  if (allowed !== null && allowed > 0) return { calls: allowed, cloning, eachUs: computeUs / allowed, knownBy: 'text' };
  const perRequest = callsPerRequest(source, node);
  const requests = eventLoop?.requests ?? 0;
  if (perRequest !== null && requests > 0)
    return { calls: requests * perRequest, cloning, eachUs: computeUs / requests / perRequest, knownBy: 'requests' };
  return { calls: null, cloning, eachUs: null, knownBy: null };
}

/** How often each request calls a function at most; null where the text doesn't tell. */
function callsPerRequest(source: Source, node: FunctionNode): number | null {
  const calls = callsOf(source, node);
  const direct = calls.every((call) => isServed(source, call) && loopsAround(source, call).length === 0);
  return calls.length > 0 && direct ? calls.length : null;
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
export function perCall({ calls, eachUs, cloning, knownBy }: MeasuredCalls): string {
  if (eachUs === null) return 'how long one call takes was not measured (`--count-calls` does): below about 1 ms the gain shrinks';
  const each = formatDuration(eachUs / 1000);
  if (knownBy === 'text') return `${each} a call or more, as the text allows ${calls ?? 0} calls at most`;
  if (knownBy === 'requests') return `${each} a call, one for each request`;
  if (cloning === null || (cloning.argumentBytes === null && cloning.resultBytes === null)) return `${each} a call`;
  const cloneMs = (cloning.callerUs + cloning.workerUs) / 1000;
  return `${each} to compute a call, ${formatDuration(cloneMs)} to clone ${sizesWords(cloning.argumentBytes, cloning.resultBytes)}`;
}

/** What is cloned for a call, in words. */
export function cloneWords({ argumentBytes, resultBytes }: Cloning): string {
  return sizesWords(argumentBytes, resultBytes);
}

import type { AdviceContext, Finding, RefactorResult } from '../../../core/advise/advice.ts';
import { priceModels, type Prediction } from '../../../core/advise/cost-model.ts';
import { OFFER_SPEEDUP } from '../../../core/classify/thresholds.ts';
import type { HotSpot } from '../../../core/profile/hot-spots.ts';
import { formatSpeedup } from '../../../core/report/format.ts';
import type { Model, ReportAdvice } from '../../../core/report/report.ts';
import { orRefuse } from '../refactors/text/refusal.ts';

/**
 * An advice whose change has been tried; the message gets the predicted gain as its end. What would gain too little is left alone, with that for the reason.
 */
export function adviceOf(
  hotSpot: HotSpot,
  context: AdviceContext,
  advice: { model: Model; file: string; line: number; message: string; why: string; predicted: Prediction; result: RefactorResult },
): Finding {
  const { model, file, line, message, why, predicted, result } = advice;
  if (predicted.speedup < OFFER_SPEEDUP)
    return {
      leaveAlone: true,
      file: hotSpot.file,
      line: hotSpot.line,
      reason: `${message} (line ${line}): that would gain about ${predicted.speedup.toFixed(2)}× (${predicted.basis}), and below ${OFFER_SPEEDUP}× nobody notices.`,
      models: [model],
    };
  return {
    model,
    file,
    line,
    message: `${message} (≈${formatSpeedup(predicted.speedup)})`,
    why,
    predicted,
    alternatives: priceModels(hotSpot, context, { model, speedup: predicted.speedup, edits: editCount(result) }),
    refactor: availability(result),
  };
}

/** What a report says of a refactor that was tried. */
export function availability(
  result: RefactorResult,
): { available: true; safety: 'safe' | 'review' } | { available: false; reason: string } {
  return result.available ? { available: true, safety: result.safety } : result;
}

/** Offers the same change with typed arrays in shared memory, where it has some that it would copy. */
export function withSharedMemory(
  refactor: ReportAdvice['refactor'],
  sharesSome: boolean,
  make: () => RefactorResult,
): ReportAdvice['refactor'] {
  if (!refactor.available || !sharesSome) return refactor;
  return { ...refactor, choices: [{ id: 'shared-memory', ...availability(orRefuse(make)) }] };
}

/** In how many places a refactor changes the text; null when it can't be made. */
export function editCount(result: RefactorResult): number | null {
  return result.available ? result.files.reduce((sum, file) => sum + file.edits.length, 0) : null;
}

/** What the operations of an API are to a reader: `12 requests`. */
export function nounOf(api: string, count: number): string {
  const noun = /^(fetch|https?\.|http2\.|undici)/.test(api)
    ? 'request'
    : /^dns\./.test(api)
      ? 'lookup'
      : /^fs\./.test(api)
        ? 'file operation'
        : /^child_process\./.test(api)
          ? 'command'
          : /^(set|timers)/.test(api)
            ? 'timer'
            : 'operation';
  return count === 1 ? noun : `${noun}s`;
}

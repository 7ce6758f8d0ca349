import { REPORTED_BLOCKAGES, SHORTEST_BLOCKAGE_US } from '../classify/thresholds.ts';
import type { Language } from '../language.ts';
import type { LinesOfNodes } from '../profile/charges.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { Timeline } from '../profile/timeline.ts';
import { MOST_REQUESTS } from '../recording.ts';
import { culpritOf, piecesOf, turnsOf, userCodeOf } from './blockages.ts';
import type { Culprit } from './blockages.ts';
import { delayOf } from './delay.ts';
import type { Delay } from './delay.ts';
import { heldUp } from './held-up.ts';
import type { Requests } from './held-up.ts';
import { stackOf } from './stacks.ts';
import type { StackFrame } from './stacks.ts';
import { loopTime } from './stretches.ts';

/** What a thread's event loop was like from the first moment that something was waited for. Times in µs. */
export interface EventLoop {
  /** Share of the time that the thread did not sleep, 0 to 1. */
  utilisation: number;
  delay: Delay;
  /** Whether the program serves: it listens, repeats or watches, so that what comes late matters. */
  serving: boolean;
  /** Requests that its http and https servers got; null where there were too many to list. */
  requests: number | null;
  /** Longest first. */
  blockages: Blockage[];
}

export interface Blockage {
  /** After the run's beginning. */
  startUs: number;
  durationUs: number;
  culprit: Culprit | null;
  /** Innermost first; empty for all but the longest ones. */
  stack: StackFrame[];
  /** Null where there were too many requests to list. */
  heldUp: number | null;
}

/**
 * Null where it was not measured, or nothing was ever waited for.
 * @param runStartUs when the run began, on the recording's clock
 */
export function eventLoopOf(
  model: LaneModel,
  timeline: Timeline,
  linesOf: LinesOfNodes,
  language: Language,
  runStartUs: number,
): EventLoop | null {
  const time = loopTime(model);
  if (!time) return null;
  const { groups, operations, profile } = model;
  const requests = requestsOf(model, language);
  const cuts = operations
    .map(({ group, startUs, endUs }) =>
      language.isRequest(groups[group]!.api) ? startUs : groups[group]!.nature === 'io' ? endUs : Infinity,
    )
    .filter((us) => us < Infinity)
    .sort((a, b) => a - b);
  const turns = turnsOf(time.stretches, cuts).filter(({ startUs, endUs }) => endUs - startUs >= SHORTEST_BLOCKAGE_US);
  const held = heldUp(turns, requests, time.sleeps);
  const timeUs = time.endUs - time.startUs;
  const lengths = turns.map(({ startUs, endUs }) => endUs - startUs).sort((a, b) => b - a);
  const toldUs = lengths[REPORTED_BLOCKAGES - 1] ?? 0;
  const userCode = userCodeOf(model, timeline, linesOf);
  const blockages: Blockage[] = [];
  let at = 0;
  for (const pieces of piecesOf(turns, timeline, profile.startUs)) {
    const { startUs, endUs } = turns[at]!;
    const durationUs = endUs - startUs;
    const culprit = culpritOf(pieces, durationUs, model, userCode);
    const stack = durationUs >= toldUs ? stackOf(pieces, culprit, model, timeline, userCode) : [];
    blockages.push({ startUs: startUs - runStartUs, durationUs, culprit, stack, heldUp: held[at]! });
    at++;
  }
  return {
    utilisation: Math.min(1, time.busyUs / timeUs),
    delay: delayOf([...time.stretches.map(({ startUs, endUs }) => endUs - startUs), ...time.shortUs], timeUs),
    serving: model.lane.operations.apis.some((api) => language.waitsFor(api) === 'serving'),
    requests: requests.knownUntilUs < Infinity ? null : requests.all.length,
    blockages: blockages.sort((a, b) => b.durationUs - a.durationUs || a.startUs - b.startUs),
  };
}

function requestsOf({ groups, operations }: LaneModel, language: Language): Requests {
  const all = operations.filter(({ group }) => language.isRequest(groups[group]!.api));
  return { all, knownUntilUs: all.length >= MOST_REQUESTS ? all.at(-1)!.startUs : Infinity };
}

/** A loop that is this busy has the next request waiting when one is answered: a queue grows without bound towards 1 (M/M/1: at 0.8 four wait on average). */
const SATURATED = 0.8;

/**
 * How many requests a serving program has on average while it is blocked, the one it works on included: at least 1. What waits in the kernel is not
 * among the requests that were begun, so it is told from what each blockage held up, weighted by its length. Null where it served none.
 */
export function requestsAtOnce({ requests, blockages, utilisation }: EventLoop): number | null {
  if (!requests) return null;
  let us = 0;
  let heldUs = 0;
  for (const { durationUs, heldUp: held } of blockages) {
    us += durationUs;
    heldUs += durationUs * (held ?? 0);
  }
  return Math.max(1 + (us > 0 ? heldUs / us : 0), utilisation >= SATURATED ? 2 : 1);
}

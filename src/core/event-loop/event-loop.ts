import { REPORTED_BLOCKAGES, SHORTEST_BLOCKAGE_US } from '../classify/thresholds.ts';
import type { Language } from '../language.ts';
import type { LinesOfNodes } from '../profile/charges.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { Timeline } from '../profile/timeline.ts';
import { MOST_REQUESTS } from '../recording.ts';
import type { RolledUpLoop } from '../recording.ts';
import { culpritOf, piecesOf, turnsOf, userCodeOf } from './blockages.ts';
import type { Culprit } from './blockages.ts';
import { delayOf } from './delay.ts';
import type { Delay } from './delay.ts';
import { heldUp } from './held-up.ts';
import type { Requests } from './held-up.ts';
import { stackOf } from './stacks.ts';
import type { StackFrame } from './stacks.ts';
import { loopTime } from './stretches.ts';
import type { Stretch } from './stretches.ts';

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
  /** Blockages of a long recording that were too many to be listed. */
  shorter: { times: number; us: number; heldUp: number };
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
  const { groups, profile, lane } = model;
  const before = lane.rolledUp?.loop ?? null;
  const time = loopTime(model, before && lane.rolledUp!.untilUs);
  if (!time && !before) return null;
  const requests = requestsOf(model, language);
  const stretches = fromBefore(time?.stretches ?? [], before);
  const turns = turnsOf(stretches, callbackStarts(model, language)).filter(isBlockage);
  const held = heldUp(turns, requests, time?.sleeps ?? []);
  const timeUs = (time?.endUs ?? before!.endUs) - (before?.startUs ?? time!.startUs);
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
  for (const { startUs, endUs, node, heldUp: waited } of before?.blockages ?? []) {
    const culprit = culpritOfNode(node, model);
    blockages.push({ startUs: startUs - runStartUs, durationUs: endUs - startUs, culprit, stack: [], heldUp: waited });
  }
  return {
    utilisation: Math.min(1, ((time?.busyUs ?? 0) + (before?.busyUs ?? 0)) / timeUs),
    delay: delayOf([...stretches.map(({ startUs, endUs }) => endUs - startUs), ...(time?.shortUs ?? [])], timeUs, before?.stretches),
    serving: lane.operations.apis.some((api) => language.waitsFor(api) === 'serving'),
    requests:
      requests.knownUntilUs < Infinity ? null : groups.reduce((sum, { api, calls }) => (language.isRequest(api) ? sum + calls : sum), 0),
    blockages: blockages.sort((a, b) => b.durationUs - a.durationUs || a.startUs - b.startUs),
    shorter: before?.shorter ?? { times: 0, us: 0, heldUp: 0 },
  };
}

export function isBlockage({ startUs, endUs }: Stretch): boolean {
  return endUs - startUs >= SHORTEST_BLOCKAGE_US;
}

/** Stretches of the time after what was rolled up, the one that was open then as long as it is. */
export function fromBefore(stretches: readonly Stretch[], before: RolledUpLoop | null): Stretch[] {
  const [first, ...others] = stretches;
  if (!before || before.openUs === null) return [...stretches];
  if (first?.startUs === before.endUs) return [{ ...first, startUs: before.openUs }, ...others];
  return [{ startUs: before.openUs, endUs: before.endUs, roundEndUs: before.endUs }, ...stretches];
}

/** When callbacks began, as far as the recording tells, in order. */
export function callbackStarts({ operations, groups }: LaneModel, language: Language): number[] {
  return operations
    .map(({ group, startUs, endUs }) =>
      language.isRequest(groups[group]!.api) ? startUs : groups[group]!.nature === 'io' ? endUs : Infinity,
    )
    .filter((us) => us < Infinity)
    .sort((a, b) => a - b);
}

export function requestsOf({ groups, operations, lane }: LaneModel, language: Language): Requests {
  const all = operations.filter(({ group }) => language.isRequest(groups[group]!.api));
  const { apis } = lane.operations;
  const before =
    lane.rolledUp?.operations.reduce((sum, { api, calls }) => (language.isRequest(apis[api] ?? '') ? sum + calls : sum), 0) ?? 0;
  return { all, knownUntilUs: before + all.length >= MOST_REQUESTS ? (all.at(-1)?.startUs ?? -Infinity) : Infinity };
}

/** What held the loop in time that was rolled up, at the line with the most of its samples. */
function culpritOfNode(id: number | null, { profile, table }: LaneModel): Culprit | null {
  const node = id === null ? undefined : profile.nodeOf.get(id);
  if (node === undefined) return null;
  const frame = profile.nodeFrame[node]!;
  const { function: name, file, line } = table.frames[frame]!;
  const [hottest] = profile.nodeTicks[node]!.toSorted((a, b) => b.ticks - a.ticks);
  return { frame, function: name, file, line: hottest?.line ?? line };
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

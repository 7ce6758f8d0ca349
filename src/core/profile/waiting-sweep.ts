import { LATE_US } from './operations.ts';
import type { Operation, Ordered, Wait } from './operations.ts';

/** Among more timers or sessions than this, the right one is not worth looking for. */
const MOST_LOOKED_AT = 64;

/**
 * Returns a function that says what was in flight in a stretch of time, piece by piece; stretches must be asked for in order. Where
 * one operation is in flight it has the time; where several are, the time goes to their groups in turn, so that each gets its share.
 * Sessions and timers have the time only where nothing else is in flight.
 */
export function waitingSweep(ordered: Ordered): (startUs: number, endUs: number) => Wait[] {
  const { groups, operations, byEnd } = ordered;
  const flying = new Int32Array(groups.length);
  const shared = { io: inFlight(), watch: inFlight() };
  const background = { session: new Set<number>(), timer: new Set<number>() };
  const credit = new Float64Array(groups.length);
  let begins = 0;
  let ends = 0;

  const change = (operation: number, by: 1 | -1): void => {
    const { group } = operations[operation]!;
    const { nature } = groups[group]!;
    if (nature === 'session' || nature === 'timer') {
      if (by > 0) background[nature].add(operation);
      else background[nature].delete(operation);
    } else if (nature !== 'serving') {
      const kind = shared[nature];
      kind.total += by;
      flying[group]! += by;
      if (flying[group]! > 0) kind.active.add(group);
      else kind.active.delete(group);
    }
  };
  const choose = (at: number, until: number): { group: number; overlapped: boolean } => {
    const kind = shared.io.total > 0 ? shared.io : shared.watch;
    if (kind.total === 0) return inBackground(at, until);
    const us = until - at;
    let best = -1;
    for (const group of kind.active) {
      credit[group]! += (us * flying[group]!) / kind.total;
      if (best < 0 || credit[group]! > credit[best]!) best = group;
    }
    credit[best]! -= us;
    return { group: best, overlapped: kind.total > 1 };
  };
  /** The session begun last is what the program turned to last; a timer that fires before it ends is what the program sleeps for. */
  const inBackground = (at: number, until: number): { group: number; overlapped: boolean } => {
    // Between the moment that a timer is due and its callback, the thread still waits for that timer.
    const lateUs = slept ? at - slept.operation.endUs : -1;
    if (slept && slept.untilUs === at && lateUs >= 0 && lateUs < LATE_US && background.session.size === 0) {
      slept.untilUs = until;
      return { group: slept.operation.group, overlapped: slept.overlapped };
    }
    const session = best(background.session, (one, other) => one.startUs > other.startUs);
    const timer = best(background.timer, (one, other) => one.endUs < other.endUs);
    const asleep = timer && (!session || timer.endUs < session.endUs);
    const chosen = asleep ? timer : session;
    if (!chosen) return { group: -1, overlapped: false };
    const overlapped = (asleep ? background.timer : background.session).size > 1;
    slept = asleep ? { operation: timer, overlapped, untilUs: until } : null;
    return { group: chosen.group, overlapped };
  };
  let slept: { operation: Operation; overlapped: boolean; untilUs: number } | null = null;
  const best = (among: ReadonlySet<number>, better: (one: Operation, other: Operation) => boolean): Operation | null => {
    let found: Operation | null = null;
    let looked = 0;
    for (const operation of among) {
      if (!found || better(operations[operation]!, found)) found = operations[operation]!;
      if (++looked > MOST_LOOKED_AT) break;
    }
    return found;
  };
  /** Applies what happens up to `time` and says when the next thing happens. */
  const settle = (time: number): number => {
    for (;;) {
      const starting = operations[begins]?.startUs ?? Infinity;
      const ending = ends < byEnd.length ? operations[byEnd[ends]!]!.endUs : Infinity;
      if (Math.min(starting, ending) > time) return Math.min(starting, ending);
      // An operation must have begun before it can end, also where both happen in the same microsecond.
      if (starting <= ending) change(begins++, 1);
      else change(byEnd[ends++]!, -1);
    }
  };

  return (startUs, endUs) => {
    const waits: Wait[] = [];
    for (let at = startUs; at < endUs;) {
      const until = Math.min(settle(at), endUs);
      const { group, overlapped } = choose(at, until);
      const last = waits.at(-1);
      if (last?.group === group && last.overlapped === overlapped) last.us += until - at;
      else waits.push({ group, overlapped, startUs: at, us: until - at });
      at = until;
    }
    return waits;
  };
}

function inFlight(): { active: Set<number>; total: number } {
  return { active: new Set(), total: 0 };
}

import type { Language, WaitNature } from '../language.ts';
import type { OperationLog } from '../recording.ts';
import { resolveSiteFrame } from './frames.ts';
import type { FrameTable, ResolvedSite } from './frames.ts';
import type { SourcePositions } from './source-positions.ts';
import type { SourceFunctions } from './source-text.ts';

/** A distinct stack from which core APIs were called. */
export interface Site {
  /** Innermost first, user's and dependencies' functions. */
  frames: ResolvedSite[];
  /** The innermost user function and the line in it; null where no user code is on the stack. */
  user: ResolvedSite | null;
}

/** All asynchronous operations of one API from one site. */
export interface AsyncGroup {
  api: string;
  /** Index of the site, -1 where no stack was taken. */
  site: number;
  nature: WaitNature;
  calls: number;
  totalUs: number;
  maxUs: number;
  /** Mean, over these operations' time, of the operations in flight in the lane; 1: never anything else. */
  meanInFlight: number;
  peakInFlight: number;
}

export function resolveSites(
  log: OperationLog,
  table: FrameTable,
  positions: SourcePositions,
  language: Language,
  functionsOf: (file: string) => SourceFunctions | null,
): Site[] {
  return log.sites.map((site) => {
    const frames = site.frames.map((frame) => resolveSiteFrame(table, frame, positions, language, functionsOf));
    return { frames, user: frames.find((frame) => table.frames[frame.frame]!.owner === 'user') ?? null };
  });
}

/** What was waited for during a stretch of idle time; `group` is -1 where nothing was in flight. */
export interface Wait {
  group: number;
  overlapped: boolean;
  startUs: number;
  us: number;
}

/** Among more timers or sessions than this, the right one is not worth looking for. */
const MOST_LOOKED_AT = 64;

export interface Operation {
  group: number;
  startUs: number;
  endUs: number;
}

interface Ordered {
  groups: AsyncGroup[];
  operations: Operation[];
  /** Indices into `operations`, by end. */
  byEnd: number[];
}

/** Where no stack was taken, as there were too many to afford, an operation is taken to come from where its API was called last. */
function nameSites(rows: Row[]): void {
  const last = new Map<string, number>();
  for (const row of rows) {
    if (row.site >= 0) last.set(row.api, row.site);
    else row.site = last.get(row.api) ?? -1;
  }
}

/**
 * The operations as groups with how many were in flight meanwhile, and what the sweep over idle time needs.
 * @param endedItself the script came to its end: what was still in flight then, nobody had waited for
 */
export function orderOperations(log: OperationLog, laneEndUs: number, endedItself: boolean, language: Language): Ordered {
  const { api, site, startUs, endUs } = log.async;
  const groups: AsyncGroup[] = [];
  const index = new Map<string, number>();
  const rows: Row[] = [];
  const count = Math.min(api.length, site.length, startUs.length, endUs.length);
  for (let at = 0; at < count; at++) {
    const name = log.apis[api[at]!];
    if (name === undefined) continue;
    const unfinished = endUs[at]! < 0 || endUs[at]! > laneEndUs;
    const nature = unfinished && endedItself ? 'serving' : language.waitsFor(name);
    const end = Math.max(startUs[at]!, unfinished ? laneEndUs : endUs[at]!);
    rows.push({ api: name, site: site[at]! < log.sites.length ? site[at]! : -1, nature, startUs: startUs[at]!, endUs: end });
  }
  rows.sort((a, b) => a.startUs - b.startUs);
  rows.forEach((row, at) => {
    if (row.nature === 'timer' && isGuard(rows, at)) row.nature = 'serving';
  });
  nameSites(rows);
  const operations: Operation[] = [];
  for (const { api: name, site: from, nature, startUs: start, endUs: end } of rows) {
    const key = `${name} ${from} ${nature}`;
    let group = index.get(key);
    if (group === undefined) {
      group = groups.length;
      index.set(key, group);
      groups.push({ api: name, site: from, nature, calls: 0, totalUs: 0, maxUs: 0, meanInFlight: 1, peakInFlight: 0 });
    }
    operations.push({ group, startUs: start, endUs: end });
    const of = groups[group]!;
    of.calls++;
    of.totalUs += end - start;
    of.maxUs = Math.max(of.maxUs, end - start);
  }
  const byEnd = [...operations.keys()].sort((a, b) => operations[a]!.endUs - operations[b]!.endUs);
  const ordered = { groups, operations, byEnd };
  countInFlight(ordered);
  return ordered;
}

/** Calls `begin` and `end` for each operation in order of time; an operation that ends when another begins does so first. */
function eachEvent({ operations, byEnd }: Ordered, begin: (operation: number) => void, end: (operation: number) => void): void {
  let ends = 0;
  for (let begins = 0; begins < operations.length || ends < byEnd.length;) {
    const next = operations[begins];
    const ending = operations[byEnd[ends]!]!;
    if (next && (next.startUs < ending.endUs || next.startUs === ending.startUs)) begin(begins++);
    else end(byEnd[ends++]!);
  }
}

interface Row {
  api: string;
  site: number;
  nature: WaitNature;
  startUs: number;
  endUs: number;
}

/** Operations one after another inside a timer that show that nobody waits for it. */
const GUARDED = 3;
/** Looked at for it. */
const MOST_INSIDE = 200;

/** A timer that several operations pass under, one after another, is a limit set for them, not a sleep. */
function isGuard(rows: readonly Row[], timer: number): boolean {
  const { endUs } = rows[timer]!;
  let passed = 0;
  let freeUs = -Infinity;
  for (let at = timer + 1; at < Math.min(rows.length, timer + MOST_INSIDE) && rows[at]!.startUs < endUs; at++) {
    const row = rows[at]!;
    // Several begun in the same moment and the next ones due are no sequence; a sleep is noted as over when it is due, a little early.
    if (row.nature === 'serving' || row.endUs > endUs + LATE_US || row.startUs < freeUs - LATE_US) continue;
    passed++;
    freeUs = row.endUs;
    if (passed >= GUARDED) return true;
  }
  return false;
}

/** A timer's callback runs this much after it is due, or less. */
const LATE_US = 10_000;

/** Operations are counted among their like: a timer that guards a request does not make it two requests. */
function countInFlight(ordered: Ordered): void {
  const { groups, operations } = ordered;
  const flying = new Int32Array(groups.length);
  const integralAtStart = new Float64Array(operations.length);
  const sums = new Float64Array(groups.length);
  const kinds = new Map<WaitNature, { active: Set<number>; inFlight: number; integral: number; clock: number }>();
  const at = (nature: WaitNature, time: number): { active: Set<number>; inFlight: number; integral: number; clock: number } => {
    let kind = kinds.get(nature);
    if (!kind) kinds.set(nature, (kind = { active: new Set(), inFlight: 0, integral: 0, clock: time }));
    kind.integral += kind.inFlight * (time - kind.clock);
    kind.clock = time;
    return kind;
  };
  eachEvent(
    ordered,
    (operation) => {
      const { group, startUs } = operations[operation]!;
      const kind = at(groups[group]!.nature, startUs);
      integralAtStart[operation] = kind.integral;
      kind.inFlight++;
      if (flying[group]!++ === 0) kind.active.add(group);
      for (const one of kind.active) groups[one]!.peakInFlight = Math.max(groups[one]!.peakInFlight, kind.inFlight);
    },
    (operation) => {
      const { group, endUs } = operations[operation]!;
      const kind = at(groups[group]!.nature, endUs);
      sums[group]! += kind.integral - integralAtStart[operation]!;
      kind.inFlight--;
      if (--flying[group]! === 0) kind.active.delete(group);
    },
  );
  groups.forEach((group, index) => {
    if (group.totalUs > 0) group.meanInFlight = Math.max(1, sums[index]! / group.totalUs);
  });
}

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
      waits.push({ ...choose(at, until), startUs: at, us: until - at });
      at = until;
    }
    return waits;
  };
}

function inFlight(): { active: Set<number>; total: number } {
  return { active: new Set(), total: 0 };
}

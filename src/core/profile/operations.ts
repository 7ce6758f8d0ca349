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

interface Operation {
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

/** The operations as groups with how many were in flight meanwhile, and what the sweep over idle time needs. */
export function orderOperations(log: OperationLog, laneEndUs: number, language: Language): Ordered {
  const { api, site, startUs, endUs } = log.async;
  const groups: AsyncGroup[] = [];
  const index = new Map<string, number>();
  const operations: Operation[] = [];
  const count = Math.min(api.length, site.length, startUs.length, endUs.length);
  for (let at = 0; at < count; at++) {
    const name = log.apis[api[at]!];
    if (name === undefined) continue;
    const from = site[at]! < log.sites.length ? site[at]! : -1;
    const key = `${api[at]!}:${from}`;
    let group = index.get(key);
    if (group === undefined) {
      group = groups.length;
      index.set(key, group);
      groups.push({
        api: name,
        site: from,
        nature: language.waitsFor(name),
        calls: 0,
        totalUs: 0,
        maxUs: 0,
        meanInFlight: 1,
        peakInFlight: 0,
      });
    }
    const start = startUs[at]!;
    const end = Math.max(start, endUs[at]! < 0 ? laneEndUs : endUs[at]!);
    operations.push({ group, startUs: start, endUs: end });
    const of = groups[group]!;
    of.calls++;
    of.totalUs += end - start;
    of.maxUs = Math.max(of.maxUs, end - start);
  }
  operations.sort((a, b) => a.startUs - b.startUs);
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

function countInFlight(ordered: Ordered): void {
  const { groups, operations } = ordered;
  const flying = new Int32Array(groups.length);
  const active = new Set<number>();
  const integralAtStart = new Float64Array(operations.length);
  const sums = new Float64Array(groups.length);
  let inFlight = 0;
  let integral = 0;
  let clock = 0;
  const advance = (to: number): void => {
    integral += inFlight * (to - clock);
    clock = to;
  };
  eachEvent(
    ordered,
    (operation) => {
      const { group, startUs } = operations[operation]!;
      if (groups[group]!.nature !== 'io') return;
      advance(startUs);
      integralAtStart[operation] = integral;
      inFlight++;
      if (flying[group]!++ === 0) active.add(group);
      for (const one of active) groups[one]!.peakInFlight = Math.max(groups[one]!.peakInFlight, inFlight);
    },
    (operation) => {
      const { group, endUs } = operations[operation]!;
      if (groups[group]!.nature !== 'io') return;
      advance(endUs);
      sums[group]! += integral - integralAtStart[operation]!;
      inFlight--;
      if (--flying[group]! === 0) active.delete(group);
    },
  );
  groups.forEach((group, index) => {
    if (group.nature !== 'io') group.peakInFlight = 1;
    else if (group.totalUs > 0) group.meanInFlight = Math.max(1, sums[index]! / group.totalUs);
  });
}

/**
 * Returns a function that says what was waited for in a stretch of idle time; stretches must be asked for in order of time. Where one
 * operation is in flight it has the time; where several are, the time goes to their groups in turn, so that each gets its share.
 */
export function waitingSweep(ordered: Ordered): (startUs: number, endUs: number) => Wait[] {
  const { groups, operations, byEnd } = ordered;
  const flying = new Int32Array(groups.length);
  const kinds = { io: inFlight(), observer: inFlight(), timer: inFlight() };
  const credit = new Float64Array(groups.length);
  let begins = 0;
  let ends = 0;

  const change = (operation: number, by: 1 | -1): void => {
    const { group } = operations[operation]!;
    const { nature } = groups[group]!;
    if (nature === 'serving') return;
    const kind = kinds[nature];
    kind.total += by;
    flying[group]! += by;
    if (flying[group]! > 0) kind.active.add(group);
    else kind.active.delete(group);
  };
  const choose = (us: number): { group: number; overlapped: boolean } => {
    const kind = kinds.io.total > 0 ? kinds.io : kinds.observer.total > 0 ? kinds.observer : kinds.timer;
    if (kind.total === 0) return { group: -1, overlapped: false };
    let best = -1;
    for (const group of kind.active) {
      credit[group]! += (us * flying[group]!) / kind.total;
      if (best < 0 || credit[group]! > credit[best]!) best = group;
    }
    credit[best]! -= us;
    return { group: best, overlapped: kind.total > 1 };
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
      waits.push({ ...choose(until - at), startUs: at, us: until - at });
      at = until;
    }
    return waits;
  };
}

function inFlight(): { active: Set<number>; total: number } {
  return { active: new Set(), total: 0 };
}

import type { Language, WaitNature } from '../language.ts';
import type { OperationLog, RolledUpOperations } from '../recording.ts';
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
  /** Timers that only limit how long other operations may take. */
  guards: boolean;
  /** The longest that one of those that were rolled up was waited for. */
  longestWaitUs: number;
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

export interface Operation {
  group: number;
  startUs: number;
  endUs: number;
}

export interface Ordered {
  groups: AsyncGroup[];
  /** By what they are. */
  groupIndex: Map<string, number>;
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
export function orderOperations(
  log: OperationLog,
  laneEndUs: number,
  endedItself: boolean,
  language: Language,
  rolledUp: readonly RolledUpOperations[] = [],
): Ordered {
  const { api, site, startUs, endUs } = log.async;
  const groups: AsyncGroup[] = [];
  const index = new Map<string, number>();
  const groupFor = ({ api: name, site: from, nature, guards }: Pick<AsyncGroup, 'api' | 'site' | 'nature' | 'guards'>): number => {
    const key = keyOf(name, from, nature);
    let found = index.get(key);
    if (found === undefined) {
      const sums = { calls: 0, totalUs: 0, maxUs: 0, meanInFlight: 1, peakInFlight: 0, longestWaitUs: 0 };
      found = groups.push({ api: name, site: from, nature, guards, ...sums }) - 1;
      index.set(key, found);
    }
    return found;
  };
  const rows: Row[] = [];
  const count = Math.min(api.length, site.length, startUs.length, endUs.length);
  for (let at = 0; at < count; at++) {
    const name = log.apis[api[at]!];
    if (name === undefined) continue;
    const unfinished = endUs[at]! < 0 || endUs[at]! > laneEndUs;
    const nature = unfinished && endedItself ? 'serving' : language.waitsFor(name);
    const end = Math.max(startUs[at]!, unfinished ? laneEndUs : endUs[at]!);
    rows.push({ api: name, site: site[at]! < log.sites.length ? site[at]! : -1, nature, guards: false, startUs: startUs[at]!, endUs: end });
  }
  rows.sort((a, b) => a.startUs - b.startUs);
  rows.forEach((row, at) => {
    if (row.nature === 'timer' && isGuard(rows, at)) row.guards = true;
    if (row.guards) row.nature = 'serving';
  });
  nameSites(rows);
  const operations: Operation[] = [];
  for (const row of rows) {
    const at = groupFor(row);
    operations.push({ group: at, startUs: row.startUs, endUs: row.endUs });
    const of = groups[at]!;
    of.calls++;
    of.totalUs += row.endUs - row.startUs;
    of.maxUs = Math.max(of.maxUs, row.endUs - row.startUs);
  }
  const byEnd = [...operations.keys()].sort((a, b) => operations[a]!.endUs - operations[b]!.endUs);
  const ordered = { groups, groupIndex: index, operations, byEnd };
  countInFlight(ordered);
  for (const row of rolledUp) {
    const name = log.apis[row.api];
    if (name === undefined) continue;
    const nature = row.guards ? 'serving' : language.waitsFor(name);
    addRolledUp(groups[groupFor({ api: name, site: row.site < log.sites.length ? row.site : -1, nature, guards: row.guards })]!, row);
  }
  return ordered;
}

/** The group of an API's operations from a site, -1 where there is none. */
export function groupOf({ groupIndex }: Ordered, api: string, site: number, nature: WaitNature): number {
  return groupIndex.get(keyOf(api, site, nature)) ?? -1;
}

function keyOf(api: string, site: number, nature: WaitNature): string {
  return `${api} ${site} ${nature}`;
}

function addRolledUp(group: AsyncGroup, row: RolledUpOperations): void {
  const totalUs = group.totalUs + row.totalUs;
  if (totalUs > 0) group.meanInFlight = (group.meanInFlight * group.totalUs + row.meanInFlight * row.totalUs) / totalUs;
  group.calls += row.calls;
  group.totalUs = totalUs;
  group.maxUs = Math.max(group.maxUs, row.maxUs);
  group.peakInFlight = Math.max(group.peakInFlight, row.peakInFlight);
  group.longestWaitUs = Math.max(group.longestWaitUs, row.longestWaitUs);
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
  guards: boolean;
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
export const LATE_US = 10_000;

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

import { MOST_REQUESTS } from '../../../../core/recording.ts';
import type { OperationsDelta } from './messages.ts';
import { type CallSites, NODES_OWN, NO_SITE } from './call-sites.ts';
import { nowUs } from './clock.ts';
import { StackBudget } from './stack-budget.ts';

type Callee = (...args: never[]) => unknown;

/** A call this long is always worth a stack, which costs 10 to 30 µs; of an API that was always called from the same place, one of the second length. */
const LONG_CALL_US = 500;
const LONG_USUAL_CALL_US = 2000;
/** An API whose last stacks were this often the same is taken to be called from there again where the budget allows no stack. */
const USUAL_AFTER = 8;
/** Past this many, an operation that runs beside two others of the same API and site is no longer listed: a third changes no verdict. */
const LISTED_IN_FULL = 20_000;
/** So many, and a thousand a second on top; what comes beyond is only counted. */
const MOST_LISTED = 300_000;
const MORE_LISTED_PER_US = 0.001;

/** An asynchronous operation that is not listed. */
export const UNLISTED = -1;

interface SyncRow {
  api: number;
  site: number;
  calls: number;
  totalUs: number;
  maxUs: number;
  sent: number;
}

/**
 * One thread's operations. `delta` may run at any point of the script (the recorder interrupts endless loops), also in the middle
 * of the methods below: so each row is written whole before the counter that makes it visible.
 */
export function createOperationLog(callSites: CallSites) {
  let beganUs = nowUs();
  const apis: string[] = [];
  /** By api, then by site + 1. */
  const table: (SyncRow | undefined)[][] = [];
  const rows: SyncRow[] = [];
  let pending = { first: 0, api: [] as number[], site: [] as number[], startUs: [] as number[], endUs: [] as number[] };
  let ended: [number, number][] = [];
  let listed = 0;
  let unlisted = 0;
  let served = 0;
  let sentApis = 0;
  let sentSites = 0;
  let noise = 88_172_645;
  /** In flight by `api * 2^20 + site`, counted only past LISTED_IN_FULL. */
  const inFlight = new Map<number, number>();
  const keys = new Map<number, number>();
  let closed = true;
  let running: Callee | null = null;
  let runningApi = -1;
  let runningSinceUs = 0;
  let runningMayBeNodes = false;

  const budget = { sync: new StackBudget(), async: new StackBudget() };

  /** Of each API the site of its last stack, and how many in a row had it. */
  const usual: { site: number; same: number }[] = [];
  const noteUsual = (api: number, site: number) => {
    const before = usual[api]!;
    before.same = site === before.site ? before.same + 1 : 0;
    before.site = site;
  };
  const isSettled = (api: number) => usual[api]!.same >= USUAL_AFTER;

  /** A coin, so that stacks taken on a budget do not follow a loop's rhythm. */
  const coin = () => {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    return (noise & 1) === 0;
  };

  const sync = (api: number, startUs: number, callee: Callee, mayBeNodes = false): void => {
    if (closed) return;
    const endUs = nowUs();
    const tookUs = endUs - startUs;
    let site = NO_SITE;
    const settled = isSettled(api);
    const isLong = tookUs >= (settled ? LONG_USUAL_CALL_US : LONG_CALL_US);
    if (mayBeNodes || isLong || (budget.sync.allows(settled, endUs) && (!budget.sync.isTight || coin()))) {
      site = callSites.here(callee, endUs);
      budget.sync.pay(endUs);
      noteUsual(api, site);
    }
    if (site === NODES_OWN) return;
    const row = table[api]![site + 1];
    if (row) {
      row.calls++;
      row.totalUs += tookUs;
      if (tookUs > row.maxUs) row.maxUs = tookUs;
    } else {
      const first = { api, site, calls: 1, totalUs: tookUs, maxUs: tookUs, sent: 0 };
      table[api]![site + 1] = first;
      rows.push(first);
    }
  };

  return {
    /** True while a wrapped call runs: what it calls itself is not counted again. */
    busy: false,

    api(name: string): number {
      apis.push(name);
      table.push([]);
      usual.push({ site: NO_SITE, same: 0 });
      return apis.length - 1;
    },

    /** A synchronous call ended. `mayBeNodes`: only a stack can tell whether it was the script's. */
    sync,

    /** A synchronous call begins; one at a time, as nested ones are not counted. */
    startRunning(api: number, callee: Callee, mayBeNodes = false): void {
      runningMayBeNodes = mayBeNodes;
      runningApi = api;
      running = callee;
      runningSinceUs = nowUs();
    },

    /** It ends, or the measurement ends while it runs: it counts once. */
    endRunning(): void {
      if (running) sync(runningApi, runningSinceUs, running, runningMayBeNodes);
      running = null;
    },

    /** Begins an operation. UNLISTED: there is nothing to end. `endUs` where the end is known beforehand. */
    begin(api: number, callee: Callee, endUs = -1): number {
      if (closed) return UNLISTED;
      const startUs = nowUs();
      let site: number;
      // Here and not in a function of its own, as each frame on the way makes the stack dearer.
      const settled = isSettled(api);
      if (budget.async.allows(settled, startUs)) {
        site = callSites.here(callee, startUs);
        budget.async.pay(startUs);
        noteUsual(api, site);
      } else site = settled ? usual[api]!.site : NO_SITE;
      if (site === NODES_OWN) return UNLISTED;
      if (listed - served >= LISTED_IN_FULL) {
        const key = api * 1_048_576 + site;
        const beside = inFlight.get(key) ?? 0;
        if (listed >= MOST_LISTED + (startUs - beganUs) * MORE_LISTED_PER_US || beside >= 2) {
          unlisted++;
          return UNLISTED;
        }
        if (endUs < 0) {
          inFlight.set(key, beside + 1);
          keys.set(listed, key);
        }
      }
      pending.api.push(api);
      pending.site.push(site);
      pending.startUs.push(Math.round(startUs));
      pending.endUs.push(Math.round(endUs));
      return listed++;
    },

    /** Begins what comes from outside: it is nobody's to wait for, and has no site. */
    beginServed(api: number): number {
      if (closed || served >= MOST_REQUESTS || listed >= MOST_LISTED) return UNLISTED;
      served++;
      pending.api.push(api);
      pending.site.push(NO_SITE);
      pending.startUs.push(Math.round(nowUs()));
      pending.endUs.push(-1);
      return listed++;
    },

    end(operation: number): void {
      if (operation < 0 || closed) return;
      const key = keys.get(operation);
      if (key !== undefined) {
        keys.delete(operation);
        inFlight.set(key, (inFlight.get(key) ?? 1) - 1);
      }
      const at = Math.round(nowUs());
      if (operation < pending.first) ended.push([operation, at]);
      else if (pending.endUs[operation - pending.first] === -1) pending.endUs[operation - pending.first] = at;
    },

    /** Moves an end that was known beforehand to now: a timer was cleared. */
    endEarly(operation: number): void {
      if (operation < 0 || closed) return;
      const at = Math.round(nowUs());
      const endUs = pending.endUs[operation - pending.first];
      if (endUs === undefined) ended.push([operation, at]);
      else if (endUs === -1 || endUs > at) pending.endUs[operation - pending.first] = at;
    },

    delta(): OperationsDelta {
      const count = listed - pending.first;
      const whole = pending;
      const ends = ended;
      // Rows that are being written just now stay for the next time.
      pending = {
        first: listed,
        api: whole.api.splice(count),
        site: whole.site.splice(count),
        startUs: whole.startUs.splice(count),
        endUs: whole.endUs.splice(count),
      };
      ended = [];
      const changed = rows.filter((row) => row.calls !== row.sent);
      for (const row of changed) row.sent = row.calls;
      const delta: OperationsDelta = {
        apis: apis.slice(sentApis),
        sites: callSites.sites.slice(sentSites),
        sync: changed.map(({ api, site, calls, totalUs, maxUs }) => ({
          api,
          site,
          calls,
          totalUs: Math.round(totalUs),
          maxUs: Math.round(maxUs),
        })),
        async: whole,
        ended: ends,
        unlisted,
      };
      sentApis = apis.length;
      sentSites = callSites.sites.length;
      return delta;
    },

    /** Nothing was noted until now. */
    open(): void {
      beganUs = nowUs();
      closed = false;
    },

    /** Nothing is noted from here on. */
    close(): void {
      closed = true;
    },
  };
}

export type OperationLog = ReturnType<typeof createOperationLog>;

import type { OperationLog, SyncCalls } from '../recording.ts';
import type { Stretch } from './stretch.ts';

/** The operations of several runs as one list. What was in flight when a run ended itself nobody had waited for: it is left out, but of the last run. */
export function mergeOperations(stretches: readonly Stretch[]): OperationLog {
  const merged: OperationLog = { apis: [], sites: [], sync: [], async: { api: [], site: [], startUs: [], endUs: [] } };
  const apis = new Map<string, number>();
  const sites = new Map<string, number>();
  const sync = new Map<string, SyncCalls>();
  for (const { lane, shiftUs, last } of stretches) {
    const log = lane.operations;
    const apiOf = log.apis.map((name) => indexOf(apis, name, () => merged.apis.push(name)));
    const siteOf = log.sites.map((site) => indexOf(sites, JSON.stringify(site.frames), () => merged.sites.push(site)));
    for (const row of log.sync) {
      const [api, site] = [apiOf[row.api] ?? -1, siteOf[row.site] ?? -1];
      const same = sync.get(`${api} ${site}`);
      if (same) {
        same.calls += row.calls;
        same.totalUs += row.totalUs;
        same.maxUs = Math.max(same.maxUs, row.maxUs);
      } else sync.set(`${api} ${site}`, { ...row, api, site });
    }
    const { api, site, startUs, endUs } = log.async;
    api.forEach((own, index) => {
      if (endUs[index]! < 0 && !last) return;
      merged.async.api.push(apiOf[own] ?? -1);
      merged.async.site.push(siteOf[site[index]!] ?? -1);
      merged.async.startUs.push(startUs[index]! + shiftUs);
      merged.async.endUs.push(endUs[index]! < 0 ? -1 : endUs[index]! + shiftUs);
    });
  }
  return { ...merged, sync: [...sync.values()] };
}

function indexOf(known: Map<string, number>, key: string, add: () => number): number {
  let index = known.get(key);
  if (index === undefined) known.set(key, (index = add() - 1));
  return index;
}

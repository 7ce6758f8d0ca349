import { pathToFileURL } from 'node:url';
import type { Lane } from '../../../../core/recording.ts';

/**
 * The lane without the operations that clinic's collector began itself (its timer, its writes): they would look as if something were always
 * in flight, so that no wait would be serial.
 */
export function withoutCollector(lane: Lane, packageFolder: string): Lane {
  const { sites, async, sync } = lane.operations;
  const urls = [packageFolder, pathToFileURL(packageFolder).href];
  const own = new Set(
    sites.flatMap(({ frames }, site) => (frames.some(({ url }) => urls.some((start) => url.startsWith(start))) ? [site] : [])),
  );
  const kept = async.site.flatMap((site, at) => (own.has(site) ? [] : [at]));
  const pick = (column: readonly number[]): number[] => kept.map((at) => column[at]!);
  return {
    ...lane,
    operations: {
      ...lane.operations,
      sync: sync.filter(({ site }) => !own.has(site)),
      async: { api: pick(async.api), site: pick(async.site), startUs: pick(async.startUs), endUs: pick(async.endUs) },
    },
  };
}

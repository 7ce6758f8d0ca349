import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lane } from '../../../../core/recording.ts';

/**
 * The lane without the operations that clinic's collector began itself, such as its timer: no wait would be serial while one is in flight.
 * What it computes is left, as a dependency's; so is what we load it with.
 */
export function withoutCollector(lane: Lane, { packageFolder, injectFile }: CollectorFiles): Lane {
  const { sites, async, sync } = lane.operations;
  const isOwn = inside(packageFolder, injectFile);
  const isInject = inside(injectFile);
  const own = new Set(sites.flatMap(({ frames }, site) => (frames.some(({ url }) => isOwn(url)) ? [site] : [])));
  const kept = async.site.flatMap((site, at) => (own.has(site) ? [] : [at]));
  const pick = (column: readonly number[]): number[] => kept.map((at) => column[at]!);
  return {
    ...lane,
    cpuProfile: {
      ...lane.cpuProfile,
      nodes: lane.cpuProfile.nodes.map((node) =>
        isInject(node.callFrame.url)
          ? { ...node, callFrame: { ...node.callFrame, url: pathToFileURL(join(packageFolder, 'injects', 'writer.js')).href } }
          : node,
      ),
    },
    operations: {
      ...lane.operations,
      sync: sync.filter(({ site }) => !own.has(site)),
      async: { api: pick(async.api), site: pick(async.site), startUs: pick(async.startUs), endUs: pick(async.endUs) },
    },
  };
}

/** The time of the lane, in µs, that the collector was on the stack. */
export function collectorUs({ cpuProfile: { nodes, samples, timeDeltas } }: Lane, { packageFolder, injectFile }: CollectorFiles): number {
  const isOwn = inside(packageFolder, injectFile);
  const own = new Set<number>();
  // A parent comes before its children.
  for (const { id, callFrame, children } of nodes) {
    if (isOwn(callFrame.url)) own.add(id);
    if (own.has(id)) for (const child of children ?? []) own.add(child);
  }
  return samples.reduce((sum, id, at) => (own.has(id) ? sum + timeDeltas[at]! : sum), 0);
}

export interface CollectorFiles {
  /** Of the clinic tool. */
  packageFolder: string;
  /** What loads its collector. */
  injectFile: string;
}

function inside(...files: string[]): (url: string) => boolean {
  const starts = files.flatMap((file) => [file, pathToFileURL(file).href]);
  return (url) => starts.some((start) => url.startsWith(start));
}

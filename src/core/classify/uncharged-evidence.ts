import type { CallTree } from '../profile/call-tree.ts';
import type { FrameTable } from '../profile/frames.ts';
import { KIND } from '../profile/time-kind.ts';
import type { Timeline } from '../profile/timeline.ts';
import { formatDuration, formatShare } from '../report/format.ts';
import { OFFER_SHARE } from './thresholds.ts';

/** Kinds in which a thread does something: that is always somebody's. */
const BUSY: readonly number[] = [KIND.jsCpu, KIND.nativeCpu, KIND.blocked, KIND.gc];

/**
 * Work that no line of the user's could be found for, where it is worth a change: without it a reader would look for it among the hot spots.
 * `6.9 s (73 %) of the work is of no line of yours that could be told, most of it in terser.`
 */
export function unchargedEvidence(timelines: readonly Timeline[], table: FrameTable, wallUs: number): string[] {
  let us = 0;
  const byOwner = new Map<string, number>();
  for (const { tree, slices } of timelines) {
    for (const slice of slices) {
      if (slice.charge !== 'nobody' || !BUSY.includes(slice.kind)) continue;
      us += slice.us;
      const owner = ownerOf(tree, slice.node, table);
      byOwner.set(owner, (byOwner.get(owner) ?? 0) + slice.us);
    }
  }
  if (us <= 0 || us < wallUs * OFFER_SHARE) return [];
  const [most] = [...byOwner].sort((a, b) => b[1] - a[1]);
  const where = most && most[1] >= us / 2 ? `, most of it in ${most[0]}` : '';
  return [`${formatDuration(us / 1000)} (${formatShare(us / wallUs)}) of the work is of no line of yours that could be told${where}.`];
}

/** The dependency that a place in the tree is in, the outermost one; else Node itself. */
function ownerOf(tree: CallTree, place: number, table: FrameTable): string {
  let owner = 'Node itself';
  for (let node = place; node > 0; node = tree.parent[node]!) {
    const frame = table.frames[tree.frame[node]!]!;
    if (frame.owner === 'dependency') owner = packageOf(frame.file) ?? owner;
  }
  return owner;
}

/** The package of the innermost dependency's function above a place in the tree, itself included; null where there is none. */
export function innermostPackage(tree: CallTree, place: number, table: FrameTable): string | null {
  for (let node = place; node > 0; node = tree.parent[node]!) {
    const frame = table.frames[tree.frame[node]!]!;
    if (frame.owner === 'dependency') return packageOf(frame.file);
  }
  return null;
}

/** `/a/node_modules/@scope/name/lib/b.js` → `@scope/name`; null outside of node_modules. */
function packageOf(file: string): string | null {
  return /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replaceAll('\\', '/') ?? null;
}

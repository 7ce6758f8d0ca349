import type { Awaits } from '../recording.ts';

/** Time that is alike, within a bucket of time. */
export interface Share extends Moved {
  node: number;
  awaits: Awaits | null;
  samples: number;
  /** The garbage collector's right after it: V8 shows that without a stack. */
  gc: ({ node: number } & Moved) | null;
}

export interface Moved {
  us: number;
  /** On a core, and runnable without one; 0 where it was not measured. */
  cpuUs: number;
  runQueueUs: number;
}

/** The share of a bucket for a node, a new one if need be. `known`: the bucket's by what they are. */
export function shareOf(known: Map<string, Share>, bucket: Share[], node: number, awaits: Awaits | null): Share {
  const key = awaits ? `${node} ${awaits.api} ${awaits.site} ${awaits.overlapped}` : String(node);
  let share = known.get(key);
  if (!share) {
    known.set(key, (share = { node, awaits, samples: 0, us: 0, cpuUs: 0, runQueueUs: 0, gc: null }));
    bucket.push(share);
  }
  return share;
}

/** Two buckets that follow each other as one. */
export function joinBuckets(first: readonly Share[], second: readonly Share[]): Share[] {
  const known = new Map<string, Share>();
  const joined: Share[] = [];
  for (const one of [...first, ...second]) {
    const share = shareOf(known, joined, one.node, one.awaits);
    share.samples += one.samples;
    addMoved(share, one);
    if (!one.gc) continue;
    share.gc ??= { node: one.gc.node, us: 0, cpuUs: 0, runQueueUs: 0 };
    addMoved(share.gc, one.gc);
  }
  return joined;
}

function addMoved(to: Moved, { us, cpuUs, runQueueUs }: Moved): void {
  to.us += us;
  to.cpuUs += cpuUs;
  to.runQueueUs += runQueueUs;
}

/** Adds a part of a collection, 0 to 1, to what asked for the memory. */
export function addGc(share: Share, node: number, part: number, { us, cpuUs, runQueueUs }: Moved): void {
  share.gc ??= { node, us: 0, cpuUs: 0, runQueueUs: 0 };
  addMoved(share.gc, { us: us * part, cpuUs: cpuUs * part, runQueueUs: runQueueUs * part });
}

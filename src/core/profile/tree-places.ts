import type { AsyncCallers } from './async-callers.ts';
import { childOf } from './call-tree.ts';
import type { CallTree } from './call-tree.ts';
import { intern } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import type { AsyncGroup } from './operations.ts';

export interface TreePlaces {
  /** Where a node of the profile stands in the tree. */
  of: (node: number) => number;
  waiting: (group: AsyncGroup) => number;
  /** The outermost node above `node`, or itself, that is not the runtime's; -1 where all are. */
  outermost: (node: number) => number;
}

/**
 * The tree differs from V8's in three things: the runtime's machinery around the user's outermost function is left out, so that one function
 * has one place whoever starts it; a function that goes on after an await stands below those that await it; and waits have frames.
 */
export function treePlaces(model: LaneModel, tree: CallTree, callers: (frame: number) => AsyncCallers): TreePlaces {
  const { profile, table, sites, natures } = model;
  const count = profile.nodeFrame.length;
  const place = new Int32Array(count).fill(-1);
  place[0] = 0;
  const outermost = new Int32Array(count).fill(-1);
  for (let node = 1; node < count; node++) {
    const { owner } = table.frames[profile.nodeFrame[node]!]!;
    const above = outermost[profile.nodeParent[node]!]!;
    outermost[node] = above >= 0 ? above : owner === 'core' || owner === 'native' ? -1 : node;
  }
  const below = (frames: readonly number[]): number => {
    let at = 0;
    for (const frame of frames) at = childOf(tree, at, frame);
    return at;
  };
  const parentPlace = (node: number): number => {
    const { frames } = outermost[node] === node ? callers(profile.nodeFrame[node]!) : NO_CALLERS;
    if (frames.length > 0) return below(frames);
    return outermost[node] === node && natures.userNode[node] === node ? 0 : place[profile.nodeParent[node]!]!;
  };
  return {
    of(node) {
      const missing: number[] = [];
      for (let at = node; place[at] === -1; at = profile.nodeParent[at]!) missing.push(at);
      for (const next of missing.reverse()) place[next] = childOf(tree, parentPlace(next), profile.nodeFrame[next]!);
      return place[node]!;
    },
    waiting({ api, site }) {
      const stack = sites[site]?.frames ?? [];
      const last = stack.at(-1);
      let at = last ? below(callers(last.frame).frames) : 0;
      for (const { frame } of stack.toReversed()) at = childOf(tree, at, frame);
      return childOf(tree, at, intern(table, { function: `await ${api}`, file: '', line: 0, column: 0, owner: 'native', synthetic: true }));
    },
    outermost: (node) => outermost[node]!,
  };
}

const NO_CALLERS: AsyncCallers = { frames: [], user: null };

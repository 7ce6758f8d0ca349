import { callTree, childOf } from './call-tree.ts';
import type { CallTree } from './call-tree.ts';
import { asyncCallers } from './async-callers.ts';
import { intern } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import type { AsyncGroup } from './operations.ts';
import { KIND } from './time-kind.ts';

/** A lane's time, every microsecond of it once: a slice has a place in the call tree, a kind, and whom it is charged to. */
export interface Timeline {
  tree: CallTree;
  node: number[];
  /** Index into TIME_KINDS. */
  kind: number[];
  us: number[];
  /** Node of the profile whose user line answers for the slice; -1 for waits and for what nobody answers for. */
  profileNode: number[];
  /** Group of operations that was waited for; -1 elsewhere. */
  group: number[];
}

/** A sample longer than this is split between kinds; a shorter one goes whole to the kind that is owed most. */
const SPLIT_US = 3000;

export function timeline(model: LaneModel): Timeline {
  const { profile, natures, table, groups } = model;
  const tree = callTree();
  const result: Timeline = { tree, node: [], kind: [], us: [], profileNode: [], group: [] };
  const places = treePlaces(model, tree);
  const collector = intern(table, { function: '(garbage collector)', file: '', line: 0, column: 0, owner: 'native', synthetic: false });
  const owed = new Map<number, number>();
  /** The last sample with a stack: V8 forgets the stack when the collector runs. */
  let last = -1;

  const push = (node: number, kind: number, us: number, profileNode: number, group: number): void => {
    if (us <= 0) return;
    result.node.push(node);
    result.kind.push(kind);
    result.us.push(us);
    result.profileNode.push(profileNode);
    result.group.push(group);
  };
  const wait = (startUs: number, endUs: number, program: number): void => {
    for (const { group, overlapped, us } of model.waits(startUs, endUs)) {
      if (group < 0) push(places.of(program), KIND.idle, us, -1, -1);
      else push(places.waiting(groups[group]!), overlapped ? KIND.awaitOverlapped : KIND.awaitSerial, us, -1, group);
    }
  };
  const split = (node: number, us: number, blockedUs: number, computing: number): void => {
    const place = places.of(node);
    const charged = natures.userNode[node]! < 0 ? -1 : node;
    if (blockedUs <= 0 && !owed.has(node)) {
      push(place, computing, us, charged, -1);
      return;
    }
    let debt = (owed.get(node) ?? 0) + blockedUs;
    const given = us >= SPLIT_US ? Math.min(us, Math.max(0, debt)) : debt >= us / 2 ? us : 0;
    debt -= given;
    owed.set(node, debt);
    push(place, computing, us - given, charged, -1);
    push(place, KIND.blocked, given, charged, -1);
  };

  profile.sampleNode.forEach((node, sample) => {
    const us = profile.sampleUs[sample]!;
    const startUs = profile.sampleStartUs[sample]!;
    const blockedUs = model.blockedUs ? model.blockedUs[sample]! : 0;
    const nature = natures.nature[node]!;
    switch (nature) {
      case 'none':
        push(0, KIND.idle, us, -1, -1);
        return;
      case 'idle':
        wait(startUs, startUs + us, node);
        last = -1;
        return;
      case 'program':
        if (blockedUs > us / 2) wait(startUs, startUs + us, node);
        else push(places.of(node), KIND.nativeCpu, us, -1, -1);
        return;
      case 'gc':
        push(
          childOf(tree, last < 0 ? 0 : places.of(last), collector),
          KIND.gc,
          us,
          last < 0 || natures.userNode[last]! < 0 ? -1 : last,
          -1,
        );
        return;
      case 'loading':
        push(places.of(node), KIND.loading, us, natures.userNode[node]! < 0 ? -1 : node, -1);
        break;
      case 'compute':
        split(node, us, blockedUs, KIND.jsCpu);
        break;
      case 'native-compute':
        split(node, us, blockedUs, KIND.nativeCpu);
        break;
      case 'blocking':
        // Without the counters the table of calls must do: a call that may block is taken to block.
        split(node, us, model.blockedUs ? blockedUs : us, KIND.nativeCpu);
        break;
    }
    last = node;
  });
  return result;
}

interface TreePlaces {
  /** Where a node of the profile stands in the tree. */
  of(node: number): number;
  waiting(group: AsyncGroup): number;
}

/**
 * The tree differs from V8's in three things: the runtime's machinery around the user's outermost function is left out, so that one function
 * has one place whoever starts it; a function that goes on after an await stands below those that await it; and waits have frames.
 */
function treePlaces(model: LaneModel, tree: CallTree): TreePlaces {
  const { profile, table, sites, natures } = model;
  const callers = asyncCallers(model);
  const place = new Int32Array(profile.nodeFrame.length).fill(-1);
  place[0] = 0;
  const ownerOf = (node: number): string => table.frames[profile.nodeFrame[node]!]!.owner;
  const belowCaller = (frames: readonly number[]): number => {
    let at = 0;
    for (const frame of frames) at = childOf(tree, at, frame);
    return at;
  };
  /** Whether all frames above a node, and its own, are the runtime's. */
  const machinery = new Uint8Array(profile.nodeFrame.length);
  machinery[0] = 1;
  for (let node = 1; node < machinery.length; node++) {
    const owner = ownerOf(node);
    machinery[node] = machinery[profile.nodeParent[node]!]! && (owner === 'core' || owner === 'native') ? 1 : 0;
  }
  const of = (node: number): number => {
    const missing: number[] = [];
    let at = node;
    while (place[at] === -1) {
      missing.push(at);
      at = profile.nodeParent[at]!;
    }
    for (const next of missing.reverse()) {
      const parent = profile.nodeParent[next]!;
      const frame = profile.nodeFrame[next]!;
      const outermost = machinery[parent] === 1 && natures.userNode[next] === next;
      place[next] = childOf(tree, outermost ? belowCaller(callers(frame)) : place[parent]!, frame);
    }
    return place[node]!;
  };
  const waiting = ({ api, site }: AsyncGroup): number => {
    const stack = sites[site]?.frames ?? [];
    const outermost = stack.at(-1);
    let at = outermost ? belowCaller(callers(outermost.frame)) : 0;
    for (const { frame } of stack.toReversed()) at = childOf(tree, at, frame);
    return childOf(tree, at, intern(table, { function: `await ${api}`, file: '', line: 0, column: 0, owner: 'native', synthetic: true }));
  };
  return { of, waiting };
}

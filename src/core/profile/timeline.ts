import { asyncCallers } from './async-callers.ts';
import { callTree, childOf } from './call-tree.ts';
import type { CallTree } from './call-tree.ts';
import { intern } from './frames.ts';
import { importOf, loadedModules } from './loaded-modules.ts';
import type { LaneModel } from './lane-model.ts';
import type { Wait } from './operations.ts';
import { treePlaces } from './tree-places.ts';
import { KIND } from './time-kind.ts';

/** A lane's time, every microsecond of it once: a slice has a place in the call tree, a kind, and whom it is charged to. */
export interface Timeline {
  tree: CallTree;
  slices: Slice[];
  /** Who answers for slices of the charge kind `line`. */
  lines: { frame: number; line: number }[];
  /** What was waited for while there was nothing to do, in order of time. */
  waits: Wait[];
}

export interface Slice {
  /** Of the tree. */
  node: number;
  /** Index into TIME_KINDS. */
  kind: number;
  us: number;
  charge: Charge;
  /** Node of the profile, group of operations or index into `lines`; -1 for `nobody`. */
  to: number;
}

/** `stack`: the innermost user line of a profile's node. `operation`: the line that started it. `line`: a line that awaits a dependency. */
export type Charge = 'stack' | 'operation' | 'line' | 'nobody';

/** A sample longer than this is split between kinds; a shorter one goes whole to the kind that is owed most. */
const SPLIT_US = 3000;

export function timeline(model: LaneModel): Timeline {
  const { profile, natures, table, groups } = model;
  const tree = callTree();
  const result: Timeline = { tree, slices: [], lines: [], waits: [] };
  const callers = asyncCallers(model);
  const places = treePlaces(model, tree, callers);
  const collector = intern(table, { function: '(garbage collector)', file: '', line: 0, column: 0, owner: 'native', synthetic: false });
  const program = intern(table, { function: '(program)', file: '', line: 0, column: 0, owner: 'native', synthetic: false });
  const owed = new Map<number, number>();
  const lineOf = linesOfAwaiting(model, result, places.outermost, callers);
  let userRan = false;
  /** The group that the thread waited for last, until user code goes on; -1 where it waited for none. */
  let waitedFor = -1;
  const amid = amidLoading(model);
  /** Who answers for the modules that were loaded last, and, between two pieces of loading, for what is done then. */
  let loaded: { charge: Charge; to: number } | null = null;
  let loading: { charge: Charge; to: number } | null = null;
  /** Where the last code ran and who answers for it: V8 forgets the stack when the collector runs. */
  let last: { node: number; charge: Charge; to: number } = { node: 0, charge: 'nobody', to: -1 };

  const push = (node: number, kind: number, us: number, charge: Charge, to: number): void => {
    if (us <= 0) return;
    result.slices.push({ node, kind, us, charge, to });
    last = { node, charge, to };
  };
  const wait = (startUs: number, endUs: number, idle: number): void => {
    for (const piece of model.inFlight(idle, startUs, endUs)) {
      const { group, overlapped, us } = piece;
      result.waits.push(piece);
      waitedFor = group;
      if (group < 0 && loading) push(places.of(idle), KIND.loading, us, loading.charge, loading.to);
      else if (group < 0) push(places.of(idle), KIND.idle, us, 'nobody', -1);
      else push(places.waiting(groups[group]!), overlapped ? KIND.awaitOverlapped : KIND.awaitSerial, us, 'operation', group);
    }
    last = { node: 0, charge: 'nobody', to: -1 };
  };
  const forOperations = (node: number, place: number, kind: number, startUs: number, us: number): void => {
    for (const piece of model.inFlight(node, startUs, startUs + us)) {
      const group = piece.group < 0 ? waitedFor : piece.group;
      if (group < 0 && loading) push(place, kind === KIND.gc ? kind : KIND.loading, piece.us, loading.charge, loading.to);
      else push(place, kind, piece.us, group < 0 ? 'nobody' : 'operation', group);
    }
  };
  /**
   * Work without user code on the stack is done for whoever awaits the dependency that does it, else for the operations in flight, else, until
   * user code goes on, for the one that the thread waited for: its answer is being handed out.
   */
  const work = (node: number, kind: number, startUs: number, us: number): void => {
    if (us <= 0) return;
    const place = places.of(node);
    if (natures.userNode[node]! >= 0) {
      userRan = true;
      waitedFor = -1;
      push(place, kind, us, 'stack', node);
    } else if (lineOf(node) >= 0) push(place, kind, us, 'line', lineOf(node));
    else forOperations(node, place, kind, startUs, us);
  };
  const modules = loadedModules(model);
  const imports = new Map<string, number>();
  const load = (node: number, us: number): void => {
    if (natures.userNode[node]! >= 0) {
      push(places.of(node), KIND.loading, us, 'stack', node);
      return;
    }
    const file = modules[node]! < 0 ? '' : table.frames[profile.nodeFrame[modules[node]!]!]!.file;
    const key = file === '' && userRan ? ' ' : file;
    let line = imports.get(key);
    if (line === undefined) {
      const found = importOf(model, file, userRan);
      imports.set(key, (line = found ? result.lines.push(found) - 1 : -1));
    }
    loaded = { charge: line < 0 ? 'nobody' : 'line', to: line };
    push(places.of(node), KIND.loading, us, loaded.charge, loaded.to);
  };
  const split = (node: number, startUs: number, us: number, blockedUs: number, computing: number): void => {
    if (blockedUs <= 0 && !owed.has(node)) {
      work(node, computing, startUs, us);
      return;
    }
    const debt = (owed.get(node) ?? 0) + blockedUs;
    const given = us >= SPLIT_US ? Math.min(us, Math.max(0, debt)) : debt >= us / 2 ? us : 0;
    owed.set(node, debt - given);
    work(node, computing, startUs, us - given);
    work(node, KIND.blocked, startUs + us - given, given);
  };

  const next = codeAfter(model);
  const rolledUpUntilUs = model.lane.rolledUp?.untilUs ?? -Infinity;
  /** The code that asks for memory runs up to the collection and goes on after it: the samples on both sides are as good a witness. */
  const collect = (sample: number, startUs: number, us: number): void => {
    const { node, charge, to } = last;
    const place = childOf(tree, node, collector);
    const after = next[sample]!;
    // What was rolled up has it where it belongs.
    const nextUs = after >= 0 && charge !== 'nobody' && startUs >= rolledUpUntilUs ? us / 2 : 0;
    // Right after the thread woke, the collector runs for what woke it.
    if (charge === 'nobody') forOperations(profile.sampleNode[sample]!, place, KIND.gc, startUs, us);
    else push(place, KIND.gc, us - nextUs, charge, to);
    if (nextUs > 0) push(childOf(tree, places.of(after), collector), KIND.gc, nextUs, 'stack', after);
    // The next one is not below this one.
    last = { node, charge, to };
  };

  profile.sampleNode.forEach((node, sample) => {
    const us = profile.sampleUs[sample]!;
    const startUs = profile.sampleStartUs[sample]!;
    loading = amid[sample] === 1 ? loaded : null;
    const blockedUs = model.blockedUs ? model.blockedUs[sample]! : 0;
    switch (natures.nature[node]!) {
      case 'none':
        push(0, KIND.idle, us, 'nobody', -1);
        break;
      case 'idle': {
        const busyUs = model.busyIdleUs ? model.busyIdleUs[sample]! : 0;
        wait(startUs, startUs + us - busyUs, node);
        if (busyUs > 0) forOperations(node, childOf(tree, 0, program), KIND.nativeCpu, startUs + us - busyUs, busyUs);
        break;
      }
      case 'program':
        if (blockedUs > us / 2) wait(startUs, startUs + us, node);
        else work(node, KIND.nativeCpu, startUs, us);
        break;
      case 'gc':
        collect(sample, startUs, us);
        break;
      case 'loading':
        load(node, us);
        break;
      case 'compute':
        split(node, startUs, us, blockedUs, KIND.jsCpu);
        break;
      case 'native-compute':
      case 'native-io':
        split(node, startUs, us, blockedUs, KIND.nativeCpu);
        break;
      case 'blocking':
        // Without the counters the table of calls must do: a call that may block is taken to block.
        split(node, startUs, us, model.blockedUs ? blockedUs : us, KIND.nativeCpu);
        break;
    }
  });
  return result;
}

/**
 * Marks samples between two pieces of the loading of ES modules without user code in between: the loader reads files by way of the event loop, so that
 * much of its work, and its waiting, has no frame of the loader on the stack.
 */
function amidLoading({ profile: { sampleNode }, natures: { nature, userNode } }: LaneModel): Uint8Array {
  const amid = new Uint8Array(sampleNode.length);
  let last = -1;
  sampleNode.forEach((node, sample) => {
    if (userNode[node]! >= 0) last = -1;
    else if (nature[node] === 'loading') {
      if (last >= 0) amid.fill(1, last + 1, sample);
      last = sample;
    }
  });
  return amid;
}

/** Of each sample the node of the user's code that comes next but for the collector; -1 where something else does. */
function codeAfter({ profile: { sampleNode }, natures: { nature, userNode } }: LaneModel): Int32Array {
  const next = new Int32Array(sampleNode.length).fill(-1);
  for (let sample = sampleNode.length - 2; sample >= 0; sample--) {
    const node = sampleNode[sample + 1]!;
    if (nature[node] === 'gc') next[sample] = next[sample + 1]!;
    else if (userNode[node]! >= 0 && nature[node] !== 'loading') next[sample] = node;
  }
  return next;
}

/** For a node without user code on its stack: the user line that awaits its outermost function, as an index into `lines`, or -1. */
function linesOfAwaiting(
  { profile }: LaneModel,
  { lines }: Timeline,
  outermost: (node: number) => number,
  callers: ReturnType<typeof asyncCallers>,
): (node: number) => number {
  const byFrame = new Map<number, number>();
  return (node) => {
    const top = outermost(node);
    if (top < 0) return -1;
    const frame = profile.nodeFrame[top]!;
    let index = byFrame.get(frame);
    if (index === undefined) {
      const { user } = callers(frame);
      index = user ? lines.push(user) - 1 : -1;
      byFrame.set(frame, index);
    }
    return index;
  };
}

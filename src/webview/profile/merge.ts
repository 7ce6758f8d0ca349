import { KINDS, kindsOfFrames } from './kinds.ts';
import { frameCount, UnreadableProfile, type ParsedProfile } from './parsed.ts';

/** The call tree with equal siblings merged: parents come before their children, the root is node 0. */
export interface CallTree {
  parent: Int32Array;
  frame: Int32Array;
  /** For each node the time in µs with it on top of the stack, KINDS numbers a node. */
  selfOfKind: Float64Array;
  /** For each node of the profile its node here. */
  merged: Int32Array;
  frameCount: number;
}

/** Where time-ordered samples come from when they are asked for. */
export interface TimedSamples {
  profile: ParsedProfile;
}

/** Merges siblings of one function. Iterative throughout: stacks may be of any depth. */
export function mergeCallTree(profile: ParsedProfile): CallTree & TimedSamples {
  const { parent: given, frame: givenFrame } = profile;
  const count = given.length;
  const order = parentsFirst(given);
  const roots = given.reduce((sum, parent) => sum + (parent < 0 ? 1 : 0), 0);
  const single = roots === 1;

  const parent = new Int32Array(count + 1);
  const frame = new Int32Array(count + 1);
  const merged = new Int32Array(count);
  let nodes = 0;
  if (!single) {
    // Several roots get one above them. It shares the frame of the first, and is drawn as the whole anyway.
    parent[0] = -1;
    frame[0] = givenFrame[0] ?? 0;
    nodes = 1;
  }
  let room = 1024;
  while (room < count * 2) room *= 2;
  const table = new Int32Array(room).fill(-1);
  for (let k = 0; k < count; k++) {
    const node = order === null ? k : order[k]!;
    const owner = given[node]! < 0 ? (single ? -1 : 0) : merged[given[node]!]!;
    const own = givenFrame[node]!;
    let slot = Math.imul(Math.imul(owner + 1, 0x9e3779b1) ^ Math.imul(own + 1, 0x85ebca6b), 0x2c1b3c6d) >>> 7;
    slot &= room - 1;
    let known = table[slot]!;
    while (known >= 0 && (parent[known] !== owner || frame[known] !== own)) {
      slot = (slot + 1) & (room - 1);
      known = table[slot]!;
    }
    if (known < 0) {
      known = nodes++;
      table[slot] = known;
      parent[known] = owner;
      frame[known] = own;
    }
    merged[node] = known;
  }

  const selfOfKind = new Float64Array(nodes * KINDS);
  const { samples, durations, sampleKinds } = profile;
  if (sampleKinds === null) {
    const selfOf = new Float64Array(count);
    for (let i = 0; i < samples.length; i++) selfOf[samples[i]!]! += durations[i]!;
    const ofFrame = kindsOfFrames(profile.frames);
    for (let i = 0; i < count; i++) selfOfKind[merged[i]! * KINDS + ofFrame[givenFrame[i]!]!]! += selfOf[i]!;
  } else {
    for (let i = 0; i < samples.length; i++)
      selfOfKind[merged[samples[i]!]! * KINDS + Math.min(KINDS - 1, sampleKinds[i]!)]! += durations[i]!;
  }
  return {
    parent: parent.slice(0, nodes),
    frame: frame.slice(0, nodes),
    selfOfKind,
    merged,
    frameCount: frameCount(profile.frames),
    profile,
  };
}

/** Node indices with parents before children; null when they are so already. Throws when the tree loops. */
function parentsFirst(parent: Int32Array): Int32Array | null {
  const count = parent.length;
  let sorted = true;
  for (let i = 0; i < count; i++) if (parent[i]! >= i) sorted = false;
  if (sorted) return null;
  const { first, children } = childrenOf(parent);
  const order = new Int32Array(count);
  let filled = 0;
  for (let i = 0; i < count; i++) if (parent[i]! < 0) order[filled++] = i;
  for (let k = 0; k < filled; k++) {
    const node = order[k]!;
    for (let c = first[node]!; c < first[node + 1]!; c++) order[filled++] = children[c]!;
  }
  if (filled < count) throw new UnreadableProfile('This profile is damaged: its call tree has no beginning. Record it again.');
  return order;
}

/** Each node's children, one after the other: those of `n` are `children[first[n]]` up to `children[first[n + 1]]`, in ascending order. */
export function childrenOf(parent: Int32Array): { first: Int32Array; children: Int32Array } {
  const count = parent.length;
  const first = new Int32Array(count + 2);
  for (let i = 0; i < count; i++) if (parent[i]! >= 0) first[parent[i]! + 2]!++;
  for (let i = 2; i <= count + 1; i++) first[i]! += first[i - 1]!;
  const children = new Int32Array(count);
  for (let i = 0; i < count; i++) if (parent[i]! >= 0) children[first[parent[i]! + 1]!++] = i;
  return { first: first.subarray(0, count + 1), children };
}

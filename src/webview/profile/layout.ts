import { KINDS } from './kinds.ts';
import { childrenOf, type CallTree } from './merge.ts';

/**
 * The left-heavy graph in preorder: a node's subtree is the nodes from it up to `end` (exclusive), so that a subtree that is too narrow
 * to be seen is skipped in one step. Siblings stand by time, longest first. Times in µs. Node 0 is the whole.
 */
export interface Graph {
  frame: Int32Array;
  parent: Int32Array;
  end: Int32Array;
  depth: Int32Array;
  /** Where the box begins, in µs from the left. */
  start: Float64Array;
  total: Float64Array;
  self: Float64Array;
  /** For each node the total of each kind, KINDS numbers a node. */
  totalOfKind: Float32Array;
  /** For each node the kind that most of its total is. */
  kind: Uint8Array;
  maxDepth: number;
  /** For each frame, everywhere together; a sample counts once however often the frame is in its stack. */
  frameTotal: Float64Array;
  frameSelf: Float64Array;
}

export interface Layout {
  graph: Graph;
  /** For each node of the call tree its node in the graph, or that of its nearest ancestor that has time. */
  placed: Int32Array;
}

/** Lays the call tree out, counting the kinds in `mask` only (bit i for kind i). Nodes without time are left out. */
export function layOut(tree: CallTree, mask: number): Layout {
  const count = tree.parent.length;
  const totals = new Float64Array(count);
  const ofKind = tree.selfOfKind.slice();
  for (let k = 0; k < KINDS; k++) if ((mask & (1 << k)) === 0) for (let i = k; i < ofKind.length; i += KINDS) ofKind[i] = 0;
  const selves = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < KINDS; k++) sum += ofKind[i * KINDS + k]!;
    selves[i] = totals[i] = sum;
  }
  const size = new Int32Array(count).fill(1);
  for (let i = count - 1; i > 0; i--) {
    if (totals[i] === 0) {
      size[i] = 0;
      continue;
    }
    const parent = tree.parent[i]!;
    totals[parent]! += totals[i]!;
    size[parent]! += size[i]!;
    const from = i * KINDS;
    const to = parent * KINDS;
    for (let k = 0; k < KINDS; k++) ofKind[to + k]! += ofKind[from + k]!;
  }
  return arrange(tree, { totals, selves, ofKind, size });
}

interface Sums {
  totals: Float64Array;
  selves: Float64Array;
  ofKind: Float64Array;
  size: Int32Array;
}

function arrange(tree: CallTree, { totals, selves, ofKind, size }: Sums): Layout {
  const count = tree.parent.length;
  const kept = size[0]!;
  const { first, children } = childrenOf(tree.parent);
  const placed = new Int32Array(count);
  const graph: Graph = {
    frame: new Int32Array(kept),
    parent: new Int32Array(kept),
    end: new Int32Array(kept),
    depth: new Int32Array(kept),
    start: new Float64Array(kept),
    total: new Float64Array(kept),
    self: new Float64Array(kept),
    totalOfKind: new Float32Array(kept * KINDS),
    kind: new Uint8Array(kept),
    maxDepth: 0,
    frameTotal: new Float64Array(tree.frameCount),
    frameSelf: new Float64Array(tree.frameCount),
  };
  graph.parent[0] = -1;
  for (let i = 0; i < count; i++) {
    const at = placed[i]!;
    if (i > 0 && totals[i] === 0) {
      // Children come after their parents: hand the ancestor on to them.
      for (let c = first[i]!; c < first[i + 1]!; c++) placed[children[c]!] = at;
      continue;
    }
    graph.frame[at] = tree.frame[i]!;
    graph.end[at] = at + size[i]!;
    graph.total[at] = totals[i]!;
    graph.self[at] = selves[i]!;
    let most = 0;
    for (let k = 0; k < KINDS; k++) {
      const time = ofKind[i * KINDS + k]!;
      graph.totalOfKind[at * KINDS + k] = time;
      if (time > ofKind[i * KINDS + most]!) most = k;
    }
    graph.kind[at] = most;
    const depth = graph.depth[at]!;
    if (depth > graph.maxDepth) graph.maxDepth = depth;
    sortByTime(children, first[i]!, first[i + 1]!, totals);
    let start = graph.start[at]!;
    let next = at + 1;
    for (let c = first[i]!; c < first[i + 1]!; c++) {
      const child = children[c]!;
      if (totals[child] === 0) {
        placed[child] = at;
        continue;
      }
      placed[child] = next;
      graph.parent[next] = at;
      graph.depth[next] = depth + 1;
      graph.start[next] = start;
      start += totals[child]!;
      next += size[child]!;
    }
  }
  sumFrames(graph);
  return { graph, placed };
}

/** Longest first; equal ones keep their order. */
function sortByTime(children: Int32Array, from: number, to: number, totals: Float64Array): void {
  if (to - from > 24) {
    const sorted = Array.from(children.subarray(from, to)).sort((a, b) => totals[b]! - totals[a]!);
    children.set(sorted, from);
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const child = children[i]!;
    const time = totals[child]!;
    let k = i - 1;
    while (k >= from && totals[children[k]!]! < time) {
      children[k + 1] = children[k]!;
      k--;
    }
    children[k + 1] = child;
  }
}

/** A frame's total counts the outermost of its boxes in a stack only: in preorder, those that begin after the last one ended. */
function sumFrames(graph: Graph): void {
  const { frame, end, total, self, frameTotal, frameSelf } = graph;
  const covered = new Int32Array(frameTotal.length);
  for (let i = 0; i < frame.length; i++) {
    const f = frame[i]!;
    frameSelf[f]! += self[i]!;
    if (i < covered[f]!) continue;
    frameTotal[f]! += total[i]!;
    covered[f] = end[i]!;
  }
}

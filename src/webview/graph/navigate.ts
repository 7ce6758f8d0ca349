import type { Graph } from '../profile/layout.ts';
import { extentOf, type Timeline } from '../profile/timeline.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** A box that is focused: a node and, in a timeline, a sample inside the box (else -1). */
export interface Focus {
  node: number;
  sample: number;
}

/** Where an arrow key leads in the left-heavy graph: parent, heaviest child, siblings. The same node when there is nothing there. */
export function step(graph: Graph, node: number, direction: Direction): number {
  const parent = graph.parent[node]!;
  if (direction === 'up') return parent < 0 ? node : parent;
  if (direction === 'down') return node + 1 < graph.end[node]! ? node + 1 : node;
  if (parent < 0) return node;
  const next = graph.end[node]!;
  if (direction === 'right') return next < graph.end[parent]! ? next : node;
  let sibling = parent + 1;
  if (sibling === node) return node;
  while (graph.end[sibling]! < node) sibling = graph.end[sibling]!;
  return sibling;
}

/** The same in the order of time: left and right lead to what ran before and after at the same depth. */
export function stepInTime(timeline: Timeline, graph: Graph, focus: Focus, direction: Direction): Focus {
  const { node, sample } = focus;
  const depth = graph.depth[node]!;
  if (direction === 'up') {
    const parent = graph.parent[node]!;
    return parent < 0 ? focus : { node: parent, sample };
  }
  const end = graph.end[node]!;
  const nodes = timeline.node;
  if (direction === 'down') {
    for (const way of [1, -1])
      for (let i = sample; i >= 0 && i < nodes.length && nodes[i]! >= node && nodes[i]! < end; i += way)
        if (nodes[i] !== node) return { node: ancestorAt(graph, nodes[i]!, depth + 1), sample: i };
    return focus;
  }
  const way = direction === 'right' ? 1 : -1;
  let i = sample;
  while (i >= 0 && i < nodes.length && nodes[i]! >= node && nodes[i]! < end) i += way;
  while (i >= 0 && i < nodes.length && graph.depth[nodes[i]!]! < depth) i += way;
  return i < 0 || i >= nodes.length ? focus : { node: ancestorAt(graph, nodes[i]!, depth), sample: i };
}

function ancestorAt(graph: Graph, node: number, depth: number): number {
  let at = node;
  while (graph.depth[at]! > depth) at = graph.parent[at]!;
  return at;
}

/** The first sample that a node is on the stack of; 0 when there is none. */
export function firstSampleIn(timeline: Timeline, graph: Graph, node: number): number {
  const end = graph.end[node]!;
  const nodes = timeline.node;
  for (let i = 0; i < nodes.length; i++) if (nodes[i]! >= node && nodes[i]! < end) return i;
  return 0;
}

/** The time range a box covers. */
export function extent(graph: Graph, timeline: Timeline | null, focus: Focus): { start: number; end: number } {
  if (timeline !== null && focus.sample >= 0) return extentOf(timeline, graph, focus.node, focus.sample);
  const start = graph.start[focus.node]!;
  return { start, end: start + graph.total[focus.node]! };
}

/** The box of a frame with the most time, or -1. */
export function heaviestOf(graph: Graph, matches: (frame: number) => boolean): number {
  let best = -1;
  for (let i = 0; i < graph.frame.length; i++) if (matches(graph.frame[i]!) && (best < 0 || graph.total[i]! > graph.total[best]!)) best = i;
  return best;
}

/** The innermost frame below a node that a kind of its time is spent in: what it is blocked in, say. */
export function heaviestLeaf(graph: Graph, node: number, kind: number, kinds: number): number {
  let at = node;
  for (;;) {
    const here = graph.totalOfKind[at * kinds + kind]!;
    let heaviest = -1;
    for (let child = at + 1; child < graph.end[at]!; child = graph.end[child]!)
      if (heaviest < 0 || graph.totalOfKind[child * kinds + kind]! > graph.totalOfKind[heaviest * kinds + kind]!) heaviest = child;
    // Stop where no child has most of it.
    if (heaviest < 0 || graph.totalOfKind[heaviest * kinds + kind]! < here / 2) return at;
    at = heaviest;
  }
}

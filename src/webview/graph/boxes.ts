import type { Graph } from '../profile/layout.ts';
import { sampleAt, type Timeline } from '../profile/timeline.ts';
import type { View } from './viewport.ts';

/** The boxes of one frame of drawing, in columns; only what can be seen is here. */
export interface Boxes {
  count: number;
  /** Pixels from the left, cut at the edges. */
  x: Float32Array;
  width: Float32Array;
  row: Int32Array;
  node: Int32Array;
  /** Timeline: a sample inside the box; else -1. */
  sample: Int32Array;
}

/** What is seen: a time range on so many pixels, and rows from `firstRow` up to `lastRow`. */
export interface Window {
  view: View;
  width: number;
  firstRow: number;
  lastRow: number;
}

/** Narrower boxes are not drawn, nor anything above them. */
const NARROWEST_PX = 0.5;

export function noBoxes(): Boxes {
  return {
    count: 0,
    x: new Float32Array(1024),
    width: new Float32Array(1024),
    row: new Int32Array(1024),
    node: new Int32Array(1024),
    sample: new Int32Array(1024),
  };
}

function push(boxes: Boxes, x: number, width: number, row: number, node: number, sample: number): void {
  const at = boxes.count++;
  if (at === boxes.x.length) grow(boxes);
  boxes.x[at] = x;
  boxes.width[at] = width;
  boxes.row[at] = row;
  boxes.node[at] = node;
  boxes.sample[at] = sample;
}

function grow(boxes: Boxes): void {
  const room = boxes.x.length * 2;
  for (const key of ['x', 'width'] as const) {
    const wider = new Float32Array(room);
    wider.set(boxes[key]);
    boxes[key] = wider;
  }
  for (const key of ['row', 'node', 'sample'] as const) {
    const wider = new Int32Array(room);
    wider.set(boxes[key]);
    boxes[key] = wider;
  }
}

/** Collects the visible boxes of the left-heavy graph into `boxes`. Subtrees too narrow to be seen are skipped whole. */
export function collectLeftHeavy(graph: Graph, { view, width, firstRow, lastRow }: Window, boxes: Boxes): void {
  boxes.count = 0;
  const { start, total, depth, end, parent } = graph;
  const scale = width / (view.end - view.start);
  const narrowest = NARROWEST_PX / scale;
  const count = end.length;
  let i = 0;
  while (i < count) {
    const time = total[i]!;
    if (time < narrowest) {
      // Siblings stand by time: those that follow are narrower still.
      i = i === 0 ? count : end[parent[i]!]!;
      continue;
    }
    const from = start[i]!;
    const row = depth[i]!;
    if (from + time <= view.start || from >= view.end || row > lastRow) {
      i = end[i]!;
      continue;
    }
    if (row >= firstRow) {
      const x = Math.max(0, (from - view.start) * scale);
      const right = Math.min(width, (from + time - view.start) * scale);
      push(boxes, x, right - x, row, i, -1);
    }
    i++;
  }
}

/** Open boxes of the stack while the timeline is walked, by row. */
const stackNode: number[] = [];
const stackStart: number[] = [];
const stackSample: number[] = [];
const path: number[] = [];

/**
 * Collects the visible boxes in the order of time. Where several samples fall on a pixel, one of each group stands for it: groups have
 * a fixed place, so that nothing flickers while panning.
 */
export function collectTimeline(timeline: Timeline, graph: Graph, { view, width, firstRow, lastRow }: Window, boxes: Boxes): void {
  boxes.count = 0;
  const { at, node: nodes } = timeline;
  const { depth, parent } = graph;
  const scale = width / (view.end - view.start);
  const first = sampleAt(timeline, view.start);
  const last = sampleAt(timeline, view.end);
  let stride = 1;
  while ((last - first) / stride > width * 2) stride *= 2;
  let open = 0;
  const closeTo = (rows: number, time: number): void => {
    const right = Math.min(width, (time - view.start) * scale);
    while (open > rows) {
      open--;
      if (open < firstRow || open > lastRow) continue;
      const x = Math.max(0, stackStart[open]!);
      if (right - x >= NARROWEST_PX) push(boxes, x, right - x, open, stackNode[open]!, stackSample[open]!);
    }
  };
  for (let group = first - (first % stride); group <= last; group += stride) {
    const sample = Math.min(group + (stride >> 1), nodes.length - 1);
    let node = nodes[sample]!;
    // Up the new stack until it meets the open one.
    let length = 0;
    while (node >= 0 && (depth[node]! >= open || stackNode[depth[node]!] !== node)) {
      path[length++] = node;
      node = parent[node]!;
    }
    const time = at[group]!;
    closeTo(node < 0 ? 0 : depth[node]! + 1, time);
    const x = (time - view.start) * scale;
    while (length > 0) {
      stackNode[open] = path[--length]!;
      stackStart[open] = x;
      stackSample[open] = sample;
      open++;
    }
  }
  closeTo(0, at[Math.min(nodes.length, last - (last % stride) + stride)]!);
}

/** The box at a point of the last drawing, or -1. */
export function boxAt(boxes: Boxes, x: number, row: number): number {
  for (let i = 0; i < boxes.count; i++)
    if (boxes.row[i] === row && x >= boxes.x[i]! && x < boxes.x[i]! + Math.max(1, boxes.width[i]!)) return i;
  return -1;
}

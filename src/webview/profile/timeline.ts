import type { Graph } from './layout.ts';
import { kindsOfSamples } from './kinds.ts';
import type { CallTree, TimedSamples } from './merge.ts';

/** Samples in the order of time, each with its node of the graph. */
export interface Timeline {
  node: Int32Array;
  kind: Uint8Array;
  /** When each sample begins, in µs from the first; one more entry for the end of the last. */
  at: Float64Array | Uint32Array;
}

/** Null when the profile has no samples in order. `placed` comes from a layout of all kinds. */
export function timelineOf(tree: CallTree & TimedSamples, placed: Int32Array): Timeline | null {
  const { profile, merged } = tree;
  const { samples, durations } = profile;
  if (!profile.ordered || samples.length === 0) return null;
  const node = new Int32Array(samples.length);
  for (let i = 0; i < node.length; i++) node[i] = placed[merged[samples[i]!]!]!;
  let wall = 0;
  for (const duration of durations) wall += duration;
  const whole = durations instanceof Int32Array && wall < 2 ** 32;
  const at = whole ? new Uint32Array(node.length + 1) : new Float64Array(node.length + 1);
  let time = 0;
  for (let i = 0; i < node.length; i++) {
    at[i] = time;
    time += durations[i]!;
  }
  at[node.length] = time;
  return { node, kind: kindsOfSamples(profile).slice(), at };
}

/** Index of the sample that is running at a time. */
export function sampleAt(timeline: Timeline, us: number): number {
  const { at } = timeline;
  let low = 0;
  let high = timeline.node.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle]! <= us) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** From when until when a node stays on the stack around a sample; exact, however coarsely it was drawn. */
export function extentOf(timeline: Timeline, graph: Graph, node: number, sample: number): { start: number; end: number } {
  const end = graph.end[node]!;
  const { node: nodes, at } = timeline;
  const within = (i: number): boolean => nodes[i]! >= node && nodes[i]! < end;
  let from = sample;
  let to = sample;
  while (from > 0 && within(from - 1)) from--;
  while (to < nodes.length - 1 && within(to + 1)) to++;
  return { start: at[from]!, end: at[to + 1]! };
}

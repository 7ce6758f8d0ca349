import { ALL_KINDS } from './kinds.ts';
import { profileFromJson } from './from-json.ts';
import { layOut, type Graph } from './layout.ts';
import { mergeCallTree, type CallTree, type TimedSamples } from './merge.ts';
import { UnreadableProfile, type Frames } from './parsed.ts';
import { scanProfile } from './scan.ts';
import { timelineOf, type Timeline } from './timeline.ts';

/** What a page needs to draw a profile. */
export interface LoadedProfile {
  lane: string | null;
  frames: Frames;
  graph: Graph;
  /** For each kind of time, in µs. */
  timeOfKind: number[];
  hasTimeline: boolean;
}

/** What stays with whoever read the profile, to answer what is asked later. */
export interface OpenProfile {
  loaded: LoadedProfile;
  layOut(mask: number): Graph;
  timeline(): Timeline | null;
}

/** Below this size JSON.parse, being native, is ready before our own loops are compiled. */
export const SMALL_BYTES = 512 * 1024;

/** Throws an UnreadableProfile with a sentence for the reader. */
export function openProfile(bytes: Uint8Array): OpenProfile {
  const parsed = (bytes.length > SMALL_BYTES ? scanProfile(bytes) : null) ?? profileFromJson(bytes);
  const tree: CallTree & TimedSamples = mergeCallTree(parsed);
  const { graph, placed } = layOut(tree, ALL_KINDS);
  if ((graph.total[0] ?? 0) <= 0)
    throw new UnreadableProfile('This profile has no samples: run the script on more input, or record it again.');
  const kinds = graph.totalOfKind.length / graph.frame.length;
  return {
    loaded: {
      lane: parsed.lane,
      frames: parsed.frames,
      graph,
      timeOfKind: Array.from(graph.totalOfKind.subarray(0, kinds)),
      hasTimeline: parsed.ordered,
    },
    layOut: (mask) => layOut(tree, mask).graph,
    timeline: () => timelineOf(tree, placed),
  };
}

import { frameCount, frameName, frameUrl, type Frames } from '../profile/parsed.ts';
import type { Graph } from '../profile/layout.ts';

/** For each frame whether its name or file holds the words; null when nothing is searched. */
export function matchFrames(frames: Frames, query: string): Uint8Array | null {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return null;
  const urls = frames.urls.map((url) => url.toLowerCase().includes(wanted));
  const matched = new Uint8Array(frameCount(frames));
  for (let i = 0; i < matched.length; i++)
    matched[i] = (frameUrl(frames, i) !== '' && urls[frames.url[i]!]!) || frameName(frames, i).toLowerCase().includes(wanted) ? 1 : 0;
  return matched;
}

/** How many boxes match, and their time in µs: a box inside a matching one counts once. */
export function sumMatches(graph: Graph, matched: Uint8Array): { boxes: number; us: number } {
  let boxes = 0;
  let us = 0;
  let covered = 0;
  for (let i = 0; i < graph.frame.length; i++) {
    if (matched[graph.frame[i]!] === 0) continue;
    boxes++;
    if (i < covered) continue;
    us += graph.total[i]!;
    covered = graph.end[i]!;
  }
  return { boxes, us };
}

/** The next (way 1) or previous (way -1) matching box from `node`, around the end; -1 when none matches. */
export function nextMatch(graph: Graph, matched: Uint8Array, node: number, way: 1 | -1): number {
  const count = graph.frame.length;
  for (let k = 1, i = node; k <= count; k++) {
    i = (i + way + count) % count;
    if (matched[graph.frame[i]!] === 1) return i;
  }
  return -1;
}

/** Which of the matching boxes a node is, 1-based. */
export function matchNumber(graph: Graph, matched: Uint8Array, node: number): number {
  let number = 0;
  for (let i = 0; i <= node && i < graph.frame.length; i++) number += matched[graph.frame[i]!]!;
  return number;
}

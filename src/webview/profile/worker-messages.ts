import type { LoadedProfile, OpenProfile } from './load.ts';
import type { Graph } from './layout.ts';
import { UnreadableProfile } from './parsed.ts';
import type { Timeline } from './timeline.ts';

/** Between the page and the thread that reads profiles. One profile a worker: `open` comes first. */
export type ToWorker = { type: 'open'; bytes: Uint8Array } | { type: 'layOut'; mask: number } | { type: 'timeline' };

export type FromWorker =
  | { type: 'ready' }
  | { type: 'opened'; loaded: LoadedProfile }
  | { type: 'laidOut'; graph: Graph }
  | { type: 'timeline'; timeline: Timeline | null }
  /** A sentence for the reader. */
  | { type: 'failed'; sentence: string };

interface Answer {
  message: FromWorker;
  transfer: ArrayBuffer[];
  opened: OpenProfile | null;
}

/** What the worker answers. Arrays are handed over, not copied. */
export function answer(request: ToWorker, open: OpenProfile | null, read: (bytes: Uint8Array) => OpenProfile): Answer {
  try {
    if (request.type === 'open') {
      const opened = read(request.bytes);
      return { message: { type: 'opened', loaded: opened.loaded }, transfer: buffersOf(opened.loaded.graph, opened.loaded.frames), opened };
    }
    if (open === null) throw new Error('Nothing is open.');
    if (request.type === 'layOut') {
      const graph = open.layOut(request.mask);
      return { message: { type: 'laidOut', graph }, transfer: buffersOf(graph), opened: open };
    }
    const timeline = open.timeline();
    return { message: { type: 'timeline', timeline }, transfer: timeline === null ? [] : buffersOf(timeline), opened: open };
  } catch (error) {
    return { message: { type: 'failed', sentence: sentenceOf(error) }, transfer: [], opened: open };
  }
}

export function sentenceOf(error: unknown): string {
  if (error instanceof UnreadableProfile) return error.message;
  if (error instanceof RangeError) return 'This profile is too large for the memory at hand: record a shorter run.';
  return `This profile could not be read (${error instanceof Error ? error.message : String(error)}): record it again.`;
}

/** The buffers of all typed arrays directly in some objects, each once. */
function buffersOf(...owners: object[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const owner of owners)
    for (const value of Object.values(owner) as unknown[])
      if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
  return [...buffers];
}

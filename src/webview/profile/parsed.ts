/** A CPU profile as it was read, in columns: nodes and samples are numbers in typed arrays, never objects. */
export interface ParsedProfile {
  /** Name of the lane, when the profile is one of ours. */
  lane: string | null;
  /** For each node the index of its parent node, -1 for a root. Parents need not come first. */
  parent: Int32Array;
  /** For each node an index into `frames`. */
  frame: Int32Array;
  frames: Frames;
  /** For each sample an index into the nodes. */
  samples: Int32Array;
  /** For each sample the time in µs until the next one; never negative. */
  durations: Durations;
  /** For each sample an index into TIME_KINDS; null when the profile doesn't say. */
  sampleKinds: Uint8Array | null;
  /** Whether samples are in the order of time (a profile with hit counts alone has none). */
  ordered: boolean;
}

export type Durations = Int32Array | Float64Array;

/** Distinct functions. Names are one string and where each ends in it: cheap to hand over to another thread. */
export interface Frames {
  names: string;
  nameEnds: Uint32Array;
  /** For each frame an index into `urls`. */
  url: Int32Array;
  urls: string[];
  /** 1-based; 0 where there is no source. */
  line: Int32Array;
  column: Int32Array;
}

/** A profile that can't be shown: one sentence for the reader. */
export class UnreadableProfile extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableProfile';
  }
}

export function frameCount(frames: Frames): number {
  return frames.nameEnds.length;
}

/** The function's name; `(anonymous)` where it has none. */
export function frameName(frames: Frames, frame: number): string {
  const name = frames.names.slice(frame === 0 ? 0 : frames.nameEnds[frame - 1], frames.nameEnds[frame]);
  return name === '' ? '(anonymous)' : name;
}

/** As a person reads it: V8's root is the whole run. */
export function displayName(frames: Frames, frame: number): string {
  const name = frameName(frames, frame);
  return name === '(root)' && frameUrl(frames, frame) === '' ? 'whole run' : name;
}

export function frameUrl(frames: Frames, frame: number): string {
  return frames.urls[frames.url[frame] ?? -1] ?? '';
}

/** Collects distinct frames; lines and columns are given 0-based, as V8 prints them. */
export interface FrameList {
  /** The index of a URL, for `add`. */
  internUrl(url: string): number;
  add(name: string, url: number, line: number, column: number): number;
  is(frame: number, name: string, url: number, line: number, column: number): boolean;
  done(): Frames;
}

export function frameList(): FrameList {
  const names: string[] = [];
  const url: number[] = [];
  const line: number[] = [];
  const column: number[] = [];
  const urls: string[] = [];
  const urlIndex = new Map<string, number>();
  return {
    internUrl(text) {
      let at = urlIndex.get(text);
      if (at === undefined) {
        at = urls.push(text) - 1;
        urlIndex.set(text, at);
      }
      return at;
    },
    add(name, urlAt, lineNumber, columnNumber) {
      url.push(urlAt);
      line.push(Math.max(0, lineNumber + 1));
      column.push(Math.max(0, columnNumber + 1));
      return names.push(name) - 1;
    },
    is: (frame, name, urlAt, lineNumber, columnNumber) =>
      url[frame] === urlAt &&
      line[frame] === Math.max(0, lineNumber + 1) &&
      column[frame] === Math.max(0, columnNumber + 1) &&
      names[frame] === name,
    done() {
      const nameEnds = new Uint32Array(names.length);
      let end = 0;
      for (let i = 0; i < names.length; i++) nameEnds[i] = end += names[i]!.length;
      return {
        names: names.join(''),
        nameEnds,
        url: Int32Array.from(url),
        urls,
        line: Int32Array.from(line),
        column: Int32Array.from(column),
      };
    },
  };
}

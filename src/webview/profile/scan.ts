import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  readIntegers,
  readNumber,
  readString,
  skipSpace,
  skipString,
  skipValue,
  UnexpectedByte,
  unexpected,
} from './bytes.ts';
import { durationsFromDeltas, nodeLookup } from './columns.ts';
import { samplesFromHits } from './from-json.ts';
import type { ParsedProfile } from './parsed.ts';
import { scanNodes, type ScannedNodes } from './scan-nodes.ts';

/**
 * Reads a V8 profile straight from its bytes: integers into typed arrays, call frames interned, no object for a node or a sample.
 * Keys may come in any order and with any white space. Null for anything it doesn't understand: then JSON.parse has the word.
 */
export function scanProfile(bytes: Uint8Array): ParsedProfile | null {
  try {
    return scan(bytes);
  } catch (error) {
    if (error instanceof UnexpectedByte || error instanceof SyntaxError) return null;
    throw error;
  }
}

interface Columns {
  nodes: ScannedNodes | null;
  samples: Int32Array | null;
  deltas: Int32Array | null;
  kinds: Int32Array | null;
  start: number;
  end: number;
  lane: string | null;
}

function scan(bytes: Uint8Array): ParsedProfile {
  const read: Columns = { nodes: null, samples: null, deltas: null, kinds: null, start: 0, end: 0, lane: null };
  const after = eachEntry(bytes, bom(bytes), (key, at) => {
    if (key === 'nodes') {
      read.nodes = scanNodes(bytes, at);
      return read.nodes.end;
    }
    if (key === 'samples' || key === 'timeDeltas' || key === 'sampleKinds') {
      const column = readIntegers(bytes, at);
      read[key === 'samples' ? 'samples' : key === 'timeDeltas' ? 'deltas' : 'kinds'] = column.values;
      return column.end;
    }
    const next = skipValue(bytes, at);
    if (key === 'startTime') read.start = readNumber(bytes, at, next);
    else if (key === 'endTime') read.end = readNumber(bytes, at, next);
    else if (key === 'unblock') read.lane = laneOf(bytes, at);
    return next;
  });
  if (skipSpace(bytes, after) < bytes.length) unexpected();
  return assemble(read);
}

function assemble({ nodes, samples, deltas, kinds, start, end, lane }: Columns): ParsedProfile {
  if (nodes === null) return unexpected();
  const count = nodes.ids.length;
  const find = nodeLookup(nodes.ids);
  const parent = new Int32Array(count).fill(-1);
  for (let i = 0; i < nodes.childOf.length; i++) {
    const child = find(nodes.childIds[i]!);
    const owner = nodes.childOf[i]!;
    if (child < 0 || child === owner) unexpected();
    parent[child] = owner;
  }
  for (let i = 0; i < nodes.namedParents.length; i += 2) parent[nodes.namedParents[i]!] = find(nodes.namedParents[i + 1]!);
  const tree = { lane, parent, frame: nodes.frame, frames: nodes.frames };
  if (samples === null || samples.length === 0) return { ...tree, ...samplesFromHits(Float64Array.from(nodes.hits), end - start) };
  replaceIds(samples, nodes.ids, find);
  return {
    ...tree,
    samples,
    durations: durationsFromDeltas(deltas, samples.length, start, end),
    sampleKinds: kinds?.length === samples.length ? Uint8Array.from(kinds) : null,
    ordered: true,
  };
}

function replaceIds(samples: Int32Array, ids: Int32Array, find: (id: number) => number): void {
  if (ids.every((id, index) => id === index + 1)) {
    const count = ids.length;
    let outside = 0;
    for (let i = 0; i < samples.length; i++) {
      const node = samples[i]! - 1;
      outside |= node | (count - 1 - node);
      samples[i] = node;
    }
    if (outside < 0) unexpected();
    return;
  }
  for (let i = 0; i < samples.length; i++) {
    const node = find(samples[i]!);
    if (node < 0) unexpected();
    samples[i] = node;
  }
}

/** Calls `visit` with each key of the object at `at` and where its value begins; it answers where the value ended. Gives the position after the object. */
export function eachEntry(bytes: Uint8Array, at: number, visit: (key: string, at: number) => number): number {
  let i = skipSpace(bytes, at);
  if (bytes[i] !== OPEN_BRACE) unexpected();
  i = skipSpace(bytes, i + 1);
  if (bytes[i] === CLOSE_BRACE) return i + 1;
  for (;;) {
    if (bytes[i] !== QUOTE) unexpected();
    const keyEnd = skipString(bytes, i);
    const key = readString(bytes, i, keyEnd);
    i = skipSpace(bytes, keyEnd);
    if (bytes[i] !== COLON) unexpected();
    i = visit(key, skipSpace(bytes, i + 1));
    i = skipSpace(bytes, i);
    if (bytes[i] === CLOSE_BRACE) return i + 1;
    if (bytes[i] !== COMMA) unexpected();
    i = skipSpace(bytes, i + 1);
  }
}

function laneOf(bytes: Uint8Array, at: number): string | null {
  let lane: string | null = null;
  if (bytes[at] === OPEN_BRACE)
    eachEntry(bytes, at, (key, value) => {
      const next = skipValue(bytes, value);
      if (key === 'lane' && bytes[value] === QUOTE) lane = readString(bytes, value, next);
      return next;
    });
  return lane;
}

/** Some editors put a byte order mark first. */
function bom(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

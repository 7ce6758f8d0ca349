import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  findEither,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  readString,
  skipSpace,
  skipString,
  skipValue,
  unexpected,
} from './bytes.ts';
import { frameList, type FrameList, type Frames } from './parsed.ts';

export interface ScannedNodes {
  ids: Int32Array;
  frame: Int32Array;
  hits: Int32Array;
  frames: Frames;
  /** Pairs: the node at index `childOf[i]` has a child with the id `childIds[i]`. */
  childOf: Int32Array;
  childIds: Int32Array;
  /** Pairs of node index and parent's id, for profiles that name parents instead of children. */
  namedParents: number[];
  /** The position after the array. */
  end: number;
}

/** Reads the array of nodes that begins at `at`. */
export function scanNodes(bytes: Uint8Array, at: number): ScannedNodes {
  if (bytes[at] !== OPEN_BRACKET) unexpected();
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const interner = frameInterner(bytes, words);
  const namedParents: number[] = [];
  let room = 1024;
  let ids = new Int32Array(room);
  let frame = new Int32Array(room);
  let hits = new Int32Array(room);
  let childOf = new Int32Array(room);
  let childIds = new Int32Array(room);
  let children = 0;
  let count = 0;
  let i = skipSpace(bytes, at + 1);
  if (bytes[i] === CLOSE_BRACKET) unexpected();
  for (;;) {
    if (bytes[i] !== OPEN_BRACE) unexpected();
    if (count === room) {
      room *= 2;
      ids = grown(ids, room);
      frame = grown(frame, room);
      hits = grown(hits, room);
    }
    ids[count] = count + 1;
    frame[count] = -1;
    i = skipSpace(bytes, i + 1);
    for (;;) {
      // The keys of a node differ in their first three letters, and are looked at no further: id, callFrame, hitCount, children, parent.
      if (bytes[i] !== QUOTE) unexpected();
      const first = bytes[i + 1]!;
      const second = bytes[i + 2]!;
      const keyLength = skipString(bytes, i) - i - 2;
      i = skipSpace(bytes, i + keyLength + 2);
      if (bytes[i] !== COLON) unexpected();
      i = skipSpace(bytes, i + 1);
      if (first === 0x69 && keyLength === 2) {
        ids[count] = integerAt(bytes, i);
        i = integerEnd(bytes, i);
      } else if (first === 0x63 && second === 0x61 && keyLength === 9) {
        frame[count] = interner.intern(i);
        i = interner.end();
      } else if (first === 0x68 && keyLength === 8) {
        hits[count] = integerAt(bytes, i);
        i = integerEnd(bytes, i);
      } else if (first === 0x63 && second === 0x68 && keyLength === 8 && bytes[i] === OPEN_BRACKET) {
        i = skipSpace(bytes, i + 1);
        while (bytes[i] !== CLOSE_BRACKET) {
          if (children === childOf.length) {
            childOf = grown(childOf, children * 2);
            childIds = grown(childIds, children * 2);
          }
          childOf[children] = count;
          childIds[children++] = integerAt(bytes, i);
          i = skipSpace(bytes, integerEnd(bytes, i));
          if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
          else if (bytes[i] !== CLOSE_BRACKET) unexpected();
        }
        i++;
      } else if (first === 0x70 && second === 0x61 && keyLength === 6) {
        namedParents.push(count, integerAt(bytes, i));
        i = integerEnd(bytes, i);
      } else if (first === 0x70 && second === 0x6f && keyLength === 13 && bytes[i] === OPEN_BRACKET) {
        // The ticks of lines: objects of two numbers, in an array that no other is in.
        i = findEither(bytes, words, i, CLOSE_BRACKET, BACKSLASH) + 1;
      } else i = skipValue(bytes, i);
      i = skipSpace(bytes, i);
      if (bytes[i] === CLOSE_BRACE) break;
      if (bytes[i] !== COMMA) unexpected();
      i = skipSpace(bytes, i + 1);
    }
    if (frame[count]! < 0) unexpected();
    count++;
    i = skipSpace(bytes, i + 1);
    if (bytes[i] === CLOSE_BRACKET) break;
    if (bytes[i] !== COMMA) unexpected();
    i = skipSpace(bytes, i + 1);
  }
  return {
    ids: ids.slice(0, count),
    frame: frame.slice(0, count),
    hits: hits.slice(0, count),
    frames: interner.frames(),
    childOf: childOf.subarray(0, children),
    childIds: childIds.subarray(0, children),
    namedParents,
    end: i + 1,
  };
}

function grown(values: Int32Array<ArrayBuffer>, room: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(room);
  wider.set(values);
  return wider;
}

/** A natural number of 31 bits. */
function integerAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  let i = at;
  for (let digit = bytes[i]! - 48; digit >= 0 && digit <= 9; digit = bytes[++i]! - 48) value = value * 10 + digit;
  const digits = i - at;
  return digits === 0 || digits > 10 || value > 0x7fffffff ? unexpected() : value;
}

function integerEnd(bytes: Uint8Array, at: number): number {
  let i = at;
  for (let digit = bytes[i]! - 48; digit >= 0 && digit <= 9; digit = bytes[i]! - 48) i++;
  return i;
}

interface Interner {
  /** The index of the call frame whose object begins at a position. */
  intern(at: number): number;
  /** The position after the object that was interned last. */
  end(): number;
  frames(): Frames;
}

/**
 * Interns call frames by their bytes: a node's call frame is hashed while its end is looked for, compared with the one seen before, and
 * decoded only the first time. Two spellings of one frame become one, too.
 */
function frameInterner(bytes: Uint8Array, words: DataView): Interner {
  let room = 1 << 12;
  let table = new Int32Array(room).fill(-1);
  let starts = new Int32Array(room);
  let ends = new Int32Array(room);
  let hashes = new Int32Array(room);
  let frameOf = new Int32Array(room);
  let known = 0;
  let after = 0;
  const list = frameList();
  const decode = frameDecoder(bytes, words, list);

  const intern = (at: number): number => {
    if (bytes[at] !== OPEN_BRACE) unexpected();
    // V8 prints the column last: a digit before the first brace, and a comma or a brace after it, end the object, unless an escape
    // came before. (Should a name imitate that, what follows can't be a node's next key, and JSON.parse has the word.)
    let close = findEither(bytes, words, at, CLOSE_BRACE, BACKSLASH);
    const before = bytes[close - 1]! - 48;
    const next = bytes[close + 1];
    if (bytes[close] !== CLOSE_BRACE || !(before >= 0 && before <= 9) || (next !== COMMA && next !== CLOSE_BRACE))
      close = objectEnd(bytes, at) - 1;
    const end = (after = close + 1);
    const length = end - at;
    let hash = length;
    let i = at;
    for (const last = end - 4; i <= last; i += 4) {
      hash = Math.imul(hash ^ words.getInt32(i, true), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x5bd1e995);
    hash ^= hash >>> 13;
    let slot = hash & (room - 1);
    for (;;) {
      const entry = table[slot]!;
      if (entry < 0) break;
      if (hashes[entry] === hash && ends[entry]! - starts[entry]! === length && same(bytes, words, starts[entry]!, at, length))
        return frameOf[entry]!;
      slot = (slot + 1) & (room - 1);
    }
    table[slot] = known;
    starts[known] = at;
    ends[known] = end;
    hashes[known] = hash;
    const frame = (frameOf[known] = decode(at));
    if (++known * 2 > room) grow();
    return frame;
  };

  const grow = (): void => {
    room *= 2;
    starts = grown(starts, room);
    ends = grown(ends, room);
    hashes = grown(hashes, room);
    frameOf = grown(frameOf, room);
    table = new Int32Array(room).fill(-1);
    for (let entry = 0; entry < known; entry++) {
      const hash = hashes[entry]!;
      let slot = hash & (room - 1);
      while (table[slot]! >= 0) slot = (slot + 1) & (room - 1);
      table[slot] = entry;
    }
  };

  return { intern, end: () => after, frames: () => list.done() };
}

function same(bytes: Uint8Array, words: DataView, a: number, b: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (words.getInt32(a + i, true) !== words.getInt32(b + i, true)) return false;
  for (; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/** The position after a call frame, whatever its names hold. No object is inside another here. */
function objectEnd(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = skipString(bytes, i) - 1;
    else if (byte === CLOSE_BRACE) return i + 1;
    else if (byte === OPEN_BRACE) unexpected();
  }
  return unexpected();
}

/**
 * Reads call frames: functionName, url, lineNumber, columnNumber. The script's id differs between frames that are equal otherwise, and
 * is left out.
 */
function frameDecoder(bytes: Uint8Array, words: DataView, list: FrameList): (at: number) => number {
  // Frames by their position in the source; those of one position (several names, or none) form a chain.
  const byPlace = new Map<number, number>();
  const nextOfPlace: number[] = [];
  const urlOf = stringInterner(bytes, words);

  return (at) => {
    let name = '';
    let url = '';
    let line = -1;
    let column = -1;
    let i = skipSpace(bytes, at + 1);
    while (bytes[i] !== CLOSE_BRACE) {
      if (bytes[i] !== QUOTE) unexpected();
      // The keys differ in their first letters.
      const key = bytes[i + 1]!;
      i = skipSpace(bytes, skipString(bytes, i));
      if (bytes[i] !== COLON) unexpected();
      i = skipSpace(bytes, i + 1);
      const end = skipValue(bytes, i);
      const isText = bytes[i] === QUOTE;
      if (key === 0x66 && isText) name = readString(bytes, i, end);
      else if (key === 0x75 && isText) url = urlOf(i, end);
      else if (key === 0x6c) line = signed(bytes, i, end);
      else if (key === 0x63) column = signed(bytes, i, end);
      i = skipSpace(bytes, end);
      if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
      else if (bytes[i] !== CLOSE_BRACE) unexpected();
    }
    const urlAt = list.internUrl(url);
    const place = (urlAt * 2 ** 20 + (line + 1)) * 2 ** 12 + (column + 1);
    const first = byPlace.get(place) ?? -1;
    for (let seen = first; seen >= 0; seen = nextOfPlace[seen]!) if (list.is(seen, name, urlAt, line, column)) return seen;
    const frame = list.add(name, urlAt, line, column);
    nextOfPlace[frame] = first;
    byPlace.set(place, frame);
    return frame;
  };
}

/** Decodes strings, those that come again and again once. */
function stringInterner(bytes: Uint8Array, words: DataView): (at: number, end: number) => string {
  const known = new Map<number, { at: number; length: number; text: string }>();
  return (at, end) => {
    const length = end - at;
    let hash = length;
    for (let i = at; i + 4 <= end; i += 4) hash = (Math.imul(hash, 31) + words.getInt32(i, true)) | 0;
    const seen = known.get(hash);
    if (seen !== undefined && seen.length === length && same(bytes, words, seen.at, at, length)) return seen.text;
    const text = readString(bytes, at, end);
    known.set(hash, { at, length, text });
    return text;
  };
}

function signed(bytes: Uint8Array, at: number, end: number): number {
  const negative = bytes[at] === 0x2d;
  const value = integerAt(bytes, negative ? at + 1 : at);
  if (integerEnd(bytes, negative ? at + 1 : at) !== end) unexpected();
  return negative ? -value : value;
}

/** Walks JSON text in UTF-8 byte by byte. Anything unexpected throws, and the caller falls back on JSON.parse. */

export class UnexpectedByte extends Error {}

export function unexpected(): never {
  throw new UnexpectedByte();
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;

/** The next position that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at]!;
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at]!;
  return at;
}

/** The position after a string that begins at `at` with its quote. */
export function skipString(bytes: Uint8Array, at: number): number {
  const length = bytes.length;
  for (let i = at + 1; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return unexpected();
}

/** The position after any value, which is not checked further than that its brackets close. */
export function skipValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first === QUOTE) return skipString(bytes, at);
  const length = bytes.length;
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let i = at;
    for (; i < length; i++) {
      const byte = bytes[i]!;
      if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
    }
    return i === at ? unexpected() : i;
  }
  let depth = 0;
  for (let i = at; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = skipString(bytes, i) - 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return i + 1;
  }
  return unexpected();
}

/** The text of a string that begins at `at` with its quote and ends before `end`. */
export function readString(bytes: Uint8Array, at: number, end: number): string {
  if (end - at === 2) return '';
  // Short and plain, as most names are: built here, as a call of the decoder takes longer.
  if (end - at <= 34) {
    shortText.length = 0;
    let i = at + 1;
    for (; i < end - 1; i++) {
      const byte = bytes[i]!;
      if (byte === BACKSLASH || byte >= 0x80) break;
      shortText.push(byte);
    }
    if (i === end - 1) return String.fromCharCode.apply(null, shortText);
  }
  const inside = bytes.subarray(at + 1, end - 1);
  if (inside.includes(BACKSLASH)) return JSON.parse(decoder.decode(bytes.subarray(at, end))) as string;
  return decoder.decode(inside);
}
const decoder = new TextDecoder();
const shortText: number[] = [];

/** A number of any form, for the few that are not in long arrays. */
export function readNumber(bytes: Uint8Array, at: number, end: number): number {
  const value = Number(decoder.decode(bytes.subarray(at, end)));
  return Number.isFinite(value) ? value : unexpected();
}

/** A column of integers, and where its text ended. */
export interface Integers {
  values: Int32Array;
  end: number;
}

/** Reads `[1,2,…]`, beginning at its bracket. Integers of 32 bits only. */
export function readIntegers(bytes: Uint8Array, at: number): Integers {
  if (bytes[at] !== OPEN_BRACKET) unexpected();
  // Each value takes two bytes at least. Memory that is never written costs nothing until it is.
  const close = bytes.indexOf(CLOSE_BRACKET, at);
  if (close < 0) unexpected();
  const values = new Int32Array(((close - at) >> 1) + 1);
  let count = 0;
  let i = at + 1;
  if (skipSpace(bytes, i) === close) return { values: values.subarray(0, 0), end: close + 1 };
  for (;;) {
    // Plain digits and commas, which is all that V8 prints, in as few steps as possible.
    let first = i;
    let value = 0;
    for (;;) {
      const byte = bytes[i++]!;
      const digit = (byte - 48) >>> 0;
      if (digit <= 9) value = (Math.imul(value, 10) + digit) | 0;
      else if (byte === COMMA) {
        const digits = i - first - 1;
        if (digits > 9 || digits === 0) break;
        values[count++] = value;
        value = 0;
        first = i;
      } else break;
    }
    // Anything else: one value with care.
    const end = readInteger(bytes, first);
    values[count++] = integerRead;
    const byte = bytes[end]!;
    if (byte === CLOSE_BRACKET) return { values: values.subarray(0, count), end: end + 1 };
    if (byte !== COMMA) unexpected();
    i = end + 1;
  }
}

let integerRead = 0;

/** Reads one integer with its sign and the white space around it into `integerRead`, and gives the position of what follows. */
function readInteger(bytes: Uint8Array, at: number): number {
  let i = skipSpace(bytes, at);
  const negative = bytes[i] === MINUS;
  if (negative) i++;
  const first = i;
  let value = 0;
  for (let digit = bytes[i]! - 48; digit >= 0 && digit <= 9; digit = bytes[++i]! - 48) value = value * 10 + digit;
  if (i === first || i - first > 10 || value > 0x7fffffff) unexpected();
  integerRead = negative ? -value : value;
  return skipSpace(bytes, i);
}

/** The position of the first of two bytes at or after `at`, four bytes a step; the length of the text when there is neither. */
export function findEither(bytes: Uint8Array, words: DataView, at: number, one: number, other: number): number {
  const ones = Math.imul(one, 0x01010101);
  const others = Math.imul(other, 0x01010101);
  const last = bytes.length - 4;
  let i = at;
  for (; i <= last; i += 4) {
    const word = words.getInt32(i, true);
    const a = word ^ ones;
    const b = word ^ others;
    // A byte that is zero borrows from its highest bit (Mycroft's test).
    if ((((a - 0x01010101) & ~a) | ((b - 0x01010101) & ~b)) & 0x80808080) break;
  }
  while (i < bytes.length && bytes[i] !== one && bytes[i] !== other) i++;
  return i;
}

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
  const inside = bytes.subarray(at + 1, end - 1);
  if (inside.length === 0) return '';
  if (inside.includes(BACKSLASH)) return JSON.parse(new TextDecoder().decode(bytes.subarray(at, end))) as string;
  return decoder.decode(inside);
}
const decoder = new TextDecoder();

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
    let byte = bytes[i]!;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++i]!;
    const negative = byte === MINUS;
    if (negative) byte = bytes[++i]!;
    const first = i;
    let value = 0;
    let digit = byte - 48;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++i]! - 48;
    }
    const digits = i - first;
    if (digits === 0 || (digits >= 10 && (digits > 10 || value > 0x7fffffff))) unexpected();
    values[count++] = negative ? -value : value;
    byte = bytes[i]!;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++i]!;
    if (byte === COMMA) i++;
    else if (byte === CLOSE_BRACKET) return { values: values.subarray(0, count), end: i + 1 };
    else unexpected();
  }
}

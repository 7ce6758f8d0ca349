import { types } from 'node:util';
import type { CloneObstacle } from '../../../../core/recording.ts';

/** Larger values are looked through this far: what hides further in shows when they are serialised. */
const MOST_OBJECTS = 50_000;
/** A smaller buffer is copied as fast as it is moved. */
const LARGE_BUFFER_BYTES = 65_536;

export interface Looked {
  obstacle: CloneObstacle | null;
  /** In large ArrayBuffers, each once. */
  transferableBytes: number;
  /** To clone it would call getters of the script. */
  mayRunCode: boolean;
}

interface Found {
  value: object;
  /** The way there, as a list from its end. */
  way: Way | null;
}

interface Way {
  key: string;
  before: Way | null;
}

// Taken before the script can replace them.
const { getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf, keys } = Object;
const textOf = taken(Function.prototype, 'toString') as (of: object) => string;
const forEachOfMap = taken(Map.prototype, 'forEach') as (map: object, each: (value: unknown, key: unknown) => void) => void;
const forEachOfSet = taken(Set.prototype, 'forEach') as (set: object, each: (value: unknown) => void) => void;

/**
 * Looks through a value without calling anything of the script's: what the structured clone algorithm refuses, what it loses, and what need
 * not be copied. An obstacle that makes sending throw goes before one that only loses.
 */
export function findObstacle(value: unknown, isArguments: boolean): Looked {
  const looked: Looked = { obstacle: null, transferableBytes: 0, mayRunCode: false };
  const seen = new Set<object>();
  const queue: Found[] = [];
  const meet = (one: unknown, way: Way | null): void => {
    if (looked.obstacle?.kind === 'uncloneable') return;
    const refused = refusedByType(one);
    if (refused !== null) looked.obstacle = { kind: 'uncloneable', what: refused, path: pathOf(way) };
    else if (typeof one === 'object' && one !== null && !seen.has(one) && seen.size < MOST_OBJECTS) {
      seen.add(one);
      queue.push({ value: one, way });
    }
  };
  meet(value, null);
  for (let at = 0; at < queue.length; at++) {
    const { value: object, way } = queue[at]!;
    const isList = isArguments && at === 0;
    if (types.isAnyArrayBuffer(object) || ArrayBuffer.isView(object)) {
      looked.transferableBytes += movableBytes(object, seen);
      continue;
    }
    const lost = isList ? null : classOf(object);
    if (lost !== null) looked.obstacle ??= { kind: 'class', what: lost, path: pathOf(way) };
    if (types.isMap(object))
      forEachOfMap(object, (item, key) => {
        meet(key, { key: 'a key', before: way });
        meet(item, { key: typeof key === 'string' ? key : 'a value', before: way });
      });
    if (types.isSet(object)) forEachOfSet(object, (item) => meet(item, { key: 'a member', before: way }));
    if (Array.isArray(object)) {
      for (let index = 0; index < object.length; index++) {
        const item: unknown = object[index];
        if (typeof item === 'object' || typeof item === 'function' || typeof item === 'symbol')
          meet(item, { key: String(index), before: way });
      }
      continue;
    }
    for (const key of keys(object)) {
      const property = getOwnPropertyDescriptor(object, key);
      if (property?.get) looked.mayRunCode = true;
      else meet(property?.value, { key, before: way });
    }
  }
  return looked;
}

function refusedByType(value: unknown): string | null {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value !== 'object' || value === null) return null;
  if (types.isProxy(value)) return 'a proxy';
  if (types.isPromise(value)) return 'a promise';
  if (types.isGeneratorObject(value)) return 'a generator';
  if (types.isWeakMap(value)) return 'a WeakMap';
  if (types.isWeakSet(value)) return 'a WeakSet';
  if (types.isModuleNamespaceObject(value)) return 'a module';
  if (types.isExternal(value)) return 'a native handle';
  return null;
}

/** A view that covers its whole buffer, or a buffer: it could be moved. One that is shared is copied in no case. */
function movableBytes(value: object, seen: Set<object>): number {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : (value as ArrayBufferLike);
  const isWhole = !ArrayBuffer.isView(value) || value.byteLength === buffer.byteLength;
  if (!isWhole || types.isSharedArrayBuffer(buffer) || buffer.byteLength < LARGE_BUFFER_BYTES) return 0;
  if (buffer !== value && seen.has(buffer)) return 0;
  seen.add(buffer);
  return buffer.byteLength;
}

/** `a Sheet` for an instance of a class that has methods or getters: a clone has only its fields. Null for what arrives as it was. */
function classOf(value: object): string | null {
  const own = getPrototypeOf(value) as object | null;
  if (own === null || types.isNativeError(value) || types.isDate(value) || types.isRegExp(value) || types.isBoxedPrimitive(value))
    return null;
  if (types.isKeyObject(value) || types.isCryptoKey(value)) return null;
  let hasMembers = false;
  let prototype: object | null = own;
  for (; prototype !== null && !isBuiltIn(prototype); prototype = getPrototypeOf(prototype) as object | null)
    if (getOwnPropertyNames(prototype).some((name) => name !== 'constructor')) hasMembers = true;
  if (!hasMembers) return null;
  const maker: unknown = getOwnPropertyDescriptor(own, 'constructor')?.value;
  const name: unknown = typeof maker === 'function' ? getOwnPropertyDescriptor(maker, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` : 'an instance of a class';
}

const CLONED: readonly unknown[] = ['Object', 'Array', 'Map', 'Set'];

/** Whether a clone has this prototype too. By name, as each realm (`vm`) has its own. */
function isBuiltIn(prototype: object): boolean {
  const maker: unknown = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || !CLONED.includes(getOwnPropertyDescriptor(maker, 'name')?.value)) return false;
  return textOf(maker).endsWith('{ [native code] }');
}

function pathOf(way: Way | null): string[] {
  const path: string[] = [];
  for (let at = way; at !== null; at = at.before) path.unshift(at.key);
  return path;
}

/** A method as it is now, as a function of its object. */
function taken(prototype: object, name: string): unknown {
  return Function.prototype.call.bind(getOwnPropertyDescriptor(prototype, name)?.value as () => unknown);
}

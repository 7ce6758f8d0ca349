import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { CloneSample } from '../../../../core/recording.ts';
import { findObstacle } from './clone-obstacles.ts';
import type { SampledCalls } from './messages.ts';

/** How many calls of a function are looked at, and for how long: a large argument takes its time each time it is cloned. */
const SAMPLES = 20;
const MOST_MS = 400;
const FEWEST = 2;

/** Calls in a row whose arguments are compared. */
const MOST_COMPARED = 2000;
/** A longer text is not kept, as a result under a key so long would not be. */
const LONGEST_KEY = 1000;

export interface CallSampler {
  sampled: SampledCalls[];
  /** Compares the arguments of a call with those of the calls before. Returns whether enough were compared. Runs no code of the script's. */
  compareArguments: (index: number, values: ArrayLike<unknown>) => boolean;
  /** Notes what one call of a function was given. Returns whether enough is known. Runs no code of the script's. */
  noteArguments(index: number, values: unknown): boolean;
  noteResult(index: number, value: unknown): boolean;
}

/** Measures values on the thread that has them. Never throws. */
export function sampleCalls(functions: number): CallSampler {
  const sampled = Array.from({ length: functions }, (): SampledCalls => ({
    arguments: [],
    results: [],
    again: { calls: 0, again: 0, byReference: 0, primitiveResults: 0 },
  }));
  const known = sampled.map(() => new Set<string>());
  const spentMs = { arguments: new Float64Array(functions), results: new Float64Array(functions) };
  const note = (index: number, of: 'arguments' | 'results', value: unknown): boolean => {
    const list = sampled[index]?.[of];
    if (!list) return true;
    const beganMs = clock();
    list.push(cloneSample(value, of === 'arguments'));
    spentMs[of][index]! += clock() - beganMs;
    return list.length >= SAMPLES || (list.length >= FEWEST && spentMs[of][index]! > MOST_MS);
  };
  return {
    sampled,
    compareArguments: (index, values) => {
      const counts = sampled[index]!.again;
      counts.calls++;
      const key = keyOf(values);
      if (key === null) counts.byReference++;
      else if (known[index]!.has(key)) counts.again++;
      else known[index]!.add(key);
      return counts.calls >= MOST_COMPARED;
    },
    // The `arguments` object is sent as the list it is.
    noteArguments: (index, values) => note(index, 'arguments', types.isArgumentsObject(values) ? listOf(values) : values),
    noteResult(index, value) {
      if (isPrimitive(value)) sampled[index]!.again.primitiveResults++;
      return note(index, 'results', value);
    },
  };
}

/** The same for the same primitive values, another for others; null where one is compared by reference, or too long. */
function keyOf(values: ArrayLike<unknown>): string | null {
  let key = '';
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!isPrimitive(value) || typeof value === 'symbol') return null;
    const text = Object.is(value, -0) ? '-0' : String(value);
    key += `${typeof value} ${text.length} ${text} `;
    if (key.length > LONGEST_KEY) return null;
  }
  return key;
}

function isPrimitive(value: unknown): value is string | number | bigint | boolean | symbol | null | undefined {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

const clock = performance.now.bind(performance);

// Taken before the script can replace them.
const listOf = Function.prototype.call.bind(Array.prototype.slice) as (list: ArrayLike<unknown>) => unknown[];

/** Of all arguments of a call together, as one message would hold them, or of a result. */
export function cloneSample(value: unknown, isArguments: boolean): CloneSample {
  const unknown = { bytes: null, writeUs: 0, readUs: 0, transferableBytes: 0 };
  try {
    const { obstacle, transferableBytes, mayRunCode } = findObstacle(value, isArguments);
    if (obstacle?.kind === 'uncloneable' || mayRunCode) return { ...unknown, obstacle };
    const beganMs = clock();
    const bytes = serialize(value);
    const writtenMs = clock();
    deserialize(bytes);
    const readMs = clock();
    return { bytes: bytes.length, writeUs: us(writtenMs - beganMs), readUs: us(readMs - writtenMs), transferableBytes, obstacle };
  } catch (error) {
    const what = error instanceof Error ? error.message.replace(/ could not be cloned\.$/, '') : 'a value';
    return { ...unknown, obstacle: { kind: 'uncloneable', what, path: [] } };
  }
}

function us(ms: number): number {
  return Math.round(ms * 1000);
}

import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { CloneSample } from '../../../../core/recording.ts';
import { findObstacle } from './clone-obstacles.ts';
import type { SampledCalls } from './messages.ts';

/** How many calls of a function are looked at, and for how long: a large argument takes its time each time it is cloned. */
const SAMPLES = 20;
const MOST_MS = 400;
const FEWEST = 2;

export interface CallSampler {
  sampled: SampledCalls[];
  /** Notes what one call of a function was given. Returns whether enough is known. Runs no code of the script's. */
  noteArguments(index: number, values: unknown): boolean;
  noteResult(index: number, value: unknown): boolean;
}

/** Measures values on the thread that has them. Never throws. */
export function sampleCalls(functions: number): CallSampler {
  const sampled = Array.from({ length: functions }, (): SampledCalls => ({ arguments: [], results: [] }));
  const spentMs = { arguments: new Float64Array(functions), results: new Float64Array(functions) };
  const note = (index: number, of: keyof SampledCalls, value: unknown): boolean => {
    const list = sampled[index]?.[of];
    if (!list) return true;
    const beganMs = clock();
    list.push(cloneSample(value, of === 'arguments'));
    spentMs[of][index]! += clock() - beganMs;
    return list.length >= SAMPLES || (list.length >= FEWEST && spentMs[of][index]! > MOST_MS);
  };
  return {
    sampled,
    // The `arguments` object is sent as the list it is.
    noteArguments: (index, values) => note(index, 'arguments', types.isArgumentsObject(values) ? listOf(values) : values),
    noteResult: (index, value) => note(index, 'results', value),
  };
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

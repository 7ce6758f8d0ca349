import type { Durations } from './parsed.ts';

/**
 * Finds a node's index by its id; -1 when there is none. V8 numbers nodes from 1 in the order it prints them, so mostly this is a
 * subtraction; else a table or, for ids that are far apart, a map.
 */
export function nodeLookup(ids: Float64Array | Int32Array): (id: number) => number {
  const count = ids.length;
  let sequential = true;
  let largest = 0;
  let plain = true;
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    if (id !== i + 1) sequential = false;
    if (id > largest) largest = id;
    if (id < 0 || !Number.isInteger(id)) plain = false;
  }
  if (sequential) return (id) => (id >= 1 && id <= count && Number.isInteger(id) ? id - 1 : -1);
  if (plain && largest <= count * 8 + 1024) {
    const table = new Int32Array(largest + 1).fill(-1);
    for (let i = 0; i < count; i++) table[ids[i]!] = i;
    return (id) => table[id] ?? -1;
  }
  const map = new Map<number, number>();
  for (let i = 0; i < count; i++) map.set(ids[i]!, i);
  return (id) => map.get(id) ?? -1;
}

/**
 * How long each sample lasted: until the next one, the last until the end of the profile, as Chrome DevTools and speedscope read it.
 * `timeDeltas[i]` is the time in µs from sample i-1 to sample i, the first from the start. V8 sometimes prints samples out of order
 * (a negative delta): time never runs backwards here.
 */
export function durationsFromDeltas(deltas: Float64Array | Int32Array | null, count: number, start: number, end: number): Durations {
  const wall = Math.max(0, end - start);
  if (deltas === null || deltas.length < count) return new Float64Array(count).fill(wall > 0 ? wall / count : 1000);
  const durations = deltas instanceof Int32Array ? new Int32Array(count) : new Float64Array(count);
  const last = count - 1;
  let at = deltas[0]!;
  let latest = at;
  for (let i = 0; i < last; i++) {
    at += deltas[i + 1]!;
    if (at > latest) {
      durations[i] = at - latest;
      latest = at;
    }
  }
  // A profile that was cut has no end of its own: its last sample gets the mean.
  const rest = wall - latest;
  const mean = count > 1 ? (latest - deltas[0]!) / last : 1000;
  durations[last] = Math.round(wall > 0 && rest >= 0 && rest < 2 ** 31 ? rest : mean);
  return durations;
}

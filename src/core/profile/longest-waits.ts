import type { Wait } from './operations.ts';

interface Span {
  group: number;
  startUs: number;
  endUs: number;
}

/**
 * For each group the longest that one of its operations was waited for, in µs: of the time between its start and its end only what the
 * thread had nothing to do and the group was charged with. What the thread computes meanwhile (opening the first connection, loading a
 * module, handling another answer) is no wait, and an operation's duration would count it.
 * @param waits in order of time
 */
export function longestWaits(operations: readonly Span[], waits: readonly Wait[], groups: number): Float64Array {
  const ends: number[][] = Array.from({ length: groups }, () => []);
  const sums: number[][] = Array.from({ length: groups }, () => [0]);
  const lengths: number[][] = Array.from({ length: groups }, () => []);
  for (const { group, startUs, us } of waits) {
    if (group < 0) continue;
    ends[group]!.push(startUs + us);
    lengths[group]!.push(us);
    sums[group]!.push(sums[group]!.at(-1)! + us);
  }
  /** µs that the group had been waited for at a time. */
  const waitedUntil = (group: number, timeUs: number): number => {
    const after = firstAfter(ends[group]!, timeUs);
    const end = ends[group]![after];
    const begun = end === undefined ? 0 : Math.max(0, timeUs - (end - lengths[group]![after]!));
    return sums[group]![after]! + begun;
  };
  const longest = new Float64Array(groups);
  for (const { group, startUs, endUs } of operations)
    longest[group] = Math.max(longest[group]!, waitedUntil(group, endUs) - waitedUntil(group, startUs));
  return longest;
}

/** Index of the first of ascending numbers that is above a limit; their count where none is. */
function firstAfter(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The kinds of wall time, in the order every table and bar shows them. The index in this list is the number used in typed
 * arrays and in the `sampleKinds` of a timed profile, so entries are only ever appended.
 */
export const TIME_KINDS = ['js-cpu', 'native-cpu', 'blocked', 'await-serial', 'await-overlapped', 'gc', 'loading', 'idle'] as const;

export type TimeKind = (typeof TIME_KINDS)[number];

/** Index of a kind in {@link TIME_KINDS}. */
export const KIND = {
  jsCpu: 0,
  nativeCpu: 1,
  blocked: 2,
  awaitSerial: 3,
  awaitOverlapped: 4,
  gc: 5,
  loading: 6,
  idle: 7,
} as const;

/** What a person reads for each kind; the letter stands beside the colour, so that nothing is told by colour alone. */
export const KIND_LABELS: Record<TimeKind, { label: string; letter: string }> = {
  'js-cpu': { label: 'JavaScript', letter: 'J' },
  'native-cpu': { label: 'native code', letter: 'N' },
  blocked: { label: 'blocked in synchronous I/O', letter: 'B' },
  'await-serial': { label: 'waiting, one at a time', letter: 'W' },
  'await-overlapped': { label: 'waiting, overlapped', letter: 'O' },
  gc: { label: 'garbage collection', letter: 'G' },
  loading: { label: 'loading modules', letter: 'L' },
  idle: { label: 'idle', letter: 'I' },
};

import type { ReportLane } from './report.ts';

/** What several threads and processes beside the main one are called: `2 worker threads`, `child process`, `3 threads and processes`. */
export function lanesNamed(lanes: readonly Pick<ReportLane, 'kind'>[]): string {
  const noun = laneNoun(lanes);
  return lanes.length === 1 ? noun.one : `${lanes.length} ${noun.several}`;
}

export function laneNoun(lanes: readonly Pick<ReportLane, 'kind'>[]): { one: string; several: string } {
  const kinds = new Set(lanes.map(({ kind }) => kind));
  if (kinds.size > 1) return { one: 'other thread or process', several: 'other threads and processes' };
  return kinds.has('worker') ? { one: 'worker thread', several: 'worker threads' } : { one: 'child process', several: 'child processes' };
}

/** `main process` where processes stand beside it, `main thread` where only threads do. */
export function mainNamed(others: readonly Pick<ReportLane, 'kind'>[]): string {
  return others.some(({ kind }) => kind === 'process') ? 'main process' : 'main thread';
}

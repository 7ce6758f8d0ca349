import { formatBytes, formatDuration } from './format.ts';
import type { CallSizes, Report, ReportHotSpot } from './report.ts';

/** `1500 calls, 0.3 ms each`; null where calls were not counted. */
export function callsWords({ calls, totalMs }: Pick<ReportHotSpot, 'calls' | 'totalMs'>): string | null {
  if (calls === null || calls === 0) return null;
  return calls === 1 ? '1 call' : `${calls} calls, ${formatDuration(totalMs / calls)} each`;
}

/** `5.0 ms to clone 4.1 MB of arguments and 12 kB of result`, or why it can't be cloned; null where no call was sampled. */
export function cloneWords(sizes: CallSizes | undefined): string | null {
  if (sizes === undefined) return null;
  const { argumentBytes, resultBytes, cloneMs, obstacle } = sizes;
  if (obstacle !== null) return obstacle;
  if (cloneMs === null) return null;
  return `${formatDuration(cloneMs)} to clone ${sizesWords(argumentBytes, resultBytes)}`;
}

/** `4.1 MB of arguments and 12 kB of result`. */
export function sizesWords(argumentBytes: number | null, resultBytes: number | null): string {
  const parts = [
    ...(argumentBytes === null ? [] : [`${formatBytes(argumentBytes)} of arguments`]),
    ...(resultBytes === null ? [] : [`${formatBytes(resultBytes)} of result`]),
  ];
  return parts.join(' and ');
}

/** Whether a second run would tell more: calls were not counted, and the script ends by itself. */
export function canCountCalls({ hotSpots, run }: Report): boolean {
  return run.load === undefined && run.repeats === undefined && run.ended !== 'stopped' && hotSpots.every(({ calls }) => calls === null);
}

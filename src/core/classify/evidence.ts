import type { SiteOperations, TimeSplit } from '../profile/hot-spots.ts';
import { sumOf } from '../profile/time-split.ts';
import { formatDuration, formatShare } from '../report/format.ts';

/** Sentences with figures, the largest part first: what a reader checks a verdict against. */
export function evidenceOf(time: TimeSplit, operations: readonly SiteOperations[]): string[] {
  const wallUs = sumOf(time);
  const awaitedUs = time.awaitSerialUs + time.awaitOverlappedUs;
  const parts: { us: number; sentence: string }[] = [
    { us: time.jsCpuUs, sentence: 'computing in JavaScript' },
    { us: time.nativeCpuUs, sentence: `computing in native code${named(operations, 'nativeCpuUs')}` },
    { us: time.blockedUs, sentence: `blocked in synchronous I/O${named(operations, 'blockedUs')}` },
    { us: awaitedUs, sentence: `waiting${waitingDetail(time, operations)}` },
    { us: time.gcUs, sentence: 'garbage collection' },
    { us: time.loadingUs, sentence: 'loading modules' },
    { us: time.idleUs, sentence: 'idle, with nothing to wait for' },
  ];
  return parts
    .filter(({ us }) => us >= wallUs * 0.01 && us > 0)
    .sort((a, b) => b.us - a.us)
    .map(({ us, sentence }) => `${formatDuration(us / 1000)} (${formatShare(us / wallUs)}) ${sentence}.`);
}

/** `: readFileSync ×120, longest 14 ms` for the calls that make up most of a part. */
function named(operations: readonly SiteOperations[], part: 'nativeCpuUs' | 'blockedUs'): string {
  const apis = new Map<string, { us: number; calls: number; maxUs: number }>();
  for (const operation of operations) {
    if (operation.kind !== 'sync' || operation.time[part] <= 0) continue;
    const sum = apis.get(operation.api) ?? { us: 0, calls: 0, maxUs: 0 };
    apis.set(operation.api, {
      us: sum.us + operation.time[part],
      calls: sum.calls + operation.calls,
      maxUs: Math.max(sum.maxUs, operation.maxUs),
    });
  }
  const first = [...apis].sort((a, b) => b[1].us - a[1].us).slice(0, 2);
  if (first.length === 0) return '';
  return `: ${first.map(([api, { calls, maxUs }]) => `${api} ×${calls}${calls > 1 ? `, longest ${formatDuration(maxUs / 1000)}` : ''}`).join('; ')}`;
}

function waitingDetail(time: TimeSplit, operations: readonly SiteOperations[]): string {
  const serial = time.awaitSerialUs;
  const overlapped = time.awaitOverlappedUs;
  const how =
    serial > overlapped * 9
      ? ' for one operation at a time'
      : overlapped > serial * 9
        ? ' for overlapping operations'
        : `, ${formatDuration(serial / 1000)} of it for one operation at a time`;
  const apis = new Map<string, { us: number; calls: number }>();
  for (const operation of operations) {
    const us = operation.time.awaitSerialUs + operation.time.awaitOverlappedUs;
    if (operation.kind !== 'async' || us <= 0) continue;
    const sum = apis.get(operation.api) ?? { us: 0, calls: 0 };
    apis.set(operation.api, { us: sum.us + us, calls: sum.calls + operation.calls });
  }
  const first = [...apis].sort((a, b) => b[1].us - a[1].us).slice(0, 2);
  return first.length === 0 ? how : `${how}: ${first.map(([api, { calls }]) => `${api} ×${calls}`).join('; ')}`;
}

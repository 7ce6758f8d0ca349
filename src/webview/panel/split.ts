import { KIND, KIND_LABELS, TIME_KINDS } from '../../core/profile/time-kind.ts';
import type { TimeSplitMs } from '../../core/report/report.ts';

/**
 * The time of each kind in ms, in the order of TIME_KINDS: from the report where there is one, so that every figure of the page agrees.
 * A report doesn't tell serial from overlapped waits: the profile does, in proportion.
 */
export function splitOf(time: TimeSplitMs | null, profileUs: readonly number[]): number[] {
  if (time === null) return profileUs.map((us) => us / 1000);
  const serial = profileUs[KIND.awaitSerial] ?? 0;
  const overlapped = profileUs[KIND.awaitOverlapped] ?? 0;
  const share = serial + overlapped > 0 ? overlapped / (serial + overlapped) : 0;
  return [
    time.jsCpuMs,
    time.nativeCpuMs,
    time.blockedMs,
    time.awaitedMs * (1 - share),
    time.awaitedMs * share,
    time.gcMs,
    time.loadingMs,
    time.idleMs,
  ];
}

export function kindClass(kind: number): string {
  return `kind-${TIME_KINDS[kind] ?? ''}`;
}

export function kindLabel(kind: number): { label: string; letter: string } {
  return KIND_LABELS[TIME_KINDS[kind]!];
}

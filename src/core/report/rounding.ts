import type { TimeSplit } from '../profile/hot-spots.ts';
import type { TimeSplitMs } from './report.ts';

export function share(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function splitMs(time: TimeSplit): TimeSplitMs {
  return {
    jsCpuMs: milliseconds(time.jsCpuUs),
    nativeCpuMs: milliseconds(time.nativeCpuUs),
    blockedMs: milliseconds(time.blockedUs),
    awaitedMs: milliseconds(time.awaitSerialUs + time.awaitOverlappedUs),
    gcMs: milliseconds(time.gcUs),
    loadingMs: milliseconds(time.loadingUs),
    idleMs: milliseconds(time.idleUs),
  };
}

/** To the µs: more digits would be noise. */
export function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}

import type { TimeSplit } from './hot-spots.ts';

/** A time for each of TIME_KINDS, by index: the form sums are made in. */
export type KindTimes = Float64Array;

export function kindTimes(): KindTimes {
  return new Float64Array(8);
}

export function timeSplit(times: ArrayLike<number>): TimeSplit {
  return {
    jsCpuUs: times[0]!,
    nativeCpuUs: times[1]!,
    blockedUs: times[2]!,
    awaitSerialUs: times[3]!,
    awaitOverlappedUs: times[4]!,
    gcUs: times[5]!,
    loadingUs: times[6]!,
    idleUs: times[7]!,
  };
}

/** The sum of all kinds. */
export function sumOf(time: TimeSplit): number {
  return (
    time.jsCpuUs +
    time.nativeCpuUs +
    time.blockedUs +
    time.awaitSerialUs +
    time.awaitOverlappedUs +
    time.gcUs +
    time.loadingUs +
    time.idleUs
  );
}

/** All but waiting and idling. */
export function busyOf(time: TimeSplit): number {
  return time.jsCpuUs + time.nativeCpuUs + time.blockedUs + time.gcUs + time.loadingUs;
}

/** Adds the times of one list to another, in the same order of kinds. */
export function addTimes(to: KindTimes, times: ArrayLike<number>, part = 1): void {
  for (let kind = 0; kind < to.length; kind++) to[kind]! += times[kind]! * part;
}

export function totalTimes(times: ArrayLike<number>): number {
  let sum = 0;
  for (let kind = 0; kind < times.length; kind++) sum += times[kind]!;
  return sum;
}

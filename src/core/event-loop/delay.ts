/** In µs; `over` are shares of the time, 0 to 1. */
export interface Delay {
  meanUs: number;
  p50Us: number;
  p90Us: number;
  p99Us: number;
  maxUs: number;
  over: { us: number; share: number }[];
}

/** The steps of the histogram. */
const STEPS_US = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((ms) => ms * 1000);

/**
 * How long an event waits that comes at any moment: not at all while the loop sleeps, else until the stretch ends that is running. So a stretch of
 * d µs holds the delays from 0 to d, each for as long: the share of moments with a delay above x is Σ max(0, d − x) / time, the mean Σ d² / 2 / time.
 * (The delays of `perf_hooks.monitorEventLoopDelay` are those of a timer; it counts a stretch once, however many events it would have kept waiting.)
 * @param more others, so many times each
 */
export function delayOf(stretchesUs: readonly number[], timeUs: number, more: readonly Lengths[] = []): Delay {
  const ascending = [...stretchesUs.map((us) => ({ us, times: 1 })), ...more].sort((a, b) => a.us - b.us);
  const shareOver = (us: number): number =>
    timeUs > 0 ? ascending.reduce((sum, d) => sum + Math.max(0, d.us - us) * d.times, 0) / timeUs : 0;
  const maxUs = ascending.at(-1)?.us ?? 0;
  return {
    meanUs: timeUs > 0 ? ascending.reduce((sum, d) => sum + d.us * d.us * d.times, 0) / 2 / timeUs : 0,
    p50Us: exceededBy(ascending, timeUs * 0.5),
    p90Us: exceededBy(ascending, timeUs * 0.1),
    p99Us: exceededBy(ascending, timeUs * 0.01),
    maxUs,
    over: STEPS_US.filter((us) => us < maxUs).map((us) => ({ us, share: shareOver(us) })),
  };
}

/** So many stretches of a length. */
interface Lengths {
  us: number;
  times: number;
}

/** The x for which Σ max(0, d − x) comes to `restUs`; 0 where it is less for any. The sum falls along straight lines between the stretches' lengths. */
function exceededBy(ascending: readonly Lengths[], restUs: number): number {
  let sum = 0;
  let count = 0;
  for (let index = ascending.length - 1; index >= 0; index--) {
    const { us, times } = ascending[index]!;
    count += times;
    const next = ascending[index - 1]?.us ?? 0;
    const below = sum + count * (us - next);
    if (below >= restUs) return us - (restUs - sum) / count;
    sum = below;
  }
  return 0;
}

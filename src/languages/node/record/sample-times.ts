import type { CpuProfile } from '../../../core/recording.ts';

/** V8's interval, and between which lengths a step from one sample to the next is taken for one interval. */
const INTERVAL_US = 1000;
const ONE_INTERVAL_US = { least: 900, most: 1500 };

/**
 * When each sample was due, µs on the profile's clock. The signal for a sample does not wake a thread that waits for events (see `launch`): it
 * is heard when the thread wakes by itself, and what the thread then runs until the next signal is less than an interval. So that short turns
 * count as often as signals meet them, an idle sample is put back to when its last signal was sent: an interval before the next sample.
 */
export function sampleTimes(profile: CpuProfile): Float64Array {
  const { samples, timeDeltas, startTime } = profile;
  const idle = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id));
  const times = new Float64Array(samples.length);
  let at = startTime;
  let intervals = 1;
  let intervalsUs = INTERVAL_US;
  samples.forEach((id, index) => {
    const deltaUs = timeDeltas[index] ?? 0;
    times[index] = at += deltaUs;
    if (idle.has(id) || deltaUs < ONE_INTERVAL_US.least || deltaUs > ONE_INTERVAL_US.most) return;
    intervals++;
    intervalsUs += deltaUs;
  });
  const intervalUs = intervalsUs / intervals;
  for (let index = samples.length - 2; index >= 0; index--) {
    if (!idle.has(samples[index]!)) continue;
    const before = index === 0 ? startTime : times[index - 1]!;
    times[index] = Math.max(before, Math.min(times[index]!, times[index + 1]! - intervalUs));
  }
  return times;
}

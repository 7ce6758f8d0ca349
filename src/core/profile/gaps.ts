import type { NodeNature, NodeNatures } from './natures.ts';
import type { Profile } from './profile.ts';

/** So many of the profile's usual intervals: no sample was taken when one was due. */
const GAP = 2;
/** The collector's own calls into the system keep the profiler out for up to so many. */
const COLLECTORS_GAP = 5;
/** A longer stop is no matter of cores: a machine that slept, say. */
const LONGEST_GAP_US = 50_000;

/**
 * A sample's time is that before it, as a call into the system may keep the profiler out until it returns. Where a sample that came late is of
 * computing, nothing kept it out: the profiler itself had to wait for a core. What was running when is then unknown, and the sample
 * before has half of the time. A collection is short: where the sample is of the collector and came much too late, all but one interval is what went before.
 * @param fromUs before it like was put beside like, when this had been done
 */
export function shareGaps(profile: Profile, { nature }: NodeNatures, fromUs = -Infinity): Profile {
  const { sampleNode, sampleStartUs, sampleUs } = profile;
  const usualUs = sampleUs.toSorted()[sampleUs.length >> 1] ?? 0;
  const nodes: number[] = [];
  const starts: number[] = [];
  const weights: number[] = [];
  sampleNode.forEach((node, sample) => {
    const startUs = sampleStartUs[sample]!;
    const us = sampleUs[sample]!;
    const before = sample > 0 ? sampleNode[sample - 1]! : node;
    const late = startUs >= fromUs && us > GAP * usualUs && before !== node && STATES.has(nature[before]!);
    let beforeUs = 0;
    if (late && nature[node] === 'gc' && us > COLLECTORS_GAP * usualUs) beforeUs = us - usualUs;
    else if (late && COMPUTING.has(nature[node]!) && us < LONGEST_GAP_US) beforeUs = us / 2;
    if (beforeUs > 0) {
      nodes.push(before);
      starts.push(startUs);
      weights.push(beforeUs);
    }
    nodes.push(node);
    starts.push(startUs + beforeUs);
    weights.push(us - beforeUs);
  });
  return {
    ...profile,
    sampleNode: Int32Array.from(nodes),
    sampleStartUs: Float64Array.from(starts),
    sampleUs: Float64Array.from(weights),
  };
}

/** What leaves the profiler in at any moment. */
const COMPUTING: ReadonlySet<NodeNature> = new Set<NodeNature>(['compute', 'native-compute']);
/** What may have gone on since the sample before. */
const STATES: ReadonlySet<NodeNature> = new Set<NodeNature>(['compute', 'native-compute', 'native-io', 'blocking', 'loading']);

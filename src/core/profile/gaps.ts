import type { NodeNature, NodeNatures } from './natures.ts';
import type { Profile } from './profile.ts';

/** So many of the profile's usual intervals: no sample was taken when one was due. */
const GAP = 2;
/** A longer stop is no matter of cores: a machine that slept, say. */
const LONGEST_GAP_US = 50_000;

/**
 * A sample's time is that before it, as a call into the system may keep the profiler out until it returns. Where a sample that came late is of
 * running JavaScript, nothing kept it out: the profiler itself had to wait for a core. What was running when is then unknown, and the sample
 * before has half of the time.
 */
export function halveGaps(profile: Profile, { nature }: NodeNatures): Profile {
  const { sampleNode, sampleStartUs, sampleUs } = profile;
  const usualUs = sampleUs.toSorted()[sampleUs.length >> 1] ?? 0;
  const nodes: number[] = [];
  const starts: number[] = [];
  const weights: number[] = [];
  sampleNode.forEach((node, sample) => {
    const startUs = sampleStartUs[sample]!;
    const us = sampleUs[sample]!;
    const before = sample > 0 ? sampleNode[sample - 1]! : node;
    const late = us > GAP * usualUs && us < LONGEST_GAP_US;
    const halved = late && before !== node && nature[node] === 'compute' && STATES.has(nature[before]!);
    if (halved) {
      nodes.push(before);
      starts.push(startUs);
      weights.push(us / 2);
    }
    nodes.push(node);
    starts.push(halved ? startUs + us / 2 : startUs);
    weights.push(halved ? us / 2 : us);
  });
  return {
    ...profile,
    sampleNode: Int32Array.from(nodes),
    sampleStartUs: Float64Array.from(starts),
    sampleUs: Float64Array.from(weights),
  };
}

/** What may have gone on since the sample before. */
const STATES: ReadonlySet<NodeNature> = new Set<NodeNature>(['compute', 'native-compute', 'native-io', 'blocking', 'loading']);

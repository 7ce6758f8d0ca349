import { TIME_KINDS } from '../profile/time-kind.ts';
import type { TimedProfile } from '../profile/timed-profile.ts';

/**
 * A timed profile as collapsed stacks, `outer;inner [kind] µs` a line, the format of flame graph tools and of golden tests: each stack
 * and kind once, in alphabetical order.
 */
export function collapsedStacks(profile: TimedProfile): string {
  const parents = new Map<number, number>();
  const names = new Map<number, string>();
  for (const { id, callFrame, children = [] } of profile.nodes) {
    names.set(id, callFrame.functionName.replaceAll(';', ','));
    for (const child of children) parents.set(child, id);
  }
  const stackOf = (id: number): string => {
    const path: string[] = [];
    for (let at: number | undefined = id; at !== undefined && parents.has(at); at = parents.get(at)) path.push(names.get(at) ?? '?');
    return path.reverse().join(';');
  };
  const weights = new Map<string, number>();
  profile.samples.forEach((id, sample) => {
    const us = profile.timeDeltas[sample + 1] ?? 0;
    if (us <= 0) return;
    const stack = `${stackOf(id)} [${TIME_KINDS[profile.sampleKinds[sample] ?? 0] ?? '?'}]`.trimStart();
    weights.set(stack, (weights.get(stack) ?? 0) + us);
  });
  return [...weights]
    .map(([stack, us]) => `${stack} ${us}\n`)
    .sort()
    .join('');
}

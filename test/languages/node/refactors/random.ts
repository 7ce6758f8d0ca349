/** A number from 0 on, below the one that is given. */
export type Random = (below: number) => number;

/** The same numbers for the same seed on every machine (xorshift; Marsaglia, Xorshift RNGs, 2003). */
export function randomOf(seed: number): Random {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random(choices.length)]!;
}

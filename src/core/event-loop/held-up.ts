import type { Sleep, Stretch } from './stretches.ts';

export interface Requests {
  /** In the order they began. */
  all: readonly { startUs: number; endUs: number }[];
  /** What came later is not known. */
  knownUntilUs: number;
}

/** Samples show a sleep up to 1 ms before it begins, and a sleep that ends at once as well. */
const UNSEEN_US = 2000;
/** To read what came in takes this long at least, or as long as it took to come. */
const READING_US = 20_000;

/**
 * How many requests each of some blockages (in order of time) held up: those that were unanswered before and after it, and those that were read
 * right after it, as they had come meanwhile. A request that was read inside it is what it was for. A new connection is accepted in one
 * round and read in the next, and node accepts one a round: so what is read before the loop next sleeps had come, in a loop that hardly ever
 * sleeps what is read within as long again. Null where requests are not known.
 */
export function heldUp(blockages: readonly Stretch[], { all, knownUntilUs }: Requests, sleeps: readonly Sleep[]): (number | null)[] {
  let next = 0;
  let sleep = 0;
  /** When the loop has slept in earnest after a time. */
  const asleepFrom = (us: number): number => {
    while (sleep < sleeps.length && sleeps[sleep]!.startUs < us) sleep++;
    let sleptUs = 0;
    for (let index = sleep; index < sleeps.length; index++) {
      sleptUs += sleeps[index]!.us;
      if (sleptUs > UNSEEN_US) return sleeps[index]!.startUs + sleeps[index]!.us - (sleptUs - UNSEEN_US);
    }
    return Infinity;
  };
  let unanswered: Requests['all'][number][] = [];
  return blockages.map(({ startUs, endUs }) => {
    for (; next < all.length && all[next]!.startUs < startUs; next++) unanswered.push(all[next]!);
    unanswered = unanswered.filter((request) => request.endUs >= endUs);
    const untilUs = Math.min(asleepFrom(endUs), endUs + Math.max(READING_US, endUs - startUs));
    if (untilUs > knownUntilUs) return null;
    let came = 0;
    for (let index = next; index < all.length && all[index]!.startUs <= untilUs; index++) if (all[index]!.startUs >= endUs) came++;
    return unanswered.length + came;
  });
}

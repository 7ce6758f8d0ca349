import type { RoundsDelta } from './messages.ts';
import { nowUs } from './clock.ts';

/** Shorter rounds are not listed: nobody notices them, and there are thousands a second. */
const LISTED_US = 5000;
/** About 3 MB in the recorder: an hour of a program with a timer every 36 ms. */
const MOST_LISTED = 100_000;

const arm = setImmediate;

export interface LoopRounds {
  /** The first round begins. */
  begin(): void;
  /** What was listed since it was last asked. */
  delta(): RoundsDelta;
  /** No round is noted any more. */
  end(): void;
}

/**
 * Notes when the event loop takes long for one round, i.e. between two moments at which it takes what has come from outside. An immediate
 * that is armed anew each time runs once a round, after the loop has polled; as it is off the loop (`unref`), it neither keeps the loop from
 * sleeping nor the process from ending. It costs 0.3 to 0.6 µs a round.
 */
export function noteRounds(): LoopRounds {
  let lastUs = 0;
  let listed = 0;
  let over = false;
  const startUs: number[] = [];
  const endUs: number[] = [];
  const turn = (): void => {
    const atUs = nowUs();
    if (atUs - lastUs >= LISTED_US && listed < MOST_LISTED) {
      listed++;
      startUs.push(Math.round(lastUs));
      endUs.push(Math.round(atUs));
    }
    lastUs = atUs;
    if (listed < MOST_LISTED && !over) arm(turn).unref();
  };
  return {
    begin() {
      lastUs = nowUs();
      arm(turn).unref();
    },
    delta() {
      // May interrupt `turn`: a row is there when its end is.
      const count = endUs.length;
      return { startUs: startUs.splice(0, count), endUs: endUs.splice(0, count), lastUs: Math.round(lastUs), full: listed >= MOST_LISTED };
    },
    end() {
      over = true;
    },
  };
}

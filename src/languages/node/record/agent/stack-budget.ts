import { nowUs } from './clock.ts';

/** So many stacks are taken whatever they cost, of APIs that are called from several places. */
const ALWAYS_TAKEN = 300;
/** All others may take this much, and this share of what the process computes: a script that waits has no time for them either. */
const FREE_US = 1000;
const SHARE = 0.005;
/** How often it is asked what the process computed, which takes 1 to 2 µs. */
const ASKED_EVERY_US = 20_000;
/** A stack that seems to take longer was interrupted by the scheduler. */
const DEAREST_STACK_US = 100;

const cpuUsage = process.cpuUsage.bind(process);

/** What the stacks of one kind of operations took, and whether another one may be taken. */
export class StackBudget {
  #stacks = 0;
  #takenUs = 0;
  #allowedUs = FREE_US;
  #nextAskedUs = 0;

  /** `settled`: the last stacks of the API were all the same. */
  allows(settled: boolean, atUs: number): boolean {
    if (!settled && this.#stacks < ALWAYS_TAKEN) return true;
    if (atUs >= this.#nextAskedUs) {
      const { user, system } = cpuUsage();
      this.#allowedUs = FREE_US + SHARE * (user + system);
      this.#nextAskedUs = atUs + ASKED_EVERY_US;
    }
    return this.#takenUs < this.#allowedUs;
  }

  /** False while what is taken is free, or taken in any case. */
  get isTight(): boolean {
    return this.#takenUs >= FREE_US && this.#stacks >= ALWAYS_TAKEN;
  }

  pay(sinceUs: number): void {
    this.#stacks++;
    this.#takenUs += Math.min(DEAREST_STACK_US, nowUs() - sinceUs);
  }
}

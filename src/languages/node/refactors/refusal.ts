import type { RefactorResult } from '../../../core/advise/advice.ts';

/** Thrown where a refactor finds that it can't be made: the message is the sentence that the user reads. */
export class Refusal extends Error {}

/** The result of a refactor that may refuse; anything else that is thrown is a bug and passes through. */
export function orRefuse(make: () => RefactorResult): RefactorResult {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return { available: false, reason: error.message };
    throw error;
  }
}

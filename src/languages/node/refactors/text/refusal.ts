import { basename } from 'node:path';
import type { RefactorResult } from '../../../../core/advise/advice.ts';
import type { Use } from '../../project/trace.ts';
import { lineOf, type Source } from '../../syntax/source.ts';

/** Thrown where a refactor finds that it can't be made: the message is the sentence that the user reads. */
export class Refusal extends Error {
  constructor(sentence: string) {
    // Names of code keep their first letter; `the function in line 6` opens a sentence like any other words.
    super(sentence.replace(/^(the|a|an) /, (word) => word.charAt(0).toUpperCase() + word.slice(1)));
  }
}

/** The result of a refactor that may refuse; anything else that is thrown is a bug and passes through. */
export function orRefuse(make: () => RefactorResult): RefactorResult {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return { available: false, reason: error.message };
    throw error;
  }
}

/** A function whose value can't be followed any further. */
export function lostIn(source: Source, words: string, { source: where, node, how }: Extract<Use, { kind: 'lost' }>): Refusal {
  const line = lineOf(where, node.getStart(where.ast));
  const place = where === source ? `in line ${line}` : `in ${basename(where.file)} line ${line}`;
  return new Refusal(`${words} is ${how} ${place}, so not all of its callers are known: make this change by hand, from there.`);
}

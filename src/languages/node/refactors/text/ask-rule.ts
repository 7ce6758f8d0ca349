import type { ReadSource, RefactorResult, RefactorSpot } from '../../../../core/advise/advice.ts';
import type { Rule } from '../../../../core/language.ts';
import { forgetProjects } from '../../project/open-project.ts';
import { whyNotEdited } from '../../project/why-not-edited.ts';

/** A rule's refactor, but for a file that is not to be changed at all: then that is the reason, whatever else the rule would say. */
export function askRule(rule: Rule, spot: RefactorSpot, read: ReadSource): RefactorResult {
  forgetProjects(read);
  const text = read(spot.file);
  const reason = text === null ? null : whyNotEdited({ file: spot.file, text });
  return reason === null ? rule.refactor(spot, read) : { available: false, reason };
}

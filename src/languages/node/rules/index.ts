import type { Rule } from '../../../core/language.ts';
import { overlapAwaits } from './overlap-awaits.ts';

/** In the order in which they are asked. */
export const rules: readonly Rule[] = [overlapAwaits];

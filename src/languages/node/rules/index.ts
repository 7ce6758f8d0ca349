import type { Rule } from '../../../core/language.ts';

/** In the order in which they are asked. */
export const rules: readonly Rule[] = [];

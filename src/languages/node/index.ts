import type { Language } from '../../core/language.ts';
import { nature } from './categorize/natures.ts';
import { owner } from './categorize/owners.ts';
import { isLane, isRequest, usesThreadPool, waitsFor, waitsForWork } from './categorize/waits.ts';
import { rules } from './rules/index.ts';

/** Node.js: JavaScript and TypeScript. */
export const node: Language = { id: 'node', owner, nature, waitsFor, isLane, waitsForWork, usesThreadPool, isRequest, rules };

import { ANONYMOUS } from './frames.ts';
import type { FrameTable } from './frames.ts';
import { functionAt } from './source-text.ts';
import type { SourceFunctions } from './source-text.ts';

/** A longer name is cut: it is a line of a table. */
const LONGEST = 60;

/**
 * Names the user's nameless functions by the call that they are passed to, as a person would: `app.get('/login') callback`. To be called when all
 * frames have been told apart, since V8's and the stacks' names of a function are how that is done.
 */
export function nameCallbacks(table: FrameTable, functionsOf: (file: string) => SourceFunctions | null): void {
  for (const frame of table.frames) {
    if (frame.function !== ANONYMOUS || frame.owner !== 'user') continue;
    const source = functionsOf(frame.file);
    const range = source && functionAt(source, frame.line, frame.column);
    const call = source && range ? callAround(source, range.start) : null;
    if (call !== null) frame.function = `${call} callback`;
  }
}

/** The callee of the call that has an argument at `offset`, with its first argument where that is a string before it; null for no argument of a call. */
function callAround({ text, masked }: SourceFunctions, offset: number): string | null {
  let depth = 0;
  for (let at = offset - 1; at >= 0; at--) {
    const char = masked[at]!;
    if (char === ')' || char === ']' || char === '}') depth++;
    else if (char === '[' || char === '{' || char === '(') {
      if (depth-- > 0) continue;
      if (char !== '(') return null;
      const callee = /[\w$][\w$.?]*\s*$/.exec(masked.slice(Math.max(0, at - LONGEST), at))?.[0].trim();
      if (callee === undefined || /^(?:if|while|for|switch|return|await|function)$/.test(callee)) return null;
      const first = /^\s*(['"`])([^'"`\n\\]{1,40})\1\s*,/.exec(text.slice(at + 1, offset));
      const name = first === null ? callee : `${callee}('${first[2]!}')`;
      return name.length <= LONGEST ? name : `…${name.slice(1 - LONGEST)}`;
    } else if (char === ';' && depth === 0) return null;
  }
  return null;
}

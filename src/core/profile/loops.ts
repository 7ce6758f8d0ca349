import type { SourceFunctions } from './source-text.ts';

const LOOP = /(?<![\w$.])(?:for|while|do)(?![\w$])/g;

/** Whether a 1-based position may be run several times while its function is run once: it is in a loop's head or body. Told from brackets. */
export function isInLoop({ masked, lineStarts }: SourceFunctions, line: number, column: number): boolean {
  const offset = (lineStarts[line - 1] ?? masked.length) + column - 1;
  for (const found of masked.slice(0, offset).matchAll(LOOP)) if (endOfLoop(masked, found.index, found[0]) > offset) return true;
  return false;
}

function endOfLoop(masked: string, start: number, keyword: string): number {
  let at = start + keyword.length;
  if (keyword !== 'do') {
    const head = masked.indexOf('(', at);
    if (head < 0) return at;
    at = behindBracket(masked, head);
  }
  while (at < masked.length && /\s/.test(masked[at]!)) at++;
  return masked[at] === '{' ? behindBracket(masked, at) : endOfStatement(masked, at);
}

/** Behind the bracket that closes the one at `from`. */
function behindBracket(masked: string, from: number): number {
  let depth = 0;
  for (let at = from; at < masked.length; at++) {
    const char = masked[at]!;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && --depth === 0) return at + 1;
  }
  return masked.length;
}

function endOfStatement(masked: string, from: number): number {
  let depth = 0;
  for (let at = from; at < masked.length; at++) {
    const char = masked[at]!;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    if (depth < 0 || (depth === 0 && (char === ';' || (char === '}' && masked[at + 1] === '\n')))) return at;
  }
  return masked.length;
}

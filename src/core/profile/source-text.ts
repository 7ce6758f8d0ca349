import { maskSource } from './mask-source.ts';

/**
 * Where functions begin and end in a text and where names are called, told from brackets: enough to say which function a line is in and
 * whether a callee is called from one place only. Rules, which change code, use a real parser.
 */
export interface SourceFunctions {
  text: string;
  masked: string;
  lineStarts: number[];
  /** By where they begin. */
  functions: FunctionRange[];
}

export interface FunctionRange {
  /** '' where it has none. */
  name: string;
  async: boolean;
  /** Offset where V8 says the function begins: the `(` of its parameters, and for an arrow function its first character. */
  start: number;
  /** Offset behind its last character. */
  end: number;
  /** 1-based, of `start`. */
  line: number;
  column: number;
}

const NOT_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const STATEMENT = /(?:const|let|var|function|class|return|if|for|while|switch|try|throw|export|import|async\s+function)\b/y;
const BLANK = /\s/;

export function sourceFunctions(text: string): SourceFunctions {
  const masked = maskSource(text);
  const lineStarts = [0];
  for (let at = masked.indexOf('\n'); at >= 0; at = masked.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const functions = functionRanges(masked).map((range) => ({ ...range, ...position(lineStarts, range.start) }));
  functions.sort((a, b) => a.start - b.start || b.end - a.end);
  return { text, masked, lineStarts, functions };
}

/** The innermost function around a 1-based position; null for top-level code. */
export function enclosingFunction(source: SourceFunctions, line: number, column: number): FunctionRange | null {
  const offset = (source.lineStarts[line - 1] ?? source.masked.length) + column - 1;
  let innermost: FunctionRange | null = null;
  for (const range of source.functions) {
    if (range.start > offset) break;
    if (offset < range.end) innermost = range;
  }
  return innermost;
}

/** The function that begins at a 1-based position, or the only one that begins in that line. */
export function functionAt(source: SourceFunctions, line: number, column: number): FunctionRange | null {
  const sameLine = source.functions.filter((range) => range.line === line);
  return sameLine.find((range) => range.column === column) ?? (sameLine.length === 1 ? sameLine[0]! : null);
}

/** The 1-based lines in a function (null: top-level code), nested functions left out, where `name` is called, each once. */
export function callLines(source: SourceFunctions, within: FunctionRange | null, name: string): number[] {
  const lines = callPositions(source, name, within)
    .filter((at) => enclosingFunction(source, at.line, at.column)?.start === within?.start)
    .map((at) => at.line);
  return [...new Set(lines)];
}

/** Everywhere in a text, or in a function and those nested in it, where `name` is called. */
export function callPositions(
  source: SourceFunctions,
  name: string,
  within: FunctionRange | null = null,
): { line: number; column: number }[] {
  if (!/^[\w$]+$/.test(name)) return [];
  const found: { line: number; column: number }[] = [];
  const call = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\s*(?:\\?\\.)?\\s*\\(`, 'g');
  call.lastIndex = within?.start ?? 0;
  for (let at = call.exec(source.masked); at && at.index < (within?.end ?? Infinity); at = call.exec(source.masked)) {
    // A declaration or a method's head is no call.
    const paren = at.index + at[0].length - 1;
    if (!source.functions.some(({ start }) => start === paren)) found.push(position(source.lineStarts, at.index));
  }
  return found;
}

/** The 1-based lines in a function (null: top-level code), nested functions left out, that call anything. */
export function callingLines(source: SourceFunctions, within: FunctionRange | null): number[] {
  const lines = new Set<number>();
  const call = /[\w$\])]\s*(?:\?\.)?\s*\(/g;
  // The parameters' own parenthesis is no call.
  call.lastIndex = within ? within.start + 1 : 0;
  for (let found = call.exec(source.masked); found && found.index < (within?.end ?? Infinity); found = call.exec(source.masked)) {
    const word = /[\w$]*$/.exec(source.masked.slice(Math.max(0, found.index - 10), found.index + 1));
    if (word && NOT_FUNCTIONS.has(word[0])) continue;
    const at = position(source.lineStarts, found.index);
    if (enclosingFunction(source, at.line, at.column)?.start === within?.start) lines.add(at.line);
  }
  return [...lines];
}

/** The 1-based line and column of an offset. */
export function positionOf(source: SourceFunctions, offset: number): { line: number; column: number } {
  return position(source.lineStarts, offset);
}

function position(lineStarts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - lineStarts[low]! + 1 };
}

interface Head {
  name: string;
  async: boolean;
  start: number;
}

interface Open {
  /** `=>` for the body of an arrow function that has no braces. */
  bracket: string;
  at: number;
  head: Head | null;
}

function functionRanges(masked: string): (Head & { end: number })[] {
  const ranges: (Head & { end: number })[] = [];
  const open: Open[] = [];
  /** Closing parenthesis → its opening one. */
  const opening = new Map<number, number>();
  let lastClosed = -1;
  let arrow: Head | null = null;
  const close = (end: number): Open | undefined => {
    const top = open.pop();
    if (top?.head) ranges.push({ ...top.head, end });
    return top;
  };
  const closeArrows = (end: number): void => {
    while (open.at(-1)?.bracket === '=>') close(end);
  };
  for (let at = 0; at < masked.length; at++) {
    const char = masked[at]!;
    if (char === '=' && masked[at + 1] === '>') {
      const head = arrowHead(masked, at, opening, lastClosed);
      let body = at + 2;
      while (body < masked.length && BLANK.test(masked[body]!)) body++;
      if (masked[body] === '{') arrow = head;
      else open.push({ bracket: '=>', at, head });
      at = body - 1;
    } else if (char === '(' || char === '[' || char === '{') {
      const head = char === '{' ? (arrow ?? functionHead(masked, at, opening, lastClosed)) : null;
      open.push({ bracket: char, at, head });
      arrow = null;
    } else if (char === ')' || char === ']' || char === '}') {
      closeArrows(at);
      const top = close(at + 1);
      if (char === ')' && top) {
        opening.set(at, top.at);
        lastClosed = at;
      }
    } else if (char === ',' || char === ';') {
      closeArrows(at);
    } else if (char === '\n' && open.at(-1)?.bracket === '=>') {
      // An arrow function without braces, ended by a line break alone: the next statement's first word tells.
      let next = at + 1;
      while (next < masked.length && BLANK.test(masked[next]!)) next++;
      STATEMENT.lastIndex = next;
      if (STATEMENT.test(masked)) closeArrows(at);
    }
  }
  while (open.length > 0) close(masked.length);
  return ranges;
}

/** The head of the function whose body begins with the `{` at `brace`, or null where it is a block, a class or an object. */
function functionHead(masked: string, brace: number, opening: ReadonlyMap<number, number>, lastClosed: number): Head | null {
  const start = opening.get(lastClosed);
  if (start === undefined) return null;
  // Between the parameters and the body there may be a return type, in which a brace may begin an object type.
  const between = masked.slice(lastClosed + 1, brace);
  if (!/^\s*$/.test(between) && !/^\s*:[^;=()]{0,400}[^\s<|&:,;=(){]\s*$/.test(between)) return null;
  const before = masked.slice(Math.max(0, start - 300), start).replace(/<[^<>(){};]*>\s*$/, '');
  const found = /(?:(async)\s+)?(?:(function)\s*)?(\*\s*)?([\w$]*|#[\w$]+|\])\s*$/.exec(before);
  const word = found?.[4] ?? '';
  if (NOT_FUNCTIONS.has(word)) return null;
  const async = found?.[1] !== undefined || /(?<![\w$])async\s*$/.test(before);
  const name = word === 'function' || word === 'async' || word === ']' ? '' : word;
  if (word === '' && found?.[2] === undefined && found?.[3] === undefined) return null;
  return { name: name === '' ? assignedName(before.replace(/(?:async\s+)?function\s*\*?\s*$/, '')) : name, async, start };
}

function arrowHead(masked: string, arrow: number, opening: ReadonlyMap<number, number>, lastClosed: number): Head {
  let start = arrow;
  while (start > 0 && BLANK.test(masked[start - 1]!)) start--;
  const name = /[\w$]+$/.exec(masked.slice(Math.max(0, start - 100), start));
  const parameters = opening.get(lastClosed);
  const between = masked.slice(lastClosed + 1, start);
  if (parameters !== undefined && (between === '' || /^\s*:[^;=(){}]+$/.test(between))) start = parameters;
  else if (name) start -= name[0].length;
  const async = /(?<![\w$])async\s*(?:<[^<>(){};]*>\s*)?$/.exec(masked.slice(Math.max(0, start - 100), start));
  if (async) start -= async[0].length;
  return { name: assignedName(masked.slice(Math.max(0, start - 200), start)), async: async !== null, start };
}

/** The name an anonymous function gets from what it is assigned to, as V8 does it. */
function assignedName(before: string): string {
  return /([\w$]+)\s*(?::[^=;{}()]*)?=\s*$/.exec(before)?.[1] ?? /([\w$]+)\s*:\s*$/.exec(before)?.[1] ?? '';
}

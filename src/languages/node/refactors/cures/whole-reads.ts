import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isText } from '../../syntax/value-types.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** `readFileSync(file)` or `readFileSync(file, 'utf8')`. */
export interface WholeRead {
  call: TS.CallExpression;
  file: TS.Expression;
  /** Whether it is read as UTF-8 text, not as bytes. */
  isText: boolean;
}

/** The whole read that an expression is; null for all others, and for other encodings and options. */
export function wholeRead(source: Source, node: TS.Node): WholeRead | null {
  if (!ts.isCallExpression(node)) return null;
  const imported = importedExpression(source, node.expression);
  const [file, options, ...more] = node.arguments;
  if (imported?.module !== 'fs' || imported.name !== 'readFileSync' || file === undefined || ts.isSpreadElement(file) || more.length > 0)
    return null;
  if (options === undefined) return { call: node, file, isText: false };
  const value = bare(options);
  const only = ts.isObjectLiteralExpression(value) && value.properties.length === 1 ? value.properties[0]! : null;
  const encoding =
    only !== null && ts.isPropertyAssignment(only) && textOf(source, only.name) === 'encoding' ? bare(only.initializer) : value;
  return ts.isStringLiteralLike(encoding) && /^utf-?8$/i.test(encoding.text) ? { call: node, file, isText: true } : null;
}

/** Refuses a file descriptor; returns what to look at where it can't be told from a path. */
export function takenForPath(source: Source, file: TS.Expression): string[] {
  const value = bare(file);
  const line = lineOf(source, value.getStart(source.ast));
  if (ts.isNumericLiteral(value) || /(^|\.)fd$/i.test(textOf(source, value)))
    throw new Refusal(`Line ${line} reads from a file descriptor: what was read of it before can't be told.`);
  const isPath =
    isText(source, value) ||
    /^process\.argv\[\d+\]$/.test(textOf(source, value)) ||
    (ts.isNewExpression(value) && textOf(source, value.expression) === 'URL') ||
    (ts.isCallExpression(value) && importedExpression(source, value.expression)?.module === 'path');
  return isPath ? [] : [`\`${textOf(source, value).slice(0, 40)}\` in line ${line} is taken for a path, not a file descriptor`];
}

/** What parts the lines of a text: `'\n'`, or `/\r?\n/`. */
export type LineEnd = 'lf' | 'crlf';

const LINES_MARK: Record<LineEnd, string> = {
  lf: 'one piece of the file at a time',
  crlf: 'a piece of the file at a time',
};
const START_MARK = 'not all of it';
const END_MARK = 'without those before';

/** The name of the file's function that goes through the lines of a file, new at its end or left by an earlier refactor. */
export function linesFunction(source: Source, editor: Editor, imports: Imports, end: LineEnd): string {
  const left = leftBehind(source, LINES_MARK[end]);
  if (left !== null) return left;
  const name = freshName(source, 'linesOf');
  const [open, read, close] = ['openSync', 'readSync', 'closeSync'].map((one) => imports.name('fs', one));
  const decoder = imports.name('string_decoder', 'StringDecoder');
  const types = source.typescript ? [`: Parameters<typeof ${open!}>[0]`, ': Generator<string>', '!'] : ['', '', ''];
  const parted = end === 'lf' ? 'between line feeds' : 'between line feeds, with or without a carriage return';
  const hand = end === 'lf' ? 'yield* lines;' : "for (const line of lines) yield line.endsWith('\\r') ? line.slice(0, -1) : line;";
  const lines = `/** The text's parts ${parted}, as \`split\` gives them, with ${LINES_MARK[end]} in memory. */
function* ${name}(file${types[0]!})${types[1]!} {
  const descriptor = ${open!}(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(65536);
    const decoder = new ${decoder}('utf8');
    let rest = '';
    for (let length; (length = ${read!}(descriptor, piece)) > 0; ) {
      const lines = decoder.write(piece.subarray(0, length)).split('\\n');
      lines[0] = rest + lines[0]${types[2]!};
      rest = lines.pop()${types[2]!};
      ${hand}
    }
    yield rest + decoder.end();
  } finally {
    ${close!}(descriptor);
  }
}
`;
  editor.append(inStyle(source, lines), 'a function that goes through the lines of a file');
  return name;
}

/** The name of the file's function that reads the beginning of a file. */
export function startFunction(source: Source, editor: Editor, imports: Imports): string {
  const left = leftBehind(source, START_MARK);
  if (left !== null) return left;
  const name = freshName(source, 'readStart');
  const [open, read, close] = ['openSync', 'readSync', 'closeSync'].map((one) => imports.name('fs', one));
  const types = source.typescript ? [`: Parameters<typeof ${open!}>[0]`, ': number', ': Buffer'] : ['', '', ''];
  const lines = `/** The first bytes of a file, ${START_MARK}; fewer where it is shorter. */
function ${name}(file${types[0]!}, length${types[1]!})${types[2]!} {
  const descriptor = ${open!}(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    for (let more; filled < length && (more = ${read!}(descriptor, bytes, filled, length - filled, null)) > 0; ) filled += more;
    return bytes.subarray(0, filled);
  } finally {
    ${close!}(descriptor);
  }
}
`;
  editor.append(inStyle(source, lines), 'a function that reads the beginning of a file');
  return name;
}

/** The name of the file's function that reads the end of a file. */
export function endFunction(source: Source, editor: Editor, imports: Imports): string {
  const left = leftBehind(source, END_MARK);
  if (left !== null) return left;
  const name = freshName(source, 'readEnd');
  const [open, stat, whole, read, close] = ['openSync', 'fstatSync', 'readFileSync', 'readSync', 'closeSync'].map((one) =>
    imports.name('fs', one),
  );
  const types = source.typescript ? [`: Parameters<typeof ${open!}>[0]`, ': number', ': Buffer'] : ['', '', ''];
  const lines = `/** The last bytes of a file, ${END_MARK}; fewer where it is shorter. */
function ${name}(file${types[0]!}, length${types[1]!})${types[2]!} {
  const descriptor = ${open!}(file, 'r');
  try {
    const { size } = ${stat!}(descriptor);
    if (size < length) return ${whole!}(descriptor);
    const bytes = Buffer.alloc(length);
    let filled = 0;
    for (let more; filled < length && (more = ${read!}(descriptor, bytes, filled, length - filled, size - length + filled)) > 0; ) filled += more;
    return bytes.subarray(0, filled);
  } finally {
    ${close!}(descriptor);
  }
}
`;
  editor.append(inStyle(source, lines), 'a function that reads the end of a file');
  return name;
}

function leftBehind(source: Source, mark: string): string | null {
  return new RegExp(`${mark}[^]*?function\\*? (\\w+)`).exec(source.text)?.[1] ?? null;
}

/** The part of a file that is looked at: so many bytes from its start, or up to its end. */
export interface PartLookedAt {
  from: 'start' | 'end';
  bytes: number;
}

/** The part of a whole read that is looked at; a sentence where that can't be told, or where it is all of it. */
export function partLookedAt(source: Source, read: WholeRead): PartLookedAt | string {
  const { call } = read;
  const { parent } = call;
  const isVariable = ts.isVariableDeclaration(parent) && parent.initializer === call && ts.isIdentifier(parent.name);
  const binding = isVariable ? source.scopes.bindingOf(parent.name) : null;
  const places: TS.Expression[] = binding === null ? [call] : binding.references.map(({ identifier }) => identifier);
  const looks = places.filter((place) => !isOwnLength(source, place));
  if (looks.length === 0) return 'What is read is not used.';
  const parts = looks.map((place) => unitsOf(source, place, read.isText));
  const from = parts[0]?.from;
  for (const [index, part] of parts.entries())
    if (part === null || part.from !== from)
      return `All of the file may be needed in line ${lineOf(source, looks[index]!.getStart(source.ast))}: read a part of it there by hand, with \`fs.readSync\`.`;
  const most = Math.max(...parts.map((part) => part!.units));
  // A unit of a JavaScript text is at most 3 bytes of UTF-8, and a pair of them 4. Cut within a character, the bytes that are left of it come out before.
  return { from: from!, bytes: read.isText ? 3 * most + 4 : most };
}

const READ = /^read(?:Big)?(?:U?Int|Float|Double)(8|16|32|64)?(?:LE|BE)?$/;

/** The name of an `X.length - n` that is an index into X itself: the same place when only the end of X is read. */
function isOwnLength(source: Source, place: TS.Expression): boolean {
  const length = place.parent;
  if (!ts.isPropertyAccessExpression(length) || length.name.text !== 'length' || length.expression !== place) return false;
  const index = length.parent;
  if (!ts.isBinaryExpression(index) || index.left !== length || numberFromEnd(source, index, place) === null) return false;
  const { parent } = index;
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === index && isSame(source, parent.expression, place);
  return (
    ts.isCallExpression(parent) &&
    parent.arguments.includes(index) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    isSame(source, parent.expression.expression, place)
  );
}

function isSame(source: Source, one: TS.Expression, other: TS.Expression): boolean {
  if (!ts.isIdentifier(one) || !ts.isIdentifier(other)) return false;
  const binding = source.scopes.bindingOf(one);
  return binding !== null && binding === source.scopes.bindingOf(other);
}

/** 4 of `-4` and of `bytes.length - 4`; null for all others. */
function numberFromEnd(source: Source, index: TS.Expression, place: TS.Expression): number | null {
  if (ts.isPrefixUnaryExpression(index) && index.operator === ts.SyntaxKind.MinusToken) {
    const value = numberOf(index.operand);
    return value === 0 ? null : value;
  }
  if (!ts.isBinaryExpression(index) || index.operatorToken.kind !== ts.SyntaxKind.MinusToken) return null;
  const length = index.left;
  if (!ts.isPropertyAccessExpression(length) || length.name.text !== 'length' || !isSame(source, length.expression, place)) return null;
  const value = numberOf(index.right);
  return value === 0 ? null : value;
}

interface Units {
  from: 'start' | 'end';
  units: number;
}

/** Up to which byte, or unit of a text, one use looks, or from which one on. */
function unitsOf(source: Source, place: TS.Expression, text: boolean): Units | null {
  const access = place.parent;
  const fromStart = (units: number | null | undefined): Units | null => (units == null ? null : { from: 'start', units });
  const fromEnd = (units: number | null | undefined): Units | null => (units == null ? null : { from: 'end', units });
  if (ts.isElementAccessExpression(access) && access.expression === place) {
    if (isAssigned(access)) return null;
    const index = numberOf(access.argumentExpression);
    if (index !== null) return fromStart(index + 1);
    // In brackets -1 is no place of the list.
    return ts.isBinaryExpression(access.argumentExpression) ? fromEnd(numberFromEnd(source, access.argumentExpression, place)) : null;
  }
  if (!ts.isPropertyAccessExpression(access) || access.expression !== place || access.questionDotToken !== undefined) return null;
  const call = access.parent;
  if (!ts.isCallExpression(call) || call.expression !== access) return null;
  const method = access.name.text;
  const numbers = call.arguments.map(numberOf);
  const ends = call.arguments.map((one) => numberFromEnd(source, one, place));
  const isSlice = text ? /^(slice|substring)$/.test(method) : /^(slice|subarray)$/.test(method);
  if (isSlice && ends.length > 0 && ends.length <= 2 && ends.every((one) => one !== null)) {
    // `substring` takes a negative number for 0.
    const isNegative = call.arguments.some(ts.isPrefixUnaryExpression);
    return method === 'substring' && (isNegative || ends.length === 2) ? null : fromEnd(Math.max(...ends));
  }
  if (isSlice) return numbers.length === 2 && numbers.every((one) => one !== null) ? fromStart(Math.max(...numbers)) : null;
  if (method === 'at' && ends.length === 1)
    return ends[0] === null ? fromStart(numbers[0] == null ? null : numbers[0] + 1) : fromEnd(ends[0]);
  if (text) {
    if ((method === 'charAt' || method === 'charCodeAt') && numbers.length === 1 && numbers[0] !== null) return fromStart(numbers[0]! + 1);
    const [wanted] = call.arguments;
    if (call.arguments.length !== 1 || wanted === undefined || !ts.isStringLiteralLike(wanted)) return null;
    if (method === 'startsWith') return fromStart(wanted.text.length);
    return method === 'endsWith' ? fromEnd(wanted.text.length) : null;
  }
  if (method === 'toString' && numbers.length === 3) return numbers[1] === null ? null : fromStart(numbers[2]);
  const bits = READ.exec(method);
  if (bits === null || numbers.length > 1) return null;
  const width = bits[1] !== undefined ? Number(bits[1]) / 8 : method.includes('Double') ? 8 : 4;
  // Before the start there is nothing to read: a negative number throws, as does what is past the end.
  if (ends[0] != null) return ts.isBinaryExpression(call.arguments[0]!) && ends[0] >= width ? fromEnd(ends[0]) : null;
  if (numbers[0] === null) return null;
  return fromStart((numbers[0] ?? 0) + width);
}

function numberOf(node: TS.Expression): number | null {
  return ts.isNumericLiteral(node) ? Number(node.text) : null;
}

function isAssigned(access: TS.Node): boolean {
  const { parent } = access;
  return (
    (ts.isBinaryExpression(parent) &&
      parent.left === access &&
      parent.operatorToken.getText().endsWith('=') &&
      !/^[=!<>]=/.test(parent.operatorToken.getText())) ||
    ts.isPostfixUnaryExpression(parent) ||
    ts.isPrefixUnaryExpression(parent)
  );
}

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

const LINES_MARK = 'one piece of the file at a time';
const START_MARK = 'not all of it';

/** The name of the file's function that goes through the lines of a file, new at its end or left by an earlier refactor. */
export function linesFunction(source: Source, editor: Editor, imports: Imports): string {
  const left = leftBehind(source, LINES_MARK);
  if (left !== null) return left;
  const name = freshName(source, 'linesOf');
  const [open, read, close] = ['openSync', 'readSync', 'closeSync'].map((one) => imports.name('fs', one));
  const decoder = imports.name('string_decoder', 'StringDecoder');
  const types = source.typescript ? [`: Parameters<typeof ${open!}>[0]`, ': Generator<string>', '!'] : ['', '', ''];
  const lines = `/** The text's parts between line feeds, as \`split\` gives them, with ${LINES_MARK} in memory. */
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
      yield* lines;
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

function leftBehind(source: Source, mark: string): string | null {
  return new RegExp(`${mark}[^]*?function\\*? (\\w+)`).exec(source.text)?.[1] ?? null;
}

/** How many bytes of a whole read are looked at; a sentence where that can't be told, or where it is all of it. */
export function bytesLookedAt(source: Source, read: WholeRead): number | string {
  const { call } = read;
  const { parent } = call;
  const isVariable = ts.isVariableDeclaration(parent) && parent.initializer === call && ts.isIdentifier(parent.name);
  const binding = isVariable ? source.scopes.bindingOf(parent.name) : null;
  const places: TS.Expression[] = binding === null ? [call] : binding.references.map(({ identifier }) => identifier);
  if (places.length === 0) return 'What is read is not used.';
  let most = 0;
  for (const place of places) {
    const units = unitsOf(source, place, read.isText);
    if (units === null)
      return `All of the file may be needed in line ${lineOf(source, place.getStart(source.ast))}: read a part of it there by hand, with \`fs.readSync\`.`;
    most = Math.max(most, units);
  }
  // A unit of a JavaScript text is at most 3 bytes of UTF-8, and a pair of them 4.
  return read.isText ? 3 * most + 4 : most;
}

const READ = /^read(?:Big)?(?:U?Int|Float|Double)(8|16|32|64)?(?:LE|BE)?$/;

/** Up to which byte, or unit of a text, one use looks. */
function unitsOf(source: Source, place: TS.Expression, text: boolean): number | null {
  const access = place.parent;
  if (ts.isElementAccessExpression(access) && access.expression === place) {
    const index = numberOf(access.argumentExpression);
    return index === null || isAssigned(access) ? null : index + 1;
  }
  if (!ts.isPropertyAccessExpression(access) || access.expression !== place || access.questionDotToken !== undefined) return null;
  const call = access.parent;
  if (!ts.isCallExpression(call) || call.expression !== access) return null;
  const method = access.name.text;
  const numbers = call.arguments.map(numberOf);
  if (text ? /^(slice|substring)$/.test(method) : /^(slice|subarray)$/.test(method))
    return numbers.length === 2 && numbers.every((one) => one !== null) ? Math.max(...numbers) : null;
  if (text) {
    if ((method === 'charAt' || method === 'charCodeAt') && numbers.length === 1 && numbers[0] !== null) return numbers[0]! + 1;
    const [wanted] = call.arguments;
    return method === 'startsWith' && call.arguments.length === 1 && wanted !== undefined && ts.isStringLiteralLike(wanted)
      ? wanted.text.length
      : null;
  }
  if (method === 'toString' && numbers.length === 3) return numbers[1] === null || numbers[2] === null ? null : numbers[2]!;
  const bits = READ.exec(method);
  if (bits === null || numbers.length > 1 || numbers[0] === null) return null;
  const width = bits[1] !== undefined ? Number(bits[1]) / 8 : method.includes('Double') ? 8 : 4;
  return (numbers[0] ?? 0) + width;
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

/** A loop over all lines of a file that is read as a whole. */
export interface LineLoop {
  loop: TS.ForOfStatement;
  read: WholeRead;
  /** Statements that hold the text or its lines on the way to the loop, right before it. */
  before: TS.VariableStatement[];
}

/** `for (const line of readFileSync(file, 'utf8').split('\n'))`, also with the text or the lines in a variable right before; null for all others. */
export function lineLoop(source: Source, node: TS.Node): LineLoop | null {
  if (!ts.isForOfStatement(node) || node.awaitModifier !== undefined) return null;
  const before: TS.VariableStatement[] = [];
  const follow = (expression: TS.Expression): TS.Expression | null => {
    const value = bare(expression);
    if (!ts.isIdentifier(value)) return value;
    const binding = source.scopes.bindingOf(value);
    const declaration = binding?.declaration;
    if (binding === null || declaration === undefined || !ts.isVariableDeclaration(declaration) || binding.references.length !== 1)
      return null;
    const statement = declaration.parent.parent;
    const next: TS.Statement = before[0] ?? node;
    const block = next.parent;
    const siblings = ts.isBlock(block) || ts.isSourceFile(block) ? [...block.statements] : [];
    if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) return null;
    if (siblings[siblings.indexOf(next) - 1] !== statement || declaration.initializer === undefined) return null;
    before.unshift(statement);
    return bare(declaration.initializer);
  };
  const split = follow(node.expression);
  if (
    split === null ||
    !ts.isCallExpression(split) ||
    !ts.isPropertyAccessExpression(split.expression) ||
    split.expression.name.text !== 'split'
  )
    return null;
  const [separator, ...more] = split.arguments;
  if (separator === undefined || more.length > 0 || !ts.isStringLiteral(separator) || separator.text !== '\n') return null;
  const text = follow(split.expression.expression);
  const read = text === null ? null : wholeRead(source, text);
  return read?.isText === true ? { loop: node, read, before } : null;
}

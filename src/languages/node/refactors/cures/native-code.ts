import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { isBuffer } from '../../syntax/movable.ts';
import { globalName } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isText } from '../../syntax/value-types.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import { Refusal } from '../text/refusal.ts';

/** A call of a package that does in JavaScript what Node does natively. */
export interface NativeTwin {
  /** All that is replaced: the call, or `sha256(text).toString()`. */
  expression: TS.Expression;
  call: TS.CallExpression;
  package: string;
  /** What Node has for it, in a sentence: `crypto.createHash`. */
  native: string;
  /** The least share of the package's time that is saved, 0 to 1: of texts of 16 characters, measured (docs/rules/use-native-api.md). */
  least: number;
  write: (source: Source, editor: Editor, imports: Imports) => string[];
}

export type Twin = Pick<NativeTwin, 'expression' | 'native' | 'least' | 'write'>;

/**
 * Of what values package and Node make the same, as executed (bench/gain/native.mjs): of texts only (`text`), of texts and Buffers (`any`), of bytes only (`bytes`). `well-formed`: of
 * texts and Buffers, but for half a surrogate pair.
 */
export type Takes = 'text' | 'any' | 'well-formed' | 'bytes';

export const WHY = "use Node's own";

interface Digest {
  call: TS.CallExpression;
  /** All that is replaced. */
  whole: TS.Expression;
  algorithm: string;
  value: TS.Expression;
  key: TS.Expression | null;
  encoding: 'hex' | 'base64';
  takes: Takes;
  package: string;
}

/** `createHash('md5').update(text).digest('hex')`. */
export function writeDigest({ call, whole, algorithm, value, key, encoding, takes, package: name }: Digest): NativeTwin['write'] {
  return (source, editor, imports) => {
    const review = [value, ...(key === null ? [] : [key])].flatMap((one) => taken(source, one, takes, name));
    dropAll(source, whole, call, imports);
    const maker = imports.name('crypto', key === null ? 'createHash' : 'createHmac');
    const { quote } = source;
    const given = `${quote}${algorithm}${quote}${key === null ? '' : `, ${textOf(source, key)}`}`;
    const bytes = takes === 'bytes' && !isBuffer(source, value) ? `Buffer.from(${textOf(source, value)})` : textOf(source, value);
    const text = `${maker}(${given}).update(${bytes}).digest(${quote}${encoding}${quote})`;
    editor.replace(whole.getStart(source.ast), whole.end, text, WHY);
    return review;
  };
}

/** `Buffer.from(text, 'utf8').toString('base64')`. */
export function writeBase64(
  call: TS.CallExpression,
  whole: TS.Expression,
  value: TS.Expression,
  { from, to, package: name }: { from: 'utf8' | 'latin1' | null; to: 'base64' | 'base64url' | 'hex'; package: string },
): NativeTwin['write'] {
  return (source, editor, imports) => {
    const review = taken(source, value, from === null ? 'bytes' : 'text', name);
    dropAll(source, whole, call, imports);
    const { quote } = source;
    const given = from === null ? textOf(source, value) : `${textOf(source, value)}, ${quote}${from}${quote}`;
    editor.replace(whole.getStart(source.ast), whole.end, `Buffer.from(${given}).toString(${quote}${to}${quote})`, WHY);
    return review;
  };
}

/** Refuses a value of which the package makes something else than Node; returns what to look at where that can't be told. */
export function taken(source: Source, value: TS.Expression, takes: Takes, name: string): string[] {
  const line = lineOf(source, value.getStart(source.ast));
  const words = `\`${textOf(source, value).slice(0, 40)}\` in line ${line}`;
  const text = isText(source, value);
  const bytes = isBuffer(source, value) || isTypedBytes(source, value);
  if (takes === 'bytes') {
    if (text) throw new Refusal(`${words} is a text, and \`${name}\` takes bytes here: give both its bytes, as in \`Buffer.from(text)\`.`);
    return bytes ? [] : [`${words} is taken for bytes: of a text \`${name}\` makes something else`];
  }
  if (takes === 'text') {
    if (bytes)
      throw new Refusal(`${words} is bytes, of which \`${name}\` makes something else than Node: compare both, and change it by hand.`);
    return text ? [] : [`${words} is taken for a text: of bytes and other values \`${name}\` makes something else`];
  }
  if (takes === 'any') return text || bytes ? [] : [`${words} is taken for a text or a Buffer: Node throws for anything else`];
  const plain = bare(value);
  if (bytes || (ts.isStringLiteralLike(plain) && !/[\ud800-\udfff]/.test(plain.text))) return [];
  return text
    ? [`${words} is taken for a text without half a surrogate pair, of which \`${name}\` makes something else`]
    : [`${words} is taken for a Buffer or a text without half a surrogate pair: Node throws for anything else`];
}

/** `new Uint8Array(…)`, or declared as bytes. */
function isTypedBytes(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isNewExpression(value)) return globalName(source, value.expression) === 'Uint8Array';
  const declaration = ts.isIdentifier(value) ? source.scopes.bindingOf(value)?.declaration : undefined;
  if (declaration === undefined || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) return false;
  if (declaration.type !== undefined) return /^(Buffer|Uint8Array)(<|$)/.test(textOf(source, declaration.type));
  const initial =
    ts.isVariableDeclaration(declaration) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0 ? declaration.initializer : undefined;
  return initial !== undefined && ts.isNewExpression(bare(initial)) && isTypedBytes(source, initial);
}

/** All names of the package that go with what is replaced: `enc.Base64.stringify(SHA256(text))`. */
function dropAll(source: Source, whole: TS.Expression, call: TS.CallExpression, imports: Imports): void {
  drop(call.expression, imports);
  if (!ts.isCallExpression(whole) || whole === call) return;
  for (const argument of whole.arguments) if (argument !== call) drop(argument, imports);
  const callee = bare(whole.expression);
  // In `SHA256(text).toString()` it is the call itself that stands there.
  if (ts.isPropertyAccessExpression(callee) && bare(callee.expression) !== call) drop(callee, imports);
}

/** An import whose last use goes, goes too. */
export function drop(reference: TS.Expression, imports: Imports): void {
  let name: TS.Expression = bare(reference);
  while (ts.isPropertyAccessExpression(name)) name = bare(name.expression);
  if (ts.isIdentifier(name)) imports.dropped(name);
}

/** A number in the text, or one in a constant. */
export function numberIn(source: Source, expression: TS.Expression): number | null {
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return Number(value.text);
  const binding = ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
  const declaration = binding?.kind === 'const' ? binding.declaration : undefined;
  const initial = declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return initial !== undefined && ts.isNumericLiteral(initial) ? Number(initial.text) : null;
}

import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isText } from '../../syntax/value-types.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';

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

const WHY = "use Node's own";

/** Packages whose function makes a hexadecimal digest of a text or bytes: function, algorithm. */
const DIGESTS: Record<string, { least: number; algorithm: (name: string | null) => string | null }> = {
  md5: { least: 0.5, algorithm: (name) => (name === null ? 'md5' : null) },
  'blueimp-md5': { least: 0.35, algorithm: (name) => (name === null || name === 'md5' ? 'md5' : null) },
  'js-md5': { least: 0.35, algorithm: (name) => (name === null || name === 'md5' ? 'md5' : null) },
  'js-sha1': { least: 0.3, algorithm: (name) => (name === null || name === 'sha1' ? 'sha1' : null) },
  'js-sha256': { least: 0.3, algorithm: (name) => named(name ?? 'sha256', /^(sha256|sha224)(\.hex)?$/) },
  'js-sha512': { least: 0.3, algorithm: (name) => named(name ?? 'sha512', /^(sha512|sha384)(\.hex)?$/) },
};

function named(name: string, known: RegExp): string | null {
  return known.exec(name)?.[1] ?? null;
}

/** What a call can be replaced by; null for all others. */
export function nativeTwin(source: Source, node: TS.Node): NativeTwin | null {
  if (!ts.isCallExpression(node) || node.arguments.some(ts.isSpreadElement)) return null;
  const imported = importedExpression(source, node.expression);
  if (imported === null) return null;
  const { module, name } = imported;
  const [first, ...rest] = node.arguments;
  if (first === undefined) return null;
  const twin = (part: Pick<NativeTwin, 'expression' | 'native' | 'least' | 'write'>): NativeTwin => ({
    ...part,
    call: node,
    package: module,
  });

  const digest = DIGESTS[module]?.algorithm(name) ?? null;
  if (digest !== null && rest.length === 0)
    return twin({
      expression: node,
      native: 'crypto.createHash',
      least: DIGESTS[module]!.least,
      write: hash(node, node, digest, first, null),
    });

  if (/^crypto-js(\/|$)/.test(module)) {
    const kind = /^(hmac-?)?(md5|sha1|sha224|sha256|sha384|sha512)$/i.exec(name ?? module.slice('crypto-js/'.length));
    const whole = kind === null ? null : hexText(source, node);
    if (kind === null || whole === null || rest.length !== (kind[1] === undefined ? 0 : 1)) return null;
    const key = kind[1] === undefined ? null : rest[0]!;
    const native = key === null ? 'crypto.createHash' : 'crypto.createHmac';
    return twin({ expression: whole, native, least: 0.7, write: hash(node, whole, kind[2]!.toLowerCase(), first, key) });
  }
  if (module === 'sha.js' && name === null && rest.length === 0 && isDigestChain(node)) {
    const algorithm = bare(first);
    if (!ts.isStringLiteralLike(algorithm) || !/^sha(1|224|256|384|512)$/.test(algorithm.text)) return null;
    const write: NativeTwin['write'] = (_, editor, imports) => {
      drop(node.expression, imports);
      editor.replace(node.expression.getStart(), node.expression.end, imports.name('crypto', 'createHash'), WHY);
      return [];
    };
    return twin({ expression: node, native: 'crypto.createHash', least: 0.35, write });
  }
  if (module === 'js-base64' && /^(Base64\.)?(encode|toBase64|btoa)$/.test(name ?? '') && rest.length === 0)
    return twin({
      expression: node,
      native: 'Buffer.from',
      least: 0.6,
      write: base64(node, first, name!.endsWith('btoa') ? 'latin1' : 'utf8'),
    });
  if (module === 'base64-js' && name === 'fromByteArray' && rest.length === 0)
    return twin({ expression: node, native: 'Buffer.from', least: 0.3, write: base64(node, first, null) });
  return null;
}

/** `createHash('md5').update(text).digest('hex')`. */
function hash(
  call: TS.CallExpression,
  whole: TS.Expression,
  algorithm: string,
  value: TS.Expression,
  key: TS.Expression | null,
): NativeTwin['write'] {
  return (source, editor, imports) => {
    drop(call.expression, imports);
    if (ts.isCallExpression(whole) && whole !== call) whole.arguments.forEach((encoder) => drop(encoder, imports));
    const maker = imports.name('crypto', key === null ? 'createHash' : 'createHmac');
    const { quote } = source;
    const given = `${quote}${algorithm}${quote}${key === null ? '' : `, ${textOf(source, key)}`}`;
    const text = `${maker}(${given}).update(${textOf(source, value)}).digest(${quote}hex${quote})`;
    editor.replace(whole.getStart(source.ast), whole.end, text, WHY);
    return [...takenForText(source, value), ...(key === null ? [] : takenForText(source, key))];
  };
}

function base64(call: TS.CallExpression, value: TS.Expression, encoding: string | null): NativeTwin['write'] {
  return (source, editor, imports) => {
    drop(call.expression, imports);
    const { quote } = source;
    const given = encoding === null ? textOf(source, value) : `${textOf(source, value)}, ${quote}${encoding}${quote}`;
    editor.replace(call.getStart(source.ast), call.end, `Buffer.from(${given}).toString(${quote}base64${quote})`, WHY);
    return encoding === null ? [] : takenForText(source, value);
  };
}

function takenForText(source: Source, value: TS.Expression): string[] {
  if (isText(source, value)) return [];
  const line = lineOf(source, value.getStart(source.ast));
  return [`\`${textOf(source, value).slice(0, 40)}\` in line ${line} is taken for a text or a Buffer: Node throws for anything else`];
}

function drop(reference: TS.Expression, imports: Imports): void {
  let name: TS.Expression = bare(reference);
  while (ts.isPropertyAccessExpression(name)) name = bare(name.expression);
  if (ts.isIdentifier(name)) imports.dropped(name);
}

/** `SHA256(text).toString()`, where that is hexadecimal. */
function hexText(source: Source, call: TS.CallExpression): TS.CallExpression | null {
  const access = call.parent;
  if (!ts.isPropertyAccessExpression(access) || access.name.text !== 'toString' || !ts.isCallExpression(access.parent)) return null;
  const [encoder, ...more] = access.parent.arguments;
  if (encoder === undefined) return access.parent;
  const imported = importedExpression(source, encoder);
  const isHex = imported?.module === 'crypto-js/enc-hex' || (imported?.module === 'crypto-js' && imported.name === 'enc.Hex');
  return isHex && more.length === 0 ? access.parent : null;
}

/** `sha('sha256').update(text).digest('hex')`: the same calls in Node. */
function isDigestChain(call: TS.CallExpression): boolean {
  let current: TS.Expression = call;
  for (;;) {
    const access = current.parent;
    if (!ts.isPropertyAccessExpression(access) || access.expression !== current || !ts.isCallExpression(access.parent)) return false;
    if (access.name.text === 'digest') return true;
    if (access.name.text !== 'update') return false;
    current = access.parent;
  }
}

/** Packages that are as fast as what Node has for the same, or faster: measured, see docs/rules/use-native-api.md. */
const NO_SLOWER = new Map([
  ['lodash.clonedeep', '`structuredClone` takes 0.8 to 1.9 times as long. Copy only what is changed'],
  ['rfdc', '`structuredClone` takes 3 to 9 times as long. Copy only what is changed'],
  ['uuid', '`crypto.randomUUID` takes 0.7 to 0.9 times as long. Make fewer of them, or number things'],
  ['fast-deep-equal', '`util.isDeepStrictEqual` takes 2 to 4.5 times as long. Compare less, or a key in place of all'],
]);

/** Why a package's call had better stay; null for all others. */
export function whyNoSlower(source: Source, node: TS.Node): string | null {
  if (!ts.isCallExpression(node)) return null;
  const imported = importedExpression(source, node.expression);
  if (imported === null) return null;
  const reason =
    NO_SLOWER.get(imported.module) ??
    (imported.module === 'lodash' && imported.name === 'cloneDeep' ? NO_SLOWER.get('lodash.clonedeep') : undefined);
  return reason === undefined ? null : `\`${imported.module}\` is about as fast as Node's own, or faster: ${reason}.`;
}

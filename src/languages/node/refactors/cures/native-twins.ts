import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
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

  const derived = /^crypto-js(\/|$)/.test(module) ? derivedKey(source, node, name ?? module.slice('crypto-js/'.length)) : null;
  if (derived !== null) return twin(derived);
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

/**
 * `PBKDF2(password, salt, { keySize: 256 / 32, iterations: 1000, hasher: algo.SHA256 }).toString()`, where all that has another default in another version of the
 * package is given: before 4.2 it took SHA-1 and one round.
 */
function derivedKey(
  source: Source,
  call: TS.CallExpression,
  name: string,
): Pick<NativeTwin, 'expression' | 'native' | 'least' | 'write'> | null {
  const [password, salt, options, ...rest] = call.arguments;
  const whole = /^pbkdf2$/i.test(name) ? hexText(source, call) : null;
  const given = options === undefined ? null : bare(options);
  if (whole === null || password === undefined || salt === undefined || rest.length > 0) return null;
  if (given === null || !ts.isObjectLiteralExpression(given)) return null;
  const option = (wanted: string): TS.Expression | null => {
    const found = given.properties.find((one) => one.name !== undefined && ts.isIdentifier(one.name) && one.name.text === wanted);
    return found !== undefined && ts.isPropertyAssignment(found) ? bare(found.initializer) : null;
  };
  const [keySize, iterations, hasher] = [option('keySize'), option('iterations'), option('hasher')];
  if (given.properties.length !== 3 || keySize === null || iterations === null || hasher === null) return null;
  const used = importedExpression(source, hasher);
  const algorithm =
    used?.module === 'crypto-js' ? /^algo\.(MD5|SHA1|SHA224|SHA256|SHA384|SHA512)$/.exec(used.name ?? '')?.[1]?.toLowerCase() : undefined;
  if (algorithm === undefined) return null;
  // In words of 4 bytes.
  const bits = /^(\d+)\s*\/\s*32$/.exec(textOf(source, keySize))?.[1];
  const bytes = bits === undefined ? 4 * (numberIn(source, keySize) ?? NaN) : Number(bits) / 8;
  if (!Number.isInteger(bytes) || bytes % 4 !== 0 || numberIn(source, iterations) === null) return null;
  return {
    expression: whole,
    native: 'crypto.pbkdf2Sync',
    least: 0.7,
    write: (_, editor, imports) => {
      // What is no text here is mostly a WordArray, whose bytes Node can't read.
      const other = [password, salt].find((one) => !isText(source, one));
      if (other !== undefined)
        throw new Refusal(
          `\`${textOf(source, other).slice(0, 40)}\` in line ${lineOf(source, other.getStart(source.ast))} may be a WordArray of crypto-js: give \`crypto.pbkdf2Sync\` its bytes, as in \`Buffer.from(salt, 'hex')\`.`,
        );
      drop(call.expression, imports);
      drop(hasher, imports);
      if (ts.isCallExpression(whole)) whole.arguments.forEach((encoder) => drop(encoder, imports));
      const { quote } = source;
      const maker = imports.name('crypto', 'pbkdf2Sync');
      const text = `${maker}(${textOf(source, password)}, ${textOf(source, salt)}, ${textOf(source, iterations)}, ${bytes}, ${quote}${algorithm}${quote}).toString(${quote}hex${quote})`;
      editor.replace(whole.getStart(source.ast), whole.end, text, WHY);
      return [];
    },
  };
}

/** A number in the text, or one in a constant. */
function numberIn(source: Source, expression: TS.Expression): number | null {
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return Number(value.text);
  const binding = ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
  const declaration = binding?.kind === 'const' ? binding.declaration : undefined;
  const initial = declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return initial !== undefined && ts.isNumericLiteral(initial) ? Number(initial.text) : null;
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

/** Why a package's call had better stay, or what it should say first; null for all others. */
export function whyNoTwin(source: Source, node: TS.Node): string | null {
  if (!ts.isCallExpression(node)) return null;
  const imported = importedExpression(source, node.expression);
  if (imported === null) return null;
  if (/^crypto-js(\/|$)/.test(imported.module) && /^pbkdf2$/i.test(imported.name ?? imported.module.slice('crypto-js/'.length)))
    return 'For `crypto.pbkdf2Sync` give `PBKDF2` of crypto-js `keySize`, `iterations` and `hasher`, whose defaults differ from version to version, as numbers and `algo.…`, and take its result by `.toString()`.';
  const reason =
    NO_SLOWER.get(imported.module) ??
    (imported.module === 'lodash' && imported.name === 'cloneDeep' ? NO_SLOWER.get('lodash.clonedeep') : undefined);
  return reason === undefined ? null : `\`${imported.module}\` is about as fast as Node's own, or faster: ${reason}.`;
}

import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { cryptoJsTwin } from './crypto-js-twins.ts';
import { drop, numberIn, taken, WHY, writeBase64, writeDigest, type NativeTwin, type Takes, type Twin } from './native-code.ts';

export type { NativeTwin };

/** Packages whose functions make a hexadecimal digest of a text or bytes: the algorithm by the function's name, null for others. */
interface DigestPackage {
  least: number;
  takes: Takes;
  algorithm: (name: string | null) => string | null;
  /** A second argument is the key of an HMAC. */
  keyed?: boolean;
}

const DIGESTS: Record<string, DigestPackage> = {
  md5: { least: 0.5, takes: 'any', algorithm: (name) => (name === null ? 'md5' : null) },
  sha1: { least: 0.6, takes: 'any', algorithm: (name) => (name === null ? 'sha1' : null) },
  'blueimp-md5': { least: 0.35, takes: 'text', keyed: true, algorithm: (name) => (name === null || name === 'md5' ? 'md5' : null) },
  'spark-md5': { least: 0.2, takes: 'text', algorithm: (name) => (name === 'hash' ? 'md5' : null) },
  'js-sha256': { least: 0.3, takes: 'any', algorithm: (name) => named(name ?? 'sha256', /^(sha256|sha224)(\.hex)?$/) },
  'js-sha512': { least: 0.7, takes: 'well-formed', algorithm: (name) => named(name ?? 'sha512', /^(sha512|sha384)(\.hex)?$/) },
  'js-sha3': {
    least: 0.7,
    takes: 'well-formed',
    algorithm: (name) => named(name ?? '', /^(sha3_(?:224|256|384|512))(\.hex)?$/)?.replace('_', '-') ?? null,
  },
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
  const found = /^crypto-js(\/|$)/.test(module)
    ? cryptoJsTwin(
        source,
        node,
        module === 'crypto-js' ? (name ?? '') : [module.slice('crypto-js/'.length), ...(name === null ? [] : [name])].join('.'),
      )
    : (digestTwin(source, node, module, name) ?? otherTwin(source, node, module, name));
  return found === null ? null : { ...found, call: node, package: module.replace(/\/.*/, '') };
}

function digestTwin(source: Source, node: TS.CallExpression, module: string, name: string | null): Twin | null {
  const [first, second, ...more] = node.arguments;
  const known = DIGESTS[module];
  if (first === undefined || more.length > 0) return null;
  const digest = (algorithm: string, value: TS.Expression, key: TS.Expression | null, least: number, takes: Takes): Twin => ({
    expression: node,
    native: key === null ? 'crypto.createHash' : 'crypto.createHmac',
    least,
    write: writeDigest({ call: node, whole: node, algorithm, value, key, encoding: 'hex', takes, package: module }),
  });
  const algorithm = known?.algorithm(name) ?? null;
  if (known !== undefined && algorithm !== null && (second === undefined || known.keyed === true))
    return digest(algorithm, first, second ?? null, known.least, known.takes);
  // The key comes first here.
  const keyed = module === 'js-sha256' ? named(name ?? '', /^(sha256|sha224)\.hmac(\.hex)?$/) : null;
  if (keyed !== null && second !== undefined) return digest(keyed, second, first, 0.2, 'any');
  if (module === 'spark-md5' && name === 'ArrayBuffer.hash' && second === undefined) return digest('md5', first, null, 0.25, 'bytes');
  return null;
}

function otherTwin(source: Source, node: TS.CallExpression, module: string, name: string | null): Twin | null {
  const [first, ...rest] = node.arguments;
  if (module === 'hash.js') return hashJsTwin(source, node, name);
  if (first === undefined) return null;
  if (module === 'sha.js' && name === null && rest.length === 0 && digestChain(node) !== null) {
    const algorithm = bare(first);
    if (!ts.isStringLiteralLike(algorithm) || !/^sha(1|224|256|384|512)$/.test(algorithm.text)) return null;
    const write: NativeTwin['write'] = (_, editor, imports) => {
      drop(node.expression, imports);
      editor.replace(node.expression.getStart(), node.expression.end, imports.name('crypto', 'createHash'), WHY);
      return [];
    };
    return { expression: node, native: 'crypto.createHash', least: 0.35, write };
  }
  const base64 = (from: 'utf8' | 'latin1' | null, to: 'base64' | 'base64url', least: number): Twin => ({
    expression: node,
    native: 'Buffer.from',
    least,
    write: writeBase64(node, node, first, { from, to, package: module }),
  });
  if (module === 'js-base64' && rest.length === 0) {
    const method = named(name ?? '', /^(?:Base64\.)?(encode|toBase64|btoa|encodeURI|encodeURL|fromUint8Array)$/);
    if (method === 'fromUint8Array') return base64(null, 'base64', 0.25);
    if (method !== null) return base64(method === 'btoa' ? 'latin1' : 'utf8', /^encodeUR/.test(method) ? 'base64url' : 'base64', 0.6);
  }
  if (module === 'base64-js' && name === 'fromByteArray' && rest.length === 0) return base64(null, 'base64', 0.3);
  return module === 'scrypt-js' && name === 'syncScrypt' ? scryptTwin(source, node) : null;
}

/** `hash.sha256().update(text).digest('hex')` and `hash.hmac(hash.sha256, key).update(text).digest('hex')`. */
function hashJsTwin(source: Source, node: TS.CallExpression, name: string | null): Twin | null {
  const known = /^sha(1|224|256|384|512)$/;
  const [hasher, key, ...more] = node.arguments;
  const isHmac = name === 'hmac';
  const imported = isHmac && hasher !== undefined ? importedExpression(source, hasher) : null;
  const algorithm = isHmac ? (imported?.module === 'hash.js' ? (imported.name ?? '') : '') : (name ?? '');
  if (!known.test(algorithm) || more.length > 0 || (isHmac ? key === undefined : hasher !== undefined)) return null;
  const updates = digestChain(node);
  // Without 'hex' it gives a list of numbers.
  const digest = updates?.at(-1);
  if (updates === null || digest?.arguments.length !== 1 || textOf(source, digest.arguments[0]!).slice(1, -1) !== 'hex') return null;
  if (updates.slice(0, -1).some((one) => one.arguments.length !== 1)) return null;
  const write: NativeTwin['write'] = (_, editor, imports) => {
    const values = [...(key === undefined ? [] : [key]), ...updates.slice(0, -1).map((one) => one.arguments[0]!)];
    const review = values.flatMap((one) => taken(source, one, 'well-formed', 'hash.js'));
    drop(node.expression, imports);
    if (isHmac) drop(hasher!, imports);
    const { quote } = source;
    const given = `${quote}${algorithm}${quote}${key === undefined ? '' : `, ${textOf(source, key)}`}`;
    editor.replace(node.getStart(source.ast), node.end, `${imports.name('crypto', isHmac ? 'createHmac' : 'createHash')}(${given})`, WHY);
    return review;
  };
  return { expression: node, native: isHmac ? 'crypto.createHmac' : 'crypto.createHash', least: 0.7, write };
}

/** `syncScrypt(password, salt, 16384, 8, 1, 32)`, where the costs are numbers in the text: Node wants to be told how much memory they take. */
function scryptTwin(source: Source, node: TS.CallExpression): Twin | null {
  const [password, salt, ...costs] = node.arguments;
  const [cost, size, parallel, length] = costs.map((one) => numberIn(source, one));
  if (
    password === undefined ||
    salt === undefined ||
    costs.length !== 4 ||
    cost == null ||
    size == null ||
    parallel == null ||
    length == null
  )
    return null;
  const write: NativeTwin['write'] = (_, editor, imports) => {
    const review = [password, salt].flatMap((one) => taken(source, one, 'bytes', 'scrypt-js'));
    drop(node.expression, imports);
    const words = costs.map((one) => textOf(source, one));
    const option = (key: string, index: number): string => (words[index] === key ? key : `${key}: ${words[index]!}`);
    // OpenSSL counts 128 · r bytes for each of N rows, p blocks and two for itself; by default Node allows 32 MiB.
    const memory = 128 * size * (cost + parallel + 2);
    const options = [option('N', 0), option('r', 1), option('p', 2), ...(memory > 32 * 1024 * 1024 ? [`maxmem: ${memory}`] : [])];
    const made = `${imports.name('crypto', 'scryptSync')}(${textOf(source, password)}, ${textOf(source, salt)}, ${words[3]!}, { ${options.join(', ')} })`;
    // Its result is a Uint8Array, whose texts and parts are others than a Buffer's.
    const isCopied = ts.isCallExpression(node.parent) && textOf(source, node.parent.expression) === 'Buffer.from';
    editor.replace(node.getStart(source.ast), node.end, isCopied ? made : `Uint8Array.from(${made})`, WHY);
    return review;
  };
  return { expression: node, native: 'crypto.scryptSync', least: 0.5, write };
}

/** The calls of `update` and `digest` that follow in `sha('sha256').update(text).digest('hex')`, which Node has too; null for others. */
function digestChain(call: TS.CallExpression): TS.CallExpression[] | null {
  const calls: TS.CallExpression[] = [];
  let current: TS.Expression = call;
  for (;;) {
    const access = current.parent;
    if (!ts.isPropertyAccessExpression(access) || access.expression !== current || !ts.isCallExpression(access.parent)) return null;
    calls.push(access.parent);
    if (access.name.text === 'digest') return calls;
    if (access.name.text !== 'update') return null;
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

/** Packages that hand what they are given to Node themselves, by the names that do. */
const NATIVE_ALREADY: Record<string, RegExp> = {
  'js-md5': /^(md5)?$/,
  'js-sha1': /^(sha1)?$/,
  pbkdf2: /^pbkdf2(Sync)?$/,
  btoa: /^$/,
  atob: /^$/,
};

/** Why a package's call had better stay, or what it should say first; null for all others. */
export function whyNoTwin(source: Source, node: TS.Node): string | null {
  if (!ts.isCallExpression(node)) return null;
  const imported = importedExpression(source, node.expression);
  if (imported === null) return null;
  if (/^crypto-js(\/|$)/.test(imported.module) && /^pbkdf2$/i.test(imported.name ?? imported.module.slice('crypto-js/'.length)))
    return 'For `crypto.pbkdf2Sync` give `PBKDF2` of crypto-js `keySize`, `iterations` and `hasher`, whose defaults differ from version to version, as numbers and `algo.…`, and take its result by `.toString()`.';
  if (NATIVE_ALREADY[imported.module]?.test(imported.name ?? '') === true)
    return `\`${imported.module}\` hands what it is given to Node's own, so nothing is gained by calling that. Keep what was computed before, or compute less.`;
  if (imported.module === 'hash.js' && /^(hmac|sha\d+)$/.test(imported.name ?? ''))
    return "For `node:crypto` take the digest of hash.js by `.digest('hex')` in the same expression, and update it with texts or Buffers only: without `hex` it gives a list of numbers.";
  const isKeccak =
    imported.module === 'js-sha3'
      ? /^keccak/.test(imported.name ?? '')
      : /^crypto-js[./]sha3$/i.test(`${imported.module}.${imported.name ?? ''}`.replace(/\.$/, ''));
  if (isKeccak)
    return `What \`${imported.module}\` computes here is Keccak as it was before it became SHA-3: Node has nothing that gives the same. Keep what was computed before, or compute less.`;
  const reason =
    NO_SLOWER.get(imported.module) ??
    (imported.module === 'lodash' && imported.name === 'cloneDeep' ? NO_SLOWER.get('lodash.clonedeep') : undefined);
  return reason === undefined ? null : `\`${imported.module}\` is about as fast as Node's own, or faster: ${reason}.`;
}

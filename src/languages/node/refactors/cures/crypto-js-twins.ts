import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isText } from '../../syntax/value-types.ts';
import { Refusal } from '../text/refusal.ts';
import { drop, numberIn, WHY, writeBase64, writeDigest, type Twin } from './native-code.ts';

/** What a call of crypto-js can be replaced by, by the name that the package knows it by; null for all others. */
export function cryptoJsTwin(source: Source, node: TS.CallExpression, name: string): Twin | null {
  const [first, second, ...more] = node.arguments;
  if (first === undefined || more.length > 1) return null;
  const derived = derivedKey(source, node, name);
  if (derived !== null) return derived;
  const encoded = encodedText(source, node);
  if (encoded === null) return null;
  const { whole, encoding } = encoded;
  if (/^(enc\.Utf8|enc-utf8)\.parse$/.test(name) && second === undefined)
    return {
      expression: whole,
      native: 'Buffer.from',
      least: 0.7,
      write: writeBase64(node, whole, first, { from: 'utf8', to: encoding, package: 'crypto-js' }),
    };
  const kind = /^(hmac-?)?(md5|sha1|sha224|sha256|sha384|sha512)$/i.exec(name);
  if (kind === null || node.arguments.length !== (kind[1] === undefined ? 1 : 2)) return null;
  const key = kind[1] === undefined ? null : second!;
  return {
    expression: whole,
    native: key === null ? 'crypto.createHash' : 'crypto.createHmac',
    least: 0.7,
    write: writeDigest({
      call: node,
      whole,
      algorithm: kind[2]!.toLowerCase(),
      value: first,
      key,
      encoding,
      takes: 'text',
      package: 'crypto-js',
    }),
  };
}

/** `SHA256(text).toString()`, `SHA256(text).toString(enc.Base64)` or `enc.Base64.stringify(SHA256(text))`: hexadecimal or Base64. */
function encodedText(source: Source, call: TS.CallExpression): { whole: TS.CallExpression; encoding: 'hex' | 'base64' } | null {
  const { parent } = call;
  if (ts.isCallExpression(parent)) {
    if (parent.arguments.length !== 1 || parent.arguments[0] !== call) return null;
    const encoding = encodingOf(source, parent.expression, '.stringify');
    return encoding === null ? null : { whole: parent, encoding };
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.name.text !== 'toString' || !ts.isCallExpression(parent.parent)) return null;
  const [encoder, ...more] = parent.parent.arguments;
  const encoding = encoder === undefined ? 'hex' : encodingOf(source, encoder, '');
  return encoding === null || more.length > 0 ? null : { whole: parent.parent, encoding };
}

function encodingOf(source: Source, expression: TS.Expression, end: string): 'hex' | 'base64' | null {
  const imported = importedExpression(source, expression);
  if (imported === null) return null;
  const name = `${imported.module}.${imported.name ?? ''}`.replace(/\.$/, '');
  if (name === `crypto-js.enc.Hex${end}` || name === `crypto-js/enc-hex${end}`) return 'hex';
  return name === `crypto-js.enc.Base64${end}` || name === `crypto-js/enc-base64${end}` ? 'base64' : null;
}

/**
 * `PBKDF2(password, salt, { keySize: 256 / 32, iterations: 1000, hasher: algo.SHA256 }).toString()`, where all that has another default in another version of the
 * package is given: before 4.2 it took SHA-1 and one round.
 */
function derivedKey(source: Source, call: TS.CallExpression, name: string): Twin | null {
  const [password, salt, options, ...rest] = call.arguments;
  const encoded = /^pbkdf2$/i.test(name) ? encodedText(source, call) : null;
  const given = options === undefined ? null : bare(options);
  if (encoded === null || password === undefined || salt === undefined || rest.length > 0) return null;
  const { whole, encoding } = encoded;
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
      whole.arguments.filter((one) => one !== call).forEach((encoder) => drop(encoder, imports));
      if (whole.arguments[0] === call) drop(whole.expression, imports);
      const { quote } = source;
      const maker = imports.name('crypto', 'pbkdf2Sync');
      const text = `${maker}(${textOf(source, password)}, ${textOf(source, salt)}, ${textOf(source, iterations)}, ${bytes}, ${quote}${algorithm}${quote}).toString(${quote}${encoding}${quote})`;
      editor.replace(whole.getStart(source.ast), whole.end, text, WHY);
      return [];
    },
  };
}

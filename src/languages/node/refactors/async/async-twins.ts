import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { importedExpression, type Imported } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { commandFunction } from './command-function.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import { Refusal } from '../text/refusal.ts';

/** The asynchronous API that does what a blocking one does. */
export type Twin =
  /** `fs.promises.readFile` */
  | { kind: 'fs'; name: string }
  /** `fs.promises.access`, whose error says no. */
  | { kind: 'exists'; name: 'access' }
  /** `promisify(crypto.pbkdf2)` */
  | { kind: 'callback'; module: string; name: string }
  /** A function of our own around `execFile`, as its results and its stdin differ from those of `execFileSync`. */
  | { kind: 'command'; name: 'exec' | 'execFile' };

const FS =
  /^(readFile|writeFile|appendFile|stat|lstat|readdir|mkdir|mkdtemp|rm|rmdir|unlink|rename|copyFile|cp|access|realpath|readlink|symlink|link|chmod|chown|lchown|utimes|lutimes|truncate|statfs|opendir)Sync$/;
const CALLBACKS: Record<string, RegExp> = {
  crypto: /^(pbkdf2|scrypt|hkdf|generateKeyPair|generateKey|generatePrime|checkPrime|randomFill)Sync$/,
  zlib: /^(deflate|deflateRaw|gzip|gunzip|inflate|inflateRaw|unzip|brotliCompress|brotliDecompress|zstdCompress|zstdDecompress)Sync$/,
};

/** The twin of `crypto.pbkdf2Sync`; a sentence for a blocking API without one; null for what doesn't block. */
export function twinOf({ module, name }: Imported): Twin | string | null {
  if (name === null) return null;
  if (module === 'fs') {
    if (FS.test(name)) return { kind: 'fs', name: name.slice(0, -'Sync'.length) };
    if (name === 'existsSync') return { kind: 'exists', name: 'access' };
    if (/^(open|close|read|write|readv|writev|fstat|fsync|fdatasync|ftruncate|fchmod|fchown|futimes)Sync$/.test(name))
      return `\`${name}\` works on a file descriptor: open the file with \`fs.promises.open\` and use its methods.`;
    return name.endsWith('Sync') ? `\`${name}\` has no asynchronous twin.` : null;
  }
  if (module === 'child_process') {
    if (name === 'execSync' || name === 'execFileSync') return { kind: 'command', name: name === 'execSync' ? 'exec' : 'execFile' };
    return name === 'spawnSync'
      ? '`spawnSync` answers with status, output and error in one object: use `execFile` from `node:child_process` and handle its error.'
      : null;
  }
  const callbacks = CALLBACKS[module];
  if (callbacks === undefined) return null;
  if (callbacks.test(name)) return { kind: 'callback', module, name: name.slice(0, -'Sync'.length) };
  return name.endsWith('Sync') ? `\`${name}\` has no asynchronous twin.` : null;
}

/** What an API is called in a recording (`fs.readFileSync`), as an import. */
export function apiAsImport(api: string): Imported {
  const dot = api.indexOf('.');
  return { module: api.slice(0, dot).replace(/^node:/, ''), name: api.slice(dot + 1) };
}

/** The blocking API that a call calls; null when it calls something else. */
export function blockingApiOf(source: Source, call: TS.CallExpression): Imported | null {
  const imported = importedExpression(source, call.expression);
  return imported !== null && twinOf(imported) !== null ? imported : null;
}

/** Replaces the name that a call calls by its twin; the `await` is added by the caller. Refuses where the twin would do something else. */
export function useTwin(source: Source, editor: Editor, imports: Imports, call: TS.CallExpression): void {
  const callee = bare(call.expression);
  const imported = importedExpression(source, callee);
  const twin = imported === null ? null : twinOf(imported);
  if (imported === null || twin === null)
    throw new Refusal(`\`${textOf(source, callee)}\` in line ${lineOf(source, call.pos)} is no blocking call of Node's own.`);
  if (typeof twin === 'string') throw new Refusal(twin);
  refuseArguments(source, call, imported);
  const answered = answerTo(source, call, imported);
  const why = 'call the asynchronous API';
  if (ts.isIdentifier(callee)) imports.dropped(callee);
  if (twin.kind === 'command') {
    commandFunction(source, editor, imports, call, twin.name);
    return;
  }
  if (answered !== null) {
    const { option, then } = answered;
    if (option !== null) editor.rewrite(option.start, option.end, '', 'known to the blocking call only');
    editor.after(call, then, 'an error is an answer');
  }
  if (ts.isPropertyAccessExpression(callee)) {
    const base = textOf(source, callee.expression);
    if (twin.kind !== 'callback') editor.replace(callee.name.getStart(source.ast), callee.name.end, `promises.${twin.name}`, why);
    else editor.replace(callee.getStart(source.ast), callee.end, imports.promisified(twin.name, `${base}.${twin.name}`), why);
    return;
  }
  const name =
    twin.kind !== 'callback'
      ? imports.name('fs/promises', twin.name)
      : imports.promisified(twin.name, imports.name(twin.module, twin.name));
  editor.replace(callee.getStart(source.ast), callee.end, name, why);
}

function refuseArguments(source: Source, call: TS.CallExpression, { module, name }: Imported): void {
  const [first] = call.arguments;
  if (module !== 'fs' || first === undefined) return;
  if (ts.isNumericLiteral(first) || /(^|\.)fd$/.test(textOf(source, first)))
    throw new Refusal(
      `\`${name}\` is given a file descriptor in line ${lineOf(source, call.pos)}: use \`fs.promises.open\` and the methods of what it opens.`,
    );
  if (name === 'existsSync' && (call.arguments.length !== 1 || ts.isSpreadElement(first)))
    throw new Refusal(`\`existsSync\` is given something else than one path in line ${lineOf(source, call.pos)}.`);
}

/** What comes after the asynchronous call where the blocking one answers instead of throwing, and the option that asks for it. */
function answerTo(
  source: Source,
  call: TS.CallExpression,
  { module, name }: Imported,
): { then: string; option: { start: number; end: number } | null } | null {
  if (module !== 'fs') return null;
  if (name === 'existsSync') return { then: '.then(() => true, () => false)', option: null };
  if (!call.arguments.some((argument) => textOf(source, argument).includes('throwIfNoEntry'))) return null;
  const options = call.arguments[1];
  const given =
    options !== undefined && ts.isObjectLiteralExpression(options) && call.arguments.length === 2 && /^l?statSync$/.test(name ?? '')
      ? options.properties.find((one) => one.name !== undefined && textOf(source, one.name) === 'throwIfNoEntry')
      : undefined;
  const isKnown =
    given !== undefined &&
    ts.isPropertyAssignment(given) &&
    given.initializer.kind === ts.SyntaxKind.FalseKeyword &&
    (options as TS.ObjectLiteralExpression).properties.every(
      (one) => ts.isPropertyAssignment(one) || ts.isShorthandPropertyAssignment(one),
    );
  if (!isKnown)
    throw new Refusal(
      `\`throwIfNoEntry\` in line ${lineOf(source, call.pos)} is known to \`${name}\` only: write it as \`{ throwIfNoEntry: false }\`, or catch the error of the asynchronous call instead.`,
    );
  const { properties } = options as TS.ObjectLiteralExpression;
  const at = properties.indexOf(given);
  const option =
    properties.length === 1
      ? { start: call.arguments[0]!.end, end: call.arguments.end }
      : at > 0
        ? { start: properties[at - 1]!.end, end: given.end }
        : { start: given.getStart(source.ast), end: properties[1]!.getStart(source.ast) };
  const { semicolon } = source;
  return {
    then: `.catch((error) => { if (error.code === 'ENOENT') return undefined; throw error${semicolon} })`.replaceAll("'", source.quote),
    option,
  };
}

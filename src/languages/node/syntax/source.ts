import { basename, dirname, extname, join } from 'node:path';
import type TS from 'typescript';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { bindScopes, isFunctionLike, type FunctionNode, type Scopes } from './scopes.ts';
import { ts } from './typescript.ts';

/** A file as the rules see it: parsed, bound, and with the habits that edits keep. */
export interface Source {
  file: string;
  text: string;
  ast: TS.SourceFile;
  scopes: Scopes;
  typescript: boolean;
  /** How modules are written here. */
  modules: 'import' | 'require';
  /** Whether `await` may stand outside functions. */
  topLevelAwait: boolean;
  eol: string;
  /** One level of indentation. */
  indent: string;
  quote: '"' | "'";
  semicolon: ';' | '';
  /** The function of another file of the project that an expression stands for; null where it can't be told, or no project was opened. */
  elsewhere: (expression: TS.Expression) => { source: Source; node: FunctionNode } | null;
  /** What the file was read with, and other files of its project are. */
  read: ReadSource;
}

/** In bytes or UTF-16 units: a larger file is data or generated. */
export const LARGEST = 5_000_000;

export function tooLarge(file: string): string {
  return `${basename(file)} is larger than 5 MB, which is more than a refactor looks at.`;
}

/** The parsed file, or a sentence that says why it can't be looked at. */
export function readSource(file: string, read: ReadSource): Source | string {
  if (/^\[(eval|stdin)/.test(file))
    return 'This code was given to node as text (`node -e`, or on its standard input), so there is no file to change: put it into one.';
  const text = read(file);
  if (text === null) return `${file} can't be read: check that it is there and that you may read it.`;
  if (text.length > LARGEST) return tooLarge(file);
  const kind = scriptKind(file);
  if (kind === null) return `${basename(file)} is neither JavaScript nor TypeScript.`;
  const { ast, scopes } = parse(file, text, kind);
  if (syntaxErrors(ast) > 0) return `${basename(file)} has a syntax error: correct it first.`;
  const importSyntax = ast.statements.some(isModuleSyntax);
  const importsUsed = importSyntax || /\.(m[jt]s|tsx?)$/.test(file);
  const packageType = nearestPackageType(file, read);
  const isTypeScript = /\.[mc]?tsx?$/.test(file);
  return {
    file,
    text,
    ast,
    scopes,
    typescript: isTypeScript,
    modules: importsUsed || (packageType === 'module' && !/\.c[jt]s$/.test(file)) ? 'import' : 'require',
    topLevelAwait: allowsTopLevelAwait(file, packageType, importSyntax, isTypeScript),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    indent: indentOf(text),
    quote: quoteOf(ast),
    semicolon: semicolonOf(text, ast),
    elsewhere: () => null,
    read,
  };
}

interface Parsed {
  text: string;
  ast: TS.SourceFile;
  scopes: Scopes;
}

/** The files looked at last: several rules look at each hot spot of a file, and a large file takes a second to parse. */
const lastParsed = new Map<string, Parsed>();
const MOST_PARSED = 8;

function parse(file: string, text: string, kind: TS.ScriptKind): Parsed {
  const known = lastParsed.get(file);
  if (known?.text === text) return known;
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const parsed = { text, ast, scopes: bindScopes(ast) };
  lastParsed.delete(file);
  lastParsed.set(file, parsed);
  const [oldest] = lastParsed.keys();
  if (lastParsed.size > MOST_PARSED && oldest !== undefined) lastParsed.delete(oldest);
  return parsed;
}

/** `0755`, `'\\033'` and `09`, which scripts that are neither modules nor in strict mode may hold, and which TypeScript calls errors everywhere. */
const LEGACY_OCTALS = new Set([1121, 1487, 1489]);

/** How many syntax errors the parser met. */
export function syntaxErrors(ast: TS.SourceFile): number {
  const { parseDiagnostics } = ast as TS.SourceFile & { parseDiagnostics: { code: number }[] };
  const isScript = !ts.isExternalModule(ast) && !/\.(m[jt]s|[mc]?tsx?)$/.test(ast.fileName);
  return parseDiagnostics.filter(({ code }) => !(isScript && LEGACY_OCTALS.has(code))).length;
}

/** Whether a text is still JavaScript or TypeScript after edits, with `await` only where it may stand. */
export function parses(file: string, text: string, topLevelAwait: boolean): boolean {
  const kind = scriptKind(file);
  if (kind === null) return false;
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  return syntaxErrors(ast) === 0 && !awaitsWrongly(ast, topLevelAwait);
}

/** `await` in a function that isn't async: the parser takes it for the keyword in a module, and leaves the complaint to the checker. */
function awaitsWrongly(node: TS.Node, allowed: boolean): boolean {
  const waits = ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
  if (waits && !allowed) return true;
  let inside = allowed;
  if (isFunctionLike(node)) inside = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Async) !== 0;
  else if (ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node)) inside = false;
  return ts.forEachChild(node, (child) => awaitsWrongly(child, inside) || undefined) ?? false;
}

export function lineOf(source: { ast: TS.SourceFile }, position: number): number {
  return source.ast.getLineAndCharacterOfPosition(position).line + 1;
}

export function textOf(source: { text: string; ast: TS.SourceFile }, node: TS.Node): string {
  return source.text.slice(node.getStart(source.ast), node.end);
}

function scriptKind(file: string): TS.ScriptKind | null {
  switch (extname(file).toLowerCase()) {
    case '.js':
    case '.mjs':
    case '.cjs':
      return ts.ScriptKind.JS;
    case '.jsx':
      return ts.ScriptKind.JSX;
    case '.ts':
    case '.mts':
    case '.cts':
      return ts.ScriptKind.TS;
    case '.tsx':
      return ts.ScriptKind.TSX;
    default:
      return null;
  }
}

function isModuleSyntax(statement: TS.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return true;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

/**
 * Node runs a `.js` with import syntax and without a package type as a module (it could not run it otherwise); a `.ts` of the same kind is a
 * module to Node's type stripping but CommonJS to tsx, so `await` outside functions is not to be relied on there.
 */
function allowsTopLevelAwait(file: string, packageType: string | null, importSyntax: boolean, isTypeScript: boolean): boolean {
  if (/\.m[jt]s$/.test(file)) return true;
  if (/\.c[jt]s$/.test(file)) return false;
  if (packageType !== null) return packageType === 'module';
  return importSyntax && !isTypeScript;
}

function nearestPackageType(file: string, read: ReadSource): string | null {
  const packageJson = nearestPackage(file, read);
  return typeof packageJson?.['type'] === 'string' ? packageJson['type'] : null;
}

/** What the nearest package.json above a file says; null without one. */
function nearestPackage(file: string, read: ReadSource): Record<string, unknown> | null {
  for (const folder of foldersAbove(file)) {
    const text = read(join(folder, 'package.json'));
    if (text !== null) return parseObject(text);
  }
  return null;
}

/** Whether a package.json above the file asks for a package. */
export function dependsOn(file: string, name: string, read: ReadSource): boolean {
  return foldersAbove(file).some((folder) => {
    const text = read(join(folder, 'package.json'));
    const content = text === null ? null : parseObject(text);
    return ['dependencies', 'devDependencies'].some((key) => {
      const asked = content?.[key];
      return typeof asked === 'object' && asked !== null && name in asked;
    });
  });
}

/** The major version of a package that is installed for a file; null where none is found. */
export function installedMajor(file: string, name: string, read: ReadSource): number | null {
  for (const folder of foldersAbove(file)) {
    const text = read(join(folder, 'node_modules', name, 'package.json'));
    if (text === null) continue;
    const major = Number.parseInt(String(parseObject(text)?.['version']), 10);
    return Number.isNaN(major) ? null : major;
  }
  return null;
}

function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function indentOf(text: string): string {
  const first = /\n([ \t]+)\S/.exec(text.replace(/\/\*[\s\S]*?\*\//g, ''));
  const found = first?.[1] ?? '  ';
  return found.startsWith('\t') ? '\t' : found;
}

function quoteOf(ast: TS.SourceFile): '"' | "'" {
  let single = 0;
  let double = 0;
  const count = (node: TS.Node): void => {
    if (ts.isStringLiteral(node)) {
      if (ast.text[node.getStart(ast)] === '"') double++;
      else single++;
    }
    ts.forEachChild(node, count);
  };
  count(ast);
  return double > single ? '"' : "'";
}

function semicolonOf(text: string, ast: TS.SourceFile): ';' | '' {
  const simple = ast.statements.filter(
    (one) => ts.isVariableStatement(one) || ts.isExpressionStatement(one) || ts.isImportDeclaration(one),
  );
  return simple.length > 0 && simple.every((one) => text[one.end - 1] !== ';') ? '' : ';';
}

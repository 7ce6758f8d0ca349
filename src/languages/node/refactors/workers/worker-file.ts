import { basename, dirname, extname, join } from 'node:path';
import type TS from 'typescript';
import type { FileEdits, ReadSource } from '../../../../core/advise/advice.ts';
import { contains, isAsync, type FunctionNode } from '../../syntax/locate.ts';
import { isStatelessModule } from '../../syntax/known-calls.ts';
import { importedAs } from '../../syntax/modules.ts';
import { returnsOwnTypedArray, type Movable } from '../../syntax/movable.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import { startWithComments, type Imports } from '../text/imports.ts';
import { poolFor, processPoolFor } from './pool-code.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';
import { specifierFor } from '../text/specifier.ts';
import { Refusal } from '../text/refusal.ts';

export interface WorkerFile {
  edits: FileEdits;
  /** How the original imports the new file. */
  specifier: string;
}

/** What the new file consists of, besides what moves there. */
export interface WorkerCode {
  /** What the workers are named by: a function, of which the file's own name is made. */
  name: string;
  /** What the original imports from the new file and calls: it answers with a promise. */
  callName: string;
  /** What is written ahead of what moves, and after it. */
  before: string;
  after: string;
  /** The same, in the style of the file already. */
  raw?: string;
  /** Imports of its own. */
  imports: string;
  /** Exported as well, besides `callName`. */
  exports?: readonly string[];
  /** Whether the file that the function comes from calls it too. */
  calledHere?: boolean;
  /** Whether a place of the original, outside of the statements that move, is no longer there. */
  isGone: (node: TS.Node) => boolean;
}

/**
 * Moves statements into a file of their own that is both a worker's program and the module that hands calls to workers. A file of its own,
 * because a worker that loaded the original would run the whole script again.
 */
export function writeWorkerFile(
  source: Source,
  editor: Editor,
  imports: Imports,
  moved: Movable,
  code: WorkerCode,
  file: string,
): WorkerFile {
  const statements = source.ast.statements.filter((statement) => moved.statements.has(statement));
  const isMoved = (one: TS.Node): boolean => statements.some((statement) => contains(statement, one));
  const isThere = (one: TS.Node): boolean => isMoved(one) || code.isGone(one);
  const specifier = specifierFor(source, file);

  const back: string[] = [];
  const reExported: string[] = [];
  for (const binding of source.scopes.root.bindings.values()) {
    if (!isMoved(binding.identifier)) continue;
    const exported = hasExportKeyword(binding);
    if (exported) reExported.push(binding.name);
    if (binding.references.some((one) => !isThere(one.identifier))) back.push(binding.name);
  }
  const types = new Set([...source.scopes.root.bindings.values()].filter((one) => one.kind === 'type').map((one) => one.name));
  for (const statement of statements) {
    const [start, end] = rangeWithComments(source, statement);
    editor.rewrite(start, end, '', 'moved to the worker');
  }
  for (const binding of moved.imports) for (const one of binding.references) if (isThere(one.identifier)) imports.dropped(one.identifier);
  if (code.calledHere !== false) imports.name(specifier, code.callName);
  for (const one of back) imports.kept(specifier, one, types.has(one));
  if (reExported.length > 0) {
    if (source.modules === 'require')
      throw new Refusal(`${code.name} is exported in a way that can't be kept: export it with \`module.exports\`.`);
    editor.append(
      `export { ${reExported.map((one) => (types.has(one) ? `type ${one}` : one)).join(', ')} } from ${source.quote}${specifier}${source.quote}${source.semicolon}\n`,
      'still exported here',
    );
  }

  const body = statements.map((statement) => {
    const [start, end] = rangeWithComments(source, statement);
    return source.text.slice(start, end).trim();
  });
  const toExport = back.filter((one) => !reExported.includes(one));
  const text = [
    importLines(source, moved.imports, code.imports),
    inStyle(source, code.before),
    ...(body.length > 0 ? [body.join(source.eol + source.eol)] : []),
    ...(code.raw === undefined ? [] : [(body.length > 0 ? source.eol : '') + code.raw]),
    inStyle(source, code.after),
    exportLine(source, [code.callName, ...(code.exports ?? []), ...toExport], types),
  ]
    .filter((part) => part !== '')
    .join('\n');
  const bom = source.text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return {
    edits: {
      file,
      create: true,
      edits: [
        {
          start: 0,
          end: 0,
          newText: bom + text.replaceAll('\r\n', '\n').replaceAll('\n', source.eol),
          why: `run ${code.name} in ${moved.isolated === true ? 'processes of its own' : 'worker threads'}`,
        },
      ],
    },
    specifier,
  };
}

/** Whether Buffers may come or go: what moves names them, or modules and methods that deal in them. */
function mayHoldBuffers(source: Source, { statements, imports }: Movable): boolean {
  const fromPackage = [...imports].some((binding) => {
    const module = importedAs(binding)?.module;
    return module !== undefined && !module.startsWith('.') && (/^(zlib|fs|buffer)$/.test(module) || !isStatelessModule(module));
  });
  const words =
    /\bBuffer\b|\.digest\(\)|\b(randomBytes|scryptSync|pbkdf2Sync)\b|\.(read|write)(U?Int|Float|Double|BigInt|BigUInt)\d*|\.toString\(\s*['"]|\.equals\(/;
  return fromPackage || [...statements].some((one) => words.test(textOf(source, one)));
}

/**
 * Moves a function, with what it needs, into a worker's file. `replaced` is the identifier that calls it no longer, where it is called in its own
 * file; null where another file calls it. `given` are the numbers of the arguments that are handed over.
 */
export function moveToWorkerFile(
  source: Source,
  editor: Editor,
  imports: Imports,
  { node, name, moved }: { node: FunctionNode; name: string; moved: Movable },
  replaced: TS.Node | null,
  read: ReadSource,
  given: readonly number[],
): WorkerFile & { callName: string } {
  const isolated = moved.isolated === true;
  const file = workerFileName(source, name, read);
  const callName = freshName(source, `${name}In${isolated ? 'Process' : 'Worker'}`);
  const pool = isolated
    ? processPoolFor(source, { name, callName, waits: isAsync(node) }, file)
    : poolFor(
        source,
        {
          ...{ name, callName, waits: isAsync(node), buffers: mayHoldBuffers(source, moved) },
          ...{ transfers: returnsOwnTypedArray(source, node), given },
        },
        file,
        read,
      );
  const code: WorkerCode = { ...pool, name, callName, calledHere: replaced !== null, isGone: (one) => one === replaced };
  return { ...writeWorkerFile(source, editor, imports, moved, code, file), callName };
}

export function workerFileName(source: Source, name: string, read: ReadSource): string {
  const extension = extname(source.file);
  const stem = basename(source.file, extension);
  const kebab = name.replace(/[A-Z]/g, (letter, index: number) => `${index > 0 ? '-' : ''}${letter.toLowerCase()}`);
  const names = [`${stem}.worker${extension}`, `${stem}.${kebab}.worker${extension}`];
  const free = names.map((one) => join(dirname(source.file), one)).find((one) => read(one) === null);
  if (free === undefined) throw new Refusal(`${names.join(' and ')} exist already: rename one of them.`);
  return free;
}

/** The statement with the comments that belong to it, to the end of its line, and the blank line after it. */
function rangeWithComments(source: Source, statement: TS.Statement): [number, number] {
  const { text } = source;
  const start = startWithComments(source, statement);
  let end = ts.getTrailingCommentRanges(text, statement.end)?.at(-1)?.end ?? statement.end;
  end = /^[ \t]*(\r?\n)?([ \t]*\r?\n)?/.exec(text.slice(end))![0].length + end;
  return [start, end];
}

function hasExportKeyword(binding: Binding): boolean {
  const declaration = ts.isVariableDeclaration(binding.declaration) ? binding.declaration.parent.parent : binding.declaration;
  return (
    ts.canHaveModifiers(declaration) && (ts.getModifiers(declaration)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** The original's imports, with the names only that moved code uses. */
function importLines(source: Source, imports: ReadonlySet<Binding>, own: string): string {
  const lines: string[] = [];
  for (const statement of source.ast.statements) {
    const used = [...imports].filter((binding) => contains(statement, binding.identifier));
    if (used.length === 0) continue;
    const named = namedElements(statement);
    if (named === null) lines.push(textOf(source, statement));
    else {
      const kept = named.elements.filter((element) => used.some((binding) => contains(element, binding.identifier)));
      const start = statement.getStart(source.ast);
      lines.push(
        `${source.text.slice(start, named.start)}{ ${kept.map((element) => textOf(source, element)).join(', ')} }${source.text.slice(named.end, statement.end)}`,
      );
    }
  }
  return `${[...lines, inStyle(source, own)].join('\n')}\n`;
}

function namedElements(statement: TS.Statement): { elements: readonly TS.Node[]; start: number; end: number } | null {
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings) || statement.importClause?.name !== undefined) return null;
    return { elements: bindings.elements, start: bindings.getStart(), end: bindings.end };
  }
  if (!ts.isVariableStatement(statement)) return null;
  const name = statement.declarationList.declarations[0]!.name;
  return ts.isObjectBindingPattern(name) ? { elements: name.elements, start: name.getStart(), end: name.end } : null;
}

function exportLine(source: Source, names: string[], types: ReadonlySet<string>): string {
  const words = names.map((name) => (types.has(name) ? `type ${name}` : name)).join(', ');
  return source.modules === 'import' ? `export { ${words} }${source.semicolon}\n` : `module.exports = { ${words} }${source.semicolon}\n`;
}

import type TS from 'typescript';
import { importedAs } from '../../syntax/modules.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from './editor.ts';
import { freshName } from '../loops/pool-function.ts';

/** Collects what a file must import, and what it no longer uses; written by `flush`, in the file's own way of importing. */
export interface Imports {
  /** The local name of something that a core module exports (`readFile` of `fs/promises`), imported already or from now on. */
  name(module: string, exported: string): string;
  /** The local name of `promisify(original)`, where `original` is how the file reaches the function. */
  promisified(exported: string, original: string): string;
  /** Imports what was declared here before under the same name. */
  kept(module: string, name: string, isType: boolean): void;
  /** A reference that an edit took away: an import without any left goes too. */
  dropped(identifier: TS.Identifier): void;
  flush(): void;
}

interface ImportStatement {
  statement: TS.Statement;
  specifier: string;
  /** The names in braces; null for other forms. */
  elements: readonly (TS.ImportSpecifier | TS.BindingElement)[] | null;
  braces: TS.Node | null;
  /** The one name that the whole module is given; null for other forms. */
  whole: TS.Identifier | null;
}

export function importsOf(source: Source, editor: Editor): Imports {
  const statements = importStatements(source);
  const added = new Map<string, Map<string, string>>();
  const constants: string[] = [];
  const dropped = new Set<TS.Identifier>();
  const taken = new Set<string>();
  const fresh = (name: string): string => {
    let candidate = freshName(source, name);
    for (let number = 2; taken.has(candidate); number++) candidate = freshName(source, `${name}${number}`);
    taken.add(candidate);
    return candidate;
  };
  const promisifiedNames = new Map<string, string>();

  const name = (module: string, exported: string): string => {
    const known = source.scopes.all.find((binding) => {
      const imported = binding.scope === source.scopes.root ? importedAs(binding) : null;
      if (imported === null || imported.name === null) return false;
      return (
        (imported.module === module && imported.name === exported) ||
        (module === 'fs/promises' && imported.module === 'fs' && imported.name === `promises.${exported}`)
      );
    });
    if (known !== undefined) return known.name;
    const names = added.get(module) ?? new Map<string, string>();
    added.set(module, names);
    const local = names.get(exported) ?? fresh(exported);
    names.set(exported, local);
    return local;
  };

  return {
    name,
    promisified: (exported, original) => {
      const existing = existingPromisified(source, original);
      if (existing !== null) return existing;
      const known = promisifiedNames.get(original);
      if (known !== undefined) return known;
      const local = fresh(`${exported}Async`);
      promisifiedNames.set(original, local);
      const util = source.scopes.all.find(
        (binding) => binding.scope === source.scopes.root && importedAs(binding)?.module === 'util' && importedAs(binding)?.name === null,
      );
      constants.push(
        `const ${local} = ${util === undefined ? name('util', 'promisify') : `${util.name}.promisify`}(${original})${source.semicolon}`,
      );
      return local;
    },
    kept: (module, exported, isType) => {
      const names = added.get(module) ?? new Map<string, string>();
      added.set(module, names);
      const specifier = isType ? `type ${exported}` : exported;
      names.set(specifier, specifier);
    },
    dropped: (identifier) => void dropped.add(identifier),
    flush: () => {
      const isUnused = (binding: Binding | null): boolean =>
        binding !== null && binding.references.length > 0 && binding.references.every((one) => dropped.has(one.identifier));
      const newLines: string[] = [];
      const pending = new Map(added);
      let place = statements.at(-1)?.statement ?? null;
      for (const { statement, specifier, elements, braces, whole } of statements) {
        if ((elements === null || braces === null) && (whole === null || !isUnused(source.scopes.bindingOf(whole)))) continue;
        const module = specifier.replace(/^node:/, '');
        const kept = (elements ?? []).filter(
          (element) => !ts.isIdentifier(element.name) || !isUnused(source.scopes.bindingOf(element.name)),
        );
        const more = braces === null ? undefined : pending.get(module);
        if (kept.length === elements?.length && more === undefined) continue;
        if (braces !== null) pending.delete(module);
        const words = [...kept.map((element) => textOf(source, element)), ...specifiersOf(source, more)];
        if (words.length > 0 && braces !== null)
          editor.rewrite(braces.getStart(source.ast), braces.end, `{ ${words.join(', ')} }`, 'import what is used now');
        else {
          // The line goes; what comes instead takes its place.
          const isImported = (module: string): boolean =>
            statements.some((one) => one.elements !== null && one.specifier.replace(/^node:/, '') === module);
          const first = [...pending].find(([module]) => !isImported(module));
          if (first !== undefined) {
            editor.rewrite(
              statement.getStart(source.ast),
              statement.end,
              importLine(source, statements, first[0], first[1]),
              'import what is used now',
            );
            pending.delete(first[0]);
          } else {
            const end = endOfLine(source, statement.end);
            // A blank line that parted it from the code would stand at the head of the file.
            const blank =
              statements.length === 1 && statement.getStart(source.ast) === 0 ? (/^\r?\n/.exec(source.text.slice(end))?.[0] ?? '') : '';
            editor.rewrite(statement.getStart(source.ast), end + blank.length, '', 'no longer used');
            if (place === statement) place = statements.filter((one) => one.statement !== statement).at(-1)?.statement ?? null;
          }
        }
      }
      for (const [module, names] of pending) newLines.push(importLine(source, statements, module, names));
      if (newLines.length > 0 || constants.length > 0) insertLines(source, editor, place, newLines, constants);
    },
  };
}

function specifiersOf(source: Source, names: Map<string, string> | undefined): string[] {
  const separator = source.modules === 'import' ? ' as ' : ': ';
  return [...(names ?? [])].map(([exported, local]) => (exported === local ? exported : `${exported}${separator}${local}`));
}

function importLine(source: Source, statements: ImportStatement[], module: string, names: Map<string, string>): string {
  const bareNames = statements.some((one) => isCore(one.specifier)) && !statements.some((one) => one.specifier.startsWith('node:'));
  const scheme = module.startsWith('.') || bareNames ? '' : 'node:';
  const specifier = `${source.quote}${scheme}${module}${source.quote}`;
  const braces = `{ ${specifiersOf(source, names).join(', ')} }`;
  return source.modules === 'import'
    ? `import ${braces} from ${specifier}${source.semicolon}`
    : `const ${braces} = require(${specifier})${source.semicolon}`;
}

function isCore(specifier: string): boolean {
  return /^(fs|path|child_process|crypto|zlib|os|util|http|https|url|events|stream|fs\/promises|worker_threads|assert|readline)$/.test(
    specifier,
  );
}

function insertLines(source: Source, editor: Editor, after: TS.Statement | null, imports: string[], constants: string[]): void {
  const { eol } = source;
  if (after !== null) {
    const end = trailingCommentEnd(source, after.end);
    const block = constants.length === 0 ? '' : `${eol}${eol}${constants.join(eol)}`;
    editor.replace(end, end, `${imports.map((line) => eol + line).join('')}${block}`, 'import what is used now');
    return;
  }
  const first = source.ast.statements.find((one) => !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)));
  const start = first === undefined ? source.text.length : startWithComments(source, first);
  editor.replace(start, start, `${[...imports, ...constants].join(eol)}${eol}${eol}`, 'import what is used now');
}

/** The imports at the head of the file, and nothing after the first other statement. */
function importStatements(source: Source): ImportStatement[] {
  const found: ImportStatement[] = [];
  for (const statement of source.ast.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const bindings = statement.importClause?.namedBindings;
      const named =
        bindings !== undefined &&
        ts.isNamedImports(bindings) &&
        statement.importClause?.name === undefined &&
        statement.importClause?.phaseModifier === undefined
          ? bindings
          : null;
      found.push({
        statement,
        specifier: statement.moduleSpecifier.text,
        elements: named?.elements ?? null,
        braces: named,
        whole: wholeName(statement),
      });
    } else if (ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1) {
      const { initializer, name } = statement.declarationList.declarations[0]!;
      const specifier = initializer === undefined ? null : requireSpecifier(initializer);
      if (specifier === null) continue;
      const pattern = ts.isObjectBindingPattern(name) ? name : null;
      found.push({
        statement,
        specifier,
        elements: pattern?.elements ?? null,
        braces: pattern,
        whole: ts.isIdentifier(name) ? name : null,
      });
    }
  }
  // Imports further down (lazy ones) are not where new ones belong.
  return found.filter(
    (one, index) => index === 0 || ts.isImportDeclaration(one.statement) || gapIsShort(source, found[0]!.statement, one.statement),
  );
}

/** `md5` of `import md5 from 'md5'`, `all` of `import * as all from 'md5'`. */
function wholeName({ importClause }: TS.ImportDeclaration): TS.Identifier | null {
  if (importClause === undefined) return null;
  const { name, namedBindings } = importClause;
  if (namedBindings === undefined) return name ?? null;
  return name === undefined && ts.isNamespaceImport(namedBindings) ? namedBindings.name : null;
}

function gapIsShort(source: Source, first: TS.Statement, other: TS.Statement): boolean {
  const all = source.ast.statements;
  const between = all.slice(all.indexOf(first), all.indexOf(other));
  return between.every((one) => ts.isVariableStatement(one) || ts.isImportDeclaration(one));
}

function requireSpecifier(expression: TS.Expression): string | null {
  if (!ts.isCallExpression(expression) || !ts.isIdentifier(expression.expression) || expression.expression.text !== 'require') return null;
  const [specifier] = expression.arguments;
  return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : null;
}

/** `const gzip = promisify(zlib.gzip)` that the file has already. */
function existingPromisified(source: Source, original: string): string | null {
  for (const statement of source.ast.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || initializer === undefined || !ts.isCallExpression(initializer)) continue;
      if (
        /^(util\.)?promisify$/.test(textOf(source, initializer.expression)) &&
        initializer.arguments[0] !== undefined &&
        textOf(source, initializer.arguments[0]) === original
      )
        return name.text;
    }
  }
  return null;
}

/** Where the comments begin that belong to a statement: those that no blank line parts from it. */
export function startWithComments(source: Source, statement: TS.Statement): number {
  let start = statement.getStart(source.ast);
  for (const comment of (ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? []).toReversed()) {
    if (/\n[ \t]*\r?\n/.test(source.text.slice(comment.end, start))) break;
    start = comment.pos;
  }
  return start;
}

function trailingCommentEnd(source: Source, end: number): number {
  return ts.getTrailingCommentRanges(source.text, end)?.at(-1)?.end ?? end;
}

function endOfLine(source: Source, end: number): number {
  const newline = source.text.indexOf('\n', end);
  return newline < 0 ? source.text.length : newline + 1;
}

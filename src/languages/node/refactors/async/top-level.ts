import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import { bare, contains } from '../../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { freshName } from '../loops/pool-function.ts';
import { reindented } from '../text/reindent.ts';
import { Refusal } from '../text/refusal.ts';
import { waitsOf, type Spread } from './spread-await.ts';

/** `main();` as the last thing that a file does: it need not be awaited, as nothing comes after it. Null when something does. */
export function finalCall(source: Source, spread: Spread): TS.CallExpression | null {
  const { topLevel, calls } = spread;
  const [statement] = topLevel;
  if (topLevel.size !== 1 || statement === undefined || !ts.isExpressionStatement(statement)) return null;
  const call = bare(statement.expression);
  if (!ts.isCallExpression(call) || !calls.has(call)) return null;
  const waits = waitsOf(spread);
  const others = waits.some((one) => one !== call && contains(statement, one) && bare(call.expression).pos > one.pos);
  if (others || waits.some((one) => one !== call && call.arguments.some((argument) => contains(argument, one)))) return null;
  const after = source.ast.statements.slice(source.ast.statements.indexOf(statement) + 1);
  return after.every(isDeclarationOnly) ? call : null;
}

/** `if (fileURLToPath(import.meta.url) === process.argv[1]) main();` at the end of an ES module: nothing of it runs where somebody loads the file, and nothing comes after it. */
export function programCall(source: Source, waits: readonly TS.Node[]): TS.CallExpression | null {
  const [call] = waits;
  if (waits.length !== 1 || call === undefined || !ts.isCallExpression(call) || !ts.isExpressionStatement(call.parent)) return null;
  const statement = call.parent;
  const block = ts.isBlock(statement.parent) ? statement.parent : statement;
  const around = block.parent;
  if (block !== statement && statement !== (block as TS.Block).statements.at(-1)) return null;
  if (!ts.isIfStatement(around) || around.thenStatement !== block || around.elseStatement !== undefined) return null;
  if (!ts.isSourceFile(around.parent) || !isEntryTest(around.expression)) return null;
  const { statements } = around.parent;
  return statements.slice(statements.indexOf(around) + 1).every(isDeclarationOnly) ? call : null;
}

function isEntryTest(test: TS.Expression): boolean {
  const value = bare(test);
  if (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
    return isEntryTest(value.left) || isEntryTest(value.right);
  const words = value.getText().replace(/\s+/g, ' ');
  return (
    words === 'import.meta.main' ||
    (ts.isBinaryExpression(value) && /^===?$/.test(value.operatorToken.getText()) && /\bprocess\.argv\[1\]/.test(words))
  );
}

/** A file that others load must be done when they go on, which one that waits without top-level await is not. */
export function refuseLoaded(project: Project, { source, topLevel }: Spread): void {
  const [loader] = project.modules.loaders(source.file);
  const [statement] = topLevel;
  if (loader === undefined || statement === undefined) return;
  const { statements } = source.ast;
  const rest = statements.slice(Math.min(...[...topLevel].map((one) => statements.indexOf(one))));
  if (rest.every((one) => isDeclarationOnly(one) || isForTheProgramItself(one))) return;
  throw new Refusal(
    `Line ${lineOf(source, statement.getStart(source.ast))} would have to wait at the top level of a CommonJS file, and ${basename(loader)}, which loads it, would go on meanwhile: move what waits into a function, or make them ES modules.`,
  );
}

/** `if (require.main === module) { … }`: nothing of it runs where somebody loads the file. */
function isForTheProgramItself(statement: TS.Statement): boolean {
  return (
    ts.isIfStatement(statement) &&
    statement.elseStatement === undefined &&
    /^(require\.main ===? module|module ===? require\.main)$/.test(statement.expression.getText().replace(/\s+/g, ' '))
  );
}

/**
 * Where a file can't await at its top level: from the first statement that waits to the last that does anything, all goes into an async
 * `main`, in the old order. Refuses where something outside of it looks at what it declares.
 */
export function wrapInMain(editor: Editor, { source, topLevel }: Spread): void {
  const { statements } = source.ast;
  const first = statements.findIndex((statement) => topLevel.has(statement));
  const last = statements.findLastIndex((statement) => !isDeclarationOnly(statement));
  const moved = statements.slice(first, last + 1);
  const line = lineOf(source, moved[0]!.getStart(source.ast));
  const sorry = `Line ${line} would have to wait at the top level of a CommonJS file`;
  for (const statement of moved) {
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement) || hasExport(statement))
      throw new Refusal(`${sorry}, and imports or exports follow it: move them up, or make it an ES module.`);
    if (/^\s*(module\.)?exports\b/.test(textOf(source, statement)))
      throw new Refusal(`${sorry}, and \`module.exports\` is set after it: set it first, or make the file an ES module.`);
  }
  const start = moved[0]!.getStart(source.ast);
  const end = ts.getTrailingCommentRanges(source.text, moved.at(-1)!.end)?.at(-1)?.end ?? moved.at(-1)!.end;
  for (const binding of source.scopes.root.bindings.values()) {
    const declaredInside = binding.identifier.pos >= start && binding.identifier.end <= end;
    const usedOutside = binding.references.find((one) => one.identifier.pos < start || one.identifier.end > end);
    if (declaredInside && usedOutside !== undefined)
      throw new Refusal(
        `${sorry}, but \`${binding.name}\`, declared after it, is used outside: put the program into an async function \`main\`, or make the file an ES module.`,
      );
  }
  if (moved.some(usesOwnThis)) throw new Refusal(`${sorry}, and it uses \`this\`: make the file an ES module.`);
  const name = freshName(source, 'main');
  const body = reindented(source, editor.rendered(start, end), '', source.indent);
  const outer = indentationAt(source, start);
  const { eol, semicolon } = source;
  editor.rewrite(
    start,
    end,
    `${outer}async function ${name}() {${eol}${source.indent}${body}${eol}}${eol}${eol}${name}()${semicolon}`,
    'a CommonJS file can wait in a function only',
  );
}

function isDeclarationOnly(statement: TS.Statement): boolean {
  return (
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEmptyStatement(statement)
  );
}

function hasExport(statement: TS.Statement): boolean {
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

function usesOwnThis(node: TS.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isClassLike(node)) return false;
  return ts.forEachChild(node, (child) => usesOwnThis(child) || undefined) ?? false;
}

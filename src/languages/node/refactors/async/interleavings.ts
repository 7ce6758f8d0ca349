import type TS from 'typescript';
import { basename } from 'node:path';
import type { Project } from '../../project/project.ts';
import { requiredSpecifier } from '../../project/exports.ts';
import { rootOf } from '../../syntax/effects.ts';
import { isChangingMethod } from '../../syntax/known-calls.ts';
import { contains, enclosingFunction, walk, walkOwnCode, type FunctionNode } from '../../syntax/locate.ts';
import { isAssignment } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/**
 * Where a function looks at something shared to decide, then waits, then changes it: what else runs meanwhile may decide the same. Memo caches
 * that are filled twice and objects that are made twice look like this. Sentences that name the line.
 */
export function decisionsAcrossWaits(source: Source, calls: Iterable<TS.Node>): string[] {
  const found = new Set<string>();
  for (const call of calls) {
    const enclosing = enclosingFunction(call);
    if (enclosing?.body === undefined) continue;
    const decided = decisionsBefore(source, enclosing, call);
    const changedBefore = new Map<string, number>();
    walkOwnCode(enclosing.body, (node) => {
      const before = node.end <= call.getStart(source.ast) ? changedPlace(source, node) : null;
      const place = before === null ? null : placeOf(source, enclosing, before);
      if (place !== null) changedBefore.set(place, lineOf(source, node.getStart(source.ast)));
    });
    walkOwnCode(enclosing.body, (node) => {
      if (node.end <= call.end) return;
      // `count--; … if (count === 0) done();`: who comes to it first is another one then.
      if (ts.isIfStatement(node) && node.expression.getStart(source.ast) >= call.end)
        walk(node.expression, (one) => {
          const looked = ts.isIdentifier(one) ? placeOf(source, enclosing, one) : null;
          const line = looked === null ? undefined : changedBefore.get(looked);
          if (line !== undefined)
            found.add(
              `line ${line} changes \`${looked!}\` before it waits, and line ${lineOf(source, node.getStart(source.ast))} decides by it afterwards: another call may come in between`,
            );
        });
      const changed = changedPlace(source, node);
      const place = changed === null ? null : placeOf(source, enclosing, changed);
      const line = place === null ? undefined : decided.get(place);
      if (line !== undefined)
        found.add(
          `line ${line} looks at \`${place!}\` before it waits, and line ${lineOf(source, node.getStart(source.ast))} changes it afterwards: another call may come in between`,
        );
    });
  }
  return [...found];
}

/** Shared places that conditions before the call look at, with their lines. */
function decisionsBefore(source: Source, enclosing: FunctionNode, call: TS.Node): Map<string, number> {
  const found = new Map<string, number>();
  const note = (test: TS.Expression): void => {
    if (test.end > call.getStart(source.ast)) return;
    walk(test, (node) => {
      if (!ts.isIdentifier(node) && node.kind !== ts.SyntaxKind.ThisKeyword) return;
      const place = placeOf(source, enclosing, outermost(node as TS.Expression));
      if (place !== null) found.set(place, lineOf(source, test.getStart(source.ast)));
    });
  };
  walkOwnCode(enclosing.body!, (node) => {
    if (ts.isIfStatement(node)) note(node.expression);
    else if (ts.isConditionalExpression(node)) note(node.condition);
    else if (ts.isBinaryExpression(node) && ['&&', '||', '??'].includes(node.operatorToken.getText(source.ast))) note(node.left);
  });
  return found;
}

function outermost(node: TS.Expression): TS.Expression {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) && parent.expression === node && node.kind === ts.SyntaxKind.ThisKeyword ? parent : node;
}

/** What a node assigns or changes. */
export function changedPlace(source: Source, node: TS.Node): TS.Expression | null {
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return node.left;
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && /^(\+\+|--)|(\+\+|--)$/.test(textOf(source, node)))
    return node.operand;
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && isChangingMethod(node.expression.name.text))
    return node.expression.expression;
  return null;
}

/** `cache`, `this.total`: the shared variable that an expression is part of; null for what is the function's own. */
function placeOf(source: Source, enclosing: FunctionNode, expression: TS.Expression): string | null {
  const root = rootOf(expression);
  if (root === null) return null;
  if (root === 'this') {
    let current: TS.Expression = expression;
    while (
      (ts.isPropertyAccessExpression(current) || ts.isElementAccessExpression(current)) &&
      current.expression.kind !== ts.SyntaxKind.ThisKeyword
    )
      current = current.expression;
    return ts.isPropertyAccessExpression(current) ? textOf(source, current) : null;
  }
  const binding = source.scopes.bindingOf(root);
  if (binding === null || contains(enclosing, binding.identifier) || binding.kind === 'import' || binding.kind === 'function') return null;
  return binding.name;
}

/** Longer chains of imports are looked at no further. */
const MOST_LOADERS = 200;

/**
 * What happens to the files that load one whose top level waits from now on: `require` refuses such a module, which is told in a sentence, and the
 * modules that are imported after it no longer wait for it. Null where nobody requires it.
 */
export function reviewTopLevelWait(project: Project, source: Source, review: Set<string>): string | null {
  const found = new Set<string>();
  const queue = [source.file];
  const seen = new Set(queue);
  for (let file = queue.shift(); file !== undefined && seen.size < MOST_LOADERS; file = queue.shift()) {
    for (const loaderFile of project.modules.loaders(file)) {
      const loader = project.source(loaderFile);
      if (typeof loader === 'string') continue;
      if (requires(project, loader, file))
        return `${basename(source.file)} would wait at its top level, and ${basename(loaderFile)} requires ${file === source.file ? 'it' : basename(file)}: a module that waits can only be imported.`;
      const later = importedAfter(project, loader, file).find((one) => !seen.has(one));
      if (later !== undefined)
        found.add(
          `${basename(source.file)} waits while it is loaded, and ${basename(later)}, which ${basename(loaderFile)} imports after it, runs meanwhile`,
        );
      if (!seen.has(loaderFile)) {
        seen.add(loaderFile);
        queue.push(loaderFile);
      }
    }
  }
  for (const reason of found) review.add(reason);
  return null;
}

function requires(project: Project, loader: Source, file: string): boolean {
  let found = false;
  walk(loader.ast, (node) => {
    const specifier = requiredSpecifier(node);
    if (specifier !== null && project.modules.resolve(loader.file, specifier) === file) found = true;
  });
  return found;
}

function importedAfter(project: Project, loader: Source, file: string): string[] {
  const imports = loader.ast.statements.flatMap((one) =>
    (ts.isImportDeclaration(one) || ts.isExportDeclaration(one)) &&
    one.moduleSpecifier !== undefined &&
    ts.isStringLiteral(one.moduleSpecifier)
      ? [project.modules.resolve(loader.file, one.moduleSpecifier.text)]
      : [],
  );
  return imports.slice(imports.indexOf(file) + 1).filter((one) => one !== null);
}

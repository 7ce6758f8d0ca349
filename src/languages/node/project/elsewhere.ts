import type TS from 'typescript';
import { bare, functionOf, walk, type FunctionNode } from '../syntax/locate.ts';
import { importedExpression } from '../syntax/modules.ts';
import { isWritten } from '../syntax/scopes.ts';
import type { Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { topLevelExports, WHOLE } from './exports.ts';
import type { Project } from './project.ts';

/** A chain of re-exports that is longer goes in circles. */
const DEEPEST = 8;

/** The function of another file that an expression stands for, through imports, requires and re-exports; null where it can't be told. */
export function elsewhere(project: Project, source: Source): Source['elsewhere'] {
  return (expression: TS.Expression) => followValue(project, source, expression, 0);
}

function followValue(
  project: Project,
  source: Source,
  expression: TS.Expression,
  depth: number,
): { source: Source; node: FunctionNode } | null {
  const imported = importedExpression(source, bare(expression));
  if (imported === null || depth > DEEPEST) return null;
  const file = project.modules.resolve(source.file, imported.module);
  return file === null ? null : exportedFunction(project, file, imported.name ?? 'default', depth + 1);
}

function exportedFunction(project: Project, file: string, name: string, depth: number): { source: Source; node: FunctionNode } | null {
  const source = project.source(file);
  if (typeof source === 'string' || depth > DEEPEST) return null;
  for (const one of topLevelExports(source)) {
    if (one.name !== '*' && one.name !== name && !(name === 'default' && one.name === WHOLE)) continue;
    if (one.kind === 'function') return { source, node: one.node };
    if (one.kind === 'from') {
      const target = project.modules.resolve(file, one.specifier);
      const found = target === null ? null : exportedFunction(project, target, one.name === '*' ? name : one.imported, depth + 1);
      if (found !== null) return found;
      continue;
    }
    const value = bare(one.expression);
    if (ts.isFunctionExpression(value) || ts.isArrowFunction(value)) return { source, node: value };
    const node = ts.isIdentifier(value) ? functionOf(source.scopes.bindingOf(value)) : null;
    return node === null ? followValue(project, source, value, depth + 1) : { source, node };
  }
  return null;
}

/**
 * The method that `tool.draw` is where `tool` is a constant made with `new Tool(…)`, of a class that declares it and that the project never gives another one.
 * Null where that can't be told.
 */
export function methodOfInstance(
  project: Project,
  source: Source,
  callee: TS.PropertyAccessExpression,
): { source: Source; node: FunctionNode } | null {
  const receiver = bare(callee.expression);
  const binding = ts.isIdentifier(receiver) ? source.scopes.bindingOf(receiver) : null;
  const made = binding === null || binding.references.some((one) => one.writes) ? undefined : binding.declaration;
  const value = made !== undefined && ts.isVariableDeclaration(made) && made.initializer !== undefined ? bare(made.initializer) : null;
  if (value === null || !ts.isNewExpression(value) || !ts.isIdentifier(callee.name)) return null;
  const found = classOf(project, source, value.expression, 0);
  const name = callee.name.text;
  const methods = found?.node.members.filter((one) => one.name?.getText(found.source.ast) === name) ?? [];
  const [method] = methods;
  if (found === null || methods.length !== 1 || method === undefined || !ts.isMethodDeclaration(method)) return null;
  if (method.modifiers?.some((one) => one.kind === ts.SyntaxKind.StaticKeyword) === true) return null;
  return isAssigned(project, name) ? null : { source: found.source, node: method };
}

/** The class that an expression names, in this file or in the one that exports it. */
function classOf(
  project: Project,
  source: Source,
  expression: TS.Expression,
  depth: number,
): { source: Source; node: TS.ClassLikeDeclaration } | null {
  const value = bare(expression);
  if (depth > DEEPEST) return null;
  if (ts.isClassExpression(value)) return { source, node: value };
  const binding = ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
  if (binding?.kind === 'class' && ts.isClassLike(binding.declaration)) return { source, node: binding.declaration };
  const imported = importedExpression(source, value);
  const file = imported === null ? null : project.modules.resolve(source.file, imported.module);
  const other = file === null ? null : project.source(file);
  if (imported === null || other === null || typeof other === 'string') return null;
  const name = imported.name ?? 'default';
  for (const statement of other.ast.statements)
    if (ts.isClassDeclaration(statement) && exportedAs(statement) === name) return { source: other, node: statement };
  const exported = topLevelExports(other).find((one) => one.name === name || (name === 'default' && one.name === WHOLE));
  return exported?.kind === 'value' ? classOf(project, other, exported.expression, depth + 1) : null;
}

/** The name under which `export class` or `export default class` exports it. */
function exportedAs(node: TS.ClassDeclaration): string | null {
  const kinds = (ts.getModifiers(node) ?? []).map((one) => one.kind);
  if (!kinds.includes(ts.SyntaxKind.ExportKeyword)) return null;
  return kinds.includes(ts.SyntaxKind.DefaultKeyword) ? 'default' : (node.name?.text ?? null);
}

/** Whether any file of the project assigns to a property of a name: `Tool.prototype.draw = …`, `tool.draw = …`. */
function isAssigned(project: Project, name: string): boolean {
  return project.filesWith(name).some((file) => {
    const source = project.source(file);
    if (typeof source === 'string') return true;
    const found: TS.Node[] = [];
    walk(source.ast, (node) => {
      if (ts.isPropertyAccessExpression(node) && node.name.text === name && isWritten(node)) found.push(node);
    });
    return found.length > 0;
  });
}

import type TS from 'typescript';
import { bare, functionOf, type FunctionNode } from '../syntax/locate.ts';
import { importedExpression } from '../syntax/modules.ts';
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

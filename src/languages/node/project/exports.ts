import type TS from 'typescript';
import { bare, type FunctionNode } from '../syntax/locate.ts';
import type { Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';

/** What `module.exports` itself is called among the names that a file exports. */
export const WHOLE = '=';

/** One name under which a file hands something out. */
export type Export =
  | { kind: 'function'; name: string; node: FunctionNode }
  | { kind: 'value'; name: string; expression: TS.Expression }
  /** Handed on from another file; `*` for everything. */
  | { kind: 'from'; name: string; imported: string; specifier: string };

/** What a file exports at its top level, in the ways of ES modules and of CommonJS. */
export function topLevelExports(source: Source): Export[] {
  const found: Export[] = [];
  for (const statement of source.ast.statements) {
    if (ts.isExportAssignment(statement))
      found.push({ kind: 'value', name: statement.isExportEquals === true ? WHOLE : 'default', expression: statement.expression });
    else if (ts.isExportDeclaration(statement)) found.push(...exportDeclaration(statement));
    else if (ts.isFunctionDeclaration(statement) && hasExportKeyword(statement))
      found.push({ kind: 'function', name: isDefault(statement) ? 'default' : (statement.name?.text ?? ''), node: statement });
    else if (ts.isVariableStatement(statement) && hasExportKeyword(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer !== undefined) found.push({ kind: 'value', name: name.text, expression: initializer });
    } else if (ts.isExpressionStatement(statement)) found.push(...commonJs(source, statement.expression));
  }
  return found;
}

function exportDeclaration({ moduleSpecifier, exportClause }: TS.ExportDeclaration): Export[] {
  const specifier = moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : null;
  if (exportClause === undefined) return specifier === null ? [] : [{ kind: 'from', name: '*', imported: '*', specifier }];
  if (!ts.isNamedExports(exportClause)) return [];
  return exportClause.elements.flatMap((element): Export[] => {
    const original = element.propertyName ?? element.name;
    if (specifier !== null) return [{ kind: 'from', name: element.name.text, imported: original.text, specifier }];
    return ts.isIdentifier(original) ? [{ kind: 'value', name: element.name.text, expression: original }] : [];
  });
}

function commonJs(source: Source, expression: TS.Expression): Export[] {
  const value = bare(expression);
  if (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const target = exportTarget(source, value.left);
    if (target === null) return [];
    return target === WHOLE ? wholeExport(value.right) : [{ kind: 'value', name: target, expression: value.right }];
  }
  if (ts.isCallExpression(value) && isAssignToExports(source, value)) return value.arguments.slice(1).flatMap(wholeExport);
  return [];
}

/** What `module.exports = …` exports: itself, and the properties of a literal. */
function wholeExport(expression: TS.Expression): Export[] {
  const value = bare(expression);
  const found: Export[] = [{ kind: 'value', name: WHOLE, expression: value }];
  if (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.EqualsToken) return wholeExport(value.right);
  if (ts.isCallExpression(value)) {
    const specifier = requiredSpecifier(value);
    if (specifier !== null) found.push({ kind: 'from', name: '*', imported: '*', specifier });
  }
  if (!ts.isObjectLiteralExpression(value)) return found;
  for (const property of value.properties) {
    const name = property.name !== undefined && ts.isIdentifier(property.name) ? property.name.text : null;
    if (ts.isSpreadAssignment(property)) found.push(...wholeExport(property.expression).filter((one) => one.name === '*'));
    else if (name === null) continue;
    else if (ts.isPropertyAssignment(property)) found.push({ kind: 'value', name, expression: property.initializer });
    else if (ts.isShorthandPropertyAssignment(property)) found.push({ kind: 'value', name, expression: property.name });
    else if (ts.isMethodDeclaration(property)) found.push({ kind: 'function', name, node: property });
  }
  return found;
}

/** `exports.load` → load, `module.exports` → WHOLE; null for other targets. */
export function exportTarget(source: Source, left: TS.Expression): string | null {
  const target = bare(left);
  if (ts.isPropertyAccessExpression(target)) {
    if (isModuleExports(source, target)) return WHOLE;
    if (isExportsObject(source, target.expression)) return target.name.text;
  }
  if (
    ts.isElementAccessExpression(target) &&
    ts.isStringLiteralLike(target.argumentExpression) &&
    isExportsObject(source, target.expression)
  )
    return target.argumentExpression.text;
  return null;
}

/** `exports` or `module.exports`. */
export function isExportsObject(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isIdentifier(value)) return value.text === 'exports' && source.scopes.bindingOf(value) === null;
  return ts.isPropertyAccessExpression(value) && isModuleExports(source, value);
}

function isModuleExports(source: Source, value: TS.PropertyAccessExpression): boolean {
  return (
    value.name.text === 'exports' &&
    ts.isIdentifier(value.expression) &&
    value.expression.text === 'module' &&
    source.scopes.bindingOf(value.expression) === null
  );
}

/** `Object.assign(module.exports, …)`. */
export function isAssignToExports(source: Source, call: TS.CallExpression): boolean {
  const [target] = call.arguments;
  return /^Object\.assign$/.test(call.expression.getText(source.ast)) && target !== undefined && isExportsObject(source, target);
}

/** `./store` of `require('./store')`. */
export function requiredSpecifier(value: TS.Node): string | null {
  if (!ts.isCallExpression(value) || !ts.isIdentifier(value.expression) || value.expression.text !== 'require') return null;
  const [specifier] = value.arguments;
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : null;
}

export function hasExportKeyword(node: TS.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

export function isDefault(node: TS.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword) ?? false);
}

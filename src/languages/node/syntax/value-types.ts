import type TS from 'typescript';
import { bare, bindingOfFunction, type FunctionNode } from './locate.ts';
import { globalName } from './modules.ts';
import { isFunctionLike, type Binding } from './scopes.ts';
import type { Source } from './source.ts';
import { ts } from './typescript.ts';

/** Methods that arrays have and strings lack. */
const ARRAY_ONLY = new Set(
  'push pop shift unshift splice map filter forEach reduce reduceRight some every find findIndex findLast join flat flatMap sort reverse toSorted toReversed'.split(
    ' ',
  ),
);
const MAKES_ARRAY = new Set('map filter flat flatMap split sort reverse toSorted toReversed toSpliced splice fill'.split(' '));

/** Whether an expression can be nothing but an array, as far as this file tells: by how it is made, its type, its callers, or methods that only arrays have. */
export function isArray(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (depth > 5) return false;
  if (ts.isArrayLiteralExpression(value)) return true;
  if (ts.isCallExpression(value) || ts.isNewExpression(value)) {
    const global = globalName(source, value.expression);
    if (global !== null && /^(Object\.(keys|values|entries)|Array(\.from|\.of)?)$/.test(global)) return true;
    const callee = bare(value.expression);
    if (!ts.isPropertyAccessExpression(callee)) return false;
    const method = callee.name.text;
    return MAKES_ARRAY.has(method) || ((method === 'slice' || method === 'concat') && isArray(source, callee.expression, depth + 1));
  }
  if (!ts.isIdentifier(value)) return false;
  const binding = source.scopes.bindingOf(value);
  return binding !== null && holdsArray(source, binding, depth);
}

function holdsArray(source: Source, binding: Binding, depth: number): boolean {
  const { declaration, references } = binding;
  if ((ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) && declaration.type !== undefined)
    return isArrayType(declaration.type);
  const usedAsOne = references.some(
    ({ identifier: { parent } }) =>
      ts.isPropertyAccessExpression(parent) &&
      ts.isCallExpression(parent.parent) &&
      parent.parent.expression === parent &&
      ARRAY_ONLY.has(parent.name.text),
  );
  if (usedAsOne) return true;
  if (ts.isVariableDeclaration(declaration))
    return (
      declaration.initializer !== undefined && !references.some((one) => one.writes) && isArray(source, declaration.initializer, depth + 1)
    );
  if (!ts.isParameter(declaration) || !isFunctionLike(declaration.parent)) return false;
  const calls = onlyCalls(source, declaration.parent);
  const index = declaration.parent.parameters.indexOf(declaration);
  return (
    calls !== null &&
    calls.length > 0 &&
    calls.every((call) => call.arguments[index] !== undefined && isArray(source, call.arguments[index], depth + 1))
  );
}

/** Whether an expression can be nothing but a text, as far as this file tells. */
export function isText(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (depth > 5) return false;
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return true;
  if (ts.isBinaryExpression(value))
    return (
      value.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      (isText(source, value.left, depth + 1) || isText(source, value.right, depth + 1))
    );
  if (ts.isCallExpression(value)) {
    if (/^(String|JSON\.stringify|encodeURIComponent|encodeURI)$/.test(globalName(source, value.expression) ?? '')) return true;
    return (
      ts.isPropertyAccessExpression(value.expression) &&
      /^(toLowerCase|toUpperCase|trim|toString|join|replace|replaceAll|substring|toFixed|toISOString|padStart|padEnd|repeat)$/.test(
        value.expression.name.text,
      )
    );
  }
  if (!ts.isIdentifier(value)) return false;
  const binding = source.scopes.bindingOf(value);
  const declaration = binding?.declaration;
  if (binding === null || declaration === undefined || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)))
    return false;
  if (declaration.type !== undefined) return declaration.type.kind === ts.SyntaxKind.StringKeyword;
  if (ts.isVariableDeclaration(declaration))
    return binding.kind === 'const' && declaration.initializer !== undefined && isText(source, declaration.initializer, depth + 1);
  if (!isFunctionLike(declaration.parent) || binding.references.some((one) => one.writes)) return false;
  const calls = onlyCalls(source, declaration.parent);
  const index = declaration.parent.parameters.indexOf(declaration);
  return (
    calls !== null &&
    calls.length > 0 &&
    calls.every((call) => call.arguments[index] !== undefined && isText(source, call.arguments[index], depth + 1))
  );
}

/** All calls of a function; null where it is used in another way too. */
function onlyCalls(source: Source, node: FunctionNode): TS.CallExpression[] | null {
  const binding = bindingOfFunction(source, node);
  if (binding === null || (ts.canHaveModifiers(node) && (ts.getModifiers(node)?.length ?? 0) > 0)) return null;
  const calls: TS.CallExpression[] = [];
  for (const { identifier } of binding.references) {
    if (!ts.isCallExpression(identifier.parent) || identifier.parent.expression !== identifier) return null;
    calls.push(identifier.parent);
  }
  return calls;
}

function isArrayType(type: TS.TypeNode): boolean {
  if (ts.isArrayTypeNode(type) || ts.isTupleTypeNode(type)) return true;
  if (ts.isTypeOperatorNode(type)) return isArrayType(type.type);
  return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && /^(Readonly)?Array$/.test(type.typeName.text);
}

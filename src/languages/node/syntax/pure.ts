import type TS from 'typescript';
import { effectsOf } from './effects.ts';
import { bare, functionOf, isPropertyName, walk, type FunctionNode } from './locate.ts';
import { globalName, importedAs, importedExpression } from './modules.ts';
import { isChangedAt, returnedBy } from './movable.ts';
import type { Binding } from './scopes.ts';
import { lineOf, textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';
import { isExported } from './value-uses.ts';

/** The clock, chance, the process and what is outside of it: another call may get something else. */
const UNSTEADY =
  /^(?:Math\.random|Date|Date\.now|performance\b.*|crypto\b.*|process\b.*|fetch|globalThis|require|import|console\b.*|set(?:Timeout|Interval|Immediate))$/;
/** Modules of Node whose functions give the same for the same, but for those that are named as random. */
const STEADY_MODULES = new Set([
  'path',
  'path/posix',
  'path/win32',
  'querystring',
  'url',
  'util',
  'buffer',
  'crypto',
  'zlib',
  'string_decoder',
  'punycode',
]);
const RANDOM = /random|generate|salt/i;

/**
 * Why a call of a function may give something else than another one with the same arguments, or do more than that: the end of a sentence
 * about it. Null where nothing of the kind is found; the functions of the same file that it calls are looked at as well.
 */
export function whyNotPure(source: Source, node: FunctionNode): string | null {
  const { usesThis, writes, changes, prints, outside, unknown } = effectsOf(source, [node]);
  if (usesThis) return 'it uses `this`';
  if (prints !== null) return `it prints (\`${prints}\`)`;
  const [written] = [...writes, ...changes];
  if (written !== undefined) return `it changes \`${written.name}\``;
  const [effect] = outside;
  if (effect !== undefined) return `it calls \`${effect}\`, which changes something outside the program`;
  const [called] = unknown;
  if (called !== undefined) return `it calls \`${called}\`, of which nothing is known`;
  return whyUnsteady(source, node, new Set([node]));
}

function whyUnsteady(source: Source, node: FunctionNode, seen: Set<TS.Node>): string | null {
  let reason: string | null = null;
  walk(node, (child) => {
    if (reason !== null || ts.isTypeNode(child)) return;
    if (ts.isAwaitExpression(child) || ts.isYieldExpression(child)) reason = 'it waits';
    if ((ts.isCallExpression(child) || ts.isNewExpression(child)) && !isSteady(source, child))
      reason = `it calls \`${textOf(source, child.expression)}\``;
    if (!ts.isIdentifier(child) || isPropertyName(child)) return;
    if (child.text === 'arguments') reason = 'it uses `arguments`';
    const binding = source.scopes.bindingOf(child);
    if (binding === null) {
      if (OUTSIDE.has(child.text)) reason = `it uses \`${child.text}\``;
      return;
    }
    if (binding.scope !== source.scopes.root || binding.identifier === child) return;
    const imported = importedAs(binding);
    if (imported !== null) {
      const isSteadyName = STEADY_MODULES.has(imported.module) && !RANDOM.test(imported.name ?? '');
      if (!isSteadyName) reason = `it uses \`${child.text}\` of ${imported.module}`;
      return;
    }
    const target = functionOf(binding);
    if (target === null) reason = whyChanging(source, binding);
    else if (!seen.has(target)) {
      seen.add(target);
      reason = whyUnsteady(source, target, seen);
    }
  });
  return reason;
}

function isSteady(source: Source, call: TS.CallExpression | TS.NewExpression): boolean {
  const global = globalName(source, call.expression);
  // `new Date(when)` is the moment that it is given.
  if (global === 'Date') return ts.isNewExpression(call) && (call.arguments?.length ?? 0) > 0;
  if (global !== null) return !UNSTEADY.test(global);
  const imported = importedExpression(source, call.expression);
  return imported === null || (STEADY_MODULES.has(imported.module) && !RANDOM.test(imported.name ?? ''));
}

/** Globals that stand for the process and what changes with it. */
const OUTSIDE = new Set(['process', 'performance', 'crypto', 'globalThis', 'fetch', 'require', 'module', 'exports', '__filename']);

/** Why what is read of the file's top level may be something else later. */
function whyChanging(source: Source, binding: Binding): string | null {
  const { name, kind, declaration, references } = binding;
  if (kind === 'type' || kind === 'class' || ts.isEnumDeclaration(declaration))
    return kind === 'class' ? `it uses the class \`${name}\`` : null;
  if (kind === 'import') return `it uses \`${name}\` of another file`;
  if (references.some((one) => one.writes) || references.some((one) => isChangedAt(source, one.identifier, binding)))
    return `it reads \`${name}\`, which changes while the program runs`;
  const initial = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : null;
  const isPattern = initial !== null && (ts.isRegularExpressionLiteral(initial) || ts.isNewExpression(initial));
  if (
    isPattern &&
    references.some(({ identifier }) => stopsSomewhere(identifier)) &&
    !(ts.isRegularExpressionLiteral(initial) && !/\/\w*[gy]\w*$/.test(initial.text))
  )
    return `it reads \`${name}\`, which may keep where it stopped`;
  if (isExported(binding) && initial !== null && !isPattern && !isValue(initial))
    return `it reads \`${name}\`, which another file may change`;
  return null;
}

/** `pattern.test(text)`: with the flags g and y the next one goes on from there. */
function stopsSomewhere({ parent }: TS.Identifier): boolean {
  return ts.isPropertyAccessExpression(parent) && (parent.name.text === 'test' || parent.name.text === 'exec');
}

function isValue(initial: TS.Expression): boolean {
  return ts.isLiteralExpression(initial) || ts.isPrefixUnaryExpression(initial) || ts.isTemplateExpression(initial);
}

/** Why the result of a function may be an object, which those who get it could change: the end of a sentence about it; null where it can't be one. */
export function whyNotPrimitive(source: Source, node: FunctionNode): string | null {
  if (node.type !== undefined && isPrimitiveType(node.type)) return null;
  const returned = returnedBy(node);
  if (returned.length === 0) return 'it returns nothing';
  const found = returned.find((one) => !isPrimitive(source, one, node, 0));
  if (found === undefined) return null;
  return `what it returns in line ${lineOf(source, found.getStart(source.ast))} may be an object, which one of its callers could change`;
}

export function isPrimitiveType(type: TS.TypeNode): boolean {
  if (ts.isUnionTypeNode(type)) return type.types.every(isPrimitiveType);
  return (
    ts.isLiteralTypeNode(type) ||
    [
      ts.SyntaxKind.StringKeyword,
      ts.SyntaxKind.NumberKeyword,
      ts.SyntaxKind.BooleanKeyword,
      ts.SyntaxKind.BigIntKeyword,
      ts.SyntaxKind.UndefinedKeyword,
    ].includes(type.kind)
  );
}

const PRIMITIVE_GLOBALS =
  /^(?:String|Number|Boolean|BigInt|parseInt|parseFloat|isNaN|isFinite|Math\.\w+|JSON\.stringify|(?:en|de)codeURI(?:Component)?|Number\.\w+|String\.\w+|Buffer\.byteLength|Array\.isArray|Object\.is|btoa|atob)$/;
const PRIMITIVE_METHODS = new Set(
  (
    'toString toLocaleString toFixed toPrecision toExponential toLowerCase toUpperCase toLocaleLowerCase toLocaleUpperCase trim trimStart trimEnd replace replaceAll padStart padEnd ' +
    'join charAt charCodeAt codePointAt indexOf lastIndexOf findIndex findLastIndex includes startsWith endsWith localeCompare test repeat normalize substring substr search some every has ' +
    'getTime toISOString toJSON getFullYear getMonth getDate getDay getHours getMinutes getSeconds'
  ).split(' '),
);
const DEEPEST = 8;

function isPrimitive(source: Source, expression: TS.Expression, within: FunctionNode, depth: number): boolean {
  const value = bare(expression);
  const same = (one: TS.Expression): boolean => isPrimitive(source, one, within, depth + 1);
  if (depth > DEEPEST) return false;
  if (ts.isLiteralExpression(value)) return !ts.isRegularExpressionLiteral(value);
  if (ts.isTemplateExpression(value) || ts.isPrefixUnaryExpression(value) || ts.isPostfixUnaryExpression(value)) return true;
  if (ts.isTypeOfExpression(value) || ts.isVoidExpression(value)) return true;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(value.kind)) return true;
  if (ts.isConditionalExpression(value)) return same(value.whenTrue) && same(value.whenFalse);
  if (ts.isBinaryExpression(value)) {
    const operator = value.operatorToken.kind;
    if ([ts.SyntaxKind.CommaToken, ts.SyntaxKind.EqualsToken].includes(operator)) return same(value.right);
    const chooses = [
      ts.SyntaxKind.AmpersandAmpersandToken,
      ts.SyntaxKind.BarBarToken,
      ts.SyntaxKind.QuestionQuestionToken,
      ts.SyntaxKind.AmpersandAmpersandEqualsToken,
      ts.SyntaxKind.BarBarEqualsToken,
      ts.SyntaxKind.QuestionQuestionEqualsToken,
    ].includes(operator);
    return chooses ? same(value.left) && same(value.right) : true;
  }
  if (ts.isPropertyAccessExpression(value)) return ['length', 'size', 'byteLength'].includes(value.name.text);
  if (ts.isCallExpression(value)) return givesPrimitive(source, value, within, depth);
  if (!ts.isIdentifier(value)) return false;
  if (value.text === 'undefined' || value.text === 'NaN') return true;
  const binding = source.scopes.bindingOf(value);
  return binding !== null && holdsPrimitive(source, binding, within, depth);
}

function givesPrimitive(source: Source, call: TS.CallExpression, within: FunctionNode, depth: number): boolean {
  const callee = bare(call.expression);
  const global = globalName(source, callee);
  if (global !== null) return PRIMITIVE_GLOBALS.test(global);
  if (ts.isPropertyAccessExpression(callee)) {
    const { text } = callee.name;
    if (PRIMITIVE_METHODS.has(text)) return true;
    if (text === 'slice' || text === 'concat' || text === 'at') return isPrimitive(source, callee.expression, within, depth + 1);
    // `hash.digest('hex')` is a text, `hash.digest()` a buffer.
    return text === 'digest' && call.arguments.length === 1;
  }
  const target = ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
  if (target === null || depth >= DEEPEST) return false;
  if (target === within) return true;
  const returned = returnedBy(target);
  return returned.length > 0 && returned.every((one) => isPrimitive(source, one, within, depth + 1));
}

/** Whether a variable of the function never holds an object. Its parameter does not: objects are not kept. */
function holdsPrimitive(source: Source, { declaration, references, identifier }: Binding, within: FunctionNode, depth: number): boolean {
  const isOwnParameter = ts.isParameter(declaration) && declaration.parent === within && ts.isIdentifier(declaration.name);
  const initial = ts.isVariableDeclaration(declaration) && declaration.name === identifier ? declaration.initializer : undefined;
  const isLoopVariable =
    ts.isVariableDeclaration(declaration) &&
    !ts.isVariableStatement(declaration.parent.parent) &&
    !ts.isForStatement(declaration.parent.parent);
  if (isLoopVariable || (!isOwnParameter && !ts.isVariableDeclaration(declaration))) return false;
  const fallback = isOwnParameter ? declaration.initializer : initial;
  if (fallback !== undefined && !isPrimitive(source, fallback, within, depth + 1)) return false;
  return references
    .filter((one) => one.writes)
    .every(({ identifier: { parent } }) => {
      if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) return true;
      return ts.isBinaryExpression(parent) && isPrimitive(source, parent, within, depth + 1);
    });
}

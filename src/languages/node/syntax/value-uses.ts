import type TS from 'typescript';
import { bindingsOfPattern } from './effects.ts';
import { changesFirstArgument, isChangingMethod, isReadingMethod, natureOfGlobal } from './known-calls.ts';
import { enclosingFunction, functionOf, type FunctionNode } from './locate.ts';
import { globalName } from './modules.ts';
import { isFunctionLike, isWritten, type Binding } from './scopes.ts';
import { lineOf, textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';

/** A use of a value that is more than looking at it. */
export interface ValueUse {
  /** `changes`: the value, or what it holds, is assigned to or changed by a method. `escapes`: it gets to where it can't be followed. */
  kind: 'changes' | 'escapes';
  /** The whole expression: `copy.a.b`, `copy.list.push`, `return copy`. */
  node: TS.Node;
  /** How far in: 1 for `copy.a = …` and `copy.push(…)`, 2 for `copy.a.b = …`; 0 where the value itself escapes. */
  depth: number;
  /** `is returned in line 4`, for a sentence about the value. */
  words: string;
}

/** Methods whose result is a new plain value: nothing of the object can be changed through it. */
const PLAIN_RESULTS = new Set(
  (
    'includes indexOf lastIndexOf join some every has findIndex findLastIndex toString toLocaleString test charCodeAt codePointAt startsWith endsWith ' +
    'localeCompare getTime toISOString toFixed equals compare hasOwnProperty propertyIsEnumerable toUpperCase toLowerCase toLocaleUpperCase ' +
    'toLocaleLowerCase trim trimStart trimEnd padStart padEnd repeat charAt substring substr normalize replace replaceAll split match'
  ).split(' '),
);

const CALLBACK_METHODS = new Set(
  'forEach map filter find findIndex findLast findLastIndex some every flatMap sort toSorted reduce reduceRight'.split(' '),
);

/**
 * What the code of the file does with a value beyond looking at it, as far as it can be followed: through variables, parts of it, callbacks of array
 * methods and functions of the same file.
 * @param start the expression that makes the value, or the variable that holds it
 * @param parts whether the objects that it holds matter too, or only the outermost one
 */
export function usesOfValue(source: Source, start: TS.Expression | Binding, { parts }: { parts: boolean }): ValueUse[] {
  const found: ValueUse[] = [];
  const followed = new Set<Binding | TS.Node>();

  const followBinding = (binding: Binding, depth: number): void => {
    if (followed.has(binding)) return;
    followed.add(binding);
    for (const { identifier } of binding.references) if (!replaces(identifier)) follow(identifier, depth);
    if (isExported(binding)) escapes(binding.identifier, depth, 'is exported');
  };
  const followPattern = (name: TS.BindingName, depth: number): void => {
    if (ts.isIdentifier(name)) for (const one of bindingsOfPattern(source, name)) followBinding(one, depth);
    else if (parts) for (const one of bindingsOfPattern(source, name)) followBinding(one, depth + 1);
  };
  const escapes = (node: TS.Node, depth: number, how: string): void => {
    found.push({ kind: 'escapes', node, depth, words: `${how} in line ${lineOf(source, node.getStart(source.ast))}` });
  };
  const changes = (node: TS.Node, depth: number): void => {
    const words = textOf(source, node).replace(/\s+/g, ' ').slice(0, 40);
    found.push({ kind: 'changes', node, depth, words: `is changed in line ${lineOf(source, node.getStart(source.ast))} (\`${words}\`)` });
  };

  const follow = (node: TS.Expression, depth: number): void => {
    const { parent } = node;
    if (followed.has(node)) return;
    followed.add(node);
    if (
      ts.isParenthesizedExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent)
    )
      follow(parent, depth);
    else if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node)
      followPart(parent, depth + 1);
    else if (ts.isVariableDeclaration(parent) && parent.initializer === node) followPattern(parent.name, depth);
    else if (ts.isBinaryExpression(parent)) followBinary(node, parent, depth);
    else if (ts.isConditionalExpression(parent)) {
      if (parent.condition !== node) follow(parent, depth);
    } else if (ts.isForOfStatement(parent)) {
      if (!parts) return;
      if (ts.isVariableDeclarationList(parent.initializer)) followPattern(parent.initializer.declarations[0]!.name, depth + 1);
      else escapes(node, depth, 'is handed out');
    } else if (ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent)) {
      if (parts) escapes(parent, depth + 1, 'has its parts copied');
    } else if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) followArgument(node, parent, depth);
    else if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) followResult(parent, depth);
    else if (!isLookedAt(parent)) escapes(node, depth, 'is stored or passed on');
  };

  /** What a callback of an array method returns is looked at, or is part of the method's own result. */
  const followResult = (node: TS.ReturnStatement | TS.ArrowFunction, depth: number): void => {
    const made = ts.isArrowFunction(node) ? node : enclosingFunction(node);
    const call = made?.parent as TS.Node | undefined;
    const method =
      call !== undefined && ts.isCallExpression(call) && call.arguments[0] === made && ts.isPropertyAccessExpression(call.expression)
        ? call.expression.name.text
        : '';
    if (!CALLBACK_METHODS.has(method)) escapes(node, depth, 'is returned');
    else if (['map', 'flatMap', 'reduce', 'reduceRight'].includes(method)) follow(call as TS.CallExpression, depth);
  };

  const followPart = (part: TS.PropertyAccessExpression | TS.ElementAccessExpression, depth: number): void => {
    if (isWritten(part)) {
      if (parts || depth === 1) changes(part, depth);
      return;
    }
    const { parent } = part;
    if (!ts.isCallExpression(parent) || parent.expression !== part) {
      if (parts) follow(part, depth);
      return;
    }
    const method = ts.isPropertyAccessExpression(part) ? part.name.text : null;
    if (method === null || (!isChangingMethod(method) && !isReadingMethod(method))) {
      if (parts || depth === 1) escapes(part, depth, `has a method called (\`${textOf(source, part).replace(/\s+/g, ' ').slice(0, 40)}\`)`);
      return;
    }
    if (isChangingMethod(method) && (parts || depth === 1)) changes(part, depth);
    if (CALLBACK_METHODS.has(method)) followCallback(parent, depth);
    // What `sort` and its like hand out is the object itself.
    if (!parts && ['sort', 'reverse', 'fill', 'copyWithin', 'set', 'add'].includes(method)) {
      if (depth === 1) follow(parent, 0);
    } else if (parts && !PLAIN_RESULTS.has(method) && method !== 'push' && method !== 'forEach') follow(parent, depth);
  };

  const followCallback = (call: TS.CallExpression, depth: number): void => {
    const [given] = call.arguments;
    const callback = given === undefined ? null : functionGiven(source, given);
    if (given === undefined) return;
    if (callback === null) {
      if (parts && !isPlainConversion(source, given)) escapes(given, depth, `is given to \`${textOf(source, given).slice(0, 40)}\``);
      return;
    }
    const method = (call.expression as TS.PropertyAccessExpression).name.text;
    const isReduce = method === 'reduce' || method === 'reduceRight';
    const elements = isReduce ? [1] : method === 'sort' || method === 'toSorted' ? [0, 1] : [0];
    if (parts)
      for (const index of elements) {
        const parameter = callback.parameters[index];
        if (parameter !== undefined) followPattern(parameter.name, depth + 1);
      }
    // The array itself, as last parameter.
    const whole = callback.parameters[isReduce ? 3 : 2];
    if (whole !== undefined) followPattern(whole.name, depth - 1);
  };

  const followBinary = (node: TS.Expression, parent: TS.BinaryExpression, depth: number): void => {
    const operator = parent.operatorToken.kind;
    const kinds = ts.SyntaxKind;
    if (operator === kinds.EqualsToken && parent.right === node) escapes(parent, depth, 'is assigned');
    else if (
      [kinds.AmpersandAmpersandToken, kinds.BarBarToken, kinds.QuestionQuestionToken].includes(operator) ||
      (operator === kinds.CommaToken && parent.right === node)
    )
      follow(parent, depth);
    else if (
      [kinds.AmpersandAmpersandEqualsToken, kinds.BarBarEqualsToken, kinds.QuestionQuestionEqualsToken].includes(operator) &&
      parent.right === node
    )
      escapes(parent, depth, 'is assigned');
  };

  const followArgument = (node: TS.Expression, call: TS.CallExpression | TS.NewExpression, depth: number): void => {
    const index = call.arguments?.indexOf(node) ?? -1;
    if (index < 0) {
      escapes(call, depth, 'is called');
      return;
    }
    const global = globalName(source, call.expression);
    if (global !== null && changesFirstArgument(global)) {
      if (index === 0) {
        changes(call, depth + 1);
        follow(call, depth);
      } else if (parts) escapes(call, depth + 1, 'has its parts copied');
      return;
    }
    if (global !== null && isPlainReader(global)) return;
    if (ts.isPropertyAccessExpression(call.expression) && PLAIN_RESULTS.has(call.expression.name.text)) return;
    if (global !== null && /^Object\.(values|entries)$|^Array\.from$|^(Set|Map)$/.test(global)) {
      if (parts) follow(call, depth);
      return;
    }
    const called =
      ts.isCallExpression(call) && ts.isIdentifier(call.expression) ? functionOf(source.scopes.bindingOf(call.expression)) : null;
    const parameter = called?.parameters[index];
    if (called !== null && parameter === undefined && !usesArguments(called)) return;
    if (called !== null && parameter !== undefined && parameter.dotDotDotToken === undefined && !usesArguments(called))
      followPattern(parameter.name, depth);
    else escapes(call, depth, `is given to \`${textOf(source, call.expression).replace(/\s+/g, ' ').slice(0, 40)}\``);
  };

  if ('references' in start) followBinding(start, 0);
  else follow(start, 0);
  return found;
}

/** `copy = other` gives the variable another value and leaves the old one as it is. */
function replaces(identifier: TS.Identifier): boolean {
  return isWritten(identifier);
}

export function isExported({ declaration }: Binding): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

/** Where an object is only looked at: conditions, operators, templates, keys, statements of their own. */
function isLookedAt(parent: TS.Node): boolean {
  return (
    ts.isPrefixUnaryExpression(parent) ||
    ts.isTypeOfExpression(parent) ||
    ts.isVoidExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isIfStatement(parent) ||
    ts.isIterationStatement(parent, false) ||
    ts.isSwitchStatement(parent) ||
    ts.isCaseClause(parent) ||
    ts.isExpressionStatement(parent) ||
    ts.isComputedPropertyName(parent)
  );
}

/** Globals that look at an object and hand out nothing of it. */
function isPlainReader(global: string): boolean {
  return (
    natureOfGlobal(global) === 'prints' ||
    /^(JSON\.stringify|Object\.(keys|is|getOwnPropertyNames)|Array\.isArray|String|Number|Boolean|BigInt|parseInt|parseFloat|isNaN|isFinite|structuredClone|encodeURIComponent)$|^Math\./.test(
      global,
    )
  );
}

function isPlainConversion(source: Source, given: TS.Expression): boolean {
  const global = globalName(source, given);
  return global !== null && /^(String|Number|Boolean|JSON\.stringify)$/.test(global);
}

function functionGiven(source: Source, given: TS.Expression): FunctionNode | null {
  if (isFunctionLike(given)) return given;
  return ts.isIdentifier(given) ? functionOf(source.scopes.bindingOf(given)) : null;
}

/** Whether a function looks at what it is given past its parameters. */
function usesArguments(node: FunctionNode): boolean {
  if (ts.isArrowFunction(node)) return false;
  let found = false;
  const visit = (one: TS.Node): void => {
    if (ts.isIdentifier(one) && one.text === 'arguments') found = true;
    if (!found) ts.forEachChild(one, visit);
  };
  if (node.body !== undefined) visit(node.body);
  return found;
}

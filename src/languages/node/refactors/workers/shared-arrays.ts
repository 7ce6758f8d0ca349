import { basename } from 'node:path';
import type TS from 'typescript';
import {
  bare,
  bindingOfFunction,
  contains,
  enclosingFunction,
  functionName,
  functionOf,
  isAsync,
  walk,
  type FunctionNode,
} from '../../syntax/locate.ts';
import { globalName, importedExpression } from '../../syntax/modules.ts';
import { isWritten, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isExported } from '../../syntax/value-uses.ts';
import { callsOf } from '../loops/drivers.ts';
import type { Editor } from '../text/editor.ts';
import { Refusal } from '../text/refusal.ts';

/**
 * A typed array of the file that is made with a length, filled with zeros. Made over a SharedArrayBuffer, threads see the same bytes in place
 * of getting copies of them.
 */
export interface SharedArray {
  binding: Binding;
  creation: TS.NewExpression;
  /** `Float64Array`. */
  made: string;
}

const TYPED_ARRAY = /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/;

/** Methods that look at the elements, or make an array of their own of them. */
const READS = new Set(
  (
    'at entries every filter find findIndex findLast findLastIndex forEach includes indexOf join keys lastIndexOf map reduce reduceRight slice some ' +
    'toLocaleString toReversed toSorted toString values with'
  ).split(' '),
);

/** Methods that change the elements, and but for `set` give the array itself. */
const CHANGES = new Set('set fill copyWithin sort reverse'.split(' '));

/**
 * Functions of the language that only look at the elements of a typed array, or copy them. Not `structuredClone` and `postMessage`, which copy
 * shared memory no more, and not `Atomics`, which means to wait for others.
 */
const LOOKS =
  /^(console\.(log|info|debug|warn|error)|process\.std(out|err)\.write|JSON\.stringify|Array\.(from|isArray)|Object\.(keys|values|entries|is)|String|ArrayBuffer\.isView|Buffer\.(from|compare|copyBytesFrom|isBuffer)|(Big)?(Int|Uint|Float)\d+(Clamped)?Array(\.from)?)$/;

/**
 * What of Node's modules takes views of shared memory as it takes others: run with Node 20, 22 and 24, which refuse them in `crypto.subtle`, `Response` and
 * `Blob`-like web APIs alone. By the standard `TextDecoder` and `getRandomValues` may refuse them too.
 */
const NODE_LOOKS: Record<string, RegExp> = {
  fs: /^(writeFile|appendFile|write)Sync$/,
  zlib: /Sync$|^crc32$/,
  crypto: /^(timingSafeEqual|pbkdf2Sync|scryptSync|hash)$/,
  assert: /qual$/,
  'assert/strict': /qual$/,
  util: /^isDeepStrictEqual$/,
};

/** The typed array that an expression stands for, or views: through constants and `subarray`. Null where it is none that the file makes with a length. */
export function sharedArrayOf(source: Source, expression: TS.Expression, depth = 0): SharedArray | null {
  const value = bare(expression);
  if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression) && value.expression.name.text === 'subarray')
    return depth > 4 ? null : sharedArrayOf(source, value.expression.expression, depth + 1);
  const binding = ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
  if (binding?.kind !== 'const' || depth > 4) return null;
  const { declaration } = binding;
  if (!ts.isVariableDeclaration(declaration) || declaration.name !== binding.identifier || declaration.initializer === undefined)
    return null;
  let creation = bare(declaration.initializer);
  // `new Float64Array(n).fill(1)`
  if (ts.isCallExpression(creation) && ts.isPropertyAccessExpression(creation.expression) && creation.expression.name.text === 'fill')
    creation = bare(creation.expression.expression);
  if (!ts.isNewExpression(creation)) return sharedArrayOf(source, creation, depth + 1);
  const made = globalName(source, creation.expression) ?? '';
  const [length] = creation.arguments ?? [];
  if (!TYPED_ARRAY.test(made) || creation.arguments?.length !== 1 || !isNumber(source, length!)) return null;
  return { binding, creation, made };
}

/** Where workers run: what is awaited while they look at the array. */
export interface Meanwhile {
  /** The loop or call whose rounds run in workers. */
  zone: TS.Node;
  /** What stands in the zone but runs in the workers. */
  inWorkers: readonly TS.Node[];
  /** Whether the workers change the array: then nobody else may look at it meanwhile. */
  filled: boolean;
}

/**
 * Why an array can't be shared, as a part of a sentence that begins with its name: a use that does something else with shared memory, or one that may come
 * while the workers run. Null where every use is the same with shared memory.
 */
export function whyNotShared(source: Source, { binding, creation }: SharedArray, meanwhile: Meanwhile): string | null {
  return whyUsedOtherwise(source, binding, enclosingFunction(creation), meanwhile, '');
}

/** @param owner the function that makes the array */
function whyUsedOtherwise(
  source: Source,
  binding: Binding,
  owner: FunctionNode | null,
  meanwhile: Meanwhile,
  place: string,
): string | null {
  const reasons: string[] = [];
  /** Whether what is followed came back from the function that makes the array: by then the workers are done with it. */
  let isLater = false;
  const followedNow = new Set<TS.Node | Binding>();
  const followedLater = new Set<TS.Node | Binding>();
  const isNew = (one: TS.Node | Binding): boolean => {
    const followed = isLater ? followedLater : followedNow;
    if (followed.has(one)) return false;
    followed.add(one);
    return true;
  };
  const refuse = (node: TS.Node, how: string): void =>
    void reasons.push(`line ${lineOf(source, node.getStart(source.ast))}${place} ${how}`);
  const words = (node: TS.Node): string => `\`${textOf(source, node).replace(/\s+/g, ' ').slice(0, 50)}\``;

  /** Whether code runs in one go with what made the array, and not within the zone. */
  const isInStep = (node: TS.Node, seen = new Set<FunctionNode>()): boolean => {
    if (contains(meanwhile.zone, node)) return false;
    const around = enclosingFunction(node);
    if (around === owner) return true;
    if (around === null || seen.has(around) || isAsync(around) || around.asteriskToken !== undefined) return false;
    seen.add(around);
    const { parent } = around as TS.Node;
    if (ts.isCallExpression(parent) && parent.arguments.includes(around as TS.Expression))
      return ts.isPropertyAccessExpression(parent.expression) && CALLED_AT_ONCE.has(parent.expression.name.text) && isInStep(parent, seen);
    if (functionName(around) === null) return false;
    const binding = bindingOfFunction(source, around);
    const calls = callsOf(source, around);
    if (binding === null || isExported(binding)) return false;
    return calls.length > 0 && calls.length === binding.references.length && calls.every((call) => isInStep(call, seen));
  };
  const used = (node: TS.Node, changes: boolean): void => {
    if (isLater || meanwhile.inWorkers.some((one) => contains(one, node))) return;
    if (!changes && !meanwhile.filled) return;
    if (!isInStep(node)) refuse(node, `${changes ? 'may change it' : 'may look at it'} while the workers run (${words(node.parent)})`);
  };

  const followBinding = (one: Binding): void => {
    if (!isNew(one)) return;
    if (isExported(one)) refuse(one.identifier, 'exports it');
    for (const { identifier, writes } of one.references) {
      if (writes) refuse(identifier, `gives \`${one.name}\` another value`);
      else follow(identifier);
    }
  };

  const followMethod = (node: TS.Expression, access: TS.PropertyAccessExpression): void => {
    const call = access.parent;
    const name = access.name.text;
    if (!ts.isCallExpression(call) || call.expression !== access) {
      if (!/^(length|byteLength|byteOffset|BYTES_PER_ELEMENT)$/.test(name)) refuse(access, `takes its \`${name}\` (${words(access)})`);
      return;
    }
    // A callback gets the array itself after the element and its number.
    const most = /^reduce/.test(name) ? 3 : 2;
    const seesIt = call.arguments.find((one) =>
      !ts.isArrowFunction(one) && !ts.isFunctionExpression(one) ? isFunctionName(one) : one.parameters.length > most,
    );
    if (seesIt !== undefined && name !== 'set') {
      refuse(seesIt, 'hands it to a callback');
      return;
    }
    if (name === 'subarray') {
      follow(call);
      return;
    }
    if (CHANGES.has(name)) {
      used(node, true);
      if (name !== 'set') follow(call);
    } else if (READS.has(name)) used(node, false);
    else refuse(access, `calls \`${name}\` of it (${words(access)})`);
  };
  const isFunctionName = (one: TS.Expression): boolean => {
    const value = bare(one);
    return (
      ts.isIdentifier(value) &&
      (source.scopes.bindingOf(value) === null ? value.text !== 'undefined' : functionOf(source.scopes.bindingOf(value)) !== null)
    );
  };

  const followArgument = (node: TS.Expression, call: TS.CallExpression | TS.NewExpression): void => {
    const index = call.arguments?.indexOf(node) ?? -1;
    const callee = bare(call.expression);
    if (index < 0) {
      refuse(node, `uses it as a function (${words(call)})`);
      return;
    }
    const before = call.arguments!.slice(0, index);
    const foreign = source.elsewhere(callee);
    if (foreign !== null && ts.isCallExpression(call) && !before.some(ts.isSpreadElement)) {
      const name = foreign.node.parameters[index]?.name;
      const given = name !== undefined && ts.isIdentifier(name) ? foreign.source.scopes.bindingOf(name) : null;
      if (given === null || usesArguments(foreign.node)) {
        refuse(call, `hands it to ${words(callee)}, which takes it apart`);
        return;
      }
      const there = whyUsedOtherwise(foreign.source, given, owner, meanwhile, ` of ${basename(foreign.source.file)}`);
      if (there !== null) reasons.push(there);
      return;
    }
    const called = ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
    if (called !== null && ts.isCallExpression(call) && !before.some(ts.isSpreadElement)) {
      const parameter = called.parameters[index];
      if (usesArguments(called)) {
        refuse(call, `hands it to ${words(callee)}, which looks at \`arguments\``);
        return;
      }
      if (parameter === undefined) return;
      if (!ts.isIdentifier(parameter.name) || parameter.dotDotDotToken !== undefined) {
        refuse(call, `hands it to ${words(callee)}, which takes it apart`);
        return;
      }
      const own = source.scopes.bindingOf(parameter.name);
      if (own !== null) followBinding(own);
      return;
    }
    const global = globalName(source, callee);
    if (global !== null && LOOKS.test(global)) {
      const [first] = call.arguments!;
      // `%o` shows what the bytes are kept in.
      if (index > 0 && /^console/.test(global) && !(ts.isStringLiteralLike(first!) && !first.text.includes('%o'))) {
        if (!isNoFormat(first!)) {
          refuse(call, `prints it by a format (${words(call)})`);
          return;
        }
      }
      used(node, false);
      return;
    }
    const imported = importedExpression(source, callee);
    if (imported !== null && NODE_LOOKS[imported.module]?.test(imported.name?.replace(/^default\./, '') ?? '') === true) {
      used(node, false);
      return;
    }
    // `other.set(array)`, `hash.update(array)`.
    if (
      imported === null &&
      global === null &&
      ts.isPropertyAccessExpression(callee) &&
      index === 0 &&
      /^(set|update|equals)$/.test(callee.name.text)
    ) {
      used(node, false);
      return;
    }
    refuse(call, `hands it to ${words(callee)}, which may do something else with shared memory`);
  };
  const isNoFormat = (first: TS.Expression): boolean =>
    ts.isTemplateExpression(first) ||
    ts.isNumericLiteral(first) ||
    ts.isArrayLiteralExpression(first) ||
    ts.isObjectLiteralExpression(first);

  const followResult = (node: TS.Node): void => {
    const made = ts.isArrowFunction(node) ? node : enclosingFunction(node);
    const binding = made === null ? null : bindingOfFunction(source, made);
    const calls = made === null ? [] : callsOf(source, made);
    if (made === null || binding === null || calls.length !== binding.references.length || isExported(binding)) {
      refuse(node, 'returns it');
      return;
    }
    const wasLater = isLater;
    isLater ||= made === owner;
    for (const call of calls) {
      const { parent } = call;
      if (!isAsync(made)) follow(call);
      else if (ts.isAwaitExpression(parent)) follow(parent);
      else refuse(call, 'hands out a promise of it');
    }
    isLater = wasLater;
  };

  const follow = (node: TS.Expression): void => {
    if (reasons.length > 0 || !isNew(node)) return;
    const { parent } = node;
    if (
      ts.isParenthesizedExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent)
    )
      follow(parent);
    else if (ts.isPropertyAccessExpression(parent)) followMethod(node, parent);
    else if (ts.isElementAccessExpression(parent) && parent.expression === node) used(node, isWritten(parent));
    else if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isIdentifier(parent.name)) {
      const one = source.scopes.bindingOf(parent.name);
      if (one !== null) followBinding(one);
    } else if (ts.isVariableDeclaration(parent) && ts.isArrayBindingPattern(parent.name)) used(node, false);
    else if (ts.isForOfStatement(parent) && parent.expression === node) used(node, false);
    else if (ts.isSpreadElement(parent)) used(node, false);
    else if (ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText(source.ast))) return;
    else if (ts.isConditionalExpression(parent)) {
      if (parent.condition !== node) follow(parent);
    } else if (
      ts.isTypeOfExpression(parent) ||
      ts.isPrefixUnaryExpression(parent) ||
      ts.isExpressionStatement(parent) ||
      ts.isTypeQueryNode(parent)
    )
      return;
    else if (ts.isTemplateSpan(parent)) used(node, false);
    else if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== node) followArgument(node, parent);
    else if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node)) followResult(parent);
    else refuse(node, `keeps it in something else (${words(parent)})`);
  };

  followBinding(binding);
  return reasons[0] ?? null;
}

/** An array that could be shared, with the reason why it can't. */
interface Sharing {
  array: SharedArray;
  reason: string | null;
}

/** Where nothing can be shared that was asked to be. `words`: what the arrays would be given to. */
export function notShared(sharing: readonly Sharing[], words: string): Refusal {
  const [first] = sharing;
  return new Refusal(
    first === undefined
      ? `${words} gets no typed array that its file makes with a length (\`new Float64Array(n)\`): there is nothing to share.`
      : `\`${first.array.binding.name}\` can't be made over shared memory: ${first.reason ?? ''}.`,
  );
}

/** What stays as it is though others are shared, and why. */
export function sharingReview(sharing: readonly Sharing[]): string[] {
  return sharing.flatMap(({ array, reason }) => (reason === null ? [] : [`\`${array.binding.name}\` is not shared: ${reason}`]));
}

/** The end of a title. */
export function sharedWords(arrays: readonly SharedArray[]): string {
  return arrays.length === 0 ? '' : `, with ${arrays.map((one) => `\`${one.binding.name}\``).join(' and ')} in shared memory`;
}

/** Array methods whose callbacks are called before they return. */
const CALLED_AT_ONCE = new Set('forEach map filter find findIndex findLast findLastIndex some every flatMap reduce reduceRight'.split(' '));

function usesArguments(node: FunctionNode): boolean {
  let found = false;
  if (node.body !== undefined && !ts.isArrowFunction(node))
    walk(node.body, (one) => void (found ||= ts.isIdentifier(one) && one.text === 'arguments'));
  return found;
}

/** Has an array made over shared memory. */
export function shareMemory(source: Source, editor: Editor, { creation, made }: SharedArray): void {
  const length = creation.arguments![0]!;
  const text = textOf(source, length);
  const isProduct =
    !ts.isBinaryExpression(bare(length)) || (bare(length) as TS.BinaryExpression).operatorToken.kind === ts.SyntaxKind.AsteriskToken;
  // A length with a fraction is cut off, and a number of bytes with one would not be.
  const whole = !isWhole(source, length) ? `Math.trunc(${text})` : isProduct || ts.isParenthesizedExpression(length) ? text : `(${text})`;
  const bytes = /^Uint8(Clamped)?Array$|^Int8Array$/.test(made)
    ? isWhole(source, length)
      ? text
      : whole
    : `${whole} * ${made}.BYTES_PER_ELEMENT`;
  editor.rewrite(length.getStart(source.ast), length.end, `new SharedArrayBuffer(${bytes})`, 'threads see the same memory');
}

/** Whether an expression is a number, as far as the text tells, and not a list. */
function isNumber(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (ts.isNumericLiteral(value) || ts.isPrefixUnaryExpression(value)) return true;
  if (ts.isBinaryExpression(value)) {
    const operator = value.operatorToken.getText(source.ast);
    return (
      /^([-*/%&|^]|\*\*|<<|>>|>>>)$/.test(operator) ||
      (operator === '+' && isNumber(source, value.left, depth) && isNumber(source, value.right, depth))
    );
  }
  if (ts.isPropertyAccessExpression(value)) return /^(length|size|byteLength)$/.test(value.name.text);
  if (ts.isCallExpression(value)) return /^(Number|parseInt|parseFloat|Math\.\w+)$/.test(globalName(source, value.expression) ?? '');
  if (ts.isConditionalExpression(value)) return isNumber(source, value.whenTrue, depth) && isNumber(source, value.whenFalse, depth);
  if (!ts.isIdentifier(value) || depth > 4) return false;
  const binding = source.scopes.bindingOf(value);
  const declaration = binding?.declaration;
  if (binding === null || declaration === undefined) return false;
  if ((ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) && declaration.type?.kind === ts.SyntaxKind.NumberKeyword)
    return true;
  const initializer = (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) && declaration.initializer;
  if (binding.kind === 'const' && initializer && isNumber(source, initializer, depth + 1)) return true;
  // What is counted to, or computed with.
  return binding.references.some(
    ({ identifier: { parent } }) =>
      ts.isBinaryExpression(parent) && /^([-*/%<>]|\*\*|<=|>=)$/.test(parent.operatorToken.getText(source.ast)),
  );
}

/** Whether a number has no fraction, as far as the text tells. */
function isWhole(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return Number.isInteger(Number(value.text.replaceAll('_', '')));
  if (ts.isBinaryExpression(value)) {
    const operator = value.operatorToken.getText(source.ast);
    return (
      /^([&|^]|<<|>>|>>>)$/.test(operator) ||
      (/^([-+*]|\*\*)$/.test(operator) && isWhole(source, value.left, depth) && isWhole(source, value.right, depth))
    );
  }
  if (ts.isPropertyAccessExpression(value)) return /^(length|size|byteLength)$/.test(value.name.text);
  if (ts.isCallExpression(value)) return /^(parseInt|Math\.(floor|ceil|round|trunc))$/.test(globalName(source, value.expression) ?? '');
  if (!ts.isIdentifier(value) || depth > 4) return false;
  const binding = source.scopes.bindingOf(value);
  const declaration = binding?.declaration;
  return (
    binding?.kind === 'const' &&
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    isWhole(source, declaration.initializer, depth + 1)
  );
}

import type TS from 'typescript';
import { basename } from 'node:path';
import { usesOf } from '../../project/uses.ts';
import type { Project } from '../../project/project.ts';
import type { Use } from '../../project/trace.ts';
import { bare, enclosingFunction, functionOf, functionWords, isAsync, walkOwnCode, type FunctionNode } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';
import { lostIn, Refusal } from '../text/refusal.ts';

/** What takes the values of a generator that becomes an async one. */
export type Stream =
  /** `for (const text of texts())` → `for await`. */
  | { kind: 'loop'; loop: TS.ForOfStatement }
  /** `yield* texts()` in another generator, which becomes async too. */
  | { kind: 'delegate' }
  /** `[...texts()]`, `new Set(texts())`: all of it is collected first. */
  | { kind: 'collect' };

export interface StreamUse {
  source: Source;
  /** The expression that evaluates to the iterator. */
  node: TS.Expression;
  stream: Stream;
}

export interface StreamUses {
  streams: StreamUse[];
  /** `texts().next()`: calls to be awaited. */
  calls: Extract<Use, { kind: 'call' }>[];
  /** Functions that return the iterator: only the type that they are declared with changes. */
  handers: { source: Source; node: FunctionNode }[];
  published: { name: string; file: string }[];
  doubts: string[];
}

/** Where the values of a generator are taken, in all files; refuses where one place could not wait for them. */
export function streamsOf(project: Project, source: Source, node: FunctionNode): StreamUses {
  const words = functionWords(source, node);
  refuseYieldedPromises(source, node, words);
  const found: StreamUses = { streams: [], calls: [], handers: [], published: [], doubts: [] };
  const seen = new Set<FunctionNode>();
  const followMaker = (where: Source, maker: FunctionNode): void => {
    if (seen.has(maker)) return;
    seen.add(maker);
    const uses = usesOf(project, where, maker);
    if (uses.uses.length === 0 && uses.published.length === 0)
      throw new Refusal(
        `No call of ${functionWords(where, maker)} is found in the project, so whoever calls it would get an async generator: make it one by hand.`,
      );
    found.published.push(...uses.published);
    found.doubts.push(...uses.doubts);
    for (const use of uses.uses) {
      if (use.kind === 'lost') throw lostIn(where, functionWords(where, maker), use);
      if (use.kind !== 'call') throw handedOn(use.source, use.kind === 'argument' ? use.argument : use.node, words);
      follow(use.source, use.call);
    }
  };
  const follow = (where: Source, expression: TS.Expression): void => {
    let value: TS.Expression = expression;
    while (isAround(value.parent)) value = value.parent as TS.Expression;
    const { parent } = value;
    const add = (stream: Stream): void => void found.streams.push({ source: where, node: value, stream });
    if (ts.isForOfStatement(parent) && parent.expression === value) {
      if (parent.awaitModifier === undefined) add({ kind: 'loop', loop: parent });
    } else if (ts.isYieldExpression(parent) && parent.asteriskToken !== undefined) add({ kind: 'delegate' });
    else if (isCollected(where, parent, value)) add({ kind: 'collect' });
    else if (isStep(parent, value)) found.calls.push({ kind: 'call', source: where, call: parent.parent as TS.CallExpression });
    else if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
      const binding = where.scopes.bindingOf(parent.name);
      if (binding === null || binding.kind !== 'const') throw handedOn(where, value, words);
      for (const { identifier } of binding.references) follow(where, identifier);
    } else if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === value)) {
      const hander = enclosingFunction(value);
      if (hander === null || hander.asteriskToken !== undefined || isAsync(hander) || !isOnlyResult(hander, value))
        throw handedOn(where, value, words);
      found.handers.push({ source: where, node: hander });
      followMaker(where, hander);
    } else if (!ts.isExpressionStatement(parent)) throw handedOn(where, value, words);
  };
  followMaker(source, node);
  return found;
}

function handedOn(where: Source, node: TS.Node, words: string): Refusal {
  const line = lineOf(where, node.getStart(where.ast));
  return new Refusal(
    `${words} is a generator, and what takes its values in line ${line} of ${basename(where.file)} could not wait for them: loop over it with \`for … of\` there.`,
  );
}

function isAround(node: TS.Node): boolean {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node);
}

/** Where all values are taken at once, before anything else happens. */
function isCollected(source: Source, parent: TS.Node, value: TS.Node): boolean {
  if (ts.isSpreadElement(parent)) return true;
  if (ts.isNewExpression(parent)) return globalName(source, parent.expression) === 'Set' && parent.arguments?.[0] === value;
  return (
    ts.isCallExpression(parent) &&
    parent.arguments[0] === value &&
    parent.arguments.length === 1 &&
    globalName(source, parent.expression) === 'Array.from'
  );
}

/** `iterator.next(…)` and its like. */
function isStep(parent: TS.Node, value: TS.Node): boolean {
  return (
    ts.isPropertyAccessExpression(parent) &&
    parent.expression === value &&
    parent.questionDotToken === undefined &&
    /^(next|return|throw)$/.test(parent.name.text) &&
    ts.isCallExpression(parent.parent) &&
    parent.parent.expression === parent
  );
}

/** Whether a function returns nothing but this. */
function isOnlyResult(node: FunctionNode, value: TS.Expression): boolean {
  if (node.body === undefined || !ts.isBlock(node.body)) return node.body === value;
  let count = 0;
  walkOwnCode(node.body, (one) => {
    if (ts.isReturnStatement(one)) count++;
  });
  return count === 1;
}

/** An async generator waits for a promise that it yields or returns, and hands out its value: who expects the promise gets something else. */
function refuseYieldedPromises(source: Source, node: FunctionNode, words: string): void {
  if (node.body === undefined) return;
  walkOwnCode(node.body, (one) => {
    const given = (ts.isYieldExpression(one) && one.asteriskToken === undefined) || ts.isReturnStatement(one) ? one.expression : undefined;
    if (given !== undefined && mayBePromise(source, given))
      throw new Refusal(
        `${words} is a generator that may hand out promises in line ${lineOf(source, one.getStart(source.ast))}, which an async generator would wait for: make it one by hand.`,
      );
  });
}

function mayBePromise(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isConditionalExpression(value)) return mayBePromise(source, value.whenTrue) || mayBePromise(source, value.whenFalse);
  if (ts.isIdentifier(value)) {
    const declaration = source.scopes.bindingOf(value)?.declaration;
    return (
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      mayBePromise(source, declaration.initializer)
    );
  }
  if (ts.isNewExpression(value)) return globalName(source, value.expression) === 'Promise';
  if (!ts.isCallExpression(value)) return false;
  if (ts.isPropertyAccessExpression(value.expression) && /^(then|catch|finally)$/.test(value.expression.name.text)) return true;
  const global = globalName(source, value.expression);
  if (global !== null) return global === 'fetch' || global.startsWith('Promise.');
  const callee = bare(value.expression);
  const called = ts.isIdentifier(callee) ? (functionOf(source.scopes.bindingOf(callee)) ?? source.elsewhere(callee)?.node ?? null) : null;
  return called !== null && isAsync(called);
}

const TYPES = new Map([
  ['Generator', 'AsyncGenerator'],
  ['IterableIterator', 'AsyncIterableIterator'],
  ['Iterable', 'AsyncIterable'],
  ['Iterator', 'AsyncIterator'],
]);

/** `Generator<string>` → `AsyncGenerator<string>`. */
export function makeTypeAsync(source: Source, editor: Editor, type: TS.TypeNode): void {
  const name = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName : null;
  const becomes = name === null ? undefined : TYPES.get(name.text);
  if (name === null || becomes === undefined)
    throw new Refusal(
      `The type \`${textOf(source, type)}\` in line ${lineOf(source, type.getStart(source.ast))} has no async form that is known: write it as \`Generator<…>\`.`,
    );
  editor.replace(name.getStart(source.ast), name.end, becomes, 'its values are waited for now');
}

const COLLECT_MARK = 'All that an async iterator gives, once it has given it.';
const written = new WeakMap<Editor, string>();

/** The name of the file's function that collects what an async iterator gives. */
export function collectFunction(source: Source, editor: Editor): string {
  const at = source.text.indexOf(COLLECT_MARK);
  const left = at < 0 ? undefined : /async function (\w+)/.exec(source.text.slice(at))?.[1];
  const known = left ?? written.get(editor);
  if (known !== undefined) return known;
  const name = freshName(source, 'collect');
  written.set(editor, name);
  const typed = source.typescript;
  editor.append(
    inStyle(
      source,
      `/** ${COLLECT_MARK} */
async function ${name}${typed ? '<Item>' : ''}(items${typed ? ': AsyncIterable<Item>' : ''})${typed ? ': Promise<Item[]>' : ''} {
  const all${typed ? ': Item[]' : ''} = [];
  for await (const item of items) all.push(item);
  return all;
}
`,
    ),
    'a function that collects what an async generator gives',
  );
  return name;
}

import { basename, extname } from 'node:path';
import type TS from 'typescript';
import type { ReadSource } from '../../../../core/advise/advice.ts';
import { bindingsOfPattern, effectsOf } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction, functionName, namedFunctionAround, walk, walkOwnCode } from '../../syntax/locate.ts';
import { globalName, importedAs } from '../../syntax/modules.ts';
import { isBuffer, movableCode, whyNotCloned, type MovableCode } from '../../syntax/movable.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { accumulatorsOf, constructorOf, type Accumulator } from './accumulators.ts';
import { arrayCallAround, type ArrayCall } from '../async/array-calls.ts';
import { findExit, loopHeader, type Header } from '../loops/loop-rounds.ts';
import { ownBlock, type OwnBlock } from '../loops/own-block.ts';
import { notShared, sharedArrayOf, sharingReview, whyNotShared, type SharedArray } from './shared-arrays.ts';

/** What runs again and again: a loop, or a `map` or its like with its callback. */
export type Repeated = TS.IterationStatement | TS.CallExpression;

/** Something whose rounds may run in chunks on several threads. */
export interface ParallelLoop {
  node: Repeated;
  /** What each round runs. */
  body: TS.Node;
  header: Header | null;
  /** For a `map` or its like. */
  arrayCall: ArrayCall | null;
  accumulators: Accumulator[];
  /** Typed arrays of which each round fills a block of its own. */
  blocks: OwnBlock[];
  /** What goes along, and the variables whose values are sent. */
  code: MovableCode;
  /** Of those, lists of which a round looks at its own element only. */
  parts: Binding[];
  /** Typed arrays that are made over memory which all threads share, where that was asked for. */
  shared: SharedArray[];
  /** Of those, the ones of which each round fills a part of its own. */
  filled: Binding[];
  /** Words that the new function is named by. */
  name: string;
  review: string[];
}

/** How the rounds of a loop can run on several threads, or a sentence that says what keeps them together. */
export function parallelLoop(source: Source, node: Repeated, read: ReadSource, shares = false): ParallelLoop | string {
  return ts.isCallExpression(node) ? parallelArrayCall(source, node, read, shares) : parallelRounds(source, node, read, shares);
}

/**
 * Typed arrays that the rounds look at or fill, made in the file with a length: they could be made over shared memory. With the reason why one can't,
 * as a part of a sentence that begins with its name.
 */
export function sharedByRounds(
  source: Source,
  { node, body, code, blocks, accumulators, header }: ParallelLoop,
): { array: SharedArray; filled: boolean; reason: string | null }[] {
  const seen = new Set<Binding>();
  const filledOf = (binding: Binding): boolean =>
    blocks.some((one) => one.binding === binding) ||
    (accumulators.some((one) => one.binding === binding && one.kind === 'store') &&
      header !== null &&
      !ts.isCallExpression(node) &&
      ownBlock(source, node, body, header, binding, false) !== null);
  return [...code.sent, ...blocks.map((one) => one.binding), ...accumulators.map((one) => one.binding)].flatMap((binding) => {
    const array = seen.has(binding) ? null : sharedArrayOf(source, binding.identifier);
    seen.add(binding);
    if (array === null || [...code.statements].some((one) => contains(one, array.creation))) return [];
    const filled = filledOf(binding);
    if (!filled && !code.sent.has(binding)) return [];
    // A view of another array: its numbers would no longer be those of the rounds.
    if (filled && array.binding !== binding) return [];
    const meanwhile = { zone: node, inWorkers: [body, ...code.statements], filled };
    const isElsewhere = filled && enclosingFunction(array.creation) !== enclosingFunction(node);
    const reason = isElsewhere ? 'is made outside of the function around the loop' : whyNotShared(source, array, meanwhile);
    return [{ array, filled, reason }];
  });
}

function parallelRounds(source: Source, node: TS.IterationStatement, read: ReadSource, shares: boolean): ParallelLoop | string {
  const line = lineOf(source, node.getStart(source.ast));
  const header = loopHeader(source, node);
  if (typeof header === 'string') return header;
  const exit = findExit(source, node.statement, []);
  if (exit !== null) return exit;
  const waiting = waitsAt(node);
  if (waiting !== null)
    return `The loop in line ${line} waits in line ${lineOf(source, waiting.getStart(source.ast))}: what it computes must come apart from that first.`;
  const body = node.statement;
  const carried = carriedVar(source, body);
  if (carried !== null)
    return `Line ${lineOf(source, carried.getStart(source.ast))} may see the \`${textOf(source, carried)}\` of the round before, as a \`var\` outlives its round: declare it with \`let\`.`;
  const own = new Set(header.variableBindings);
  const written = effectsOf(source, [body], { own }).writes;
  const plain = shares ? parallelRounds(source, node, read, false) : null;
  if (typeof plain === 'string') return plain;
  const sharing = plain === null ? [] : sharedByRounds(source, plain);
  const shared = sharing.filter((one) => one.reason === null).map((one) => one.array);
  if (shares && shared.length === 0) return notShared(sharing, `The loop in line ${line}`).message;
  const filled = sharing.filter((one) => one.reason === null && one.filled).map((one) => one.array.binding);
  for (const binding of filled) written.delete(binding);
  const blocks = [...written].map((binding) => ownBlock(source, node, body, header, binding)).filter((one) => one !== null);
  for (const { binding } of blocks) written.delete(binding);
  const accumulators = accumulatorsOf(source, node, body, written);
  if (typeof accumulators === 'string') return accumulators;
  const sites = accumulators.flatMap((one) => one.sites);
  const pieces = [body, ...sites.flatMap((site) => site.operands)];
  const isOwn = new Set([...own, ...filled, ...blocks.map((one) => one.binding)]);
  const tie = whyTied(source, `The loop in line ${line}`, pieces, isOwn, new Set(sites.map((site) => site.node)));
  if (tie !== null) return tie;
  if (accumulators.length + blocks.length + filled.length === 0)
    return `Nothing that the loop in line ${line} computes is kept: leave it out.`;
  if (header.items.kind === 'iterable' || ts.isForStatement(node)) {
    const bounds = header.items.kind === 'iterable' ? header.items.expression : (node as TS.ForStatement).condition!;
    const grown = accumulators.find(({ binding }) => binding.references.some((one) => contains(bounds, one.identifier)));
    if (grown !== undefined) return `The loop in line ${line} changes \`${grown.binding.name}\` while it goes through it.`;
  }
  const given = new Set([...own, ...blocks.map((one) => one.binding), ...accumulators.flatMap((one) => [one.binding, ...one.along])]);
  const code = movableCode(source, [body, ...typesOf(accumulators)], given, read);
  if (typeof code === 'string') return `The loop in line ${line} can't run in workers: ${code}`;
  const parts = header.items.kind === 'count' && header.items.from === '0' ? partsOf(source, body, code, own) : [];
  const shownParts = parts.filter((one) => !sharing.some(({ array, reason }) => reason === null && array.binding === one));
  const kept = accumulators.flatMap((one) =>
    one.kind === 'count' || one.kind === 'flag' ? [] : one.sites.flatMap((site) => site.operands),
  );
  const obstacle = kept
    .map((one) => (isBuffer(source, one) ? 'a Buffer, which would come back as a plain Uint8Array.' : whyNotCloned(source, one)))
    .find((one) => one !== null);
  if (obstacle != null)
    return `The loop in line ${line} can't run in workers: it keeps ${obstacle.replace(/^which holds /, 'an object that holds ')}`;
  const review = [...code.review, ...accumulators.flatMap((one) => one.review), ...reviewOf(source, node, accumulators, kept, own, code)];
  review.push(...sharingReview(sharing), ...failureReview(node, filled));
  return {
    ...{ node, body, header, arrayCall: null, accumulators, blocks, code, shared, filled, review },
    ...{ parts: shownParts, name: nameOf(source, node) },
  };
}

/** What a failed round leaves behind in shared memory, where the program could see it. */
function failureReview(node: Repeated, filled: readonly Binding[]): string[] {
  const guarded = ts.findAncestor(node.parent, (one) => (ts.isTryStatement(one) && contains(one.tryBlock, node)) || isFunctionLike(one));
  return guarded !== undefined && ts.isTryStatement(guarded)
    ? filled.map(({ name }) => `where a round fails, \`${name}\` may hold what later rounds have written from now on`)
    : [];
}

function parallelArrayCall(source: Source, node: TS.CallExpression, read: ReadSource, shares: boolean): ParallelLoop | string {
  const line = lineOfLoop(source, node);
  const callback = node.arguments.map(bare).find((one) => ts.isArrowFunction(one) || ts.isFunctionExpression(one));
  const arrayCall = callback === undefined ? null : arrayCallAround(source, callback);
  if (callback === undefined || arrayCall === null) return `The call in line ${line} doesn't go through a list with a function of its own.`;
  const { kind, items } = arrayCall;
  const words = kind === 'from' ? 'Array.from' : kind;
  if (kind !== 'map' && kind !== 'flatMap' && kind !== 'from')
    return `The \`${words}\` in line ${line} can't be cut into chunks: write it as a loop that fills a variable of its own.`;
  if (kind === 'from' && ts.isObjectLiteralExpression(bare(items)))
    return `The \`Array.from\` in line ${line} counts: write it as a loop (\`for (let i = 0; …\`) that fills a list.`;
  const made = ts.isIdentifier(bare(items)) ? constructorOf(source.scopes.bindingOf(bare(items) as TS.Identifier)!) : null;
  if (kind !== 'from' && made !== null && /Array$/.test(made) && made !== 'Array')
    return `The \`${words}\` in line ${line} makes a ${made} of another: write it as a loop.`;
  if ((callback as TS.ArrowFunction).parameters.length > 1)
    return `The callback of \`${words}\` in line ${line} takes the index as well: write it as a loop.`;
  const waiting = waitsAt((callback as TS.ArrowFunction).body);
  if (waiting !== null || (ts.getCombinedModifierFlags(callback) & ts.ModifierFlags.Async) !== 0)
    return `The callback of \`${words}\` in line ${line} waits: what it computes must come apart from that first.`;
  const effects = effectsOf(source, [callback]);
  const [written] = effects.writes;
  if (written !== undefined)
    return `The calls of \`${words}\` in line ${line} can't run on several cores: each changes \`${written.name}\`.`;
  const tie = whyTied(source, `The \`${words}\` in line ${line}`, [callback], new Set(), new Set());
  if (tie !== null) return tie;
  const code = movableCode(source, [callback], new Set(), read);
  if (typeof code === 'string') return `The \`${words}\` in line ${line} can't run in workers: ${code}`;
  const kept = resultsOf(callback);
  const obstacle = kept
    .map((one) => (isBuffer(source, one) ? 'a Buffer, which would come back as a plain Uint8Array.' : whyNotCloned(source, one)))
    .find((one) => one !== null);
  if (obstacle != null)
    return `The \`${words}\` in line ${line} can't run in workers: it keeps ${obstacle.replace(/^which holds /, 'an object that holds ')}`;
  const parameters = new Set((callback as TS.ArrowFunction).parameters.flatMap((one) => bindingsOfPattern(source, one.name)));
  const review = [...code.review, ...reviewOf(source, node, [], kept, parameters, code)];
  const found: ParallelLoop = {
    node,
    body: callback,
    header: null,
    arrayCall,
    accumulators: [],
    blocks: [],
    code,
    parts: [],
    shared: [],
    filled: [],
    name: nameOf(source, node),
    review,
  };
  if (!shares) return found;
  const sharing = sharedByRounds(source, found);
  const shared = sharing.filter((one) => one.reason === null).map((one) => one.array);
  if (shared.length === 0) return notShared(sharing, `The \`${words}\` in line ${line}`).message;
  return { ...found, shared, review: [...review, ...sharingReview(sharing)] };
}

function resultsOf(callback: TS.ArrowFunction | TS.FunctionExpression): TS.Expression[] {
  if (!ts.isBlock(callback.body)) return [callback.body];
  const found: TS.Expression[] = [];
  walk(callback.body, (node) => {
    if (ts.isReturnStatement(node) && node.expression !== undefined && ts.findAncestor(node.parent, isFunctionLike) === callback)
      found.push(node.expression);
  });
  return found;
}

/** A use of a `var` of the body that may come before its declaration has given it a value in the same round. */
function carriedVar(source: Source, body: TS.Node): TS.Identifier | null {
  const declared: { binding: Binding; from: number; container: TS.Node }[] = [];
  walkOwnCode(body, (node) => {
    if (
      !ts.isVariableDeclaration(node) ||
      !ts.isVariableDeclarationList(node.parent) ||
      (node.parent.flags & ts.NodeFlags.BlockScoped) !== 0
    )
      return;
    const owner = node.parent.parent;
    const isLoop = ts.isForStatement(owner) || ts.isForOfStatement(owner) || ts.isForInStatement(owner);
    const hasValue = node.initializer !== undefined || ts.isForOfStatement(owner) || ts.isForInStatement(owner);
    for (const binding of bindingsOfPattern(source, node.name))
      declared.push({ binding, from: hasValue ? node.pos : Infinity, container: isLoop ? owner : owner.parent });
  });
  for (const { binding } of declared) {
    const early = binding.references.find(
      ({ identifier }) =>
        contains(body, identifier) &&
        !declared.some((one) => one.binding === binding && one.from <= identifier.pos && contains(one.container, identifier)),
    );
    if (early !== undefined) return early.identifier;
  }
  return null;
}

function waitsAt(node: TS.Node): TS.Node | null {
  let found: TS.Node | null = null;
  const visit = (child: TS.Node): void => {
    if (ts.isAwaitExpression(child) || (ts.isForOfStatement(child) && child.awaitModifier !== undefined)) found ??= child;
    if (!isFunctionLike(child)) ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

/** Why rounds can't run anywhere else, apart from what they fill. */
function whyTied(
  source: Source,
  words: string,
  pieces: readonly TS.Node[],
  own: ReadonlySet<Binding>,
  skip: ReadonlySet<TS.Node>,
): string | null {
  const effects = effectsOf(source, pieces, { own, skip });
  const lineWith = (text: string): string => {
    const lines: number[] = [];
    for (const piece of pieces)
      walk(piece, (node) => {
        if (ts.isCallExpression(node) && textOf(source, bare(node.expression)) === text)
          lines.push(lineOf(source, node.getStart(source.ast)));
      });
    return lines[0] === undefined ? '' : ` in line ${lines[0]}`;
  };
  const [changed] = effects.writes;
  if (changed !== undefined)
    return `${words} can't run on several cores: each round changes \`${changed.name}\`, which the next one may look at.`;
  if (effects.prints !== null)
    return `${words} prints (\`${effects.prints}\`${lineWith(effects.prints)}), and from several threads the lines would mix: keep what is to be printed, and print it after the loop.`;
  const [outside] = effects.outside;
  if (outside !== undefined) return `${words} calls \`${outside}\`${lineWith(outside)}, which changes something outside the program.`;
  const self = usesThis(pieces);
  if (effects.usesThis && self !== null)
    return `${words} uses \`${textOf(source, self)}\` in line ${lineOf(source, self.getStart(source.ast))}, which belongs to the function around it: put what it needs of it into a variable first.`;
  for (const call of effects.unknown) {
    const root = /^\w+/.exec(call)?.[0] ?? call;
    const given = [...effects.reads, ...own].find(
      (binding) => binding.name === root && binding.kind !== 'import' && binding.kind !== 'class',
    );
    if (given === undefined || importedAs(given) !== null) continue;
    return call === root
      ? `${words} calls \`${call}\`${lineWith(call)}, a function that comes from elsewhere: functions can't be copied to a worker.`
      : `${words} calls \`${call}\`${lineWith(call)}, and a copy of \`${root}\` in a worker may not have that method.`;
  }
  return null;
}

/** `this`, `arguments`, `super` or `new.target` of the function around. */
function usesThis(pieces: readonly TS.Node[]): TS.Node | null {
  let found: TS.Node | null = null;
  const visit = (node: TS.Node): void => {
    if (
      node.kind === ts.SyntaxKind.ThisKeyword ||
      node.kind === ts.SyntaxKind.SuperKeyword ||
      (ts.isIdentifier(node) && node.text === 'arguments')
    )
      found ??= node;
    if (!isFunctionLike(node) || ts.isArrowFunction(node)) ts.forEachChild(node, visit);
  };
  pieces.forEach(visit);
  return found;
}

/** Type annotations of what the rounds fill: the new function declares it anew. */
function typesOf(accumulators: readonly Accumulator[]): TS.Node[] {
  return accumulators.flatMap(({ binding, along }) =>
    [binding, ...along].flatMap(({ declaration }) => {
      if (!ts.isVariableDeclaration(declaration)) return [];
      const value = declaration.initializer === undefined ? undefined : bare(declaration.initializer);
      const parameters = value !== undefined && ts.isNewExpression(value) ? (value.typeArguments ?? []) : [];
      return declaration.type === undefined ? [...parameters] : [declaration.type];
    }),
  );
}

/** Lists that the body uses in the form `list[i]` only, where `i` counts the rounds: a chunk needs its own part. */
function partsOf(source: Source, body: TS.Node, { sent }: MovableCode, own: ReadonlySet<Binding>): Binding[] {
  const [counter] = own;
  return [...sent].filter((binding) =>
    binding.references.every(({ identifier }) => {
      if (!contains(body, identifier)) return true;
      const { parent } = identifier;
      return (
        ts.isElementAccessExpression(parent) &&
        parent.expression === identifier &&
        ts.isIdentifier(bare(parent.argumentExpression)) &&
        source.scopes.bindingOf(bare(parent.argumentExpression) as TS.Identifier) === counter
      );
    }),
  );
}

/** What a person should know of values that come back as copies, of rounds that fail, and of what changes while they run. */
function reviewOf(
  source: Source,
  node: Repeated,
  accumulators: readonly Accumulator[],
  kept: readonly TS.Expression[],
  own: ReadonlySet<Binding>,
  { sent }: MovableCode,
): string[] {
  const review: string[] = [];
  for (const expression of kept) {
    const root = handedOn(source, expression, own, sent, node);
    if (root !== null)
      review.push(`line ${lineOf(source, expression.getStart(source.ast))} keeps \`${root}\`, of which it gets a copy from now on`);
  }
  const enclosing = ts.findAncestor(node.parent, isFunctionLike);
  const guarded = ts.findAncestor(node.parent, (one) => (ts.isTryStatement(one) && contains(one.tryBlock, node)) || isFunctionLike(one));
  const outer = accumulators.find(({ binding }) => enclosing !== undefined && !contains(enclosing, binding.identifier));
  const isGuarded = guarded !== undefined && ts.isTryStatement(guarded);
  if (accumulators.length > 0 && (isGuarded || outer !== undefined))
    review.push(`where a round fails, \`${(outer ?? accumulators[0]!).binding.name}\` keeps nothing of the rounds before it from now on`);
  for (const binding of sent) {
    const changed =
      enclosing === undefined || contains(enclosing, binding.identifier)
        ? undefined
        : binding.references.find((one) => one.writes && !contains(node, one.identifier));
    if (changed !== undefined)
      review.push(
        `\`${binding.name}\` is sent to the workers as it is when they begin, and line ${lineOf(source, changed.identifier.getStart(source.ast))} changes it`,
      );
  }
  return [...new Set(review)];
}

/** What of the loop's own items or of variables around it a value may hold as it is: of objects only a copy comes back. */
function handedOn(
  source: Source,
  expression: TS.Expression,
  own: ReadonlySet<Binding>,
  sent: ReadonlySet<Binding>,
  node: Repeated,
  depth = 0,
): string | null {
  const value = bare(expression);
  const again = (one: TS.Expression): string | null => handedOn(source, one, own, sent, node, depth);
  if (ts.isIdentifier(value)) {
    const binding = source.scopes.bindingOf(value);
    if (binding === null || isComputedWith(source, binding)) return null;
    if (own.has(binding)) return ts.isForStatement(node) || isPrimitiveItem(source, node) ? null : binding.name;
    const { declaration } = binding;
    const initializer = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    if (sent.has(binding)) return initializer !== undefined && isPrimitive(source, initializer) ? null : binding.name;
    return initializer === undefined || depth > 3 ? null : handedOn(source, initializer, own, sent, node, depth + 1);
  }
  if (ts.isElementAccessExpression(value)) {
    const root = bare(value.expression);
    const binding = ts.isIdentifier(root) ? source.scopes.bindingOf(root) : null;
    return binding !== null && (sent.has(binding) || own.has(binding)) && !/^\w*\d+\w*Array$/.test(constructorOf(binding) ?? '')
      ? textOf(source, value)
      : null;
  }
  if (ts.isConditionalExpression(value)) return again(value.whenTrue) ?? again(value.whenFalse);
  if (ts.isBinaryExpression(value) && ['??', '||', '&&', ','].includes(value.operatorToken.getText(source.ast)))
    return again(value.left) ?? again(value.right);
  if (ts.isArrayLiteralExpression(value))
    return value.elements.map((one) => again(ts.isSpreadElement(one) ? one.expression : one)).find((one) => one !== null) ?? null;
  if (ts.isObjectLiteralExpression(value)) {
    for (const property of value.properties) {
      const inner = ts.isPropertyAssignment(property)
        ? property.initializer
        : ts.isShorthandPropertyAssignment(property)
          ? property.name
          : null;
      const found = inner === null ? null : again(inner);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Whether the program computes with a variable, which it does with numbers. */
export function isComputedWith(source: Source, binding: Binding): boolean {
  return binding.references.some(({ identifier: { parent } }) => {
    if (ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent))
      return parent.operator !== ts.SyntaxKind.ExclamationToken;
    return ts.isBinaryExpression(parent) && /^([-*/%<>|&^]|\*\*|<=|>=|<<|>>|>>>)=?$/.test(parent.operatorToken.getText(source.ast));
  });
}

function isPrimitiveItem(source: Source, node: Repeated): boolean {
  return ts.isForOfStatement(node) && isListOfPrimitives(source, node.expression);
}

/** Lists whose elements are plain values, as far as the text tells: `text.split(',')`, `Object.keys(table)`, `[1, 2]`. */
function isListOfPrimitives(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (ts.isArrayLiteralExpression(value)) return value.elements.every((one) => isPrimitive(source, one));
  if (ts.isCallExpression(value)) return /(^Object\.keys|\.split|\.keys|\.match)$/.test(textOf(source, value.expression));
  if (ts.isIdentifier(value) && depth < 3) {
    const binding = source.scopes.bindingOf(value);
    const declaration = binding?.declaration;
    if (binding === null || declaration === undefined || binding.references.some((one) => one.writes)) return false;
    const type = ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) ? declaration.type : undefined;
    if (type !== undefined) return /^(readonly )?(string|number|boolean|bigint)\[\]$/.test(type.getText(source.ast));
    return (
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      isListOfPrimitives(source, declaration.initializer, depth + 1)
    );
  }
  return false;
}

function isPrimitive(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isLiteralExpression(value) || ts.isTemplateExpression(value) || ts.isPrefixUnaryExpression(value))
    return !ts.isRegularExpressionLiteral(value);
  if (ts.isBinaryExpression(value)) return !['??', '||', '&&', ','].includes(value.operatorToken.getText(source.ast));
  return ts.isCallExpression(value) && /^(Math\.|Number|String|parse(Int|Float))/.test(globalName(source, value.expression) ?? '');
}

function nameOf(source: Source, node: TS.Node): string {
  const named = namedFunctionAround(node);
  const stem = basename(source.file, extname(source.file));
  const words = (named === null ? null : functionName(named)) ?? stem;
  const camel = words.replace(/[^\p{L}\p{N}_$]+(.)?/gu, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
  return `${/^[\p{L}_$]/u.test(camel) ? camel : 'loop'}Rounds`;
}

/** Where a loop begins for a reader: a chained call in the line of its name. */
export function lineOfLoop(source: Source, node: Repeated): number {
  const named = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node;
  return lineOf(source, named.getStart(source.ast));
}

/** What a person calls the loop. */
export function loopWords(source: Source, node: Repeated): string {
  const line = lineOfLoop(source, node);
  if (!ts.isCallExpression(node)) return `the loop in line ${line}`;
  const callee = node.expression;
  return `the \`${ts.isPropertyAccessExpression(callee) ? callee.name.text : textOf(source, callee)}\` in line ${line}`;
}

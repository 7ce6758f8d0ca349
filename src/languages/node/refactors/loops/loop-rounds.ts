import type TS from 'typescript';
import { bindingsOfPattern, effectsOf, type Effects } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction, walk, walkOwnCode } from '../../syntax/locate.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/**
 * A loop whose rounds may run at the same time: every round's part up to its last wait (`first`) runs for several items at once, and what
 * is left (`rest`) runs afterwards in the old order, so lists fill and sums add up as before.
 */
export interface LoopRounds {
  loop: TS.ForOfStatement | TS.ForStatement;
  /** The parameter that stands for the loop's variable: `user`, `{ id }`, `index`. */
  variable: string;
  variableBindings: Binding[];
  /** Where the items come from: an iterable's expression, or the bounds of a counting loop. */
  items: { kind: 'iterable'; expression: TS.Expression } | { kind: 'count'; from: string; to: string; length: string };
  first: TS.Statement[];
  /** Awaited expressions of the first statement of `rest`, to be moved before it. */
  taken: TS.Expression[];
  rest: TS.Statement[];
  /** `continue` statements of the first part: such a round has no rest. */
  skips: TS.ContinueStatement[];
  /** Whether somebody can tell what the rounds before one that fails have done: then a failure is thrown in its turn. */
  seenPartly: boolean;
  /** Why a person should look at the result. */
  review: string[];
}

/** How the rounds of a loop can be taken apart, or a sentence that says what ties them together. `awaited` are calls that wait, or soon will. */
export function loopRounds(source: Source, loop: TS.IterationStatement, awaited: ReadonlySet<TS.Node>): LoopRounds | string {
  const line = lineOf(source, loop.getStart(source.ast));
  const header = loopHeader(source, loop);
  if (typeof header === 'string') return header;
  const body = ts.isBlock(loop.statement) ? [...loop.statement.statements] : [loop.statement];
  const waits = (node: TS.Node): TS.Expression[] => waitsIn(node, awaited);
  const last = body.findLastIndex((statement) => waits(statement).length > 0);
  if (last < 0) return `Nothing in the loop in line ${line} waits.`;

  const skips: TS.ContinueStatement[] = [];
  const exit = findExit(source, loop.statement, skips);
  if (exit !== null) return exit;
  const lastStatement = body[last]!;
  const own = new Set(header.variableBindings);
  const lastEffects = effectsOf(source, [lastStatement], { own });
  const movable =
    ts.isVariableStatement(lastStatement) || (lastEffects.writes.size === 0 && lastEffects.prints === null && !lastEffects.writesThis);
  const taken = movable ? [] : waits(lastStatement);
  const obstacle = taken.map((wait) => whyNotTaken(source, lastStatement, wait)).find((reason) => reason !== null);
  if (obstacle !== undefined) return obstacle;

  const first = movable ? body.slice(0, last + 1) : body.slice(0, last);
  const rest = movable ? body.slice(last + 1) : body.slice(last);
  // What one part declares, the other knows as well: it is the round's own.
  walk(loop.statement, (node) => {
    if ((ts.isVariableDeclaration(node) || ts.isBindingElement(node)) && ts.isIdentifier(node.name)) {
      const binding = source.scopes.bindingOf(node.name);
      if (binding !== null && (binding.kind !== 'var' || binding.references.every((one) => contains(loop.statement, one.identifier))))
        own.add(binding);
    }
  });
  const before = effectsOf(source, [...first, ...taken], { own });
  const after = effectsOf(source, rest, { own, skip: new Set(taken) });
  const tie = whyTied(line, before, after) ?? whyItemsChange(source, loop, header, before, after);
  if (tie !== null) return tie;
  const capturedLater = [...own].find((binding) => isReassignedAfter(binding, first, rest));
  if (capturedLater !== undefined)
    return `The loop in line ${line} changes \`${capturedLater.name}\` after it waited: declare a variable of its own for the new value.`;
  return {
    loop: header.loop,
    variable: header.variable,
    variableBindings: header.variableBindings,
    items: header.items,
    first,
    taken,
    rest,
    skips: skips.filter((one) => first.some((statement) => contains(statement, one))),
    seenPartly: rest.length > 0 && isSeenPartly(header.loop, after),
    review: reviewReasons(before),
  };
}

/** Whether what the rest of a round does is seen when a later round fails: outside of the program or function, or by a `try` around. */
function isSeenPartly(loop: TS.Node, rest: Effects): boolean {
  if (rest.prints !== null || rest.outside.size > 0 || rest.unknown.size > 0 || rest.writesThis) return true;
  const enclosing = enclosingFunction(loop);
  const isOutside = [...rest.writes].some(
    (binding) => binding.kind === 'parameter' || (enclosing !== null && !contains(enclosing, binding.identifier)),
  );
  if (isOutside) return true;
  for (let node = loop; node !== enclosing && !ts.isSourceFile(node); node = node.parent)
    if (ts.isTryStatement(node.parent) && node.parent.tryBlock === node) return rest.writes.size > 0;
  return false;
}

/** What a person must know who lets these calls run at the same time. */
export function reviewReasons(effects: Effects): string[] {
  const reasons: string[] = [];
  const { outside, unknown } = effects;
  if (outside.size > 0)
    reasons.push(`${listWords(outside)} ${outside.size === 1 ? 'changes' : 'change'} something outside, now for several items at once`);
  if (unknown.size > 0) reasons.push(`${areTaken(unknown)} not to depend on the round before`);
  return reasons;
}

/** Texts of code in a sentence: of long ones no arguments, and of longer ones the beginning. */
export function listWords(words: Iterable<string>): string {
  return [...words].map((word) => `\`${shortened(word.replace(/\s+/g, ' '))}\``).join(', ');
}

/** ``x` is taken`, ``x`, `y` are taken`: what is called and not known, and what is believed of it. */
export function areTaken(words: ReadonlySet<string>): string {
  return `${listWords(words)} ${words.size === 1 ? 'is' : 'are'} taken`;
}

const LONGEST_WORDS = 40;

function shortened(code: string): string {
  if (code.length <= LONGEST_WORDS) return code;
  const bare = code.replace(/\((?:[^()]|\([^()]*\))+\)/g, '(…)');
  return bare.length <= LONGEST_WORDS ? bare : `${bare.slice(0, LONGEST_WORDS - 1)}…`;
}

/** Awaited expressions in a statement's own code, in the order of the text; the awaits inside another one's arguments come with it. */
function waitsIn(node: TS.Node, awaited: ReadonlySet<TS.Node>): TS.Expression[] {
  const found: TS.Expression[] = [];
  const visit = (current: TS.Node): void => {
    if (ts.isAwaitExpression(current) || (awaited.has(current) && !ts.isAwaitExpression(current.parent))) {
      found.push(current as TS.Expression);
      return;
    }
    if (ts.isForOfStatement(current) && current.awaitModifier !== undefined) found.push(current.expression);
    if (!isFunctionLike(current)) ts.forEachChild(current, visit);
  };
  visit(node);
  return found;
}

export interface Header {
  loop: TS.ForOfStatement | TS.ForStatement;
  variable: string;
  variableBindings: Binding[];
  items: LoopRounds['items'];
}

export function loopHeader(source: Source, loop: TS.IterationStatement): Header | string {
  const line = lineOf(source, loop.getStart(source.ast));
  if (ts.isForOfStatement(loop)) {
    if (loop.awaitModifier !== undefined) return `The \`for await\` loop in line ${line} gets its items one after another.`;
    const { initializer } = loop;
    if (!ts.isVariableDeclarationList(initializer))
      return `The loop in line ${line} assigns a variable from outside: declare it in the loop first.`;
    const name = initializer.declarations[0]!.name;
    const variableBindings = bindingsOfPattern(source, name);
    if (variableBindings.some((one) => one.references.some((reference) => reference.writes)))
      return `The loop in line ${line} assigns its own variable.`;
    return { loop, variable: textOf(source, name), variableBindings, items: { kind: 'iterable', expression: loop.expression } };
  }
  if (ts.isForStatement(loop))
    return countingHeader(source, loop) ?? `The loop in line ${line} doesn't simply count up, so its rounds can't be told in advance.`;
  if (ts.isForInStatement(loop))
    return `The \`for … in\` loop in line ${line} can't be taken apart: write it as \`for (const key of Object.keys(…))\`.`;
  return `The \`while\` loop in line ${line} decides after each round whether to go on, so its rounds must run in order.`;
}

/** `for (let i = 0; i < n; i++)`: which numbers it counts. */
function countingHeader(source: Source, loop: TS.ForStatement): Header | null {
  const { initializer, condition, incrementor } = loop;
  if (
    initializer === undefined ||
    condition === undefined ||
    incrementor === undefined ||
    !ts.isVariableDeclarationList(initializer) ||
    initializer.declarations.length !== 1
  )
    return null;
  const declaration = initializer.declarations[0]!;
  if (!ts.isIdentifier(declaration.name) || declaration.initializer === undefined) return null;
  const binding = source.scopes.bindingOf(declaration.name);
  if (binding === null || (binding.kind === 'var' && !isOwnVar(binding, loop))) return null;
  if (binding.references.filter((one) => one.writes && contains(loop, one.identifier)).length !== 1) return null;
  if (!isIncrement(source, incrementor, binding.name)) return null;
  if (!ts.isBinaryExpression(condition) || textOf(source, condition.left) !== binding.name) return null;
  const inclusive = condition.operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken;
  if (!inclusive && condition.operatorToken.kind !== ts.SyntaxKind.LessThanToken) return null;
  if (!isSimple(condition.right) || !isSimple(declaration.initializer)) return null;
  const from = textOf(source, declaration.initializer);
  const end = textOf(source, condition.right);
  const grouped = ts.isBinaryExpression(bare(condition.right)) && from !== '0' ? `(${end})` : end;
  const length = `${from === '0' ? end : from === '1' && inclusive ? end : `${grouped} - ${from}`}${inclusive && from !== '1' ? ' + 1' : ''}`;
  const to = inclusive ? `${end} + 1` : end;
  return { loop, variable: binding.name, variableBindings: [binding], items: { kind: 'count', from, to, length } };
}

/**
 * Whether a `var` that counts a loop might as well be a `let`: no function in the loop keeps it, and outside of the loop it only counts other loops,
 * which begin with a value of their own.
 */
function isOwnVar({ name, references }: Binding, loop: TS.ForStatement): boolean {
  const startsAnew = (node: TS.Node): boolean =>
    ts.findAncestor(
      node,
      (one) =>
        ts.isForStatement(one) &&
        one.initializer !== undefined &&
        ts.isVariableDeclarationList(one.initializer) &&
        one.initializer.declarations.some(
          (other) => ts.isIdentifier(other.name) && other.name.text === name && other.initializer !== undefined,
        ),
    ) !== undefined;
  return references.every(({ identifier }) =>
    contains(loop, identifier)
      ? ts.findAncestor(identifier, (one) => one === loop || isFunctionLike(one)) === loop
      : startsAnew(identifier),
  );
}

/** Numbers, variables and properties such as `items.length`, and sums of them: evaluated once or in every round, they say the same. */
function isSimple(expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isNumericLiteral(value) || ts.isIdentifier(value)) return true;
  if (ts.isPropertyAccessExpression(value)) return isSimple(value.expression);
  return ts.isBinaryExpression(value) && isSimple(value.left) && isSimple(value.right);
}

function isIncrement(source: Source, expression: TS.Expression, name: string): boolean {
  return [`${name}++`, `++${name}`, `${name} += 1`, `${name}+=1`].includes(textOf(source, expression));
}

/** What may end the loop before its last item, so that asking for the later items ahead would be wrong. */
export function findExit(source: Source, body: TS.Statement, skips: TS.ContinueStatement[]): string | null {
  const visit = (node: TS.Node, inLoop: boolean, inSwitch: boolean): string | null => {
    const line = lineOf(source, node.getStart(source.ast));
    if (ts.isReturnStatement(node)) return `The \`return\` in line ${line} may end the loop early, so later rounds can't be started ahead.`;
    if (ts.isYieldExpression(node)) return `The \`yield\` in line ${line} hands out one round at a time.`;
    if (ts.isBreakStatement(node) && (node.label !== undefined || (!inLoop && !inSwitch)))
      return `The \`break\` in line ${line} may end the loop early, so later rounds can't be started ahead.`;
    if (ts.isContinueStatement(node)) {
      if (node.label !== undefined) return `The \`continue\` with a label in line ${line} ties the rounds of two loops together.`;
      if (!inLoop) skips.push(node);
    }
    // Stops at the first reason: forEachChild returns it.
    const inside = inLoop || ts.isIterationStatement(node, false);
    return (
      ts.forEachChild(node, (child) =>
        isFunctionLike(child) ? undefined : (visit(child, inside, inSwitch || ts.isSwitchStatement(node)) ?? undefined),
      ) ?? null
    );
  };
  return visit(body, false, false);
}

/** Why an awaited expression can't be evaluated before its statement. */
function whyNotTaken(source: Source, statement: TS.Statement, wait: TS.Expression): string | null {
  const line = lineOf(source, wait.getStart(source.ast));
  for (let node: TS.Node = wait; node !== statement; node = node.parent) {
    const { parent } = node;
    const isOnce =
      ((ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && parent.expression === node) ||
      (ts.isForStatement(parent) && parent.initializer === node);
    if (ts.isIterationStatement(parent, false) && !isOnce)
      return `Line ${line} waits in each round of a loop inside and changes something afterwards: put what waits into a variable of its own first.`;
    const conditional =
      (ts.isConditionalExpression(parent) && parent.condition !== node) ||
      (ts.isBinaryExpression(parent) && parent.right === node && ['&&', '||', '??'].includes(parent.operatorToken.getText(source.ast))) ||
      (ts.isStatement(parent) && ts.isStatement(node) && parent !== statement) ||
      (ts.isStatement(node) && node !== statement);
    if (conditional)
      return `Line ${line} waits only under a condition and changes something afterwards: put what waits into a variable of its own first.`;
  }
  const earlier: TS.Node[] = [];
  walkOwnCode(statement, (node) => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.end <= wait.getStart(source.ast)) earlier.push(node);
  });
  if (earlier[0] === undefined) return null;
  return `Line ${line} calls \`${textOf(source, earlier[0])}\` before it waits: put what waits into a variable of its own first.`;
}

function whyTied(line: number, before: Effects, after: Effects): string | null {
  const [changed] = before.writes;
  if (changed !== undefined) return `The rounds of the loop in line ${line} can't run at the same time: each changes \`${changed.name}\`.`;
  const shared = [...before.reads].find((binding) => after.writes.has(binding));
  if (shared !== undefined)
    return `The rounds of the loop in line ${line} must run in order: each needs \`${shared.name}\`, which the round before it changes.`;
  if (before.prints !== null)
    return `The loop in line ${line} prints (\`${before.prints}\`) before it waits: at the same time its lines would come in another order. Print after the wait.`;
  if (before.writesThis || (before.usesThis && after.writesThis))
    return `The rounds of the loop in line ${line} share \`this\`, which they change.`;
  return null;
}

function whyItemsChange(source: Source, loop: TS.IterationStatement, header: Header, before: Effects, after: Effects): string | null {
  const nodes = header.items.kind === 'iterable' ? [header.items.expression] : ts.isForStatement(loop) ? [loop.condition!] : [];
  const needed = effectsOf(source, nodes, { own: new Set(header.variableBindings) }).reads;
  const changed = [...needed].find((binding) => before.writes.has(binding) || after.writes.has(binding));
  return changed === undefined
    ? null
    : `The loop in line ${lineOf(source, loop.getStart(source.ast))} changes \`${changed.name}\` while it goes through it.`;
}

/** A variable of the first part that the rest assigns, while a function made in the first part looks at it. */
function isReassignedAfter(binding: Binding, first: readonly TS.Statement[], rest: readonly TS.Statement[]): boolean {
  const inFirst = (node: TS.Node): boolean => first.some((statement) => contains(statement, node));
  if (!inFirst(binding.identifier)) return false;
  const written = binding.references.some((one) => one.writes && rest.some((statement) => contains(statement, one.identifier)));
  return written && binding.references.some((one) => inFirst(one.identifier) && isInsideFunction(one.identifier, first));
}

function isInsideFunction(node: TS.Node, within: readonly TS.Statement[]): boolean {
  for (let current: TS.Node = node; !within.includes(current as TS.Statement) && !ts.isSourceFile(current); current = current.parent)
    if (isFunctionLike(current)) return true;
  return false;
}

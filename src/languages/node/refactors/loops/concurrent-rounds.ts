import type TS from 'typescript';
import { bare, contains, isAsync, walkOwnCode } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { ArrayCall } from '../async/array-calls.ts';
import type { Editor } from '../text/editor.ts';
import type { LoopRounds } from './loop-rounds.ts';
import { freshName, poolFunction, roundsFunction } from './pool-function.ts';

/** How many tasks run at once: bounded by a function in the file, or by the workers that the tasks are handed to. */
export type Concurrency = { kind: 'bounded'; limit: number } | { kind: 'workers' };

const WHY = 'run the rounds at the same time';

/**
 * `for (const id of ids) { const user = await load(id); users.push(user); }` →
 * `for (const user of await mapConcurrent(ids, 8, (id) => load(id))) { users.push(user); }`.
 * To be called after the edits inside the loop.
 */
export function rewriteLoop(source: Source, editor: Editor, rounds: LoopRounds, concurrency: Concurrency): void {
  const { loop } = rounds;
  for (const skip of rounds.skips) editor.rewrite(skip.getStart(source.ast), skip.end, `return${source.semicolon}`, WHY);
  const task = taskOf(source, editor, rounds);
  const pool = poolCall(source, editor, rounds, concurrency, task.text);
  const start = loop.getStart(source.ast);
  if (rounds.rest.length === 0) {
    editor.rewrite(start, loop.end, `await ${pool}${source.semicolon}`, WHY);
    return;
  }
  const declare = [...task.handedOn].some((binding) => binding.references.some((one) => one.writes)) ? 'let' : 'const';
  const outer = indentationAt(source, start);
  // A round that was skipped has no result, which a pattern could not be taken from.
  const round = rounds.skips.length > 0 || task.pattern === null ? freshName(source, 'round') : null;
  const header = (results: string): string => `for (${round === null ? declare : 'const'} ${round ?? task.pattern ?? ''} of ${results}) `;
  const lines =
    round === null || rounds.skips.length === 0
      ? []
      : [`if (!${round}) continue${source.semicolon}`, `${declare} ${task.pattern ?? ''} = ${round}${source.semicolon}`];
  const rest = restOf(source, editor, rounds, task.names, lines);
  const isLong = longestLine(outer + header(`await ${pool}`)) > 110;
  if (isLong && (ts.isBlock(loop.parent) || ts.isSourceFile(loop.parent))) {
    const results = freshName(source, 'results');
    editor.rewrite(
      start,
      loop.end,
      `const ${results} = await ${pool}${source.semicolon}${source.eol}${outer}${header(results)}${rest}`,
      WHY,
    );
  } else editor.rewrite(start, loop.end, `${header(`await ${pool}`)}${rest}`, WHY);
}

function longestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

interface Task {
  /** The function for one item. */
  text: string;
  /** What the rest of a round takes its values from; null when it needs none. */
  pattern: string | null;
  handedOn: Set<Binding>;
  /** New variables for the expressions that were taken out of their statement. */
  names: Map<TS.Expression, string>;
}

function taskOf(source: Source, editor: Editor, rounds: LoopRounds): Task {
  const names = new Map<TS.Expression, string>();
  for (const taken of rounds.taken) names.set(taken, freshName(source, rounds.taken.length === 1 ? 'result' : `result${names.size + 1}`));
  const handedOn = handedOnBindings(source, rounds);
  const loopVariable = [...handedOn].filter((one) => rounds.variableBindings.includes(one));
  const declared = [...handedOn].filter((one) => !rounds.variableBindings.includes(one));
  const values = [...loopVariable.map((one) => one.name), ...declared.map((one) => one.name), ...names.values()];
  const parameter = isUsedInTask(rounds) ? `(${rounds.variable})` : '()';
  const single = singleExpression(source, editor, rounds, names);

  if (single !== null && (values.length === 0 || (values.length === 1 && loopVariable.length === 0))) {
    const direct = single.text.startsWith('await ') && single.direct;
    return {
      text: direct ? `${parameter} => ${grouped(single.text.slice('await '.length))}` : `async ${parameter} => ${grouped(single.text)}`,
      pattern: values.length === 0 ? null : single.pattern,
      handedOn,
      names,
    };
  }
  if (single !== null && loopVariable.length === 1 && rounds.variable === loopVariable[0]!.name && values.length === 2) {
    const pair = `[${rounds.variable}, ${single.text}]${source.typescript ? ' as const' : ''}`;
    return { text: `async ${parameter} => ${pair}`, pattern: `[${rounds.variable}, ${single.pattern}]`, handedOn, names };
  }
  const inBraces = values.length > 1 || rounds.skips.length > 0;
  const pattern =
    values.length === 0 && rounds.skips.length === 0 ? null : inBraces ? `{ ${values.join(', ')} }`.replace('{  }', '{}') : values[0]!;
  return { text: `async ${parameter} => ${taskBlock(source, editor, rounds, names, pattern)}`, pattern, handedOn, names };
}

function isUsedInTask(rounds: LoopRounds): boolean {
  const parts = [...rounds.first, ...rounds.taken, ...rounds.rest];
  return rounds.variableBindings.some((binding) => binding.references.some((one) => parts.some((part) => contains(part, one.identifier))));
}

function grouped(text: string): string {
  return text.startsWith('{') ? `(${text})` : text;
}

/** The first part as one expression, where it is `const name = …;` or one expression taken out, and no comment gets lost. */
function singleExpression(
  source: Source,
  editor: Editor,
  rounds: LoopRounds,
  names: Map<TS.Expression, string>,
): { text: string; pattern: string; direct: boolean } | null {
  if (rounds.first.length === 0 && rounds.taken.length === 1) {
    const taken = rounds.taken[0]!;
    return { text: editor.rendered(taken.getStart(source.ast), taken.end), pattern: names.get(taken)!, direct: true };
  }
  const [statement] = rounds.first;
  if (statement === undefined || rounds.first.length !== 1 || rounds.taken.length > 0) return null;
  if (hasComment(source, statement)) return null;
  if (ts.isExpressionStatement(statement) && rounds.rest.length === 0) {
    return {
      text: editor.rendered(statement.expression.getStart(source.ast), statement.expression.end),
      pattern: '',
      direct: isCallOrAwait(statement.expression),
    };
  }
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) return null;
  const declaration = statement.declarationList.declarations[0]!;
  if (declaration.initializer === undefined || declaration.type !== undefined) return null;
  const { initializer } = declaration;
  return {
    text: editor.rendered(initializer.getStart(source.ast), initializer.end),
    pattern: textOf(source, declaration.name),
    direct: isCallOrAwait(initializer),
  };
}

/** `await f()` or the call that has become `await f()`: the promise itself can be handed on. */
function isCallOrAwait(expression: TS.Expression): boolean {
  return ts.isAwaitExpression(expression) || ts.isCallExpression(expression);
}

function hasComment(source: Source, statement: TS.Statement): boolean {
  const trailing = ts.getTrailingCommentRanges(source.text, statement.end) ?? [];
  const leading = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const inBlock = leading.filter((range) => range.pos >= statement.getFullStart());
  return trailing.length + inBlock.length > 0;
}

/** Variables of the first part, or of the loop, that the rest of a round looks at. */
function handedOnBindings(source: Source, rounds: LoopRounds): Set<Binding> {
  const found = new Set<Binding>();
  const taken = new Set<TS.Node>(rounds.taken);
  const visit = (node: TS.Node): void => {
    if (taken.has(node)) return;
    if (ts.isIdentifier(node)) {
      const binding = source.scopes.bindingOf(node);
      if (
        binding !== null &&
        (rounds.variableBindings.includes(binding) ||
          rounds.first.some((one) => one.pos <= binding.identifier.pos && binding.identifier.end <= one.end))
      )
        found.add(binding);
    }
    ts.forEachChild(node, visit);
  };
  rounds.rest.forEach(visit);
  return found;
}

function taskBlock(source: Source, editor: Editor, rounds: LoopRounds, names: Map<TS.Expression, string>, pattern: string | null): string {
  const body = rounds.loop.statement;
  const outer = indentationAt(source, rounds.loop.getStart(source.ast));
  const inner = outer + source.indent;
  let text = ts.isBlock(body)
    ? editor.rendered(body.getStart(source.ast) + 1, endOfFirst(source, rounds))
    : `${source.eol}${inner}${rounds.first.length > 0 ? editor.rendered(body.getStart(source.ast), body.end) : ''}`;
  text = text.trimEnd();
  for (const [taken, name] of names)
    text += `${source.eol}${inner}const ${name} = ${editor.rendered(taken.getStart(source.ast), taken.end)}${source.semicolon}`;
  if (pattern !== null && rounds.rest.length > 0) text += `${source.eol}${inner}return ${pattern}${source.semicolon}`;
  return `{${text}${source.eol}${outer}}`;
}

/** Where the first part ends: with the comment that follows its last statement on the same line. */
function endOfFirst(source: Source, rounds: LoopRounds): number {
  const last = rounds.first.at(-1);
  if (last === undefined) return rounds.loop.statement.getStart(source.ast) + 1;
  return ts.getTrailingCommentRanges(source.text, last.end)?.at(-1)?.end ?? last.end;
}

function restOf(source: Source, editor: Editor, rounds: LoopRounds, names: Map<TS.Expression, string>, lines: string[]): string {
  const body = rounds.loop.statement;
  for (const [taken, name] of names) editor.rewrite(taken.getStart(source.ast), taken.end, name, WHY);
  if (!ts.isBlock(body)) return editor.rendered(body.getStart(source.ast), body.end);
  const inner = source.eol + indentationAt(source, rounds.loop.getStart(source.ast)) + source.indent;
  return `{${lines.map((line) => inner + line).join('')}${editor.rendered(endOfFirst(source, rounds), body.end)}`;
}

function poolCall(source: Source, editor: Editor, { items, seenPartly }: LoopRounds, concurrency: Concurrency, task: string): string {
  if (seenPartly) {
    const limit = concurrency.kind === 'workers' ? 'Infinity' : String(concurrency.limit);
    return `${roundsFunction(source, editor)}(${itemsText(source, editor, items)}, ${limit}, ${task})`;
  }
  const text = itemsText(source, editor, items);
  return concurrency.kind === 'workers'
    ? `Promise.all(Array.from(${text}, ${task}))`
    : `${poolFunction(source, editor)}(${text}, ${concurrency.limit}, ${task})`;
}

function itemsText(source: Source, editor: Editor, items: LoopRounds['items']): string {
  if (items.kind === 'iterable') return editor.rendered(items.expression.getStart(source.ast), items.expression.end);
  return items.from === '0'
    ? `Array(${items.length}).keys()`
    : `Array.from({ length: ${items.length} }, (_, index) => index + ${items.from})`;
}

/** `items.map(callback)` → `mapConcurrent(items, 8, callback)`; the `await` before it is the caller's to add. */
export function rewriteArrayCall(
  source: Source,
  editor: Editor,
  call: TS.CallExpression,
  arrayCall: ArrayCall,
  concurrency: Concurrency,
): void {
  const start = call.getStart(source.ast);
  const items = editor.rendered(arrayCall.items.getStart(source.ast), arrayCall.items.end);
  const callback = editor.rendered(arrayCall.callback.getStart(source.ast), arrayCall.callback.end);
  const isLengthObject = ts.isObjectLiteralExpression(bare(arrayCall.items));
  let text: string;
  if (concurrency.kind === 'bounded')
    text = `${poolFunction(source, editor)}(${isLengthObject ? `Array.from(${items})` : items}, ${concurrency.limit}, ${callback})`;
  else
    text =
      arrayCall.kind === 'map' || arrayCall.kind === 'flatMap'
        ? `Promise.all(${items}.map(${callback}))`
        : `Promise.all(Array.from(${items}, ${callback}))`;
  editor.rewrite(start, call.end, text, WHY);
}

/** A callback that is no more than the awaited call hands on its promise: it needs neither `async` nor `await`. */
export function isBareCallback(node: TS.Node, awaited: ReadonlySet<TS.Node>): boolean {
  if (!ts.isArrowFunction(node) || ts.isBlock(node.body) || isAsync(node)) return false;
  let count = 0;
  walkOwnCode(node.body, (one) => {
    if (awaited.has(one)) count++;
  });
  return count === 1 && awaited.has(node.body);
}

export function indentationAt(source: Source, position: number): string {
  const lineStart = source.text.lastIndexOf('\n', position - 1) + 1;
  return /^[ \t]*/.exec(source.text.slice(lineStart))![0];
}

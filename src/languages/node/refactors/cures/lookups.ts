import type TS from 'typescript';
import { capitalised } from '../../../../core/report/format.ts';
import { isArray, isText } from '../../syntax/value-types.ts';
import { effectsOf } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction } from '../../syntax/locate.ts';
import { isAssignment, isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { usesOfValue } from '../../syntax/value-uses.ts';
import { followedPushes, followPush, originOf, type KeyedSearch } from './followed-pushes.ts';
import { isFresh } from './growing-copies.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { pauses, repetitionsAround, statementOf } from './hoist.ts';
import { startWithComments } from '../text/imports.ts';
import { areTaken } from '../loops/loop-rounds.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** A search through a list that a loop repeats: `list.includes(value)`, `list.find((one) => one.id === id)`. */
export interface Lookup {
  list: Binding;
  listName: TS.Identifier;
  call: TS.CallExpression;
  /** The value in the list, or one that items have under a key. */
  by:
    | { kind: 'value'; value: TS.Expression; asked: TS.Expression; isNegated: boolean; isStrict: boolean }
    | { kind: 'key'; method: 'find' | 'some' | 'findIndex'; parameter: string; key: TS.Expression; value: TS.Expression };
}

/** The repeated search that a node is; null for all others. */
export function lookupOf(source: Source, node: TS.Node): Lookup | null {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || node.expression.questionDotToken !== undefined)
    return null;
  const listName = node.expression.expression;
  const [argument] = node.arguments;
  if (!ts.isIdentifier(listName) || argument === undefined || node.arguments.length !== 1 || ts.isSpreadElement(argument)) return null;
  const list = source.scopes.bindingOf(listName);
  if (list === null || (enclosingFunction(node) === null && repetitionsAround(node).length === 0)) return null;
  if (isShort(source, list)) return null;
  const method = node.expression.name.text;
  if (method === 'includes')
    return isArray(source, listName)
      ? { list, listName, call: node, by: { kind: 'value', value: argument, asked: node, isNegated: false, isStrict: false } }
      : null;
  if (method === 'indexOf') {
    const asked = comparedToNone(node);
    return asked === null || !isArray(source, listName)
      ? null
      : { list, listName, call: node, by: { kind: 'value', value: argument, ...asked, isStrict: true } };
  }
  if (method !== 'find' && method !== 'some' && method !== 'findIndex') return null;
  const key = keyCompared(source, argument);
  return key === null ? null : { list, listName, call: node, by: { kind: 'key', method, ...key } };
}

/** So few items are searched as fast as a Set is asked. */
const FEW = 16;

/** Whether the text shows all items of a list, and they are few. */
function isShort(source: Source, list: Binding): boolean {
  const { declaration } = list;
  if (list.kind !== 'const' || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false;
  const made = bare(declaration.initializer);
  if (!ts.isArrayLiteralExpression(made) || made.elements.length >= FEW || made.elements.some(ts.isSpreadElement)) return false;
  return usesOfValue(source, list, { parts: false }).length === 0;
}

/** `list.indexOf(value) !== -1` and its like, which only ask whether it is there. */
function comparedToNone(call: TS.CallExpression): { asked: TS.Expression; isNegated: boolean } | null {
  const { parent } = call;
  if (!ts.isBinaryExpression(parent) || parent.left !== call) return null;
  const right = parent.right.getText();
  const { kind } = parent.operatorToken;
  const kinds = ts.SyntaxKind;
  if (right === '-1') {
    if ([kinds.ExclamationEqualsEqualsToken, kinds.ExclamationEqualsToken, kinds.GreaterThanToken].includes(kind))
      return { asked: parent, isNegated: false };
    if ([kinds.EqualsEqualsEqualsToken, kinds.EqualsEqualsToken].includes(kind)) return { asked: parent, isNegated: true };
  }
  if (right === '0' && kind === kinds.GreaterThanEqualsToken) return { asked: parent, isNegated: false };
  return right === '0' && kind === kinds.LessThanToken ? { asked: parent, isNegated: true } : null;
}

/** `(one) => one.id === wanted.id`. */
function keyCompared(source: Source, callback: TS.Expression): { parameter: string; key: TS.Expression; value: TS.Expression } | null {
  const made = bare(callback);
  if (!ts.isArrowFunction(made) || ts.isBlock(made.body) || made.parameters.length !== 1 || !ts.isIdentifier(made.parameters[0]!.name))
    return null;
  const compared = bare(made.body);
  if (!ts.isBinaryExpression(compared) || compared.operatorToken.kind !== ts.SyntaxKind.EqualsEqualsEqualsToken) return null;
  const parameter = source.scopes.bindingOf(made.parameters[0]!.name);
  const isKey = (one: TS.Expression): boolean => {
    const value = bare(one);
    if (!ts.isPropertyAccessExpression(value) || value.questionDotToken !== undefined) return false;
    return (ts.isIdentifier(value.expression) && source.scopes.bindingOf(value.expression) === parameter) || isKey(value.expression);
  };
  const mentions = (one: TS.Node): boolean => parameter?.references.some(({ identifier }) => contains(one, identifier)) ?? true;
  for (const [key, value] of [
    [compared.left, compared.right],
    [compared.right, compared.left],
  ] as const)
    if (isKey(key) && !mentions(value)) return { parameter: made.parameters[0]!.name.text, key, value };
  return null;
}

/** Builds a Set or a Map before the loop and asks that. Refuses where it would not stay true. Returns what to look at. */
export function writeLookup(source: Source, editor: Editor, lookup: Lookup): string[] {
  const { list, listName, call, by } = lookup;
  const line = lineOf(source, call.getStart(source.ast));
  const search: KeyedSearch | null =
    by.kind === 'key' ? { list, call, keyName: (bare(by.key) as TS.PropertyAccessExpression).name.text, value: by.value } : null;
  const kept = lastingDeclaration(source, list, search);
  const region = kept?.parent ?? repetitionsAround(call).findLast((one) => !contains(one, list.identifier));
  if (region === undefined)
    throw new Refusal(
      `\`${list.name}\` is searched in line ${line}, and the loop that repeats it is not in this function: build a ${by.kind === 'value' ? 'Set' : 'Map'} of it before that loop, and hand that in.`,
    );
  const statement = kept ?? statementOf(region);
  if (statement === null)
    throw new Refusal(
      `The loop around line ${line} has no statement of its own to build a ${by.kind === 'value' ? 'Set' : 'Map'} before: put it into a block first.`,
    );
  const effects = effectsOf(source, [region]);
  const review: string[] = [];
  if (effects.unknown.size > 0 && !isPrivate(source, list))
    review.push(
      `${areTaken(effects.unknown)} not to change \`${list.name}\`, of which line ${line} now asks a ${by.kind === 'value' ? 'Set' : 'Map'}`,
    );
  if (pauses(region) && !isPrivate(source, list))
    review.push(
      `\`${list.name}\`, of which line ${line} now asks a ${by.kind === 'value' ? 'Set' : 'Map'}, must not change while the loop waits in between`,
    );
  const assigned = list.references.find((one) => one.writes && contains(region, one.identifier));
  if (assigned !== undefined)
    throw new Refusal(
      `\`${list.name}\` gets another value in line ${lineOf(source, assigned.identifier.getStart(source.ast))}, within the loop: build its Set or Map there by hand.`,
    );
  const indent = indentationAt(source, statement.getStart(source.ast));
  const why = 'look it up in place of searching';
  const declare = (name: string, made: string): void => {
    const text = `const ${name} = ${made}${source.semicolon}`;
    const at = startWithComments(source, statement);
    if (kept === null) editor.replace(at, at, `${text}${source.eol}${indent}`, why);
    else editor.replace(kept.end, kept.end, `${source.eol}${text}`, why);
  };
  const listText = textOf(source, listName);

  if (by.kind === 'value') {
    const name = freshName(source, `${list.name}Set`);
    const pushes = pushesWithin(source, list, region);
    declare(name, `new Set(${listText})`);
    for (const push of pushes) {
      const [item] = push.arguments;
      const added = `${name}.add(${textOf(source, item!)})${source.semicolon}`;
      const itself = push.parent;
      if (ts.isBlock(itself.parent) || ts.isSourceFile(itself.parent) || ts.isCaseOrDefaultClause(itself.parent))
        editor.replace(itself.end, itself.end, `${source.eol}${indentationAt(source, itself.getStart(source.ast))}${added}`, why);
      else {
        const inner = indentationAt(source, itself.parent.getStart(source.ast));
        const lines = [textOf(source, itself), added].map((one) => `${source.eol}${inner}${source.indent}${one}`).join('');
        editor.replace(itself.getStart(source.ast), itself.end, `{${lines}${source.eol}${inner}}`, why);
      }
    }
    if (by.isStrict && !isText(source, by.value)) review.push(`in line ${line} \`indexOf\` never finds NaN, which a Set does`);
    editor.replace(by.asked.getStart(source.ast), by.asked.end, `${by.isNegated ? '!' : ''}${name}.has(${textOf(source, by.value)})`, why);
    return review;
  }

  const { prints, outside, unknown, writes } = effectsOf(source, [by.value]);
  if (prints !== null || outside.size + unknown.size + writes.size > 0)
    throw new Refusal(
      `\`${textOf(source, by.value).slice(0, 40)}\` in line ${line} may be another value for each item: put it into a variable first.`,
    );
  const { keyName } = search!;
  const pushes = followedPushes(source, search!, region);
  if ('reason' in pushes) throw new Refusal(`${pushes.reason}.`);
  const kind = by.method === 'some' ? 'Set' : 'Map';
  const made = kind === 'Set' ? `${list.name.replace(/([^s])s$/, '$1')}${capitalised(keyName)}s` : `${list.name}By${capitalised(keyName)}`;
  const name = freshName(source, made);
  const key = textOf(source, by.key);
  const { parameter } = by;
  if (by.method === 'findIndex')
    throw new Refusal(
      `\`findIndex\` in line ${line} is asked for a place in \`${list.name}\`: build a Map of places by \`${keyName}\` before the loop.`,
    );
  const beginsEmpty = isEmptyUntil(source, list, region);
  if (beginsEmpty && !source.typescript) declare(name, `new ${kind}()`);
  else if (kind === 'Set') declare(name, `new Set(${listText}.map((${parameter}) => ${key}))`);
  else declare(name, `new Map(${listText}.map((${parameter}) => [${key}, ${parameter}]${source.typescript ? ' as const' : ''}).reverse())`);
  const taken = new Set<string>();
  for (const push of pushes) followPush(source, editor, search!, push, { kind, name }, taken, why);
  if (!beginsEmpty)
    review.push(
      `each item of \`${list.name}\` is now asked for its \`${keyName}\` ${kept === null ? `before the loop of line ${lineOf(source, region.getStart(source.ast))}` : 'where the list is made'}: none may be null`,
    );
  const isPlain = (item: TS.Expression): boolean => ts.isObjectLiteralExpression(item) && !item.properties.some(ts.isAccessor);
  const doubted = pushes.find(({ item }) => !isPlain(bare(item)));
  if (doubted !== undefined)
    review.push(
      `what line ${lineOf(source, doubted.statement.getStart(source.ast))} adds to \`${list.name}\` is asked for its \`${keyName}\` there: it may not be null, and its \`${keyName}\` may not change`,
    );
  if (kept !== null && usesOfValue(source, list, { parts: true }).some((use) => use.kind === 'escapes'))
    review.push(`items of \`${list.name}\` are handed on: others may not change the \`${keyName}\` of one`);
  if (!isText(source, by.value)) review.push(`in line ${line} \`===\` never finds NaN, which a ${kind} does`);
  editor.replace(call.getStart(source.ast), call.end, `${name}.${by.method === 'some' ? 'has' : 'get'}(${textOf(source, by.value)})`, why);
  return review;
}

/** The statement of a list at the top level that nothing ever changes but what can be followed: one Set or Map of it does for all calls. */
function lastingDeclaration(source: Source, list: Binding, search: KeyedSearch | null): TS.VariableStatement | null {
  const { declaration } = list;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : null;
  if (list.kind !== 'const' || statement === null || !ts.isVariableStatement(statement) || !ts.isSourceFile(statement.parent)) return null;
  const rest = source.text.slice(statement.end).split('\n', 1)[0]!.trim();
  if (rest !== '') return null;
  const uses = usesOfValue(source, list, { parts: true });
  if (uses.length === 0) return statement;
  const isFollowed =
    search !== null && enclosingFunction(search.call) !== null && !('reason' in followedPushes(source, search, source.ast));
  return isFollowed && uses.every(({ kind, depth }) => kind === 'changes' || depth > 0) ? statement : null;
}

/** Whether a list is `[]` where a region begins. */
function isEmptyUntil(source: Source, list: Binding, region: TS.Node): boolean {
  const { declaration } = list;
  if (list.kind !== 'const' || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false;
  const made = bare(declaration.initializer);
  if (!ts.isArrayLiteralExpression(made) || made.elements.length > 0) return false;
  if (ts.isSourceFile(region)) return true;
  // Neither an outer loop nor code ahead has put anything in.
  const around = repetitionsAround(region)[0];
  return (
    enclosingFunction(declaration) === enclosingFunction(region) &&
    (around === undefined || contains(around, declaration)) &&
    list.references.every(
      ({ identifier }) =>
        identifier.pos >= region.pos && (contains(region, identifier) || enclosingFunction(identifier) === enclosingFunction(region)),
    )
  );
}

/** Calls of `push` with one simple item, which the Set can follow. Refuses any other change of the list within the loop. */
function pushesWithin(source: Source, list: Binding, region: TS.Node): TS.CallExpression[] {
  return usesOfValue(source, originOf(source, list), { parts: false })
    .filter((one) => one.kind === 'changes' && (contains(region, one.node) || enclosingFunction(one.node) !== enclosingFunction(region)))
    .map(({ node, words }) => {
      const call = node.parent;
      const item = ts.isCallExpression(call) && call.arguments.length === 1 ? call.arguments[0]! : null;
      const isPush =
        ts.isPropertyAccessExpression(node) &&
        node.name.text === 'push' &&
        ts.isIdentifier(node.expression) &&
        source.scopes.bindingOf(node.expression) === list &&
        ts.isExpressionStatement(call.parent) &&
        contains(region, node) &&
        item !== null &&
        (ts.isIdentifier(item) || ts.isLiteralExpression(item));
      if (!isPush) throw new Refusal(`\`${list.name}\` ${words}: keep a Set beside it there by hand, with the same changes.`);
      return call as TS.CallExpression;
    });
}

/** Whether nothing outside this file's view has hold of the list. */
function isPrivate(source: Source, list: Binding): boolean {
  return !ts.isParameter(list.declaration) && usesOfValue(source, list, { parts: false }).every((one) => one.kind === 'changes');
}

/** `queue.shift()` in a loop that goes on until the queue is empty. */
export interface Shift {
  queue: Binding;
  call: TS.CallExpression;
}

export function shiftOf(source: Source, node: TS.Node): Shift | null {
  if (
    !ts.isCallExpression(node) ||
    node.arguments.length > 0 ||
    !ts.isPropertyAccessExpression(node.expression) ||
    node.expression.name.text !== 'shift'
  )
    return null;
  const name = node.expression.expression;
  const queue = ts.isIdentifier(name) ? source.scopes.bindingOf(name) : null;
  return queue === null || repetitionsAround(node).length === 0 ? null : { queue, call: node };
}

/** Reads the queue by an index that goes on, in place of moving all items down. Refuses where the queue is more than that. */
export function writeShift(source: Source, editor: Editor, { queue, call }: Shift): string[] {
  const line = lineOf(source, call.getStart(source.ast));
  const loop = repetitionsAround(call)[0]!;
  const { name } = queue;
  const refuse = (why: string): never => {
    throw new Refusal(`\`${name}\` can't be read by an index in line ${line}: ${why}.`);
  };
  if (!ts.isWhileStatement(loop)) refuse('the loop around it is not a `while` that ends when the queue is empty');
  const { expression: condition, statement: body } = loop as TS.WhileStatement;
  const made = ts.isVariableDeclaration(queue.declaration) ? queue.declaration.initializer : undefined;
  if (made === undefined || !isFresh(source, bare(made)) || enclosingFunction(queue.declaration) !== enclosingFunction(loop))
    refuse('others may hold the queue');
  const statement = statementOf(loop);
  if (statement === null || !ts.isBlock(body)) return refuse('put the loop and its body into blocks first');
  const lengths = new Set<TS.Node>();
  if (contains(condition, call)) {
    const compared = bare(condition);
    const isUndefined =
      ts.isBinaryExpression(compared) &&
      compared.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken &&
      compared.right.getText(source.ast) === 'undefined' &&
      ts.isBinaryExpression(bare(compared.left)) &&
      isAssignment((bare(compared.left) as TS.BinaryExpression).operatorToken.kind) &&
      (bare(compared.left) as TS.BinaryExpression).right === call;
    if (!isUndefined) refuse('the loop should end with `!== undefined`');
  } else {
    const text = textOf(source, condition).replace(/\s+/g, ' ');
    if (![`${name}.length`, `${name}.length > 0`, `${name}.length !== 0`, `${name}.length != 0`, `0 < ${name}.length`].includes(text))
      refuse('the loop should go on while `.length > 0`');
  }
  const first = body.statements[0];
  if (!contains(condition, call) && (first === undefined || !contains(first, call) || isConditional(call, first)))
    refuse('it is not the first thing that each round does');
  for (const { identifier, writes } of queue.references) {
    const { parent } = identifier;
    const at = lineOf(source, identifier.getStart(source.ast));
    if (identifier.pos >= loop.end) {
      refuse(`line ${at} uses it after the loop, where it is empty now`);
    }
    if (contains(call, identifier)) continue;
    const member = ts.isPropertyAccessExpression(parent) && parent.expression === identifier ? parent : null;
    const isStatement =
      member !== null &&
      ts.isCallExpression(member.parent) &&
      member.parent.expression === member &&
      ts.isExpressionStatement(member.parent.parent);
    if (identifier.pos < loop.pos) {
      if (writes || !(isStatement || member?.name.text === 'length')) refuse(`others may hold the queue since line ${at}`);
      continue;
    }
    const isPush = isStatement && member.name.text === 'push';
    const isInCondition = contains(condition, identifier) && member?.name.text === 'length';
    if (isInCondition) lengths.add(identifier);
    else if (writes || !isPush) refuse(`line ${at} needs the queue as it is`);
  }
  const outer = repetitionsAround(loop)[0];
  if (outer !== undefined && !contains(outer, queue.declaration)) refuse('an outer loop uses the queue again');
  if (usesOfValue(source, queue, { parts: false }).some((one) => one.kind === 'escapes')) refuse('others may hold the queue');
  const why = 'read by index';
  const index = freshName(source, 'head');
  const at = startWithComments(source, statement);
  editor.replace(at, at, `let ${index} = 0${source.semicolon}${source.eol}${indentationAt(source, statement.getStart(source.ast))}`, why);
  if (lengths.size > 0) editor.replace(condition.getStart(source.ast), condition.end, `${index} < ${name}.length`, why);
  editor.replace(call.getStart(source.ast), call.end, `${name}[${index}++]${source.typescript && lengths.size > 0 ? '!' : ''}`, why);
  return [];
}

/** Whether a call in a statement may be left out. */
function isConditional(call: TS.Node, statement: TS.Statement): boolean {
  for (let node = call; node !== statement; node = node.parent) {
    const { parent } = node;
    if (isFunctionLike(parent) || ts.isConditionalExpression(parent) || ts.isIfStatement(parent) || ts.isIterationStatement(parent, false))
      return true;
    if (ts.isBinaryExpression(parent) && parent.right === node && ['&&', '||', '??'].includes(parent.operatorToken.getText())) return true;
  }
  return false;
}

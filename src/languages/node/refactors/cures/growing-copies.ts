import type TS from 'typescript';
import { bare, contains, enclosingFunction, walk } from '../../syntax/locate.ts';
import { isArray } from '../../syntax/value-types.ts';
import { globalName } from '../../syntax/modules.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { repetitionsAround } from './hoist.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** `{ ...all, [key]: value }`, `[...all, item]` or `all.concat(item)`: all that was gathered so far is copied to add to it. */
export interface GrowingCopy {
  /** The variable that grows. */
  binding: Binding;
  /** The copy with the addition. */
  copy: TS.Expression;
  /** The callback of the `reduce` that hands it from round to round, or the statement that assigns it. */
  grower:
    | { kind: 'reduce'; callback: TS.ArrowFunction | TS.FunctionExpression; call: TS.CallExpression }
    | { kind: 'assign'; statement: TS.ExpressionStatement };
}

/** The growing copy that a node is; null for all others. */
export function growingCopy(source: Source, node: TS.Node): GrowingCopy | null {
  const grown = grownBy(node);
  const binding = grown === null ? null : source.scopes.bindingOf(grown);
  if (grown === null || binding === null) return null;
  const copy = node as TS.Expression;
  let { parent } = node;
  while (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) parent = parent.parent;
  if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isIdentifier(parent.left) &&
    source.scopes.bindingOf(parent.left) === binding &&
    bare(parent.right) === copy &&
    ts.isExpressionStatement(parent.parent)
  )
    return repetitionsAround(node).length === 0 ? null : { binding, copy, grower: { kind: 'assign', statement: parent.parent } };
  const callback = enclosingFunction(node);
  if (
    callback === null ||
    (!ts.isArrowFunction(callback) && !ts.isFunctionExpression(callback)) ||
    callback.parameters[0]?.name !== binding.identifier
  )
    return null;
  const call = callback.parent;
  const isReduce =
    ts.isCallExpression(call) &&
    call.arguments[0] === callback &&
    ts.isPropertyAccessExpression(call.expression) &&
    /^reduce(Right)?$/.test(call.expression.name.text);
  return isReduce ? { binding, copy, grower: { kind: 'reduce', callback, call } } : null;
}

/** What is copied whole in front of an addition. */
function grownBy(node: TS.Node): TS.Identifier | null {
  if (ts.isObjectLiteralExpression(node)) {
    const [first] = node.properties;
    return node.properties.length > 1 && first !== undefined && ts.isSpreadAssignment(first) && ts.isIdentifier(first.expression)
      ? first.expression
      : null;
  }
  if (ts.isArrayLiteralExpression(node)) {
    const spread = node.elements.find((one) => ts.isSpreadElement(one) && (node.elements[0] === one || node.elements.at(-1) === one));
    return node.elements.length > 1 && spread !== undefined && ts.isSpreadElement(spread) && ts.isIdentifier(spread.expression)
      ? spread.expression
      : null;
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'concat')
    return ts.isIdentifier(node.expression.expression) && node.arguments.length > 0 ? node.expression.expression : null;
  return null;
}

/** Makes the copies of one variable additions to it. Refuses where somebody may have kept an earlier copy. Returns what to look at. */
export function growInPlace(source: Source, editor: Editor, { binding, grower, copy }: GrowingCopy): string[] {
  const review: string[] = [];
  if (grower.kind === 'reduce') growReduce(source, editor, binding, grower.callback, grower.call, review);
  else growAssigned(source, editor, binding, grower.statement, copy, review);
  return [...new Set(review)];
}

const WHY = 'add to it in place of copying it';

function growReduce(
  source: Source,
  editor: Editor,
  binding: Binding,
  callback: TS.ArrowFunction | TS.FunctionExpression,
  call: TS.CallExpression,
  review: string[],
): void {
  const { name } = binding;
  const [, start] = call.arguments;
  const initial = start === undefined ? null : bare(start);
  const line = lineOf(source, callback.getStart(source.ast));
  if (initial === null || (!ts.isObjectLiteralExpression(initial) && !ts.isArrayLiteralExpression(initial)))
    throw new Refusal(
      initial === null
        ? `The \`reduce\` around line ${line} begins with the first item, which would be changed: give it \`[]\` or \`{}\` to begin with.`
        : `The \`reduce\` around line ${line} begins with \`${textOf(source, initial).slice(0, 40)}\`, which would be changed: begin with a copy of it (\`{ ...start }\`, \`[...start]\`).`,
    );
  if (
    source.typescript &&
    ts.isObjectLiteralExpression(initial) &&
    call.typeArguments === undefined &&
    start === initial &&
    callback.parameters[0]!.type === undefined
  )
    throw new Refusal(
      `\`${name}\` has no type of its own to be added to: write \`reduce<Record<…>>(…)\` in line ${lineOf(source, call.expression.end)} first.`,
    );
  const results = resultsOf(callback);
  const grown = new Set<TS.Node>();
  const statements = results.map((result) => ({ result, lines: additions(source, binding, result, grown, review) }));
  refuseKept(source, binding, callback, grown, callback);
  for (const { result, lines } of statements) {
    if (lines.length === 0) continue;
    const isBody = callback.body === result || (ts.isArrowFunction(callback) && !ts.isBlock(callback.body));
    if (isBody) {
      const outer = indentationAt(source, callback.getStart(source.ast));
      const body = [...lines, `return ${name}${source.semicolon}`].map((one) => `${outer}${source.indent}${one}${source.eol}`).join('');
      editor.replace(callback.body.getStart(source.ast), callback.body.end, `{${source.eol}${body}${outer}}`, WHY);
      continue;
    }
    const statement = result.parent as TS.ReturnStatement;
    const inBlock = ts.isBlock(statement.parent) || ts.isCaseOrDefaultClause(statement.parent);
    const indent = indentationAt(source, statement.getStart(source.ast));
    const text = [...lines, `return ${name}${source.semicolon}`].join(inBlock ? `${source.eol}${indent}` : ' ');
    editor.replace(statement.getStart(source.ast), statement.end, inBlock ? text : `{ ${text} }`, WHY);
  }
}

/** What a callback returns, in each of its `return` statements. */
function resultsOf(callback: TS.ArrowFunction | TS.FunctionExpression): TS.Expression[] {
  if (!ts.isBlock(callback.body)) return [callback.body];
  const found: TS.Expression[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
    if (!isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  visit(callback.body);
  return found;
}

/** The statements that add what a result adds; none where it is the variable itself. */
function additions(source: Source, binding: Binding, result: TS.Expression, grown: Set<TS.Node>, review: string[]): string[] {
  const value = bare(result);
  if (ts.isIdentifier(value) && source.scopes.bindingOf(value) === binding) {
    grown.add(value);
    return [];
  }
  if (ts.isConditionalExpression(value)) {
    const yes = additions(source, binding, value.whenTrue, grown, review);
    const no = additions(source, binding, value.whenFalse, grown, review);
    const condition = textOf(source, value.condition);
    const block = (lines: string[]): string => (lines.length === 1 ? lines[0]! : `{ ${lines.join(' ')} }`);
    if (yes.length > 0 && no.length > 0) return [`if (${condition}) ${block(yes)}`, `else ${block(no)}`];
    if (yes.length > 0) return [`if (${condition}) ${block(yes)}`];
    return no.length > 0 ? [`if (!(${condition})) ${block(no)}`] : [];
  }
  const base = grownBy(value);
  if (base === null || source.scopes.bindingOf(base) !== binding)
    throw new Refusal(
      `Line ${lineOf(source, value.getStart(source.ast))} goes on with something else than \`${binding.name}\`: a change of it could be seen there.`,
    );
  grown.add(base);
  return additionsOf(source, binding, value, review);
}

function additionsOf(source: Source, { name }: Binding, value: TS.Expression, review: string[]): string[] {
  const { semicolon } = source;
  const line = lineOf(source, value.getStart(source.ast));
  const all = (items: TS.Expression): string => {
    const item = freshName(source, 'item');
    return `for (const ${item} of ${textOf(source, items)}) ${name}.push(${item})${semicolon}`;
  };
  if (ts.isObjectLiteralExpression(value)) {
    const [, ...added] = value.properties;
    const mentions = (node: TS.Node): boolean => new RegExp(`\\b${name}\\b`).test(textOf(source, node));
    if (added.length > 1 && added.slice(1).some(mentions)) {
      review.push(`a key \`__proto__\` in line ${line} would now set the prototype`);
      return [`Object.assign(${name}, { ${added.map((one) => textOf(source, one)).join(', ')} })${semicolon}`];
    }
    return added.map((one) => {
      if (ts.isSpreadAssignment(one)) {
        review.push(`a key \`__proto__\` in line ${line} would now set the prototype`);
        return `Object.assign(${name}, ${textOf(source, one.expression)})${semicolon}`;
      }
      if (ts.isShorthandPropertyAssignment(one)) return `${name}.${one.name.text} = ${one.name.text}${semicolon}`;
      if (!ts.isPropertyAssignment(one) || /__proto__/.test(textOf(source, one.name)))
        throw new Refusal(`Line ${line} adds a method, an accessor or a prototype: put it into a variable first.`);
      const assigned = textOf(source, one.initializer);
      if (ts.isComputedPropertyName(one.name)) {
        if (!isOrdinaryKey(one.name.expression)) review.push(`a key \`__proto__\` in line ${line} would now set the prototype`);
        return `${name}[${textOf(source, one.name.expression)}] = ${assigned}${semicolon}`;
      }
      return ts.isIdentifier(one.name)
        ? `${name}.${one.name.text} = ${assigned}${semicolon}`
        : `${name}[${textOf(source, one.name)}] = ${assigned}${semicolon}`;
    });
  }
  if (ts.isArrayLiteralExpression(value)) {
    const [first, ...added] = value.elements;
    if (
      first === undefined ||
      !ts.isSpreadElement(first) ||
      added.some((one) => ts.isSpreadElement(one) && textOf(source, one.expression) === name)
    )
      throw new Refusal(
        `Line ${line} puts new items in front of the others: gather them with \`push\`, and reverse the list once in the end.`,
      );
    return added.some(ts.isSpreadElement)
      ? added.map((one) => (ts.isSpreadElement(one) ? all(one.expression) : `${name}.push(${textOf(source, one)})${semicolon}`))
      : [`${name}.push(${added.map((one) => textOf(source, one)).join(', ')})${semicolon}`];
  }
  const { arguments: joined } = value as TS.CallExpression;
  return joined.map((one) => {
    const list = bare(one);
    if (ts.isArrayLiteralExpression(list) && !list.elements.some((item) => ts.isSpreadElement(item) || ts.isOmittedExpression(item)))
      return `${name}.push(${list.elements.map((item) => textOf(source, item)).join(', ')})${semicolon}`;
    if (ts.isArrayLiteralExpression(list) && list.elements.some(ts.isOmittedExpression))
      throw new Refusal(`Line ${line} adds empty places to \`${name}\`, which \`push\` does not: write \`undefined\` where that is meant.`);
    if (ts.isSpreadElement(one) || !isArray(source, one))
      throw new Refusal(
        `It can't be told whether \`${textOf(source, one).slice(0, 40)}\` in line ${line} is a list, which \`concat\` takes apart: write \`push(item)\` or \`push(...list)\`.`,
      );
    return all(one);
  });
}

/** A key that can't be `__proto__`. */
function isOrdinaryKey(key: TS.Expression): boolean {
  const value = bare(key);
  if (ts.isStringLiteralLike(value)) return value.text !== '__proto__';
  if (ts.isTemplateExpression(value)) return value.head.text !== '' && !'__proto__'.startsWith(value.head.text);
  return ts.isNumericLiteral(value);
}

function growAssigned(
  source: Source,
  editor: Editor,
  binding: Binding,
  statement: TS.ExpressionStatement,
  copy: TS.Expression,
  review: string[],
): void {
  const { name, declaration } = binding;
  const made = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : null;
  if (made === null || !isFresh(source, made))
    throw new Refusal(
      `\`${name}\` begins with something that may be in use elsewhere, and would be changed: begin with \`[]\`, \`{}\` or a copy.`,
    );
  const region = repetitionsAround(copy).findLast((one) => !contains(one, declaration));
  if (region === undefined || enclosingFunction(region) !== enclosingFunction(declaration))
    throw new Refusal(
      `\`${name}\` is declared in another function than the loop of line ${lineOf(source, statement.getStart(source.ast))}: others may hold earlier copies of it.`,
    );
  const lines = additionsOf(source, binding, copy, review);
  const assignment = statement.expression as TS.BinaryExpression;
  const grown = new Set<TS.Node>([assignment.left]);
  walk(copy, (node) => {
    if (node === grownBy(copy)) grown.add(node);
  });
  refuseKept(source, binding, region, grown, null);
  const indent = indentationAt(source, statement.getStart(source.ast));
  const inBlock = ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent) || ts.isCaseOrDefaultClause(statement.parent);
  const text = lines.join(inBlock ? `${source.eol}${indent}` : ' ');
  editor.replace(statement.getStart(source.ast), statement.end, inBlock || lines.length === 1 ? text : `{ ${text} }`, WHY);
  const list = declaration.parent as TS.VariableDeclarationList;
  const writes = binding.references.filter((one) => one.writes);
  if (writes.length === 1 && list.declarations.length === 1 && list.flags & ts.NodeFlags.Let) {
    const begin = list.getStart(source.ast);
    editor.replace(begin, begin + 'let'.length, 'const', WHY);
  }
}

/** What is made on the spot and held by nobody else. */
export function isFresh(source: Source, made: TS.Expression): boolean {
  if (ts.isObjectLiteralExpression(made) || ts.isArrayLiteralExpression(made)) return true;
  if (!ts.isCallExpression(made)) return false;
  if (/^(Array\.(from|of)|Object\.(keys|values|entries|fromEntries))$/.test(globalName(source, made.expression) ?? '')) return true;
  return (
    ts.isPropertyAccessExpression(made.expression) &&
    /^(slice|map|filter|split|concat|toSorted|toReversed)$/.test(made.expression.name.text)
  );
}

/** Refuses where, until the rounds are over, somebody may take the variable's value as it is then: a later addition would be seen there. */
function refuseKept(source: Source, binding: Binding, region: TS.Node, grown: ReadonlySet<TS.Node>, callback: FunctionLike | null): void {
  for (const { identifier, writes } of binding.references) {
    if (grown.has(identifier) || identifier.pos >= region.end) continue;
    const line = lineOf(source, identifier.getStart(source.ast));
    if (writes) throw new Refusal(`\`${binding.name}\` gets another value in line ${line} too: make that one an addition first.`);
    const inClosure =
      enclosingFunction(identifier) !== (callback ?? enclosingFunction(binding.declaration)) && !isCallbackWithin(identifier, region);
    if (inClosure || !isGlance(source, identifier))
      throw new Refusal(
        `\`${binding.name}\` as it is in line ${line} may be kept there, and a later addition would be seen in it: use a copy in that line.`,
      );
  }
}

type FunctionLike = TS.ArrowFunction | TS.FunctionExpression;

/** A callback of an array method inside the region runs at once. */
function isCallbackWithin(node: TS.Node, region: TS.Node): boolean {
  return contains(region, node) && repetitionsAround(node).some((one) => one === region);
}

/** Looking at a part or a property, or asking a question: nothing holds on to the whole. */
function isGlance(source: Source, identifier: TS.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isElementAccessExpression(parent)) return parent.expression === identifier && !isCalled(parent);
  if (ts.isPropertyAccessExpression(parent))
    return !isCalled(parent) || /^(push|includes|indexOf|lastIndexOf|join|at|hasOwnProperty)$/.test(parent.name.text);
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.InKeyword && parent.right === identifier;
  if (ts.isCallExpression(parent)) return /^Object\.(hasOwn|keys)$/.test(globalName(source, parent.expression) ?? '');
  return false;
}

function isCalled(node: TS.Expression): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

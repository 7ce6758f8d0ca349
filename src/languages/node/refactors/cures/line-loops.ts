import type TS from 'typescript';
import { bindingsOfPattern, effectsOf, type Effects } from '../../syntax/effects.ts';
import { bare, contains, isAsync, walk, walkOwnCode } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import { freshName } from '../loops/pool-function.ts';
import type { Editor } from '../text/editor.ts';
import { Refusal } from '../text/refusal.ts';
import { wholeRead, type LineEnd, type WholeRead } from './whole-reads.ts';

type Callback = TS.ArrowFunction | TS.FunctionExpression;

/** What goes through all lines of a file that is read as a whole. */
export interface LineLoop {
  /** The loop, or the call of `forEach`, `map` or `reduce`. */
  node: TS.ForOfStatement | TS.CallExpression;
  kind: 'loop' | 'forEach' | 'map' | 'reduce';
  read: WholeRead;
  end: LineEnd;
  /** What `filter` is given on the way, in order. */
  filters: TS.Expression[];
  /** Statements that hold the text or its lines on the way to the loop, right before it. */
  before: TS.VariableStatement[];
  /** `trim` or its like, which the text goes through as a whole; null without. */
  trim: string | null;
}

const WHY = 'read line by line';

/**
 * `for (const line of readFileSync(file, 'utf8').split('\n'))`, and `forEach`, `map` and `reduce` of the same, also with a `filter` before and with the text or the lines in a
 * variable right before; null for all others.
 */
export function lineLoop(source: Source, node: TS.Node): LineLoop | null {
  const form = formOf(node);
  if (form === null) return null;
  const before: TS.VariableStatement[] = [];
  const statement = statementOf(form.node);
  const follow = (expression: TS.Expression): TS.Expression | null => {
    const value = bare(expression);
    if (!ts.isIdentifier(value)) return value;
    const binding = source.scopes.bindingOf(value);
    const declaration = binding?.declaration;
    if (binding === null || declaration === undefined || !ts.isVariableDeclaration(declaration) || binding.references.length !== 1)
      return null;
    const holder = declaration.parent.parent;
    const next = before[0] ?? statement;
    if (next === null) return null;
    const block = next.parent;
    const siblings = ts.isBlock(block) || ts.isSourceFile(block) ? [...block.statements] : [];
    if (!ts.isVariableStatement(holder) || holder.declarationList.declarations.length !== 1) return null;
    if (siblings[siblings.indexOf(next) - 1] !== holder || declaration.initializer === undefined) return null;
    before.unshift(holder);
    return bare(declaration.initializer);
  };
  const filters: TS.Expression[] = [];
  let current = follow(form.lines);
  for (;;) {
    if (current === null || !ts.isCallExpression(current) || !ts.isPropertyAccessExpression(current.expression)) return null;
    if (current.arguments.length !== 1 || current.questionDotToken !== undefined || current.expression.questionDotToken !== undefined)
      return null;
    const method = current.expression.name.text;
    if (method === 'split') break;
    if (method !== 'filter') return null;
    filters.unshift(current.arguments[0]!);
    current = follow(current.expression.expression);
  }
  const end = lineEnd(current.arguments[0]!);
  const whole = follow(current.expression.expression);
  const trimmed =
    whole !== null && ts.isCallExpression(whole) && ts.isPropertyAccessExpression(whole.expression) && whole.arguments.length === 0
      ? whole.expression
      : null;
  const trim = trimmed !== null && /^trim(Start|End)?$/.test(trimmed.name.text) ? trimmed : null;
  const text = trim === null ? whole : follow(trim.expression);
  const read = text === null ? null : textRead(source, text);
  return read === null || end === null
    ? null
    : { node: form.node, kind: form.kind, read, end, filters, before, trim: trim?.name.text ?? null };
}

function formOf(node: TS.Node): (Pick<LineLoop, 'node' | 'kind'> & { lines: TS.Expression }) | null {
  if (ts.isForOfStatement(node)) return node.awaitModifier === undefined ? { node, kind: 'loop', lines: node.expression } : null;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || node.expression.questionDotToken !== undefined)
    return null;
  const { name, expression: lines } = node.expression;
  const kind = (['forEach', 'map', 'reduce'] as const).find((one) => one === name.text);
  return kind === undefined ? null : { node, kind, lines };
}

/** The statement that does nothing else before: the loop, `lines.forEach(…);`, `const rows = lines.map(…);` or `return lines.map(…);`. */
function statementOf(node: LineLoop['node']): TS.Statement | null {
  if (ts.isForOfStatement(node)) return node;
  const { parent } = node;
  if (ts.isExpressionStatement(parent) || ts.isReturnStatement(parent)) return parent;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== node) return null;
  const list = parent.parent;
  return ts.isVariableDeclarationList(list) && list.declarations.length === 1 && ts.isVariableStatement(list.parent) ? list.parent : null;
}

function lineEnd(separator: TS.Expression): LineEnd | null {
  if (ts.isStringLiteral(separator)) return separator.text === '\n' ? 'lf' : null;
  return ts.isRegularExpressionLiteral(separator) && /^\/\\r\?\\n\/[gmu]*$/.test(separator.text) ? 'crlf' : null;
}

/** `readFileSync(file, 'utf8')`, or `readFileSync(file).toString()`. */
function textRead(source: Source, text: TS.Expression): WholeRead | null {
  const read = wholeRead(source, text);
  if (read?.isText === true) return read;
  if (!ts.isCallExpression(text) || !ts.isPropertyAccessExpression(text.expression) || text.expression.name.text !== 'toString')
    return null;
  const [encoding, ...more] = text.arguments;
  const isUtf8 = encoding === undefined || (ts.isStringLiteralLike(encoding) && /^utf-?8$/i.test(encoding.text));
  const bytes = isUtf8 && more.length === 0 ? wholeRead(source, bare(text.expression.expression)) : null;
  return bytes === null || bytes.isText ? null : bytes;
}

/** Lets the loop read by `lines`, the name of the function that does. */
export function writeLineLoop(source: Source, editor: Editor, loop: LineLoop, lines: string): void {
  const { node, read } = loop;
  if (loop.trim !== null)
    throw refused(source, loop, `\`${loop.trim}\` needs all of the text: leave it out, and empty lines by \`filter(Boolean)\``);
  const given = `${lines}(${textOf(source, read.file)})`;
  if (ts.isForOfStatement(node)) writeLoop(source, editor, node, loop, given);
  else if (loop.kind === 'forEach') writeForEach(source, editor, node, loop, given);
  else if (loop.kind === 'map') writeMap(source, editor, node, loop, given);
  else writeReduce(source, editor, node, loop, given);
}

/** What runs for each line, as far as it may get in the way of reading on. */
export function workOf(loop: LineLoop): TS.Node[] {
  return ts.isForOfStatement(loop.node) ? [loop.node.statement] : [...loop.node.arguments];
}

function writeLoop(source: Source, editor: Editor, node: TS.ForOfStatement, loop: LineLoop, given: string): void {
  editor.replace(node.expression.getStart(source.ast), node.expression.end, given, WHY);
  if (loop.filters.length === 0) return;
  const { initializer, statement } = node;
  const variable = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]!.name : initializer;
  if (!ts.isIdentifier(variable) || !ts.isBlock(statement))
    throw refused(source, loop, 'its lines are left out by a `filter`, for which the loop needs a variable and braces');
  const inner = indentationAt(source, node.getStart(source.ast)) + source.indent;
  const first = statement.getStart(source.ast) + 1;
  editor.replace(
    first,
    first,
    `${source.eol}${inner}if (${conditionOf(source, loop, variable.text).isNot}) continue${source.semicolon}`,
    WHY,
  );
}

/** `lines.forEach((line) => { … });` → `for (const line of linesOf(file)) { … }`. */
function writeForEach(source: Source, editor: Editor, node: TS.CallExpression, loop: LineLoop, given: string): void {
  const callback = callbackOf(source, loop, node, 1);
  const { body } = callback;
  const statement = node.parent;
  if (!ts.isExpressionStatement(statement)) throw refused(source, loop, 'its `forEach` is part of a larger expression');
  const [parameter] = callback.parameters;
  walkOwnCode(body, (one) => {
    if (ts.isVariableDeclarationList(one) && (one.flags & ts.NodeFlags.BlockScoped) === 0)
      throw refused(
        source,
        loop,
        `\`var\` in line ${lineOf(source, one.getStart(source.ast))} belongs to one call of the callback: use \`let\` or \`const\``,
      );
  });
  if (parameter?.initializer !== undefined) throw refused(source, loop, 'its callback has a default for the line');
  const variable = parameter === undefined ? freshName(source, 'line') : textOf(source, parameter.name);
  const isAssigned =
    parameter !== undefined && bindingsOfPattern(source, parameter.name).some(({ references }) => references.some((one) => one.writes));
  const head = `for (${isAssigned ? 'let' : 'const'} ${variable} of ${given}) `;
  const condition = loop.filters.length === 0 ? null : conditionOf(source, loop, nameOf(source, loop, parameter));
  const start = statement.getStart(source.ast);
  const outer = indentationAt(source, start);
  const inner = outer + source.indent;
  if (!ts.isBlock(body)) {
    const plain = textOf(source, bare(body));
    const text = `${/^(\{|function\b|class\b|let\b|async\b)/.test(plain) ? textOf(source, body) : plain}${source.semicolon}`;
    const test = condition === null ? text : `{${source.eol}${inner}if (${condition.is}) ${text}${source.eol}${outer}}`;
    editor.rewrite(start, statement.end, `${head}${test}`, WHY);
    return;
  }
  for (const skip of returnsOf(body)) {
    if (skip.expression !== undefined && !ts.isIdentifier(bare(skip.expression)) && !ts.isLiteralExpression(bare(skip.expression)))
      throw refused(
        source,
        loop,
        `\`return\` in line ${lineOf(source, skip.getStart(source.ast))} computes something: write it as a statement of its own before`,
      );
    if (insideLoop(skip, body))
      throw refused(source, loop, `\`return\` in line ${lineOf(source, skip.getStart(source.ast))} leaves a loop inside of it`);
    editor.replace(skip.getStart(source.ast), skip.end, `continue${source.semicolon}`, WHY);
  }
  const skip = condition === null ? '' : `${source.eol}${inner}if (${condition.isNot}) continue${source.semicolon}`;
  const text = editor.rendered(body.getStart(source.ast) + 1, body.end);
  editor.rewrite(start, statement.end, `${head}{${skip}${text}`, WHY);
}

/** `lines.map(parse)` → `Array.from(linesOf(file), parse)`; with a `filter`, `const rows = lines.map(…);` fills a list. */
function writeMap(source: Source, editor: Editor, node: TS.CallExpression, loop: LineLoop, given: string): void {
  const [mapper, ...more] = node.arguments;
  if (mapper === undefined || more.length > 0) throw refused(source, loop, '`map` is given `this`');
  const value = bare(mapper);
  const isWritten = ts.isArrowFunction(value) || ts.isFunctionExpression(value);
  if (loop.filters.length === 0) {
    // Of the three things that `map` hands over, `Array.from` leaves out the list.
    const global = globalName(source, value);
    const isSteady = global !== null && /^(JSON\.parse|Number|String|parseInt|parseFloat|Boolean|BigInt)$/.test(global);
    if (
      !isSteady &&
      (!isWritten ||
        value.parameters.length > 2 ||
        usesArguments(value) ||
        value.parameters.some((one) => one.dotDotDotToken !== undefined))
    )
      throw refused(
        source,
        loop,
        `\`${textOf(source, mapper).slice(0, 40)}\` may look at the list of all lines: give \`map\` a function of the line`,
      );
    editor.replace(node.getStart(source.ast), node.end, `Array.from(${given}, ${textOf(source, mapper)})`, WHY);
    return;
  }
  const statement = statementOf(node);
  const declaration = node.parent;
  const global = globalName(source, value);
  if (statement === null || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name))
    throw refused(source, loop, '`filter` leaves some out: write `const rows = …` in a statement of its own');
  if (global !== 'JSON.parse' && global !== 'Number' && !isWritten)
    throw refused(source, loop, 'what `map` is given may look at the list of all lines');
  const callback = isWritten ? callbackOf(source, loop, node, 1) : null;
  if (callback !== null && ts.isBlock(callback.body))
    throw refused(source, loop, '`map` is given more than one expression: write it as a loop');
  const parameter = callback?.parameters[0];
  const name = nameOf(source, loop, parameter);
  const made = callback === null ? `${textOf(source, mapper)}(${name})` : textOf(source, callback.body);
  const rows = declaration.name.text;
  if (
    contains(mapper, declaration.name) ||
    source.scopes.bindingOf(declaration.name)?.references.some((one) => contains(node, one.identifier)) === true
  )
    throw refused(source, loop, `\`${rows}\` is used while it is made`);
  const outer = indentationAt(source, statement.getStart(source.ast));
  const { eol, semicolon, indent } = source;
  const type = declaration.type === undefined ? '' : `: ${textOf(source, declaration.type)}`;
  const keyword =
    ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const
      ? 'const'
      : ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Let
        ? 'let'
        : 'var';
  const lines = [
    `${keyword} ${rows}${type} = []${semicolon}`,
    `for (const ${name} of ${given}) {`,
    `${indent}if (${conditionOf(source, loop, name).is}) ${rows}.push(${made})${semicolon}`,
    '}',
  ];
  if (ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0)
    throw refused(source, loop, 'it is exported where it is made');
  editor.rewrite(statement.getStart(source.ast), statement.end, lines.join(`${eol}${outer}`), WHY);
}

/** `const sum = lines.reduce((all, line) => all + line.length, 0);` → `let sum = 0; for (…) sum = sum + line.length;`. */
function writeReduce(source: Source, editor: Editor, node: TS.CallExpression, loop: LineLoop, given: string): void {
  const callback = callbackOf(source, loop, node, 2);
  const [total, parameter] = callback.parameters;
  const start = node.arguments[1];
  const statement = statementOf(node);
  const declaration = node.parent;
  if (statement === null || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name) || start === undefined)
    throw refused(source, loop, 'write it as `const total = ….reduce(…, start)` in a statement of its own');
  if (ts.isBlock(callback.body) || total === undefined || !ts.isIdentifier(total.name))
    throw refused(source, loop, '`reduce` is given more than one expression: write it as a loop');
  if (ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0)
    throw refused(source, loop, 'it is exported where it is made');
  const name = nameOf(source, loop, parameter);
  const result = declaration.name.text;
  const made = renamed(source, callback.body, total.name, result);
  if (made === null) throw refused(source, loop, `\`${result}\` stands for something else in the callback`);
  // What is kept of a round would see the variable of the next.
  walk(callback.body, (one) => {
    if (
      one !== callback.body &&
      (ts.isArrowFunction(one) || ts.isFunctionExpression(one)) &&
      refersTo(source, one, total.name as TS.Identifier)
    )
      throw refused(source, loop, 'a function in the callback holds its result so far');
  });
  const outer = indentationAt(source, statement.getStart(source.ast));
  const { eol, semicolon } = source;
  const type = declaration.type === undefined ? '' : `: ${textOf(source, declaration.type)}`;
  const test = loop.filters.length === 0 ? '' : `if (${conditionOf(source, loop, name).is}) `;
  const head = `let ${result}${type} = ${textOf(source, start)}${semicolon}`;
  editor.rewrite(
    statement.getStart(source.ast),
    statement.end,
    `${head}${eol}${outer}for (const ${name} of ${given}) ${test}${result} = ${made}${semicolon}`,
    WHY,
  );
}

/** The callback that is written there, with no more parameters than the line (and what comes before it). */
function callbackOf(source: Source, loop: LineLoop, node: TS.CallExpression, parameters: number): Callback {
  const [given, ...more] = node.arguments;
  const value = given === undefined ? undefined : bare(given);
  if (value === undefined || !(ts.isArrowFunction(value) || ts.isFunctionExpression(value)) || more.length > parameters - 1)
    throw refused(source, loop, `\`${loop.kind}\` is not given a function that is written there`);
  if (isAsync(value) || value.asteriskToken !== undefined)
    throw refused(source, loop, 'its callback is asynchronous: all its calls begin before the first goes on');
  if (value.parameters.length > parameters || value.parameters.some((one) => one.dotDotDotToken !== undefined))
    throw refused(source, loop, 'its callback asks for more than the line: count in a variable of your own');
  if (usesArguments(value)) throw refused(source, loop, 'its callback uses `this` or `arguments`');
  const last = value.parameters[parameters - 1];
  const names = last === undefined ? [] : [...namesIn(last.name)];
  if (namesIn(loop.read.file).some((name) => names.includes(name)))
    throw refused(source, loop, 'its callback has a parameter of the name that the file has');
  return value;
}

function usesArguments(callback: Callback): boolean {
  const found: TS.Node[] = [];
  walk(callback, (one) => {
    if (ts.isFunctionExpression(callback) && one.kind === ts.SyntaxKind.ThisKeyword) found.push(one);
    if (
      ts.isFunctionExpression(callback) &&
      ts.isIdentifier(one) &&
      (one.text === 'arguments' || one.text === callback.name?.text) &&
      one !== callback.name
    )
      found.push(one);
  });
  return found.length > 0;
}

function namesIn(node: TS.Node): string[] {
  const found: string[] = [];
  walk(node, (one) => {
    if (ts.isIdentifier(one)) found.push(one.text);
  });
  return found;
}

/** The name of the line, which a condition is about. */
function nameOf(source: Source, loop: LineLoop, parameter: TS.ParameterDeclaration | undefined): string {
  if (parameter === undefined) return freshName(source, 'line');
  if (!ts.isIdentifier(parameter.name) || parameter.initializer !== undefined)
    throw refused(source, loop, 'its callback takes the line apart: do that inside of it');
  return parameter.name.text;
}

/** What all filters ask of a line, which bears `name`; as it is, and with a `!` before it. */
function conditionOf(source: Source, loop: LineLoop, name: string): { is: string; isNot: string } {
  const work = effectsOf(source, workOf(loop));
  const conditions = loop.filters.map((filter): { text: string; isSimple: boolean } => {
    const value = bare(filter);
    if (globalName(source, value) === 'Boolean') return { text: name, isSimple: true };
    if (!ts.isArrowFunction(value) || ts.isBlock(value.body) || isAsync(value))
      throw refused(source, loop, '`filter` is not given one expression');
    const [parameter, ...more] = value.parameters;
    if (parameter === undefined || more.length > 0 || !ts.isIdentifier(parameter.name))
      throw refused(source, loop, 'what `filter` asks is about more than the line');
    if (!isApart(source, effectsOf(source, [value]), work))
      throw refused(source, loop, '`filter` goes through all lines first, and may ask for something that the rest changes');
    const text = renamed(source, value.body, parameter.name, name);
    if (text === null) throw refused(source, loop, `\`${name}\` stands for something else in what \`filter\` is given`);
    return { text, isSimple: isSimple(value.body) };
  });
  const [only] = conditions;
  if (conditions.length === 1 && only !== undefined) return { is: only.text, isNot: only.isSimple ? `!${only.text}` : `!(${only.text})` };
  const is = conditions.map((one) => (one.isSimple ? one.text : `(${one.text})`)).join(' && ');
  return { is, isNot: `!(${is})` };
}

/** Needs no brackets after a `!`. */
function isSimple(node: TS.Node): boolean {
  return (
    ts.isCallExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isIdentifier(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isParenthesizedExpression(node)
  );
}

/** Whether it makes no difference that something is asked between the rounds instead of before them all. */
function isApart(source: Source, asked: Effects, work: Effects): boolean {
  if (asked.prints !== null || asked.writes.size > 0 || asked.outside.size > 0 || asked.unknown.size > 0 || asked.usesThis) return false;
  const { reads } = asked;
  // A pattern goes on where it stopped, whoever asked it last.
  const goesOn = [...reads].some(({ declaration }) => {
    const initial = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : null;
    return (
      initial !== null &&
      (ts.isNewExpression(initial)
        ? /RegExp$/.test(textOf(source, initial.expression))
        : ts.isRegularExpressionLiteral(initial) && /\/\w*[gy]\w*$/.test(initial.text))
    );
  });
  if (goesOn && [...reads].some((one) => work.reads.has(one))) return false;
  return (
    ![...work.writes].some((one) => reads.has(one)) &&
    (work.unknown.size === 0 || [...reads].every((one) => one.kind === 'const' || one.kind === 'function'))
  );
}

/** The text with another name for a variable; null where that name stands for something else there. */
function renamed(source: Source, node: TS.Node, from: TS.Identifier, to: string): string | null {
  const binding = source.scopes.bindingOf(from);
  if (from.text !== to && namesIn(node).includes(to)) return null;
  const places = (binding?.references ?? []).map(({ identifier }) => identifier).filter((one) => contains(node, one));
  let text = '';
  let at = node.getStart(source.ast);
  for (const place of places.sort((a, b) => a.pos - b.pos)) {
    const isShort = ts.isShorthandPropertyAssignment(place.parent);
    text += `${source.text.slice(at, place.getStart(source.ast))}${isShort && from.text !== to ? `${place.text}: ${to}` : to}`;
    at = place.end;
  }
  return text + source.text.slice(at, node.end);
}

function refersTo(source: Source, node: TS.Node, name: TS.Identifier): boolean {
  return source.scopes.bindingOf(name)?.references.some(({ identifier }) => contains(node, identifier)) ?? false;
}

function returnsOf(body: TS.Block): TS.ReturnStatement[] {
  const found: TS.ReturnStatement[] = [];
  walkOwnCode(body, (one) => {
    if (ts.isReturnStatement(one)) found.push(one);
  });
  return found;
}

function insideLoop(node: TS.Node, body: TS.Node): boolean {
  for (let current = node.parent; current !== body; current = current.parent) if (ts.isIterationStatement(current, false)) return true;
  return false;
}

function refused(source: Source, { node }: LineLoop, why: string): Refusal {
  return new Refusal(`The lines in line ${lineOf(source, node.getStart(source.ast))} can't be read one by one: ${why}.`);
}

import type TS from 'typescript';
import { effectsOf, type Effects } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction, functionOf, isPropertyName, walk } from '../../syntax/locate.ts';
import { globalName, importedAs } from '../../syntax/modules.ts';
import { isFunctionLike, type Binding, type FunctionNode } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { startWithComments } from '../text/imports.ts';
import type { Maker } from './invariant-makers.ts';
import { areTaken } from '../loops/loop-rounds.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** Where something is to be made once. */
export interface Hoist {
  /** `loop`: before the statement; `file`: after the imports; `after`: after the statement at the top level that declares what it is made from. */
  to: { kind: 'loop'; statement: TS.Statement; loop: TS.Node } | { kind: 'file' } | { kind: 'after'; statement: TS.Statement };
  review: string[];
}

/** How far out a maker can move. Refuses where what it is made from changes, or where nothing around it repeats. */
export function hoistOf(source: Source, maker: Maker): Hoist {
  const { expression, inputs } = maker;
  const line = lineOf(source, expression.getStart(source.ast));
  refuseUnsteady(source, inputs, line);
  maker.refuseShared();
  const needed = bindingsIn(source, inputs);
  const usesThis = inputs.some((one) => mentions(one, ts.SyntaxKind.ThisKeyword));
  const inFunction = enclosingFunction(expression);
  const isConstant = !usesThis && needed.every((binding) => isFixed(source, binding));
  if (inFunction !== null && isConstant) return { to: { kind: 'file' }, review: maker.review };

  let target: { statement: TS.Statement; loop: TS.Node } | null = null;
  let obstacle: string | null = null;
  let review: string[] = [];
  for (const loop of repetitionsAround(expression)) {
    const statement = statementOf(loop);
    const declared = needed.find((binding) => contains(loop, binding.identifier));
    if (declared !== undefined) {
      obstacle = `it is made from \`${declared.name}\`, which each round of line ${lineOf(source, loop.getStart(source.ast))} has of its own`;
      break;
    }
    const effects = effectsOf(source, [loop]);
    const changed = needed.find((binding) => effects.writes.has(binding));
    if (changed !== undefined || (usesThis && effects.writesThis)) {
      obstacle = `it is made from \`${changed?.name ?? 'this'}\`, which the loop in line ${lineOf(source, loop.getStart(source.ast))} changes`;
      break;
    }
    if (statement === null || (usesThis && enclosingFunction(loop) !== enclosingThis(expression))) {
      obstacle = `the loop in line ${lineOf(source, loop.getStart(source.ast))} has no statement of its own to make it before`;
      break;
    }
    target = { statement, loop };
    review = reviewOf(source, maker, needed, effects, line, isConstant, loop);
  }
  if (target !== null) return { to: { kind: 'loop', ...target }, review: [...maker.review, ...review] };
  const lasting = inFunction === null || usesThis ? null : lastingDeclaration(source, needed);
  if (lasting !== null) return { to: { kind: 'after', statement: lasting }, review: maker.review };
  if (obstacle !== null) throw new Refusal(`What line ${line} makes can't be made once: ${obstacle}.`);
  const made = inFunction === null ? 'once only as far as this file tells' : 'in each call of its function';
  const from = needed[0] === undefined ? 'what it is given' : `\`${needed[0].name}\``;
  throw new Refusal(
    `It is made from ${from} ${made}, and no loop around it was found in this function: make it in the caller's loop, or keep it in a Map by ${from}.`,
  );
}

/** Makes it before the loop, or at the head of the file, and uses it where it was made. */
export function writeHoist(source: Source, editor: Editor, maker: Maker, { to }: Hoist): void {
  const { expression, rewritten } = maker;
  const made = rewritten?.made ?? textOf(source, expression);
  const declaration = movableDeclaration(source, expression);
  const name =
    declaration === null || rewritten !== null
      ? freshName(source, maker.name)
      : (declaration.declarationList.declarations[0]!.name as TS.Identifier).text;
  const why = 'made once';
  if (declaration !== null && rewritten === null) {
    const start = startWithComments(source, declaration);
    editor.rewrite(lineStart(source, start), lineEnd(source, declaration.end), '', why);
  } else editor.replace(expression.getStart(source.ast), expression.end, rewritten?.use(name) ?? name, why);
  const text =
    declaration !== null && rewritten === null
      ? source.text
          .slice(startWithComments(source, declaration), declaration.end)
          .replace(/\n[ \t]*/g, `\n${to.kind === 'loop' ? indentationAt(source, to.statement.getStart(source.ast)) : ''}`)
      : `const ${name} = ${made}${source.semicolon}`;
  if (to.kind === 'loop') {
    const at = startWithComments(source, to.statement);
    editor.replace(at, at, `${text}${source.eol}${indentationAt(source, at)}`, why);
    return;
  }
  if (to.kind === 'after') {
    const end = trailingComments(source, to.statement.end);
    editor.replace(end, end, `${source.eol}${text}`, why);
    return;
  }
  insertAfterImports(source, editor, text, why);
}

/** Puts a statement at the head of the file, where everything can use it. */
export function insertAfterImports(source: Source, editor: Editor, text: string, why: string): void {
  const { statements } = source.ast;
  const imports = statements.findLastIndex(
    (one, index) => isImport(one) && statements.slice(0, index).every((before) => isImport(before) || isDirective(before)),
  );
  if (imports >= 0) {
    const end = trailingComments(source, statements[imports]!.end);
    editor.replace(end, end, `${source.eol}${source.eol}${text}`, why);
  } else {
    const first = statements.find((one) => !isDirective(one))!;
    const at = startWithComments(source, first);
    editor.replace(at, at, `${text}${source.eol}${source.eol}`, why);
  }
}

/** `const pattern = new RegExp(word);` in a block of its own: all of it can move, where no other variable has its name. */
function movableDeclaration(source: Source, expression: TS.Expression): TS.VariableStatement | null {
  const { parent } = expression;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name) || !(parent.parent.flags & ts.NodeFlags.Const)) return null;
  const statement = parent.parent.parent;
  const name = parent.name.text;
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1 || statement.modifiers !== undefined)
    return null;
  if (source.scopes.all.filter((one) => one.name === name).length !== 1) return null;
  const alone = source.text.slice(lineStart(source, statement.getStart(source.ast)), statement.getStart(source.ast)).trim() === '';
  const rest = source.text.slice(statement.end, lineEnd(source, statement.end)).trim() === '';
  return alone && rest && ts.isBlock(statement.parent) && !isGlobalUse(source, name) ? statement : null;
}

/** Whether somewhere a global of this name is meant. */
function isGlobalUse(source: Source, name: string): boolean {
  let found = false;
  walk(source.ast, (node) => {
    if (ts.isIdentifier(node) && node.text === name && globalName(source, node) !== null && !isPropertyName(node)) found = true;
  });
  return found;
}

/** Whether other code may run between the rounds of a loop, and change what the loop leaves alone. */
export function pauses(loop: TS.Node): boolean {
  let found = false;
  walk(loop, (node) => {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
      found = true;
  });
  return found;
}

/** Loops and callbacks of array methods that a node is in, the innermost first, up to its function. */
export function repetitionsAround(node: TS.Node): TS.Node[] {
  const found: TS.Node[] = [];
  for (let current = node; !ts.isSourceFile(current); current = current.parent) {
    const { parent } = current;
    if (ts.isIterationStatement(parent, false) && repeats(parent, current)) found.push(parent);
    if (isFunctionLike(current)) {
      const call = parent;
      const isCallback =
        ts.isCallExpression(call) &&
        call.arguments.includes(current as TS.Expression) &&
        ts.isPropertyAccessExpression(call.expression) &&
        /^(forEach|map|filter|flatMap|find|findIndex|findLast|some|every|reduce|reduceRight|sort|toSorted|replace|replaceAll|from)$/.test(
          call.expression.name.text,
        );
      if (!isCallback) return found;
      found.push(call);
    }
  }
  return found;
}

function repeats(loop: TS.IterationStatement, part: TS.Node): boolean {
  if (loop.statement === part) return true;
  if (ts.isForStatement(loop)) return loop.condition === part || loop.incrementor === part;
  return ts.isWhileStatement(loop) || ts.isDoStatement(loop) ? loop.expression === part : false;
}

/** The statement in a block that a loop or a call is part of; null where it stands in an expression of its own making, such as an arrow function's. */
export function statementOf(node: TS.Node): TS.Statement | null {
  for (let current = node; !ts.isSourceFile(current); current = current.parent) {
    if (current !== node && isFunctionLike(current)) return null;
    if (ts.isStatement(current) && !ts.isBlock(current)) {
      const { parent } = current as TS.Node;
      if (ts.isLabeledStatement(parent)) continue;
      return ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent) ? current : null;
    }
  }
  return null;
}

/** Variables that an expression reads, functions of the file that it calls included. */
function bindingsIn(source: Source, nodes: readonly TS.Node[]): Binding[] {
  return [...effectsOf(source, nodes).reads].filter((binding) => functionOf(binding) === null);
}

/** What is imported is there before all else, and doesn't change. */
function isFixed(source: Source, binding: Binding): boolean {
  return binding.kind === 'import' || (importedAs(binding) !== null && binding.scope === source.scopes.root);
}

/** The last of the statements at the top level that declare constants which never change: texts, and what nothing else is done with but to compile. */
function lastingDeclaration(source: Source, needed: readonly Binding[]): TS.Statement | null {
  let last: TS.Statement | null = null;
  for (const binding of needed) {
    if (isFixed(source, binding)) continue;
    const statement = ts.isVariableDeclaration(binding.declaration) ? binding.declaration.parent.parent : null;
    const onlyCompiles = binding.references.every(
      ({ identifier: { parent } }) => ts.isPropertyAccessExpression(parent) && parent.name.text === 'compile',
    );
    if (binding.kind !== 'const' || statement === null || !ts.isVariableStatement(statement) || !ts.isSourceFile(statement.parent))
      return null;
    if (!isLiteral(binding) && !onlyCompiles) return null;
    if (last === null || statement.pos > last.pos) last = statement;
  }
  return last;
}

/** `const text = '…'`: with it, what ran once runs always. */
function isLiteral({ kind, declaration }: Binding): boolean {
  return (
    kind === 'const' &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    (ts.isStringLiteralLike(declaration.initializer) || ts.isNumericLiteral(declaration.initializer))
  );
}

/** Refuses what is made from something that may be another thing each time, or that does something else besides. */
function refuseUnsteady(source: Source, inputs: readonly TS.Node[], line: number): void {
  const { writes, prints, outside, unknown, writesThis } = effectsOf(source, inputs);
  const [changed] = writes;
  if (changed !== undefined || writesThis)
    throw new Refusal(`What line ${line} makes can't be made once: making it changes \`${changed?.name ?? 'this'}\`.`);
  const did = prints ?? [...outside][0] ?? [...unknown][0];
  if (did !== undefined)
    throw new Refusal(
      `What line ${line} makes can't be made once: \`${did.replace(/\s+/g, ' ').slice(0, 40)}\` may answer something else each time. Put its result into a variable before the loop.`,
    );
  const seen = new Set<FunctionNode>();
  const visit = (node: TS.Node): void => {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node))
      throw new Refusal(`What line ${line} makes waits for something in each round.`);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const global = globalName(source, node.expression);
      const imported = ts.isIdentifier(bare(node.expression)) ? source.scopes.bindingOf(bare(node.expression) as TS.Identifier) : null;
      const changing = global !== null && /^(Date|Math\.random|performance|crypto|process|require)\b/.test(global);
      const read = imported !== null && importedAs(imported) !== null;
      if (changing || read)
        throw new Refusal(
          `What line ${line} makes can't be made once: \`${textOf(source, node).slice(0, 40)}\` may answer something else each time.`,
        );
      const called = imported === null ? null : functionOf(imported);
      if (called !== null && !seen.has(called)) {
        seen.add(called);
        ts.forEachChild(called, visit);
      }
    }
    ts.forEachChild(node, visit);
  };
  inputs.forEach(visit);
}

function reviewOf(
  source: Source,
  maker: Maker,
  needed: readonly Binding[],
  effects: Effects,
  line: number,
  isConstant: boolean,
  loop: TS.Node,
): string[] {
  const review: string[] = [];
  const changeable = needed.filter(
    (binding) =>
      !isFixed(source, binding) && (binding.references.some((one) => one.writes) || mayHoldObject(source, binding, maker.inputs)),
  );
  if (effects.unknown.size > 0 && changeable.length > 0)
    review.push(`${areTaken(effects.unknown)} not to change \`${changeable[0]!.name}\`, from which line ${line} makes ${maker.words}`);
  if (changeable[0] !== undefined && pauses(loop))
    review.push(`\`${changeable[0].name}\`, from which line ${line} makes ${maker.words}, must not change while the loop waits in between`);
  if (!isConstant && !needed.every((binding) => isFixed(source, binding) || isLiteral(binding)))
    review.push(`${maker.words} of line ${line} is now made also where no round would have come to it`);
  return review;
}

/** Whether more than the value of the variable itself is looked at: `options.locale`, `words.join('|')`. */
function mayHoldObject(source: Source, binding: Binding, inputs: readonly TS.Node[]): boolean {
  return binding.references.some(
    ({ identifier }) =>
      inputs.some((one) => contains(one, identifier)) &&
      (ts.isPropertyAccessExpression(identifier.parent) ||
        ts.isElementAccessExpression(identifier.parent) ||
        ts.isSpreadElement(identifier.parent)),
  );
}

/** The function whose `this` a node sees. */
function enclosingThis(node: TS.Node): FunctionNode | null {
  let current = enclosingFunction(node);
  while (current !== null && ts.isArrowFunction(current)) current = enclosingFunction(current);
  return current;
}

function mentions(node: TS.Node, kind: TS.SyntaxKind): boolean {
  let found = false;
  walk(node, (one) => {
    if (one.kind === kind) found = true;
  });
  return found;
}

function isImport(statement: TS.Statement): boolean {
  if (ts.isImportDeclaration(statement)) return true;
  return (
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.every(({ initializer }) => initializer !== undefined && /^require\(/.test(initializer.getText()))
  );
}

function isDirective(statement: TS.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

function trailingComments(source: Source, end: number): number {
  return ts.getTrailingCommentRanges(source.text, end)?.at(-1)?.end ?? end;
}

function lineStart(source: Source, position: number): number {
  return source.text.lastIndexOf('\n', position - 1) + 1;
}

function lineEnd(source: Source, position: number): number {
  const newline = source.text.indexOf('\n', position);
  return newline < 0 ? source.text.length : newline + 1;
}

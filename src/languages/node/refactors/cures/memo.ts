import type TS from 'typescript';
import { capitalised } from '../../../../core/report/format.ts';
import { bindingOfFunction, contains, functionName, functionOf, isAsync, walk, type FunctionNode } from '../../syntax/locate.ts';
import { isPrimitiveType, whyNotPrimitive, whyNotPure } from '../../syntax/pure.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import { insertAfterImports } from './hoist.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** Results that are kept: more than most functions have, and little memory for the texts and numbers that they are. */
const MOST_KEPT = 1000;
/** Past so many parameters hardly any call has all arguments of an earlier one, and the maps in maps are hard to read. */
const MOST_PARAMETERS = 3;

type NamedParameter = TS.ParameterDeclaration & { name: TS.Identifier };

/** A function whose results can be kept by its arguments. */
export interface Kept {
  node: FunctionNode;
  name: string;
  parameters: readonly NamedParameter[];
  /** From the first word of the statement or the method to the end of the function's name. */
  head: { start: number; end: number };
  /** A `const` that holds an arrow function or function expression, a method of a class, by the name of the class, or what is assigned to `exports.slug`. */
  form: 'function' | 'const' | { method: string } | { assigned: string };
}

/** The function, with what is needed to keep its results. Refuses where another call may give something else, or somebody could change what is kept. */
export function keptFunction(source: Source, node: FunctionNode): Kept {
  const name = functionName(node);
  const no = (reason: string): Refusal =>
    new Refusal(`What ${name ?? `the function in line ${lineOf(source, node.getStart(source.ast))}`} gives can't be kept: ${reason}.`);
  const head = headOf(source, node);
  if (typeof head === 'string') throw no(head);
  if (name === null) throw no('it has no name of its own');
  if (isAsync(node) || node.asteriskToken !== undefined) throw no('it gives a promise or an iterator, which is used up');
  const { parameters } = node;
  if (parameters.length === 0 || parameters.length > MOST_PARAMETERS)
    throw no(`it has ${parameters.length} parameters, and a key for them is best chosen by hand: keep a \`Map\` of results beside it`);
  if (parameters.some((one) => !ts.isIdentifier(one.name) || one.dotDotDotToken !== undefined))
    throw no('one of its parameters is a pattern or a list, which is new in each call');
  if (node.typeParameters !== undefined) throw no('it has type parameters');
  if (source.typescript && node.type === undefined && !isAtTopLevel(node))
    throw no('it has no return type: give it one, which what is kept has then too');
  const reason = whyNotPure(source, node) ?? whyOfOneCall(source, node) ?? whyNotPrimitive(source, node);
  if (reason !== null) throw no(reason);
  return { node, name, parameters: [...parameters] as NamedParameter[], ...head };
}

const NO_PLACE = 'only a function with a name and a statement of its own, or a method of a class that has a name, can be kept apart';

/** Where the function begins and in which form; the end of a sentence where it can't be kept apart. */
function headOf(source: Source, node: FunctionNode): Pick<Kept, 'head' | 'form'> | string {
  if (ts.isMethodDeclaration(node)) return methodHead(source, node);
  if (ts.isGetAccessorDeclaration(node)) return 'a getter is no function of arguments: keep its value in a field beside it';
  if (ts.isFunctionDeclaration(node)) {
    if (node.name === undefined || node.body === undefined || !isBlockLike(node.parent)) return NO_PLACE;
    const name = node.name.text;
    const isOverloaded = node.parent.statements.some((one) => ts.isFunctionDeclaration(one) && one !== node && one.name?.text === name);
    if (isOverloaded) return 'it is declared several times';
    return { head: { start: node.getStart(source.ast), end: node.name.end }, form: 'function' };
  }
  const exported = exportedHead(source, node);
  if (exported !== null) return exported;
  const declaration = bindingOfFunction(source, node)?.declaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return NO_PLACE;
  if (declaration.type !== undefined) return 'its type is that of a variable: give its parameters and its result types of their own';
  const list = declaration.parent;
  if (!ts.isVariableDeclarationList(list) || !ts.isVariableStatement(list.parent) || !isBlockLike(list.parent.parent)) return NO_PLACE;
  if ((list.flags & ts.NodeFlags.Const) === 0 || list.declarations.length !== 1) return NO_PLACE;
  return { head: { start: list.parent.getStart(source.ast), end: declaration.name.end }, form: 'const' };
}

function isBlockLike(node: TS.Node): node is TS.SourceFile | TS.Block {
  return ts.isSourceFile(node) || ts.isBlock(node);
}

function isAtTopLevel(node: FunctionNode): boolean {
  const statement = ts.isVariableDeclaration(node.parent) ? node.parent.parent.parent : node;
  return ts.isSourceFile(statement.parent);
}

/** `exports.slug = function (title) { … };`, which computes in a `const` below. */
function exportedHead(source: Source, node: FunctionNode): Pick<Kept, 'head' | 'form'> | null {
  const { parent } = node;
  if (source.typescript || !ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return null;
  const assigned = textOf(source, parent.left);
  const isStatement = ts.isExpressionStatement(parent.parent) && ts.isSourceFile(parent.parent.parent);
  if (parent.right !== node || !isStatement || !/^(module\.)?exports\.[\w$]+$/.test(assigned)) return null;
  return { head: { start: parent.getStart(source.ast), end: node.getStart(source.ast) }, form: { assigned } };
}

/** A method that uses no `this` is a function like others: it computes in a private static method of the same class. */
function methodHead(source: Source, node: TS.MethodDeclaration): Pick<Kept, 'head' | 'form'> | string {
  const owner = node.parent;
  if (!ts.isClassDeclaration(owner) || owner.name === undefined || !ts.isIdentifier(node.name)) return NO_PLACE;
  if (node.body === undefined || node.questionToken !== undefined) return NO_PLACE;
  const modifiers = node.modifiers ?? [];
  if (modifiers.some(ts.isDecorator)) return 'it has a decorator, which may look at it';
  const isOverloaded = owner.members.some(
    (one) => one !== node && one.name !== undefined && textOf(source, one.name) === textOf(source, node.name),
  );
  if (isOverloaded) return 'it is declared several times';
  const className = owner.name.text;
  if (node.parameters.some((one) => textOf(source, one.name) === className)) return 'one of its parameters has the name of the class';
  const ofTheObject: TS.Node[] = [];
  walk(node, (one) => {
    if (one.kind === ts.SyntaxKind.SuperKeyword || ts.isMetaProperty(one)) ofTheObject.push(one);
  });
  if (ofTheObject.length > 0) return 'it uses `super` or `new.target`';
  return { head: { start: node.getStart(source.ast), end: node.name.end }, form: { method: className } };
}

/** What belongs to one call of a function around it: its next call may have another value, and the results are kept for all. Null where it uses nothing of the kind. */
function whyOfOneCall(source: Source, node: FunctionNode, seen = new Set<TS.Node>([node])): string | null {
  let reason: string | null = null;
  walk(node, (child) => {
    if (reason !== null || !ts.isIdentifier(child)) return;
    const binding = source.scopes.bindingOf(child);
    if (binding === null || binding.scope === source.scopes.root || binding.kind === 'type' || contains(node, binding.identifier)) return;
    const target = functionOf(binding);
    if (target !== null) {
      if (seen.has(target)) return;
      seen.add(target);
      reason = whyOfOneCall(source, target, seen);
      return;
    }
    const initial = binding.kind === 'const' && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
    if (initial === undefined || !ts.isLiteralExpression(initial) || ts.isRegularExpressionLiteral(initial))
      reason = `it uses \`${binding.name}\` of the function around it, which each call of that has anew: hand it over as a parameter, and move the function out`;
  });
  return reason;
}

/** Puts a function of the same name in front, which asks the one that computes only for what it was not asked before. */
export function writeKept(source: Source, editor: Editor, { node, name, parameters, head, form }: Kept): void {
  const { eol, semicolon: end, indent } = source;
  const typed = source.typescript;
  const isConstant = form === 'const';
  const method = typeof form === 'object' && 'method' in form ? form.method : null;
  const assigned = typeof form === 'object' && 'assigned' in form ? form.assigned : null;
  const computeName = freshName(source, `compute${capitalised(name)}`);
  const compute = method === null ? computeName : `${method}.#${computeName}`;
  const results = freshName(source, `resultsOf${capitalised(name)}`);
  const count = freshName(source, `keptOf${capitalised(name)}`);
  const names = parameters.map((one) => one.name.text);
  const free = (wanted: string): string => (names.includes(wanted) ? free(`${wanted}Kept`) : wanted);
  const result = free('result');
  const given = names.join(', ');
  const returned = node.type === undefined ? null : textOf(source, node.type);
  const isPredicate = node.type !== undefined && ts.isTypePredicateNode(node.type) && node.type.assertsModifier === undefined;
  const resultType = isPredicate ? 'boolean' : (returned ?? `ReturnType<typeof ${compute}>`);
  const types = parameters.map(keyType(source));
  /** The type of the map that is asked for the parameter at an index, without `Map`. */
  const mapType = (index: number): string => `<${types[index]!}, ${index === types.length - 1 ? resultType : `Map${mapType(index + 1)}`}>`;
  const signature = `(${parameters.map((one, index) => parameterText(source, compute, one, index)).join(', ')})${returned === null ? '' : `: ${returned}`}`;
  const words = source.text.slice(head.start, head.end);
  const modifiers = words.replace(isConstant ? /const\s+[\w$]+$/ : /(function\s+)?[\w$]+$/, '');
  const asObjects = parameters
    .filter((one) => one.type === undefined || !isPrimitiveType(one.type))
    .map((one) => `Object(${one.name.text}) === ${one.name.text}`);
  // What the arguments before the last one lead to: a map by the next.
  const maps = [results, ...names.slice(1).map((one) => free(`by${capitalised(one)}`))];
  const last = maps.length - 1;
  const step = (index: number): string => `${maps[index - 1]!}${index > 1 ? '?' : ''}.get(${names[index - 1]!})`;
  const inner = maps.slice(1).map((one, index) => `let ${one} = ${step(index + 1)}${end}`);
  const made = maps
    .slice(1)
    .map(
      (one, index) =>
        `if (${one} === undefined) ${maps[index]!}.set(${names[index]!}, (${one} = new Map${typed ? mapType(index + 1) : ''}()))${end}`,
    );
  const forget =
    last === 0
      ? [`if (${results}.size >= ${MOST_KEPT}) ${results}.clear()${end}`]
      : [
          `if (${count}++ >= ${MOST_KEPT}) {`,
          `${indent}${results}.clear()${end}`,
          `${indent}${[...maps.slice(1)].join(' = ')} = undefined${end}`,
          `${indent}${count} = 1${end}`,
          '}',
        ];
  const body = [
    // An object is the same though what it holds has changed.
    ...(asObjects.length === 0 ? [] : [`if (${asObjects.join(' || ')}) return ${compute}(${given})${end}`]),
    ...inner,
    `let ${result} = ${maps[last]!}${last > 0 ? '?' : ''}.get(${names[last]!})${end}`,
    `if (${result} === undefined) {`,
    ...[`${result} = ${compute}(${given})${end}`, ...forget, ...made, `${maps[last]!}.set(${names[last]!}, ${result})${end}`].map(
      (line) => indent + line,
    ),
    '}',
    `return ${result}${end}`,
  ];
  const own = node.name === undefined ? '' : name;
  const assignedFront = ts.isArrowFunction(node) ? `${signature} =>` : `function ${own}${signature}`;
  const front = method === null ? `function ${name}` : name;
  const open =
    assigned !== null
      ? `${assigned} = ${assignedFront} {`
      : isConstant
        ? `${modifiers}const ${name} = ${signature} => {`
        : `${modifiers}${front}${signature} {`;
  const below =
    assigned !== null
      ? `const ${computeName} = `
      : isConstant
        ? `const ${computeName}`
        : method === null
          ? `function ${computeName}`
          : `static #${computeName}`;
  const lines = [open, ...body.map((line) => indent + line), isConstant || assigned !== null ? `}${end}` : '}', '', below];
  const base = indentationAt(source, head.start);
  const declared = `const ${results} = new Map${typed ? mapType(0) : ''}()${end}`;
  const counted = last === 0 ? '' : `${eol}let ${count} = 0${end}`;
  insertAfterImports(source, editor, declared + counted, `what ${name} gave, by its ${last === 0 ? 'argument' : 'arguments'}`);
  editor.replace(
    head.start,
    head.end,
    lines.map((line, index) => (index === 0 || line === '' ? line : base + line)).join(eol),
    'compute only what was not asked before',
  );
}

function keyType(source: Source): (parameter: NamedParameter) => string {
  return ({ type, questionToken, initializer }) => {
    if (type === undefined) return 'unknown';
    const isGiven = questionToken === undefined && (initializer === undefined || ts.isLiteralExpression(initializer));
    return isGiven ? textOf(source, type) : `${textOf(source, type)} | undefined`;
  };
}

/** A parameter of the function in front: one that may be left out still may, and is not counted in its `length`. */
function parameterText(source: Source, compute: string, { name, type, questionToken, initializer }: NamedParameter, index: number): string {
  const typeText = !source.typescript || type === undefined ? '' : `: ${textOf(source, type)}`;
  if (initializer === undefined) return `${name.text}${questionToken === undefined ? '' : '?'}${typeText}`;
  if (ts.isLiteralExpression(initializer)) return `${name.text}${typeText} = ${textOf(source, initializer)}`;
  if (!source.typescript) return `${name.text} = undefined`;
  return `${name.text}: ${type === undefined ? `Parameters<typeof ${compute}>[${index}]` : `${textOf(source, type)} | undefined`} = undefined`;
}

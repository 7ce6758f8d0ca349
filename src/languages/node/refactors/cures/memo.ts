import type TS from 'typescript';
import { capitalised } from '../../../../core/report/format.ts';
import { bindingOfFunction, functionName, isAsync, type FunctionNode } from '../../syntax/locate.ts';
import { isPrimitiveType, whyNotPrimitive, whyNotPure } from '../../syntax/pure.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import { insertAfterImports } from './hoist.ts';
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
  /** From the first word of the statement to the end of the function's name. */
  head: { start: number; end: number };
  /** Of an arrow function or function expression in a `const`. */
  isConstant: boolean;
}

/** The function, with what is needed to keep its results. Refuses where another call may give something else, or somebody could change what is kept. */
export function keptFunction(source: Source, node: FunctionNode): Kept {
  const name = functionName(node);
  const no = (reason: string): Refusal =>
    new Refusal(`What ${name ?? `the function in line ${lineOf(source, node.getStart(source.ast))}`} gives can't be kept: ${reason}.`);
  const head = headOf(source, node);
  if (name === null || head === null) throw no('only a function of the top level with a name and a statement of its own can be kept apart');
  if (isAsync(node) || node.asteriskToken !== undefined) throw no('it gives a promise or an iterator, which is used up');
  const { parameters } = node;
  if (parameters.length === 0 || parameters.length > MOST_PARAMETERS)
    throw no(`it has ${parameters.length} parameters, and a key for them is best chosen by hand: keep a \`Map\` of results beside it`);
  if (parameters.some((one) => !ts.isIdentifier(one.name) || one.dotDotDotToken !== undefined))
    throw no('one of its parameters is a pattern or a list, which is new in each call');
  if (node.typeParameters !== undefined) throw no('it has type parameters');
  const reason = whyNotPure(source, node) ?? whyNotPrimitive(source, node);
  if (reason !== null) throw no(reason);
  return { node, name, parameters: [...parameters] as NamedParameter[], ...head };
}

function headOf(source: Source, node: FunctionNode): Pick<Kept, 'head' | 'isConstant'> | null {
  if (ts.isFunctionDeclaration(node)) {
    const overloaded = source.ast.statements.some(
      (one) => ts.isFunctionDeclaration(one) && one !== node && one.name?.text === node.name?.text,
    );
    if (!ts.isSourceFile(node.parent) || node.name === undefined || node.body === undefined || overloaded) return null;
    return { head: { start: node.getStart(source.ast), end: node.name.end }, isConstant: false };
  }
  const declaration = bindingOfFunction(source, node)?.declaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.type !== undefined) return null;
  const list = declaration.parent;
  if (!ts.isVariableDeclarationList(list)) return null;
  const statement = list.parent;
  const isConst = (list.flags & ts.NodeFlags.Const) !== 0;
  if (!ts.isVariableStatement(statement) || !ts.isSourceFile(statement.parent) || !isConst || list.declarations.length !== 1) return null;
  return { head: { start: statement.getStart(source.ast), end: declaration.name.end }, isConstant: true };
}

/** Puts a function of the same name in front, which asks the one that computes only for what it was not asked before. */
export function writeKept(source: Source, editor: Editor, { node, name, parameters, head, isConstant }: Kept): void {
  const { eol, semicolon: end, indent } = source;
  const typed = source.typescript;
  const compute = freshName(source, `compute${capitalised(name)}`);
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
  const modifiers = source.text.slice(head.start, head.end).replace(isConstant ? /const\s+[\w$]+$/ : /function\s+[\w$]+$/, '');
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
  const open = isConstant ? `${modifiers}const ${name} = ${signature} => {` : `${modifiers}function ${name}${signature} {`;
  const lines = [
    open,
    ...body.map((line) => indent + line),
    isConstant ? `}${end}` : '}',
    '',
    isConstant ? `const ${compute}` : `function ${compute}`,
  ];
  const declared = `const ${results} = new Map${typed ? mapType(0) : ''}()${end}`;
  const counted = last === 0 ? '' : `${eol}let ${count} = 0${end}`;
  insertAfterImports(source, editor, declared + counted, `what ${name} gave, by its ${last === 0 ? 'argument' : 'arguments'}`);
  editor.replace(head.start, head.end, lines.join(eol), 'compute only what was not asked before');
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

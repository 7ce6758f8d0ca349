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

/** A function whose results can be kept by its argument. */
export interface Kept {
  node: FunctionNode;
  name: string;
  parameter: TS.ParameterDeclaration & { name: TS.Identifier };
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
  const [parameter, second] = node.parameters;
  if (parameter === undefined || second !== undefined)
    throw no(`it has ${node.parameters.length} parameters, and a key for them is best chosen by hand: keep a \`Map\` of results beside it`);
  if (!ts.isIdentifier(parameter.name) || parameter.dotDotDotToken !== undefined)
    throw no('its parameter is a pattern or a list, which is new in each call');
  if (node.typeParameters !== undefined) throw no('it has type parameters');
  const reason = whyNotPure(source, node) ?? whyNotPrimitive(source, node);
  if (reason !== null) throw no(reason);
  return { node, name, parameter: parameter as Kept['parameter'], ...head };
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
export function writeKept(source: Source, editor: Editor, { node, name, parameter, head, isConstant }: Kept): void {
  const { eol, semicolon: end } = source;
  const typed = source.typescript;
  const compute = freshName(source, `compute${capitalised(name)}`);
  const results = freshName(source, `resultsOf${capitalised(name)}`);
  const argument = parameter.name.text;
  const result = argument === 'result' ? 'known' : 'result';
  const parameterType = parameter.type === undefined ? null : textOf(source, parameter.type);
  const returned = node.type === undefined ? null : textOf(source, node.type);
  const keyType = parameterType === null ? 'unknown' : parameter.questionToken ? `${parameterType} | undefined` : parameterType;
  const isPredicate = node.type !== undefined && ts.isTypePredicateNode(node.type) && node.type.assertsModifier === undefined;
  const types = typed ? `<${keyType}, ${isPredicate ? 'boolean' : (returned ?? `ReturnType<typeof ${compute}>`)}>` : '';
  const optional = typed && (parameter.questionToken !== undefined || parameter.initializer !== undefined) ? '?' : '';
  const parameterText = `${argument}${optional}${typed && parameterType !== null ? `: ${parameterType}` : ''}`;
  const signature = `(${parameterText})${returned === null ? '' : `: ${returned}`}`;
  const modifiers = source.text.slice(head.start, head.end).replace(isConstant ? /const\s+[\w$]+$/ : /function\s+[\w$]+$/, '');
  const isAlwaysPrimitive = parameter.type !== undefined && isPrimitiveType(parameter.type);
  const indent = source.indent;
  const body = [
    // An object is the same though what it holds has changed.
    ...(isAlwaysPrimitive ? [] : [`if (Object(${argument}) === ${argument}) return ${compute}(${argument})${end}`]),
    `let ${result} = ${results}.get(${argument})${end}`,
    `if (${result} === undefined) {`,
    `${indent}${result} = ${compute}(${argument})${end}`,
    `${indent}if (${results}.size >= ${MOST_KEPT}) ${results}.clear()${end}`,
    `${indent}${results}.set(${argument}, ${result})${end}`,
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
  insertAfterImports(source, editor, `const ${results} = new Map${types}()${end}`, `what ${name} gave, by its argument`);
  editor.replace(head.start, head.end, lines.join(eol), 'compute only what was not asked before');
}

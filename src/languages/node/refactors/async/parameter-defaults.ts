import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import { bindingsOfPattern } from '../../syntax/effects.ts';
import { contains, functionName, functionWords, walk, walkOwnCode, type FunctionNode } from '../../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { freshName } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

/** The parameter of a function that a node is part of; null for a node in its body. */
export function parameterAround(node: TS.Node, fn: FunctionNode): TS.ParameterDeclaration | null {
  return fn.parameters.find((one) => contains(one, node)) ?? null;
}

/**
 * A default that waits moves to the first lines of the body, as nothing can wait among parameters, and with it those after it that could tell.
 * Refuses where one would then be evaluated in another order, or see other names.
 * @returns the parameters whose defaults move
 */
export function movedWith(source: Source, fn: FunctionNode, parameter: TS.ParameterDeclaration): TS.ParameterDeclaration[] {
  const words = `The default of the parameter \`${textOf(source, parameter.name).replace(/\s+/g, ' ')}\``;
  const sorry = (why: string): Refusal => new Refusal(`${words} can't await, ${why}: set it in the function's body first.`);
  if (fn.body === undefined) throw sorry('and there is no body to move it to');
  if (fn.asteriskToken !== undefined) throw sorry('and a generator evaluates it before its body runs');
  if (ts.isConstructorDeclaration(fn) || ts.isSetAccessor(fn)) throw sorry('nor can what it belongs to');
  const later = fn.parameters.slice(fn.parameters.indexOf(parameter) + 1);
  const moved = [parameter, ...later.filter((one) => one.initializer !== undefined && !isInert(one.initializer))];
  const observer = later.find((one) => !ts.isIdentifier(one.name));
  if (observer !== undefined) throw sorry(`and \`${textOf(source, observer)}\`, which comes after it, is evaluated before the body`);
  for (const one of moved) {
    if (source.typescript && ts.isIdentifier(one.name) && one.type === undefined)
      throw sorry(`and once \`${one.name.text}\` is optional TypeScript must be told its type`);
    if (one.modifiers !== undefined) throw sorry('and it has modifiers');
  }
  walk(fn, (node) => {
    if (ts.isIdentifier(node) && node.text === 'arguments' && source.scopes.bindingOf(node) === null)
      throw sorry('and the function looks at `arguments`');
  });
  const { body } = fn;
  const names = new Set(moved.flatMap((one) => bindingsOfPattern(source, one.name).map(({ name }) => name)));
  for (const one of moved)
    walk(one, (node) => {
      const binding = ts.isIdentifier(node) ? source.scopes.bindingOf(node) : null;
      if (binding !== null && contains(body, binding.identifier)) throw sorry(`and \`${binding.name}\` is another variable in the body`);
      if (binding !== null) names.add(binding.name);
    });
  walkOwnCode(body, (node) => {
    const declares =
      ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ? node.name : undefined;
    if (declares !== undefined && ts.isIdentifier(declares) && names.has(declares.text))
      throw sorry(`and \`${declares.text}\` is declared again in line ${lineOf(source, declares.getStart(source.ast))}`);
  });
  return moved;
}

/** Without a default the function counts one parameter more: refuses where somebody asks how many it has. */
export function refuseMeasured(project: Project, source: Source, fn: FunctionNode): void {
  const name = functionName(fn);
  if (name === null) return;
  const [asking] = project.filesWith(`${name}.length`);
  if (asking !== undefined)
    throw new Refusal(
      `${functionWords(source, fn)} is asked for its \`length\`, which a default that moves into the body would change: count its parameters in another way first.`,
    );
}

const TYPES_IN_COMMENTS = /@(param|returns?|type|typedef)\s*\{/;

/** Evaluated sooner or later, it gives the same and does nothing. */
export function isInert(node: TS.Expression): boolean {
  return (
    ts.isLiteralExpression(node) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind) ||
    ts.isArrowFunction(node) ||
    (ts.isObjectLiteralExpression(node) && node.properties.length === 0) ||
    (ts.isArrayLiteralExpression(node) && node.elements.length === 0) ||
    (ts.isIdentifier(node) && node.text === 'undefined')
  );
}

/** Moves defaults into the body: to be called after the edits inside of the function. */
export function moveDefaults(source: Source, editor: Editor, fn: FunctionNode, moved: ReadonlySet<TS.ParameterDeclaration>): void {
  const why = 'a default that waits belongs into the body';
  const { semicolon } = source;
  const taken = new Set<string>();
  const lines: string[] = [];
  for (const parameter of fn.parameters.filter((one) => moved.has(one))) {
    const { name, initializer, type } = parameter;
    const rendered = (node: TS.Node): string => editor.rendered(node.getStart(source.ast), node.end);
    const ofType = type === undefined ? '' : `: ${rendered(type)}`;
    let text: string;
    if (ts.isIdentifier(name)) {
      // Types in comments would ask for it from now on, which a parameter without a default is not exempt from.
      const isTyped = !source.typescript && initializer !== undefined && TYPES_IN_COMMENTS.test(source.text);
      text = `${name.text}${source.typescript ? '?' : ''}${ofType}${isTyped ? ' = undefined' : ''}`;
      lines.push(
        `if (${name.text} === undefined) ${name.text} = ${initializer === undefined ? 'undefined' : rendered(initializer)}${semicolon}`,
      );
    } else {
      let given = freshName(source, 'options');
      for (let number = 2; taken.has(given); number++) given = freshName(source, `options${number}`);
      taken.add(given);
      const isWritten = bindingsOfPattern(source, name).some((one) => one.references.some((reference) => reference.writes));
      const waits = initializer !== undefined && rendered(initializer) !== textOf(source, initializer);
      const value = waits ? `${given} === undefined ? ${rendered(initializer)} : ${given}` : given;
      lines.push(`${isWritten ? 'let' : 'const'} ${rendered(name)} = ${value}${semicolon}`);
      text = `${given}${waits && source.typescript ? '?' : ''}${ofType}${waits || initializer === undefined ? '' : ` = ${textOf(source, initializer)}`}`;
    }
    editor.rewrite(parameter.getStart(source.ast), parameter.end, text, why);
  }
  insertAtStart(source, editor, fn, lines, why);
}

/** Puts statements before all others of a function's body, which becomes a block where it is an expression. */
function insertAtStart(source: Source, editor: Editor, fn: FunctionNode, lines: readonly string[], why: string): void {
  const { body } = fn;
  if (body === undefined) return;
  const { semicolon, eol } = source;
  const joined = lines.join(semicolon === '' ? '; ' : ' ');
  if (!ts.isBlock(body)) {
    const result = editor.rendered(body.getStart(source.ast), body.end);
    editor.rewrite(body.getStart(source.ast), body.end, `{ ${joined}${semicolon === '' ? ';' : ''} return ${result}${semicolon} }`, why);
    return;
  }
  const directives = body.statements.filter((one) => ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression));
  const at = directives.at(-1)?.end ?? body.getStart(source.ast) + 1;
  const rest = source.text.slice(at, body.end - 1);
  const onOneLine = !/^[^\S\r\n]*(\/\/.*|\/\*.*\*\/[^\S\r\n]*)?\r?\n/.test(rest);
  const inner = indentationAt(source, fn.getStart(source.ast)) + source.indent;
  editor.replace(
    at,
    at,
    onOneLine
      ? ` ${joined}${semicolon === '' && rest.trim() !== '' ? ';' : ''}${rest.trim() === '' ? ' ' : ''}`
      : lines.map((line) => eol + inner + line).join(''),
    why,
  );
}

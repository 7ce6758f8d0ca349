import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import type { Use, Uses } from '../../project/trace.ts';
import { usesOf } from '../../project/uses.ts';
import { contains, walk } from '../../syntax/locate.ts';
import { isFunctionLike } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { isInert } from './parameter-defaults.ts';
import { Refusal } from '../text/refusal.ts';

const WHY = 'making one waits now';

/** A class whose constructor or fields wait: `new Store(name)` becomes `await Store.create(name)`. */
export interface AsyncClass {
  node: TS.ClassLikeDeclaration;
  name: string;
  /** The name of the new static method. */
  factory: string;
}

/** The class whose instances are made by the code around a place: its constructor, or the initial value of a field. Null elsewhere. */
export function classMadeBy(wait: TS.Node): TS.ClassLikeDeclaration | null {
  for (let node = wait; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isConstructorDeclaration(node)) return node.parent;
    if (ts.isPropertyDeclaration(node)) return isStatic(node) ? null : node.parent;
    if (isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)) return null;
  }
  return null;
}

/** Where instances of a class are made, if making one may wait from now on. Refuses where somebody else takes part in it. */
export function asyncClass(
  project: Project,
  source: Source,
  node: TS.ClassLikeDeclaration,
  wait: TS.Node,
): { change: AsyncClass; creations: Extract<Use, { kind: 'creation' }>[]; uses: Uses } {
  const name = nameOf(node);
  const line = lineOf(source, node.getStart(source.ast));
  const words = name ?? `the class in line ${line}`;
  const sorry = (why: string): Refusal =>
    new Refusal(`A constructor can't await, and ${why}: make the call before \`new\` and pass its result in.`);
  if (name === null) throw sorry(`${words} has no name to call a factory by`);
  if (node.heritageClauses?.some((one) => one.token === ts.SyntaxKind.ExtendsKeyword)) throw sorry(`${words} extends another class`);
  if (ts.canHaveDecorators(node) && (ts.getDecorators(node)?.length ?? 0) > 0) throw sorry(`${words} has decorators`);
  const constructors = node.members.filter(ts.isConstructorDeclaration);
  const [constructor] = constructors;
  if (constructors.length > 1) throw sorry(`that of ${words} has several signatures`);
  if (constructor?.parameters.some((one) => ts.isParameterPropertyDeclaration(one, constructor)))
    throw sorry(`that of ${words} declares fields by its parameters`);
  walk(node, (one) => {
    const declared =
      ts.isVariableDeclaration(one) || ts.isParameter(one) || ts.isFunctionDeclaration(one) || ts.isClassLike(one) ? one.name : undefined;
    if (one !== node && declared !== undefined && ts.isIdentifier(declared) && declared.text === name)
      throw sorry(`\`${name}\` is something else in line ${lineOf(source, one.getStart(source.ast))}`);
    const at = `in line ${lineOf(source, one.getStart(source.ast))}`;
    if (ts.isNewExpression(one) && one.expression.kind === ts.SyntaxKind.ThisKeyword) throw sorry(`${words} is made by \`new this\` ${at}`);
    if (ts.isPropertyAccessExpression(one) && one.expression.kind === ts.SyntaxKind.ThisKeyword && one.name.text === 'constructor')
      throw sorry(`${words} is reached by \`this.constructor\` ${at}`);
    if (ts.isMetaProperty(one) && one.name.text === 'target') throw sorry(`${words} asks for \`new.target\` ${at}`);
  });
  if (constructor !== undefined)
    walk(constructor, (one) => {
      if (one.kind === ts.SyntaxKind.ThisKeyword && constructor.parameters.some((parameter) => contains(parameter, one)))
        throw sorry(`the defaults of that of ${words} look at \`this\``);
      if (ts.isIdentifier(one) && one.text === 'arguments') throw sorry(`that of ${words} looks at \`arguments\``);
      if (ts.isReturnStatement(one) && one.expression !== undefined && ownerOf(one) === constructor)
        throw sorry(`that of ${words} returns another object`);
    });
  const computed = computedFields(node);
  for (const field of computed.slice(
    Math.max(
      0,
      computed.findIndex((one) => contains(one, wait)),
    ),
  ))
    if (source.typescript && contains(field, wait) && (field.type === undefined || isReadonly(field)))
      throw sorry(`the field \`${textOf(source, field.name)}\` is ${field.type === undefined ? 'declared without a type' : 'readonly'}`);

  const uses = usesOf(project, source, node);
  const creations: Extract<Use, { kind: 'creation' }>[] = [];
  for (const use of uses.uses) {
    if (use.kind === 'creation') creations.push(use);
    else {
      const at = use.kind === 'call' || use.kind === 'argument' ? use.call : use.node;
      const how = use.kind === 'lost' ? use.how : 'passed on';
      throw sorry(`${words} is ${how} in line ${lineOf(use.source, at.getStart(use.source.ast))} of ${basename(use.source.file)}`);
    }
  }
  if (creations.length === 0 && uses.published.length === 0) throw sorry(`no \`new ${name}\` is found in the project`);
  return { change: { node, name, factory: freshMember(node, 'create') }, creations, uses };
}

function nameOf(node: TS.ClassLikeDeclaration): string | null {
  if (node.name !== undefined) return node.name.text;
  const { parent } = node;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && (parent.parent.flags & ts.NodeFlags.Const) !== 0
    ? parent.name.text
    : null;
}

function freshMember(node: TS.ClassLikeDeclaration, name: string): string {
  const taken = new Set(node.members.map((one) => one.name?.getText()));
  let fresh = name;
  for (let number = 2; taken.has(fresh); number++) fresh = `${name}${number}`;
  return fresh;
}

function isStatic(node: TS.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.StaticKeyword) ?? false);
}

function isReadonly(node: TS.PropertyDeclaration): boolean {
  return ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
}

function ownerOf(node: TS.Node): TS.Node {
  let current = node.parent;
  while (!isFunctionLike(current) && !ts.isSourceFile(current)) current = current.parent;
  return current;
}

/** Fields whose initial value is computed. */
function computedFields(node: TS.ClassLikeDeclaration): TS.PropertyDeclaration[] {
  return node.members.filter(
    (one): one is TS.PropertyDeclaration =>
      ts.isPropertyDeclaration(one) && !isStatic(one) && one.initializer !== undefined && !isInert(one.initializer),
  );
}

/** What of a class moves into its factory, and what `this` is called there. */
interface Moved {
  fields: TS.PropertyDeclaration[];
  constructor: TS.ConstructorDeclaration | undefined;
  self: string;
}

function movedOf(source: Source, { node, name }: AsyncClass, waits: readonly TS.Node[]): Moved {
  const computed = computedFields(node);
  const first = computed.findIndex((field) => waits.some((one) => contains(field, one)));
  const fields = first < 0 ? [] : computed.slice(first);
  const constructor = node.members.find(ts.isConstructorDeclaration);
  return { fields, constructor, self: freshVariable(source, constructor === undefined ? fields : [...fields, constructor], name) };
}

/** `this` gets another name in the code that moves: to be called before other edits inside of the class. */
export function renameThis(source: Source, editor: Editor, change: AsyncClass, waits: readonly TS.Node[]): void {
  const { fields, constructor, self } = movedOf(source, change, waits);
  const visit = (one: TS.Node): void => {
    if (one.kind === ts.SyntaxKind.ThisKeyword) editor.replace(one.getStart(source.ast), one.end, self, WHY);
    if ((isFunctionLike(one) && !ts.isArrowFunction(one)) || ts.isClassLike(one)) return;
    ts.forEachChild(one, visit);
  };
  for (const field of fields) visit(field.initializer!);
  if (constructor?.body !== undefined) visit(constructor.body);
}

/** Writes the static factory: to be called after the edits inside of the class. */
export function writeFactory(source: Source, editor: Editor, change: AsyncClass, waits: readonly TS.Node[]): void {
  const { node, name, factory } = change;
  const { eol, semicolon, indent } = source;
  const { fields, constructor, self } = movedOf(source, change, waits);
  const outer = indentationAt(source, (constructor ?? fields[0]!).getStart(source.ast));
  const lines = [`const ${self} = new ${name}()${semicolon}`];
  for (const field of fields) {
    if (ts.isComputedPropertyName(field.name) || ts.isNumericLiteral(field.name))
      throw new Refusal(`The field in line ${lineOf(source, field.getStart(source.ast))} waits and has a name that is computed.`);
    const target = ts.isStringLiteral(field.name) ? `[${textOf(source, field.name)}]` : `.${textOf(source, field.name)}`;
    const value = editor.rendered(field.initializer!.getStart(source.ast), field.initializer!.end);
    lines.push(`${self}${target} = ${value}${semicolon}`);
    editor.rewrite(field.type?.end ?? field.name.end, field.initializer!.end, '', WHY);
    if (source.typescript && field.exclamationToken === undefined) editor.replace(field.name.end, field.name.end, '!', WHY);
  }
  const result = `return ${self}${semicolon}`;
  if (constructor?.body === undefined) {
    const method = [`static async ${factory}() {`, ...[...lines, result].map((line) => indent + line), '}'];
    const last = node.members.findLast((one) => ts.isPropertyDeclaration(one))!;
    editor.replace(last.end, last.end, `${eol}${eol}${method.map((line) => outer + line).join(eol)}`, WHY);
    return;
  }
  const { body } = constructor;
  const keyword = constructor.getChildren(source.ast).find((child) => child.kind === ts.SyntaxKind.ConstructorKeyword)!;
  editor.replace(keyword.getStart(source.ast), keyword.end, `static async ${factory}`, WHY);
  walk(body, (one) => {
    const end = one.getStart(source.ast) + 'return'.length;
    if (ts.isReturnStatement(one) && ownerOf(one) === constructor) editor.replace(end, end, ` ${self}`, WHY);
  });
  if (source.typescript) for (const field of assignedFields(node, body)) editor.replace(field.name.end, field.name.end, '!', WHY);
  const open = body.getStart(source.ast) + 1;
  if (!source.text.slice(open, body.end).includes('\n')) {
    editor.replace(open, open, ` ${lines.map((line) => (line.endsWith(';') ? line : `${line};`)).join(' ')}`, WHY);
    const close = source.text.slice(0, body.end - 1).trimEnd().length;
    const gap = semicolon === '' && close > open ? ';' : '';
    editor.replace(close, close, `${gap} ${result}${close === body.end - 1 ? ' ' : ''}`, WHY);
    return;
  }
  editor.replace(open, open, lines.map((line) => eol + outer + indent + line).join(''), WHY);
  const lineStart = source.text.lastIndexOf('\n', body.end - 1) + 1;
  editor.replace(lineStart, lineStart, `${outer}${indent}${result}${eol}`, WHY);
}

/** Fields that TypeScript knows to be set by the constructor, which no longer does it. */
function assignedFields(node: TS.ClassLikeDeclaration, body: TS.Node): TS.PropertyDeclaration[] {
  const assigned = new Set<string>();
  walk(body, (one) => {
    if (ts.isBinaryExpression(one) && ts.isPropertyAccessExpression(one.left) && one.left.expression.kind === ts.SyntaxKind.ThisKeyword)
      assigned.add(one.left.name.text);
  });
  return node.members.filter(
    (one): one is TS.PropertyDeclaration =>
      ts.isPropertyDeclaration(one) &&
      one.initializer === undefined &&
      one.type !== undefined &&
      one.questionToken === undefined &&
      one.exclamationToken === undefined &&
      assigned.has(one.name.getText()),
  );
}

/** `Store` → `store`, or another name that the code doesn't use. */
function freshVariable(source: Source, nodes: readonly TS.Node[], name: string): string {
  const used = new Set<string>();
  for (const node of nodes)
    walk(node, (one) => {
      if (ts.isIdentifier(one) && !(ts.isPropertyAccessExpression(one.parent) && one.parent.name === one)) used.add(one.text);
    });
  const candidates = [name.charAt(0).toLowerCase() + name.slice(1), 'made', 'instance'];
  const free = candidates.find((one) => !used.has(one) && one !== name && !RESERVED.test(one));
  if (free !== undefined) return free;
  let fresh = 'instance';
  for (let number = 2; used.has(fresh) || source.scopes.isTaken(fresh); number++) fresh = `instance${number}`;
  return fresh;
}

const RESERVED =
  /^(abstract|arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

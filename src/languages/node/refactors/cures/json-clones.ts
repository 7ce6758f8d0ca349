import type TS from 'typescript';
import { rootOf } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { usesOfValue, type ValueUse } from '../../syntax/value-uses.ts';
import { Refusal } from '../text/refusal.ts';

/** `JSON.parse(JSON.stringify(value))`. */
export interface JsonClone {
  call: TS.CallExpression;
  value: TS.Expression;
}

/** A call as a copy through JSON; null for all others, and where something is left out or put in on the way. */
export function jsonClone(source: Source, node: TS.Node): JsonClone | null {
  const parse = callOf(source, node, 'JSON.parse');
  const stringify = parse === null ? null : callOf(source, bare(parse.arguments[0]!), 'JSON.stringify');
  return parse === null || stringify === null ? null : { call: parse, value: stringify.arguments[0]! };
}

function callOf(source: Source, node: TS.Node, name: string): TS.CallExpression | null {
  return ts.isCallExpression(node) &&
    node.arguments.length === 1 &&
    !ts.isSpreadElement(node.arguments[0]!) &&
    globalName(source, node.expression) === name
    ? node
    : null;
}

/** What takes the place of a copy through JSON: no copy, or one of what is changed. */
export interface CloneCure {
  kind: 'drop' | 'copy-changed';
  newText: string;
  review: string[];
}

const LOST = 'undefined and functions that it dropped, classes, dates that became text, NaN that became null';

/** How much of a copy is needed, told from what is done with it. Refuses where that can't be told. */
export function cureOfClone(source: Source, clone: JsonClone): CloneCure {
  const { call, value } = clone;
  const line = lineOf(source, call.getStart(source.ast));
  const words = shortWords(source, value);
  const uses = usesOfValue(source, call, { parts: true });
  const changes = uses.filter((one) => one.kind === 'changes');
  const escapes = uses.filter((one) => one.kind === 'escapes');
  const isPlain = isParsedJson(source, value);
  const review = isPlain ? [] : [`in line ${line} the copy keeps what JSON lost of \`${words}\`: ${LOST}`];

  if (changes.length === 0) {
    const [escape] = escapes;
    if (escape !== undefined)
      throw new Refusal(
        `${escape.depth === 0 ? 'The copy' : 'A part of the copy'} ${escape.words}, and whoever gets it may change it: use \`${words}\` itself where nobody does, or copy only what is changed there.`,
      );
    const shared = changesOfOriginal(source, clone, 1);
    if (shared !== null)
      throw new Refusal(`\`${words}\` ${shared.words}, and the copy keeps what it was before: copy only the part that is looked at.`);
    if (!isOwn(source, clone)) review.push(`\`${words}\` must stay as it is while what was its copy in line ${line} is in use`);
    return { kind: 'drop', newText: grouped(source, value), review };
  }

  const tree = changedParts(source, clone, changes);
  const shared = changesOfOriginal(source, clone, 2);
  if (shared !== null)
    throw new Refusal(`The copy must not follow \`${words}\`, which ${shared.words}: copy what is needed of it by hand.`);
  const given = escapes[0] === undefined ? '' : ` (${escapes[0].depth === 0 ? 'the copy' : 'a part of it'} ${escapes[0].words})`;
  if (escapes.length > 0 || !isOwn(source, clone))
    review.push(
      `objects inside of \`${words}\` that are not changed here are no longer copied in line ${line}: nobody may change them in place${given}`,
    );
  const copied = copyText(textOf(source, value), tree);
  return { kind: 'copy-changed', newText: ts.isArrowFunction(call.parent) && !tree.isList ? `(${copied})` : copied, review };
}

/** The variable that a copy is the value of. */
function variableOf(source: Source, call: TS.Node): Binding | null {
  let { parent } = call;
  while (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) parent = parent.parent;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? source.scopes.bindingOf(parent.name) : null;
}

/** Which objects and lists on the way to what is changed must be copied. */
interface ChangedParts {
  isList: boolean;
  inside: Map<string, ChangedParts>;
}

function changedParts(source: Source, { call, value }: JsonClone, changes: readonly ValueUse[]): ChangedParts {
  const variable = variableOf(source, call);
  const root: { isList: boolean | null; inside: Map<string, ChangedParts> } = { isList: null, inside: new Map() };
  for (const change of changes) {
    const path = pathOfChange(source, variable, change.node);
    const hint = (isList: boolean): Refusal =>
      new Refusal(
        `The copy ${change.words}, and it can't be told from the text which ${isList ? 'lists' : 'objects'} of \`${shortWords(source, value)}\` that reaches: copy those on the way there (\`{ ...object }\`, \`[...list]\`) and nothing else.`,
      );
    if (path === null) throw hint(false);
    let at = root;
    for (const name of path.names) {
      if (at.isList === true) throw hint(true);
      at.isList = false;
      const next = at.inside.get(name) ?? ({ isList: null, inside: new Map() } as unknown as ChangedParts);
      at.inside.set(name, next);
      at = next;
    }
    if (at.isList !== null && at.isList !== path.isList) throw hint(path.isList);
    at.isList = path.isList;
  }
  if (root.inside.size > 0 && !isRepeatable(value))
    throw new Refusal(
      `\`${shortWords(source, value)}\` would be evaluated several times to copy what is changed of it: put it into a variable first.`,
    );
  return root as ChangedParts;
}

/** The object that `copy.a.b = 1` (`a`) or `copy.list.push(1)` (`list`, a list) changes. */
function pathOfChange(source: Source, variable: Binding | null, node: TS.Node): { names: string[]; isList: boolean } | null {
  const names: string[] = [];
  let current = ts.isPropertyAccessExpression(node) ? node : null;
  const isMethod = current !== null && ts.isCallExpression(current.parent) && current.parent.expression === current;
  if (current === null || (isMethod && !/^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/.test(current.name.text)))
    return null;
  if (!isMethod && current.name.text === 'length') return null;
  for (let inner: TS.Expression = bare(current.expression); ; inner = bare(current.expression)) {
    if (ts.isIdentifier(inner))
      return variable !== null && source.scopes.bindingOf(inner) === variable ? { names, isList: isMethod } : null;
    if (!ts.isPropertyAccessExpression(inner) || inner.questionDotToken !== undefined) return null;
    current = inner;
    names.unshift(inner.name.text);
  }
}

function copyText(text: string, { isList, inside }: ChangedParts): string {
  if (isList) return `[...${text}]`;
  const parts = [...inside].map(([name, part]) => `, ${name}: ${copyText(`${text}.${name}`, part)}`);
  return `{ ...${text}${parts.join('')} }`;
}

/** Names and properties: evaluated twice they say the same. */
function isRepeatable(value: TS.Expression): boolean {
  const expression = bare(value);
  if (ts.isIdentifier(expression) || expression.kind === ts.SyntaxKind.ThisKeyword) return true;
  return ts.isPropertyAccessExpression(expression) && isRepeatable(expression.expression);
}

/** Where the original is changed after it was copied, from a depth on; null where nothing of the kind is seen. */
function changesOfOriginal(source: Source, { call, value }: JsonClone, depth: number): ValueUse | null {
  const root = rootOf(value);
  const binding = root === null || root === 'this' ? null : source.scopes.bindingOf(root);
  if (binding === null) return null;
  const loop = loopAround(call, binding);
  const variable = variableOf(source, call);
  return (
    usesOfValue(source, binding, { parts: true }).find(
      (one) =>
        one.kind === 'changes' &&
        one.depth >= depth &&
        !(variable !== null && isPartOf(source, one.node, variable)) &&
        (one.node.pos >= call.end ||
          enclosingFunction(one.node) !== enclosingFunction(call) ||
          (loop !== null && contains(loop, one.node))),
    ) ?? null
  );
}

function isPartOf(source: Source, node: TS.Node, variable: Binding): boolean {
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return false;
  const root = rootOf(node);
  return root !== null && root !== 'this' && source.scopes.bindingOf(root) === variable;
}

/** The outermost loop around a place, within the code that knows the variable. */
function loopAround(node: TS.Node, known: Binding): TS.Node | null {
  let loop: TS.Node | null = null;
  for (
    let current = node.parent as TS.Node | undefined;
    current !== undefined && !contains(current, known.identifier);
    current = current.parent
  )
    if (ts.isIterationStatement(current, false)) loop = current;
  return loop;
}

/** Whether nobody but the code that was looked at has hold of what is copied. */
function isOwn(source: Source, { value }: JsonClone): boolean {
  const expression = bare(value);
  const binding = ts.isIdentifier(expression) ? source.scopes.bindingOf(expression) : null;
  if (binding?.kind !== 'const') return false;
  return usesOfValue(source, binding, { parts: true }).every((one) => one.kind === 'changes');
}

/** Whether a value holds nothing but what JSON can say: it was parsed from it and never changed. */
function isParsedJson(source: Source, value: TS.Expression): boolean {
  const expression = bare(value);
  if (!ts.isIdentifier(expression)) return ts.isPropertyAccessExpression(expression) && isParsedJson(source, expression.expression);
  const binding = source.scopes.bindingOf(expression);
  const declaration = binding?.declaration;
  if (binding?.kind !== 'const' || declaration === undefined || !ts.isVariableDeclaration(declaration)) return false;
  const made = declaration.initializer === undefined ? null : bare(declaration.initializer);
  if (made === null || !ts.isCallExpression(made) || globalName(source, made.expression) !== 'JSON.parse' || made.arguments.length !== 1)
    return false;
  return usesOfValue(source, binding, { parts: true }).every((one) => one.kind !== 'changes');
}

function grouped(source: Source, value: TS.Expression): string {
  const text = textOf(source, value);
  return ts.isLeftHandSideExpression(value) && !ts.isObjectLiteralExpression(value) ? text : `(${text})`;
}

export function shortWords(source: Source, node: TS.Node): string {
  const text = textOf(source, node).replace(/\s+/g, ' ');
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

import { basename } from 'node:path';
import type TS from 'typescript';
import { isChangingMethod, isReadingMethod } from '../syntax/known-calls.ts';
import { bare, walk } from '../syntax/locate.ts';
import { globalName } from '../syntax/modules.ts';
import { isFunctionLike } from '../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../syntax/source.ts';
import { usesOfValue } from '../syntax/value-uses.ts';
import { ts } from '../syntax/typescript.ts';
import { memberSymbols } from './member-symbols.ts';
import { isTable } from './chosen-values.ts';
import { isFromOutside } from './module-uses.ts';
import type { Trace } from './trace.ts';

/** Members that the language or Node's own code calls, and never waits for. */
const CALLED_BY_THE_LANGUAGE = /^(toString|valueOf|toJSON|toLocaleString|then|next|return|throw|constructor|inspect|emit|write|_\w+)$/;

/** Classes of Node and the language that call none of the methods which a class that extends them adds. */
const PLAIN_BASES = /^(Error|TypeError|RangeError|EventEmitter|EventTarget|Object|Array|Map|Set|Uint8Array|Buffer)$/;

/**
 * Follows what is held as a property: a method of a class or object, a field, `Store.prototype.load = …`. Every place of the project that
 * writes the name is asked whose property it means; where nobody can tell it is taken for this one, as waiting for a value that is no promise
 * changes nothing but the moment.
 */
export function followMember(trace: Trace, source: Source, declaration: TS.Node, name: string): void {
  if (!trace.isNew(declaration, name)) return;
  const obstacle = whyCalledFromOutside(trace, source, declaration, name);
  if (obstacle !== null) {
    trace.lose(source, declaration, obstacle);
    return;
  }
  const symbols = memberSymbols(trace.project, name, { source, declaration });
  const holder = declaration.parent;
  const around = ts.isObjectLiteralExpression(holder) && !trace.isClass ? wayAround(source, holder) : null;
  if (around !== null && !(ts.isElementAccessExpression(around) && isTable(source, declaration, around))) {
    trace.lose(source, around, 'reached by a name that is computed');
    return;
  }
  for (const file of trace.project.filesWith(name)) {
    const other = trace.project.source(file);
    if (typeof other === 'string') {
      trace.doubts.push(`${basename(file)} has the name \`${name}\` in it and can't be read`);
      continue;
    }
    walk(other.ast, (node) => {
      if (isNamed(node, name)) followOccurrence(trace, other, node, symbols.meaningOf(other, node), source);
      else if (ts.isElementAccessExpression(node) && !ts.isLiteralExpression(node.argumentExpression) && symbols.mayReach(other, node)) {
        if (other === source && !trace.isClass && isTable(source, declaration, node)) trace.followValue(other, node);
        else trace.lose(other, node, 'reached by a name that is computed');
      }
    });
  }
}

/** Where what an object holds is called, in its own file, without the name of the property: `table[key](…)`, `Object.values(table)[0](…)`. */
function wayAround(source: Source, object: TS.ObjectLiteralExpression, seen = new Set<TS.Node>()): TS.Node | null {
  if (seen.has(object)) return null;
  seen.add(object);
  for (const use of usesOfValue(source, object, { parts: true })) {
    const { node } = use;
    if (use.kind !== 'escapes') continue;
    if (ts.isElementAccessExpression(node) && !ts.isStringLiteralLike(node.argumentExpression)) return node;
    if (ts.isSpreadAssignment(node)) {
      const found = wayAround(source, node.parent, seen);
      if (found !== null) return found;
    }
    if (ts.isCallExpression(node) && use.words.startsWith('is called') && !ts.isPropertyAccessExpression(bare(node.expression)))
      return node;
  }
  return null;
}

/** `load` of `store.load`, `store['load']`, `{ load } = store`, and of other declarations of the name. */
export function isNamed(node: TS.Node, name: string): boolean {
  if (ts.isStringLiteralLike(node))
    return node.text === name && ts.isElementAccessExpression(node.parent) && node.parent.argumentExpression === node;
  if ((!ts.isIdentifier(node) && !ts.isPrivateIdentifier(node)) || node.text !== name) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return ts.isObjectBindingPattern(parent.parent) && (parent.propertyName ?? parent.name) === node;
  return (ts.isTypeElement(parent) || ts.isClassElement(parent)) && parent.name === node;
}

function followOccurrence(trace: Trace, other: Source, node: TS.Node, meaning: 'ours' | 'other' | 'unknown', from: Source): void {
  if (meaning === 'other') return;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) {
    if (ts.isBinaryExpression(parent.parent) && parent.parent.left === parent) {
      if (meaning === 'ours' && isReplaced(trace, other, parent.parent)) trace.lose(other, parent, 'assigned anew');
      return;
    }
    if (meaning === 'unknown' && !mayBeOurs(trace, other, parent, from)) return;
    trace.followValue(other, parent);
  } else if (ts.isBindingElement(parent)) {
    if (meaning === 'unknown')
      trace.doubts.push(`\`${textOf(other, parent.parent)}\` ${whereIs(other, node)} may take this function apart`);
    else if (ts.isIdentifier(parent.name)) {
      const binding = other.scopes.bindingOf(parent.name);
      if (binding !== null) trace.followBinding(other, binding);
    } else trace.lose(other, parent, 'taken apart');
  } else if (meaning === 'ours' && ts.isTypeElement(parent)) trace.lose(other, parent, 'declared by a type');
}

/** Whether an assignment puts another function in the place of ours, rather than being its declaration. */
function isReplaced(trace: Trace, source: Source, assignment: TS.BinaryExpression): boolean {
  return (
    trace.isNew(assignment.left, 'replaced') && !trace.uses.some((one) => one.source === source) && !isFunctionLike(bare(assignment.right))
  );
}

/** A place whose object nobody knows the type of. */
function mayBeOurs(trace: Trace, other: Source, access: TS.PropertyAccessExpression | TS.ElementAccessExpression, from: Source): boolean {
  if (isFromOutside(trace, other, access.expression) || globalName(other, access.expression) !== null) return false;
  const isCall = ts.isCallExpression(access.parent) && access.parent.expression === access;
  if (!isCall) return false;
  const name = ts.isPropertyAccessExpression(access) ? access.name.text : '';
  const words = textOf(other, access).replace(/\s+/g, ' ').slice(0, 40);
  if (isReadingMethod(name) || isChangingMethod(name)) {
    trace.lose(other, access, `perhaps called as \`${words}\`, of which the type can't be told,`);
    return false;
  }
  trace.doubts.push(`\`${words}\` ${whereIs(other, access, from)} is taken to be this function, as its type can't be told`);
  return true;
}

function whereIs(other: Source, node: TS.Node, from?: Source): string {
  return `in ${other === from ? '' : `${basename(other.file)} `}line ${lineOf(other, node.getStart(other.ast))}`;
}

/** Who may call a member besides the project's own files; null when nobody does. Continues "load is …". */
export function whyCalledFromOutside(trace: Pick<Trace, 'project'>, source: Source, declaration: TS.Node, name: string): string | null {
  if (CALLED_BY_THE_LANGUAGE.test(name)) return `kept as \`${name}\`, which Node itself calls without waiting,`;
  const holder = declaration.parent;
  if (ts.isClassLike(holder)) {
    for (const clause of holder.heritageClauses ?? []) {
      for (const type of clause.types) {
        const { expression } = type;
        if (clause.token === ts.SyntaxKind.ImplementsKeyword) continue;
        const base = globalName(source, expression) ?? textOf(source, expression);
        const isOutside = isFromOutside(trace, source, expression) || globalName(source, expression) !== null;
        if (isOutside && !PLAIN_BASES.test(base.replace(/^.*\./, '')))
          return `a method of a class that extends \`${base}\`, which may call it,`;
      }
    }
  }
  if (ts.isObjectLiteralExpression(holder)) {
    let { parent } = holder as TS.Node;
    while (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent)) parent = parent.parent;
    if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && !isObjectAssign(source, parent))
      return `part of an object passed to \`${textOf(source, parent.expression)}\``;
    if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return null;
  }
  return null;
}

function isObjectAssign(source: Source, call: TS.CallExpression | TS.NewExpression): boolean {
  return /^Object\.(assign|freeze|seal|create)$/.test(globalName(source, call.expression) ?? '');
}

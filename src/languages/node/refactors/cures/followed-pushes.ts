import type TS from 'typescript';
import { capitalised } from '../../../../core/report/format.ts';
import { effectsOf } from '../../syntax/effects.ts';
import { bare, contains, enclosingFunction, isPropertyName, walk } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { usesOfValue } from '../../syntax/value-uses.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import { freshName } from '../loops/pool-function.ts';
import type { Editor } from '../text/editor.ts';

/** A `list.push(item);` after which the Map or Set beside the list gets the item too. */
export interface FollowedPush {
  statement: TS.ExpressionStatement;
  item: TS.Expression;
  /** Whether no item of the list can have this key yet: the search that is replaced has just said so. */
  isNew: boolean;
}

/** A search by a key, `list.find((one) => one.key === value)`, that is to be replaced. */
export interface KeyedSearch {
  list: Binding;
  call: TS.CallExpression;
  keyName: string;
  value: TS.Expression;
}

/**
 * The pushes in `region`, of which something beside the list can be kept up to date, or why it can't: what else changes the list, or the key of an item
 * that is in it.
 */
export function followedPushes(source: Source, search: KeyedSearch, region: TS.Node): FollowedPush[] | { reason: string } {
  const { list, keyName } = search;
  const pushes: FollowedPush[] = [];
  const isElsewhere = (node: TS.Node): boolean => enclosingFunction(node) !== enclosingFunction(region);
  const changesIn = (value: Binding): ReturnType<typeof usesOfValue> =>
    usesOfValue(source, value, { parts: true }).filter(
      ({ kind, node }) => kind === 'changes' && (contains(region, node) || isElsewhere(node)),
    );
  const refused = (what: string, words: string) => ({
    reason: `${what} ${words}, within the loop: keep a Map by \`${keyName}\` beside it there by hand`,
  });
  for (const { node, depth, words } of changesIn(originOf(source, list))) {
    if (depth >= 2 && ts.isPropertyAccessExpression(node) && node.name.text !== keyName) continue;
    const item = pushedBy(source, list, node);
    if (item === null || !contains(region, node)) return refused(`\`${list.name}\` or an item of it`, words);
    const variable = ts.isIdentifier(item) ? source.scopes.bindingOf(item) : null;
    if (variable !== null) {
      const changed = changesIn(variable).find((one) => !ts.isPropertyAccessExpression(one.node) || one.node.name.text === keyName);
      if (changed !== undefined) return refused(`\`${variable.name}\`, which is added to \`${list.name}\`,`, changed.words);
    }
    pushes.push({ statement: node.parent.parent as TS.ExpressionStatement, item, isNew: false });
  }
  for (const push of pushes) push.isNew = isNewIn(source, search, push, pushes);
  return pushes;
}

/** The variable that a list is another name of, or its own: `const groups = given`. What changes the one changes the other. */
export function originOf(source: Source, list: Binding): Binding {
  const { declaration } = list;
  const value = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : null;
  const origin = value !== null && ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
  return origin === null || origin === list ? list : originOf(source, origin);
}

/** The one item of `list.push(item);` as a statement of its own, where `node` is its `list.push`. */
function pushedBy(source: Source, list: Binding, node: TS.Node): TS.Expression | null {
  const call = node.parent;
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'push' || !ts.isCallExpression(call) || call.expression !== node)
    return null;
  const [item] = call.arguments;
  if (item === undefined || call.arguments.length !== 1 || ts.isSpreadElement(item)) return null;
  const isList = ts.isIdentifier(node.expression) && source.scopes.bindingOf(node.expression) === list;
  return isList && ts.isExpressionStatement(call.parent) ? item : null;
}

/** Whether an item is only pushed where the search before found none with its key. */
function isNewIn(source: Source, { list, call, keyName, value }: KeyedSearch, push: FollowedPush, all: readonly FollowedPush[]): boolean {
  const { statement, item } = push;
  if (keyOfItem(source, item, keyName) !== textOf(source, value)) return false;
  if (enclosingFunction(statement) !== enclosingFunction(call)) return false;
  if (all.some((other) => enclosingFunction(other.statement) !== enclosingFunction(call))) return false;
  if (all.some((other) => other !== push && call.end <= other.statement.pos && other.statement.end <= statement.pos)) return false;
  const between = pathFromSearch(source, call, statement);
  if (between === null) return false;
  const { writes, unknown } = effectsOf(source, between);
  let isSteady = !writes.has(list) && unknown.size === 0;
  walk(value, (node) => {
    const binding = ts.isIdentifier(node) ? source.scopes.bindingOf(node) : null;
    if (binding !== null && writes.has(binding)) isSteady = false;
  });
  return isSteady;
}

/** The text of what an item has under a key: of `{ id: order.user }` that is `order.user`, of `order` it is `order.id`. Null where the text doesn't tell. */
function keyOfItem(source: Source, item: TS.Expression, key: string): string | null {
  if (ts.isIdentifier(item)) return `${item.text}.${key}`;
  if (!ts.isObjectLiteralExpression(item)) return null;
  const at = item.properties.findIndex(
    (one) => one.name !== undefined && (ts.isIdentifier(one.name) || ts.isStringLiteral(one.name)) && one.name.text === key,
  );
  const property = item.properties[at];
  if (property === undefined || item.properties.slice(at + 1).some((one) => ts.isSpreadAssignment(one))) return null;
  if (ts.isShorthandPropertyAssignment(property)) return key;
  return ts.isPropertyAssignment(property) ? textOf(source, property.initializer) : null;
}

/**
 * The statements that run between a search and a push which only happens when nothing was found: `const found = search; if (found) … else push`,
 * `if (!found) push`, or `if (found) { …; continue; } push`. Null for any other way from one to the other.
 */
function pathFromSearch(source: Source, call: TS.CallExpression, push: TS.Statement): TS.Node[] | null {
  const passed: TS.Node[] = [];
  for (let node: TS.Node = push; ; node = node.parent) {
    const { parent } = node;
    if (ts.isBlock(parent) || ts.isSourceFile(parent)) {
      const statements: readonly TS.Statement[] = parent.statements;
      const index = statements.indexOf(node as TS.Statement);
      for (let at = index - 1; at >= 0; at--) {
        const before = statements[at]!;
        if (ts.isIfStatement(before) && saysFound(source, before.expression, call) === true && leaves(before.thenStatement))
          return [...passed, ...statementsBetween(source, call, before)];
        if (contains(before, call)) return null;
        passed.push(before);
      }
    } else if (ts.isIfStatement(parent) && parent.expression !== node) {
      const found = saysFound(source, parent.expression, call);
      if (found === (node === parent.elseStatement)) return [...passed, ...statementsBetween(source, call, parent)];
      return null;
    } else return null;
    if (ts.isSourceFile(parent) || !ts.isIfStatement(parent.parent)) return null;
  }
}

/** What stands between the statement of a search and the `if` that asks for its result. */
function statementsBetween(source: Source, call: TS.CallExpression, asked: TS.IfStatement): TS.Node[] {
  const { parent } = asked;
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) return [];
  return parent.statements.filter((one) => one.pos >= call.end && one.end <= asked.pos);
}

/** True where a condition holds only when the search found something, false where only when it found nothing, null for any other. */
function saysFound(source: Source, condition: TS.Expression, call: TS.CallExpression): boolean | null {
  const asked = bare(condition);
  if (ts.isPrefixUnaryExpression(asked) && asked.operator === ts.SyntaxKind.ExclamationToken) {
    const inner = saysFound(source, asked.operand, call);
    return inner === null ? null : !inner;
  }
  if (ts.isBinaryExpression(asked)) {
    const nothing = asked.right.getText(source.ast);
    if (nothing !== 'undefined' && nothing !== 'null') return null;
    const inner = saysFound(source, asked.left, call);
    if (inner !== true) return null;
    switch (asked.operatorToken.kind) {
      case ts.SyntaxKind.ExclamationEqualsToken:
        return true;
      case ts.SyntaxKind.EqualsEqualsToken:
        return false;
      case ts.SyntaxKind.ExclamationEqualsEqualsToken:
        return nothing === 'undefined' ? true : null;
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
        return nothing === 'undefined' ? false : null;
      default:
        return null;
    }
  }
  if (asked === call) return true;
  if (!ts.isIdentifier(asked)) return null;
  const binding = source.scopes.bindingOf(asked);
  const { declaration } = binding ?? {};
  const holds = declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined;
  return holds && bare(declaration.initializer) === call && !binding!.references.some((one) => one.writes && one.identifier.pos < asked.pos)
    ? true
    : null;
}

function leaves(statement: TS.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined &&
    (ts.isContinueStatement(last) || ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isBreakStatement(last))
  );
}

/**
 * Writes what keeps `beside`, a Map or a Set by the key, up to date after a push. The first item with a key stays the one that is found.
 * @param taken names that were given to items before
 */
export function followPush(
  source: Source,
  editor: Editor,
  { list, keyName }: KeyedSearch,
  { statement, item, isNew }: FollowedPush,
  beside: { kind: 'Map' | 'Set'; name: string },
  taken: Set<string>,
  why: string,
): void {
  const start = statement.getStart(source.ast);
  const call = statement.expression as TS.CallExpression;
  const name = ts.isIdentifier(item) ? item.text : nameForItem(source, list, statement, taken);
  const key = `${name}.${keyName}`;
  const added = beside.kind === 'Set' ? `${beside.name}.add(${key})` : `${beside.name}.set(${key}, ${name})`;
  const follow = `${isNew || beside.kind === 'Set' ? '' : `if (!${beside.name}.has(${key})) `}${added}${source.semicolon}`;
  const { parent } = statement;
  const isListed = ts.isBlock(parent) || ts.isSourceFile(parent) || (ts.isCaseOrDefaultClause(parent) && ts.isIdentifier(item));
  const inner = isListed ? indentationAt(source, start) : `${indentationAt(source, parent.getStart(source.ast))}${source.indent}`;
  const newLine = `${source.eol}${inner}`;
  // `} else` in one line.
  const elseAt = ts.isIfStatement(parent) && parent.thenStatement === statement ? parent.elseStatement?.getFullStart() : undefined;
  const isPlain = elseAt !== undefined && /^\s+else$/.test(source.text.slice(statement.end, elseAt));
  const end = isPlain ? elseAt - 'else'.length : statement.end;
  const [open, close] = isListed
    ? ['', '']
    : [`{${newLine}`, `${source.eol}${indentationAt(source, parent.getStart(source.ast))}}${isPlain ? ' ' : ''}`];
  if (ts.isIdentifier(item)) {
    if (open !== '') editor.replace(start, start, open, why);
    editor.replace(statement.end, end, `${newLine}${follow}${close}`, why);
    return;
  }
  editor.replace(start, item.getStart(source.ast), `${open}const ${name} = `, why);
  const push = `${textOf(source, call.expression)}(${name})${source.semicolon}`;
  editor.replace(item.end, end, `${source.semicolon}${newLine}${push}${newLine}${follow}${close}`, why);
}

/** `city` for an item of `cities`, `newCity` where that name is used. */
function nameForItem(source: Source, list: Binding, statement: TS.Statement, taken: Set<string>): string {
  const singular = list.name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
  const wanted = singular === list.name ? 'item' : singular;
  const place = ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent) ? statement.parent : statement;
  const uses: TS.Node[] = [];
  walk(place, (node) => {
    if (ts.isIdentifier(node) && node.text === wanted && !isPropertyName(node)) uses.push(node);
  });
  const isVisible = source.scopes.all.some((one) => one.name === wanted && contains(one.scope.node, statement));
  let name = uses.length > 0 || isVisible || taken.has(wanted) ? freshName(source, `new${capitalised(wanted)}`) : wanted;
  for (let number = 2; taken.has(name); number++) name = freshName(source, `new${capitalised(wanted)}${number}`);
  taken.add(name);
  return name;
}

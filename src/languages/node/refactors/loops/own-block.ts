import type TS from 'typescript';
import { bare, contains, enclosingFunction, walk } from '../../syntax/locate.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import type { Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { loopHeader, type Header } from './loop-rounds.ts';

/** A typed array of which each round of a loop uses a block of its own: round i from i × stride on. */
export interface OwnBlock {
  binding: Binding;
  /** `Uint8Array`. */
  made: string;
  /** The text of the block's length. */
  stride: string;
  /** Where the body names an element: the index. */
  indices: TS.Expression[];
}

/** A sum of products of variables, by the product's variables in order: `4` for ``, `2` for `i*width`. */
type Sum = Map<string, number>;

/**
 * The block that each round has of a typed array, where the text proves it: the array is made, filled with zeros, just ahead of the loop,
 * and every use in the body is `array[i * stride + rest]` with 0 ≤ rest < stride. Then rounds can't meet, whatever they do with their blocks. Null elsewhere.
 * @param isFresh false where it may have been made and filled long before
 */
export function ownBlock(
  source: Source,
  loop: TS.IterationStatement,
  body: TS.Node,
  header: Header,
  binding: Binding,
  isFresh = true,
): OwnBlock | null {
  const { declaration } = binding;
  if (header.items.kind !== 'count' || !/^\d+$/.test(header.items.from) || binding.kind !== 'const') return null;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return null;
  const value = bare(declaration.initializer);
  if (!ts.isNewExpression(value) || !ts.isIdentifier(value.expression) || value.arguments?.length !== 1) return null;
  const made = value.expression.text;
  if (
    !/^(Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64)Array$/.test(made) ||
    source.scopes.bindingOf(value.expression) !== null
  )
    return null;
  // Made in the same run of statements, and not touched until the loop: all zeros.
  const statement = declaration.parent.parent;
  if (isFresh && statement.parent !== loop.parent) return null;
  const around = enclosingFunction(loop);
  const isAfter = (use: TS.Node): boolean => use.pos >= loop.end && enclosingFunction(use) === around;
  if (isFresh && !binding.references.every(({ identifier }) => contains(body, identifier) || isAfter(identifier))) return null;
  const counter = header.variable;
  const bound = sumOf(
    source,
    loop.statement,
    (loop as TS.ForStatement).condition === undefined ? parsed(header.items.to) : boundOf(loop as TS.ForStatement),
  );
  const length = sumOf(source, loop.statement, value.arguments[0]!);
  const indices: TS.Expression[] = [];
  let stride: Sum | null = null;
  for (const { identifier } of binding.references) {
    if (!contains(body, identifier)) continue;
    const { parent } = identifier;
    if (!ts.isElementAccessExpression(parent) || parent.expression !== identifier) return null;
    const index = sumOf(source, loop.statement, parent.argumentExpression);
    if (index === null) return null;
    const own = factorOf(index, counter);
    if (own === null || (stride !== null && !isZero(minus(own.factor, stride)))) return null;
    stride = own.factor;
    const largest = largestOf(source, own.rest, identifier, body);
    const room = largest === null ? null : constantOf(minus(minus(stride, largest), new Map([['', 1]])));
    if (room === null || room < 0) return null;
    indices.push(parent.argumentExpression);
  }
  if (stride === null || !isMadeOfFixed(source, stride, body)) return null;
  if (!isFresh) return { binding, made, stride: textOfSum(stride), indices };
  if (bound === null || length === null) return null;
  const spare = constantOf(minus(length, times(bound, stride)));
  return spare === null || spare < 0 ? null : { binding, made, stride: textOfSum(stride), indices };
}

/** What a loop counts to; `parsed` texts have no bindings, so that constants in them stay names. */
function boundOf(loop: TS.ForStatement): TS.Expression {
  const condition = loop.condition as TS.BinaryExpression;
  return condition.operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken ? parsed(`${condition.right.getText()} + 1`) : condition.right;
}

/** A text that is an expression made of names and numbers. */
function parsed(text: string): TS.Expression {
  const ast = ts.createSourceFile('expression.ts', `(${text});`, ts.ScriptTarget.Latest, true);
  return (ast.statements[0] as TS.ExpressionStatement).expression;
}

/** An expression of `+`, `-` and `*` as a sum; constants that the body declares are put in. Null for anything else. */
function sumOf(source: Source, body: TS.Node, expression: TS.Expression, depth = 0): Sum | null {
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return Number.isInteger(Number(value.text)) ? new Map([['', Number(value.text)]]) : null;
  if (ts.isIdentifier(value)) {
    const binding = source.scopes.bindingOf(value);
    const declaration = binding?.declaration;
    const isConstant = binding?.kind === 'const' && declaration !== undefined && ts.isVariableDeclaration(declaration);
    const initializer = isConstant ? declaration.initializer : undefined;
    if (initializer !== undefined && depth < 6 && (contains(body, initializer) || isMadeOfConstants(source, initializer))) {
      const inner = sumOf(source, body, initializer, depth + 1);
      if (inner !== null) return inner;
    }
    return new Map([[value.text, 1]]);
  }
  if (ts.isPropertyAccessExpression(value) && ts.isIdentifier(value.expression))
    return new Map([[`${value.expression.text}.${value.name.text}`, 1]]);
  if (!ts.isBinaryExpression(value)) return null;
  const [left, right] = [sumOf(source, body, value.left, depth), sumOf(source, body, value.right, depth)];
  if (left === null || right === null) return null;
  switch (value.operatorToken.kind) {
    case ts.SyntaxKind.PlusToken:
      return minus(left, times(right, new Map([['', -1]])));
    case ts.SyntaxKind.MinusToken:
      return minus(left, right);
    case ts.SyntaxKind.AsteriskToken:
      return times(left, right);
    default:
      return null;
  }
}

/** `width * height`, where neither is ever assigned: not a single number, which is easier to read by its name. */
function isMadeOfConstants(source: Source, expression: TS.Expression): boolean {
  if (!ts.isBinaryExpression(bare(expression))) return false;
  let constant = true;
  walk(expression, (node) => {
    if (ts.isIdentifier(node) && source.scopes.bindingOf(node)?.references.some((one) => one.writes) === true) constant = false;
  });
  return constant;
}

function minus(a: Sum, b: Sum): Sum {
  const found = new Map(a);
  for (const [product, factor] of b) found.set(product, (found.get(product) ?? 0) - factor);
  return withoutZeros(found);
}

function times(a: Sum, b: Sum): Sum {
  const found: Sum = new Map();
  for (const [one, factor] of a)
    for (const [other, another] of b) {
      const product = [...namesIn(one), ...namesIn(other)].sort().join('*');
      found.set(product, (found.get(product) ?? 0) + factor * another);
    }
  return withoutZeros(found);
}

function withoutZeros(sum: Sum): Sum {
  return new Map([...sum].filter(([, factor]) => factor !== 0));
}

function namesIn(product: string): string[] {
  return product === '' ? [] : product.split('*');
}

function isZero(sum: Sum): boolean {
  return sum.size === 0;
}

function constantOf(sum: Sum): number | null {
  return sum.size === 0 ? 0 : sum.size === 1 ? (sum.get('') ?? null) : null;
}

/** `i * factor + rest`, where neither holds `i` again. */
function factorOf(sum: Sum, name: string): { factor: Sum; rest: Sum } | null {
  const factor: Sum = new Map();
  const rest: Sum = new Map();
  for (const [product, one] of sum) {
    const names = namesIn(product);
    const at = names.indexOf(name);
    if (at < 0) rest.set(product, one);
    else {
      names.splice(at, 1);
      if (names.includes(name) || one < 0) return null;
      factor.set(names.join('*'), one);
    }
  }
  return factor.size === 0 ? null : { factor, rest };
}

/** The largest value of a sum of the counters of loops around a place; null where it may be below 0, or holds something else. */
function largestOf(source: Source, sum: Sum, place: TS.Node, body: TS.Node): Sum | null {
  let found = sum;
  if ([...sum.values()].some((factor) => factor < 0)) return null;
  for (let node: TS.Node = place; node !== body.parent && !isFunctionLike(node); node = node.parent) {
    if (!ts.isForStatement(node) || !contains(body, node)) continue;
    const header = loopHeader(source, node);
    if (typeof header === 'string' || header.items.kind !== 'count') continue;
    const own = factorOf(found, header.variable);
    if (own === null) continue;
    if (!/^\d+$/.test(header.items.from)) return null;
    const last = sumOf(source, body, boundOf(node));
    if (last === null) return null;
    found = minus(own.rest, times(times(own.factor, minus(last, new Map([['', 1]]))), new Map([['', -1]])));
  }
  // What is left may only be made of what stays the same in the loop: a bound above, or a number.
  return isMadeOfFixed(source, found, body) ? found : null;
}

function isMadeOfFixed(source: Source, sum: Sum, body: TS.Node): boolean {
  return [...sum.keys()].every((product) => namesIn(product).every((name) => isFixed(source, name, body)));
}

/** Whether a name stands for the same value in all rounds. */
function isFixed(source: Source, name: string, body: TS.Node): boolean {
  const own = source.scopes.all.filter((binding) => binding.name === name.replace(/\..*/, ''));
  return own.every(
    (binding) => !contains(body, binding.identifier) && !binding.references.some((one) => one.writes && contains(body, one.identifier)),
  );
}

function textOfSum(sum: Sum): string {
  const products = [...sum].map(([product, factor]) => {
    const names = namesIn(product).join(' * ');
    return names === '' ? String(factor) : factor === 1 ? names : `${names} * ${factor}`;
  });
  return products.length === 1 ? products[0]! : `(${products.join(' + ')})`;
}

import type TS from 'typescript';
import { bare, contains } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { isText } from '../../syntax/value-types.ts';
import { isHeavy, isInInnerLoop, startOf, type Accumulator } from './accumulators.ts';
import { isComputedWith, type ParallelLoop } from './parallel-loop.ts';

/** What goes to the threads with a loop's rounds, and comes back from them, of which the text doesn't tell the size: in words. */
export interface Travel {
  sent: string[];
  returned: string[];
}

/**
 * How much of what a loop computes the copies of values of an unknown size may take besides, at the low end of a prediction. Measured by computing time on two cores
 * with Node 20 (bench/gain/README.md): a product of matrices of plain lists fell short of the formula without copies by 20 % of its computing, rows of numbers
 * that came back by 15 %, counts of words by 40 %, many short texts to parse by more; loops over numbers and typed arrays by nothing.
 */
export function unpricedShare({ sent, returned }: Travel): number {
  return (sent.length > 0 ? 0.3 : 0) + (returned.length > 0 ? 0.15 : 0);
}

/** Its values in a row: `rows` and `names`. */
export function travelWords({ sent, returned }: Travel): string {
  return [...new Set([...sent, ...returned])].join(' and ');
}

/** Lists, maps and texts that are copied on their way. Numbers are as good as nothing, and typed arrays ten times as fast as lists. */
export function travelOf(source: Source, { node, body, code, header, arrayCall, accumulators }: ParallelLoop): Travel {
  const sent = [...code.sent].filter((binding) => mayBeLarge(source, binding, node)).map(({ name }) => `\`${name}\``);
  const items = arrayCall?.items ?? (header?.items.kind === 'iterable' ? header.items.expression : null);
  if (items !== null) sent.push(`\`${textOf(source, items).replace(/\s+/g, ' ').slice(0, 30)}\``);
  const returned = accumulators
    .filter((one) => !['count', 'bits', 'extreme', 'flag'].includes(one.kind) && !isLittle(source, body, one))
    .map(({ binding }) => `\`${binding.name}\``);
  if (arrayCall !== null) returned.push('the results');
  return { sent: [...new Set(sent)], returned };
}

/**
 * Whether what comes back is one number or text a round at most, of a round that has a loop of its own or calls a function. To copy a number took 25 to 60 ns,
 * a short text 90 ns and a long one 1 ns a character (Node 20, bench/gain/copies.mjs), of which nothing is left beside what made it.
 */
function isLittle(source: Source, body: TS.Node, { kind, sites }: Accumulator): boolean {
  if (!['list', 'text', 'terms', 'store'].includes(kind) || !isHeavy(source, body)) return false;
  return sites.every((site) => !isInInnerLoop(site.node, body) && site.operands.every((one) => isNumberOrText(source, one)));
}

function isNumberOrText(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isNumericLiteral(value) || ts.isPrefixUnaryExpression(value) || ts.isPostfixUnaryExpression(value) || isText(source, value))
    return true;
  if (ts.isBinaryExpression(value)) return /^([-+*/%&|^]|\*\*|<<|>>|>>>)$/.test(value.operatorToken.getText(source.ast));
  if (!ts.isIdentifier(value)) return false;
  const binding = source.scopes.bindingOf(value);
  return binding !== null && (['text', 'integer', 'number'].includes(startOf(source, binding)) || isComputedWith(source, binding));
}

/** Whether a value is more than a number or a short text: something of it is read, or it is handed on. */
function mayBeLarge(source: Source, { declaration, references }: Binding, node: ParallelLoop['node']): boolean {
  if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
    if (/^(new )?(Big)?(Int|Uint|Float)\d+(Clamped)?Array(\.from|\.of)?\(/.test(textOf(source, declaration.initializer))) return false;
    if (ts.isLiteralExpression(declaration.initializer)) return false;
  }
  return references.some(({ identifier }) => {
    const { parent } = identifier;
    if (!contains(node, identifier)) return false;
    if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return parent.expression === identifier;
    if (ts.isForOfStatement(parent)) return parent.expression === identifier;
    return (ts.isCallExpression(parent) && parent.expression !== identifier) || ts.isSpreadElement(parent);
  });
}

import { contains } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { ParallelLoop } from './parallel-loop.ts';

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

/** Lists, maps and texts that are copied on their way. Numbers are as good as nothing, and typed arrays ten times as fast as lists. */
export function travelOf(source: Source, { node, code, header, arrayCall, accumulators }: ParallelLoop): Travel {
  const sent = [...code.sent].filter((binding) => mayBeLarge(source, binding, node)).map(({ name }) => `\`${name}\``);
  const items = arrayCall?.items ?? (header?.items.kind === 'iterable' ? header.items.expression : null);
  if (items !== null) sent.push(`\`${textOf(source, items).replace(/\s+/g, ' ').slice(0, 30)}\``);
  const returned = accumulators
    .filter(({ kind }) => !['count', 'bits', 'extreme', 'flag'].includes(kind))
    .map(({ binding }) => `\`${binding.name}\``);
  if (arrayCall !== null) returned.push('the results');
  return { sent: [...new Set(sent)], returned };
}

/** Whether a value is more than a number or a short text: something of it is read, or it is handed on. */
function mayBeLarge(source: Source, { declaration, references }: Binding, node: ParallelLoop['node']): boolean {
  if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
    if (/^new \w*\d+(Clamped)?Array\(/.test(textOf(source, declaration.initializer))) return false;
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

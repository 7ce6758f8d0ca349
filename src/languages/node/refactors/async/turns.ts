import type TS from 'typescript';
import type { Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import { freshName } from '../loops/pool-function.ts';
import { lineOf } from '../../syntax/source.ts';
import { Refusal } from '../text/refusal.ts';

/** How long a loop computes before it lets others have their turn: what a request hardly notices, and a thousand times what a turn takes. */
export const TURN_MS = 10;

const WHY = 'let others have their turn';

/**
 * A loop looks at the clock in each round, and waits for one turn of the event loop (timers, requests and answers that came meanwhile are served)
 * when its own turn was long enough. By time and not by rounds, as the length of a round is not known and differs.
 */
export function writeTurns(source: Source, editor: Editor, imports: Imports, loop: TS.IterationStatement): void {
  const { eol, indent, semicolon } = source;
  const outermost = ts.isLabeledStatement(loop.parent) ? loop.parent : loop;
  const { parent } = outermost;
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseOrDefaultClause(parent))
    throw new Refusal(
      `The loop in line ${lineOf(source, loop.getStart(source.ast))} stands alone under a condition: put it into braces first.`,
    );
  const start = freshName(source, 'turnStart');
  const now = `${source.scopes.root.bindings.has('performance') ? 'globalThis.performance' : 'performance'}.now()`;
  const turn = imports.name('timers/promises', 'setImmediate');
  const outer = indentationAt(source, outermost.getStart(source.ast));
  const inner = outer + indent;
  const lines = [
    `if (${now} - ${start} > ${TURN_MS}) {`,
    `${indent}await ${turn}()${semicolon}`,
    `${indent}${start} = ${now}${semicolon}`,
    '}',
  ].map((line) => `${eol}${inner}${line}`);
  const position = outermost.getStart(source.ast);
  editor.replace(position, position, `let ${start} = ${now}${semicolon}${eol}${outer}`, WHY);
  const body = loop.statement;
  if (ts.isBlock(body)) {
    const open = body.getStart(source.ast) + 1;
    const isEmpty = body.statements.length === 0;
    editor.replace(open, open, lines.join('') + (isEmpty ? eol + outer : ''), WHY);
    return;
  }
  editor.replace(body.getStart(source.ast), body.getStart(source.ast), `{${lines.join('')}${eol}${inner}`, WHY);
  editor.after(body, `${eol}${outer}}`, WHY);
}

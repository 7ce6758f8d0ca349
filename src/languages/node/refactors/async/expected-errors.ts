import type TS from 'typescript';
import { bare, enclosingFunction } from '../../syntax/locate.ts';
import { importedExpression } from '../../syntax/modules.ts';
import type { Source } from '../../syntax/source.ts';
import { runnerOf } from '../../syntax/test-runners.ts';
import { ts } from '../../syntax/typescript.ts';

const PROMISED: Record<string, string> = { throws: 'rejects', doesNotThrow: 'doesNotReject' };

/**
 * `assert.throws(() => load(name), expected)` of Node's own assert, or `t.throws` of a test of tap: what checks the same of a function that answers with a
 * promise (`rejects`). Null for other calls, and where the function isn't the first argument.
 */
export function promisedCheck(
  source: Source,
  call: TS.CallExpression,
  argument: TS.Node,
): { name: TS.MemberName; promised: string } | null {
  const callee = bare(call.expression);
  if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken !== undefined || call.arguments[0] !== argument) return null;
  const promised = PROMISED[callee.name.text];
  if (promised === undefined || (!isNodesAssert(source, callee) && !(promised === 'rejects' && isContextOfTap(source, callee.expression))))
    return null;
  return { name: callee.name, promised };
}

function isNodesAssert(source: Source, callee: TS.Expression): boolean {
  const imported = importedExpression(source, callee);
  return imported !== null && /^assert(\/strict)?$/.test(imported.module) && /^(strict\.)?(throws|doesNotThrow)$/.test(imported.name ?? '');
}

/** `t` of `test('reads', (t) => …)`. */
function isContextOfTap(source: Source, expression: TS.Expression): boolean {
  const declaration = ts.isIdentifier(expression) ? source.scopes.bindingOf(expression)?.declaration : undefined;
  if (declaration === undefined || !ts.isParameter(declaration)) return false;
  const test = enclosingFunction(declaration.name);
  const call = test?.parent as TS.Node | undefined;
  return call !== undefined && ts.isCallExpression(call) && runnerOf(source, call) === 'tap';
}

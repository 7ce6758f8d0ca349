import type TS from 'typescript';
import { bare, type FunctionNode } from './locate.ts';
import { globalName, importedExpression } from './modules.ts';
import type { Source } from './source.ts';
import { ts } from './typescript.ts';

/** What a test runner does with a callback: it waits for what it returns, or must have collected all tests when it comes back. */
export type RunnerCallback = { kind: 'waits' } | { kind: 'collects'; words: string };

const TESTS = /^(it|test|specify|before|after|beforeEach|afterEach|beforeAll|afterAll|setup|teardown|suiteSetup|suiteTeardown)$/;
const SUITES = /^(describe|context|suite)$/;
const VARIANTS = /^(only|skip|todo|concurrent|serial|failing|fails|before|after|beforeEach|afterEach|each|for)$/;

/** Runners by how many parameters a callback may have that gets no `done` to call: Node's own hands it a context first. */
const RUNNERS = new Map([
  ['test', 1],
  ['mocha', 0],
  ['@jest/globals', 0],
  ['vitest', 1],
  ['bun:test', 0],
  ['@playwright/test', 2],
  ['ava', 1],
  ['tap', 1],
  ['uvu', 1],
]);

/** What the runner that a call of `it`, `before` or `describe` (imported, or a global as mocha and jest have them) does with its callback; null for other calls. */
export function runnerCallback(source: Source, call: TS.CallExpression, callback: FunctionNode): RunnerCallback | null {
  let callee = bare(call.expression);
  // `it.each(table)('name', callback)`: the parameters are the row's.
  const hasTable = ts.isCallExpression(callee) || ts.isTaggedTemplateExpression(callee);
  if (ts.isCallExpression(callee)) callee = bare(callee.expression);
  else if (ts.isTaggedTemplateExpression(callee)) callee = bare(callee.tag);
  if (hasTable && !(ts.isPropertyAccessExpression(callee) && /^(each|for)$/.test(callee.name.text))) return null;
  let lastName: string | null = null;
  while (ts.isPropertyAccessExpression(callee) && VARIANTS.test(callee.name.text)) {
    lastName ??= callee.name.text;
    callee = bare(callee.expression);
  }
  const found = runnerFunction(source, callee, lastName);
  if (found === null) return null;
  const { name, parameters } = found;
  if (SUITES.test(name)) return { kind: 'collects', words: name };
  return hasTable || callback.parameters.length <= parameters ? { kind: 'waits' } : null;
}

function runnerFunction(source: Source, callee: TS.Expression, variant: string | null): { name: string; parameters: number } | null {
  const global = globalName(source, callee);
  if (global !== null) return TESTS.test(global) || SUITES.test(global) ? { name: global, parameters: 0 } : null;
  const imported = importedExpression(source, callee);
  const parameters = imported === null ? undefined : RUNNERS.get(imported.module);
  if (imported === null || parameters === undefined) return null;
  const name = imported.name?.replace(/^.*\./, '') ?? variant ?? 'test';
  return TESTS.test(name) || SUITES.test(name) ? { name, parameters } : variant !== null ? { name: variant, parameters } : null;
}

import type TS from 'typescript';
import { bare, enclosingFunction, type FunctionNode } from './locate.ts';
import { globalName, importedExpression } from './modules.ts';
import type { Source } from './source.ts';
import { ts } from './typescript.ts';

/** What a test runner does with a callback. */
export type RunnerCallback =
  /** It waits for what the callback returns. */
  | { kind: 'waits' }
  /** It ends the test with the promise that the callback returns, though a callback inside would go on with it (`at`), to call `t.end` for example. */
  | { kind: 'ends'; runner: string; at: TS.Node }
  /** It must have collected all tests when the callback comes back. */
  | { kind: 'collects'; words: string };

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
  ['tape', 1],
  ['uvu', 1],
]);

/** Runners whose tests go on until `t.end` or a plan says so, unless they return a promise. tape before version 5 looks at no promise. */
const ENDED_BY_HAND = /^tape?$/;

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
  const { name, parameters, runner } = found;
  if (SUITES.test(name)) return { kind: 'collects', words: name };
  if (!hasTable && callback.parameters.length > parameters) return null;
  const at = runner !== null && ENDED_BY_HAND.test(runner) ? usedLater(source, callback) : null;
  return at === null ? { kind: 'waits' } : { kind: 'ends', runner: runner!, at };
}

/** Whether a test that is no async function lasts until somebody calls what it was given: `done()`, `t.end()`. */
export function endsByCall(source: Source, call: TS.CallExpression, callback: FunctionNode): boolean {
  const runner = runnerCallback(source, call, callback);
  if (runner !== null) return runner.kind === 'ends';
  const [, second] = callback.parameters;
  const done = second ?? callback.parameters[0];
  return (
    done !== undefined &&
    ts.isIdentifier(done.name) &&
    /^(done|cb|callback|end|next)$/.test(done.name.text) &&
    runnerFunction(source, bare(call.expression), null) !== null
  );
}

/** The module that a call of `test` and its like comes from; null for other calls, and for those of a runner's globals. */
export function runnerOf(source: Source, call: TS.CallExpression): string | null {
  return runnerFunction(source, bare(call.expression), null)?.runner ?? null;
}

/** Where a test goes on with its context (`t`) after its function has come back: in a function inside of it, or in something that it is handed to. */
function usedLater(source: Source, callback: FunctionNode): TS.Node | null {
  const [context] = callback.parameters;
  const binding = context !== undefined && ts.isIdentifier(context.name) ? source.scopes.bindingOf(context.name) : null;
  if (context !== undefined && binding === null) return context;
  const references = binding?.references.map((one) => one.identifier) ?? [];
  const own = references.filter((one) => enclosingFunction(one) === callback);
  const isEnded = own.some((one) => isCallOf(one, /^end$/));
  const plans = own.some((one) => isCallOf(one, /^plan$/));
  for (const one of references) {
    if (isRunAtOnce(enclosingFunction(one), callback)) {
      const { parent } = one;
      const isHandedOn = ts.isPropertyAccessExpression(parent) ? !isCalled(parent) : true;
      if (isHandedOn && !isEnded) return one;
    } else if (!isEnded || plans) return one;
  }
  return null;
}

/** Whether a function inside is done when the call that it is passed to is: a callback of `forEach`, or of `t.throws`. */
function isRunAtOnce(node: FunctionNode | null, callback: FunctionNode): boolean {
  if (node === null || node === callback) return true;
  const { parent } = node as TS.Node;
  if (!ts.isCallExpression(parent) || !ts.isPropertyAccessExpression(parent.expression)) return false;
  return (
    /^(map|flatMap|forEach|filter|some|every|find|findIndex|findLast|findLastIndex|reduce|reduceRight|sort|throws|doesNotThrow)$/.test(
      parent.expression.name.text,
    ) && isRunAtOnce(enclosingFunction(node), callback)
  );
}

function isCallOf(context: TS.Identifier, names: RegExp): boolean {
  const { parent } = context;
  return ts.isPropertyAccessExpression(parent) && names.test(parent.name.text) && isCalled(parent);
}

function isCalled(node: TS.Expression): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

function runnerFunction(
  source: Source,
  callee: TS.Expression,
  variant: string | null,
): { name: string; parameters: number; runner: string | null } | null {
  const global = globalName(source, callee);
  if (global !== null) return TESTS.test(global) || SUITES.test(global) ? { name: global, parameters: 0, runner: null } : null;
  const imported = importedExpression(source, callee);
  const parameters = imported === null ? undefined : RUNNERS.get(imported.module);
  if (imported === null || parameters === undefined) return null;
  const name = imported.name?.replace(/^.*\./, '') ?? variant ?? 'test';
  const runner = imported.module;
  if (TESTS.test(name) || SUITES.test(name)) return { name, parameters, runner };
  return variant !== null ? { name: variant, parameters, runner } : null;
}

import { importedAs } from '../../syntax/modules.ts';
import { dependsOn, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';

/** A name that nothing in the file bears yet: `name`, else `name2`, … */
export function freshName(source: Source, name: string): string {
  let fresh = name;
  for (let number = 2; source.scopes.isTaken(fresh); number++) fresh = `${name}${number}`;
  return fresh;
}

const POOL_MARK = 'at most `limit` at a time';

/** The pool function that an earlier refactor left; null without one. */
export function existingPool(source: Source): string | null {
  return new RegExp(`${POOL_MARK}[^]*?async function (\\w+)`).exec(source.text)?.[1] ?? null;
}

const written = new WeakMap<Editor, string>();
const importedLimiter = new WeakMap<Editor, string>();

/** The name of the file's `p-limit` where the project depends on it, imported already or from now on; null without one. */
function limiterOf(source: Source, editor: Editor): string | null {
  const imported = source.scopes.all.find((binding) => {
    const from = binding.scope === source.scopes.root ? importedAs(binding) : null;
    return from !== null && from.module === 'p-limit' && from.name === null;
  });
  const known = imported?.name ?? importedLimiter.get(editor);
  if (known !== undefined) return known;
  // Of its later versions CommonJS gets none.
  if (source.modules !== 'import' || !dependsOn(source.file, 'p-limit', source.read)) return null;
  const name = freshName(source, 'pLimit');
  importedLimiter.set(editor, name);
  const first = source.ast.statements.find((one) => !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)));
  const isBeforeImport = first !== undefined && ts.isImportDeclaration(first);
  const comments = first === undefined || isBeforeImport ? [] : (ts.getLeadingCommentRanges(source.text, first.getFullStart()) ?? []);
  const start = comments[0]?.pos ?? first?.getStart(source.ast) ?? 0;
  const gap = isBeforeImport ? source.eol : source.eol + source.eol;
  const { quote, semicolon } = source;
  editor.replace(
    start,
    start,
    `import ${name} from ${quote}p-limit${quote}${semicolon}${gap}`,
    'the bound of the package that the project has for it',
  );
  return name;
}

/** The name of the file's function that runs a task for many items with a bound: one that an earlier refactor left, or a new one at the end. */
export function poolFunction(source: Source, editor: Editor): string {
  const left = existingPool(source) ?? written.get(editor);
  if (left !== undefined) return left;
  const name = freshName(source, 'mapConcurrent');
  written.set(editor, name);
  const limiter = limiterOf(source, editor);
  const types = source.typescript
    ? {
        generics: '<Item, Result>',
        items: ': Iterable<Item>',
        limit: ': number',
        task: ': (item: Item, index: number) => Result | Promise<Result>',
        result: ': Promise<Result[]>',
        results: ': Result[]',
        failures: ': { index: number; error: unknown }[]',
        item: ': Item',
        index: ': number',
        sure: '!',
      }
    : { generics: '', items: '', limit: '', task: '', result: '', results: '', failures: '', item: '', index: '', sure: '' };
  const ownRuns = `  const list = [...items];
  const results${types.results} = [];
  const failures${types.failures} = [];
  let next = 0;
  const run = async () => {
    while (next < list.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await task(list[index]${types.sure}, index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, run));`;
  const limitedRuns = `  const bounded = ${limiter ?? ''}(limit);
  const results${types.results} = [];
  const failures${types.failures} = [];
  const run = async (item${types.item}, index${types.index}) => {
    if (failures.length > 0) return;
    try {
      results[index] = await task(item, index);
    } catch (error) {
      failures.push({ index, error });
    }
  };
  await Promise.all(Array.from(items, (item, index) => bounded(() => run(item, index))));`;
  // The failure of the earliest item is thrown, as a plain loop would have thrown it, and nothing new is started after one.
  const lines = `/** Runs \`task\` for every item, ${POOL_MARK}. Results keep the order of the items; the first item that fails is what it throws. */
async function ${name}${types.generics}(items${types.items}, limit${types.limit}, task${types.task})${types.result} {
${limiter === null ? ownRuns : limitedRuns}
  if (failures.length > 0) throw failures.sort((a, b) => a.index - b.index)[0]${types.sure}.error;
  return results;
}
`;
  editor.append(inStyle(source, lines), 'a function that runs tasks with a bound');
  return name;
}

const ROUNDS_MARK = 'with as many as `limit` under way';

/** The function for the rounds of a loop that an earlier refactor left; null without one. */
export function existingRounds(source: Source): string | null {
  return new RegExp(`${ROUNDS_MARK}[^]*?async function (\\w+)`).exec(source.text)?.[1] ?? null;
}

const writtenRounds = new WeakMap<Editor, string>();

/**
 * The name of the file's function that does what the pool function does, and hands out the results one by one, up to the first item that
 * failed: who goes through them does with those before it what a plain loop would have done.
 */
export function roundsFunction(source: Source, editor: Editor): string {
  const left = existingRounds(source) ?? writtenRounds.get(editor);
  if (left !== undefined) return left;
  const name = freshName(source, 'roundsConcurrent');
  writtenRounds.set(editor, name);
  const types = source.typescript
    ? {
        generics: '<Item, Result>',
        items: ': Iterable<Item>',
        limit: ': number',
        task: ': (item: Item, index: number) => Result | Promise<Result>',
        result: ': Promise<Iterable<Result>>',
        outcomes: ': ({ value: Result } | { error: unknown })[]',
        item: ': Item',
        index: ': number',
        sure: '!',
      }
    : { generics: '', items: '', limit: '', task: '', result: '', outcomes: '', item: '', index: '', sure: '' };
  const limiter = limiterOf(source, editor);
  const ownRuns = `  const list = [...items];
  const outcomes${types.outcomes} = [];
  let next = 0;
  let failed = false;
  const run = async () => {
    while (next < list.length && !failed) {
      const index = next++;
      try {
        outcomes[index] = { value: await task(list[index]${types.sure}, index) };
      } catch (error) {
        outcomes[index] = { error };
        failed = true;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, run));`;
  const limitedRuns = `  const bounded = ${limiter ?? ''}(limit);
  const outcomes${types.outcomes} = [];
  let failed = false;
  const run = async (item${types.item}, index${types.index}) => {
    if (failed) return;
    try {
      outcomes[index] = { value: await task(item, index) };
    } catch (error) {
      outcomes[index] = { error };
      failed = true;
    }
  };
  await Promise.all(Array.from(items, (item, index) => bounded(() => run(item, index))));`;
  const lines = `/** Runs \`task\` for every item, ${ROUNDS_MARK}. Hands out the results in the order of the items; at the first item that failed it throws. */
async function ${name}${types.generics}(items${types.items}, limit${types.limit}, task${types.task})${types.result} {
${limiter === null ? ownRuns : limitedRuns}
  return (function* () {
    for (const outcome of outcomes) {
      if ('error' in outcome) throw outcome.error;
      yield outcome.value;
    }
  })();
}
`;
  editor.append(inStyle(source, lines), 'a function that runs the rounds of a loop with a bound');
  return name;
}

/** Lines written with two spaces, single quotes and semicolons, in the style of the file. */
export function inStyle(source: Source, lines: string): string {
  let text = lines.replace(/^( {2})+/gm, (spaces) => source.indent.repeat(spaces.length / 2));
  if (source.quote === '"') text = text.replaceAll("'", '"');
  if (source.semicolon === '') text = text.replace(/;$/gm, '');
  return text;
}

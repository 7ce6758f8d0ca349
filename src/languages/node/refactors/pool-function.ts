import type { Source } from '../syntax/source.ts';
import type { Editor } from './editor.ts';

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

/** The name of the file's function that runs a task for many items with a bound: one that an earlier refactor left, or a new one at the end. */
export function poolFunction(source: Source, editor: Editor): string {
  const left = existingPool(source) ?? written.get(editor);
  if (left !== undefined) return left;
  const name = freshName(source, 'mapConcurrent');
  written.set(editor, name);
  const types = source.typescript
    ? {
        generics: '<Item, Result>',
        items: ': Iterable<Item>',
        limit: ': number',
        task: ': (item: Item, index: number) => Result | Promise<Result>',
        result: ': Promise<Result[]>',
        results: ': Result[]',
        failures: ': { index: number; error: unknown }[]',
        sure: '!',
      }
    : { generics: '', items: '', limit: '', task: '', result: '', results: '', failures: '', sure: '' };
  // The failure of the earliest item is thrown, as a plain loop would have thrown it, and nothing new is started after one.
  const lines = `/** Runs \`task\` for every item, ${POOL_MARK}. Results keep the order of the items; the first item that fails is what it throws. */
async function ${name}${types.generics}(items${types.items}, limit${types.limit}, task${types.task})${types.result} {
  const list = [...items];
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
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, run));
  if (failures.length > 0) throw failures.sort((a, b) => a.index - b.index)[0]${types.sure}.error;
  return results;
}
`;
  editor.append(inStyle(source, lines), 'a function that runs tasks with a bound');
  return name;
}

/** Lines written with two spaces, single quotes and semicolons, in the style of the file. */
export function inStyle(source: Source, lines: string): string {
  let text = lines.replace(/^( {2})+/gm, (spaces) => source.indent.repeat(spaces.length / 2));
  if (source.quote === '"') text = text.replaceAll("'", '"');
  if (source.semicolon === '') text = text.replace(/;$/gm, '');
  return text;
}

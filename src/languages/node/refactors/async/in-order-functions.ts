import type TS from 'typescript';
import type { Source } from '../../syntax/source.ts';
import type { ArrayCall, ArrayCallKind } from './array-calls.ts';
import type { Editor } from '../text/editor.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';

/** A function that does what an array's method does, for a callback that is waited for. */
interface InOrder {
  name: string;
  method: string;
  /** The callback's own name. */
  task: string;
  body: string;
  /** In TypeScript: type parameters, type of the items, of the callback, and of the result. */
  types: { generics: string; items: string; task: string; result: string };
}

const ITEMS = 'readonly Item[]';
const TEST = '(item: Item, index: number, items: readonly Item[]) => unknown';
const FORWARDS = 'for (const [index, item] of [...items].entries())';
const BACKWARDS = 'for (const [index, item] of [...[...items].entries()].reverse())';

const search = (method: string, header: string, found: string, missing: string, result: string): InOrder => ({
  name: `${method}InOrder`,
  method,
  task: 'test',
  body: `  ${header} if (await test(item, index, items)) return ${found};\n  return ${missing};\n`,
  types: { generics: '<Item>', items: ITEMS, task: TEST, result },
});

const reduction = (method: string, header: string): InOrder => ({
  name: `${method}InOrder`,
  method,
  task: 'step',
  body: `  let total = start.length > 0 ? start[0] : undefined;
  let isFirst = start.length === 0;
  ${header} {
    total = isFirst ? item : await step(total, item, index, items);
    isFirst = false;
  }
  if (isFirst) throw new TypeError('Reduce of empty array with no initial value');
  return total;
`,
  types: { generics: '', items: '', task: '', result: '' },
});

const FUNCTIONS: Record<Exclude<ArrayCallKind, 'from'>, InOrder> = {
  map: {
    name: 'mapInOrder',
    method: 'map',
    task: 'task',
    body: `  const resultsRESULTS = [];\n  ${FORWARDS} results.push(await task(item, index, items));\n  return results;\n`,
    types: {
      generics: '<Item, Result>',
      items: ITEMS,
      task: '(item: Item, index: number, items: readonly Item[]) => Result | Promise<Result>',
      result: 'Result[]',
    },
  },
  flatMap: {
    name: 'mapInOrder',
    method: 'map',
    task: 'task',
    body: '',
    types: { generics: '', items: '', task: '', result: '' },
  },
  forEach: {
    name: 'forEachInOrder',
    method: 'forEach',
    task: 'task',
    body: `  for (const [key, item] of [...items.entries()]) await task(item, key, items);\n`,
    types: { generics: '<Item>', items: ITEMS, task: '(item: Item, index: number, items: readonly Item[]) => unknown', result: 'void' },
  },
  filter: {
    name: 'filterInOrder',
    method: 'filter',
    task: 'test',
    body: `  const keptKEPT = [];\n  ${FORWARDS} if (await test(item, index, items)) kept.push(item);\n  return kept;\n`,
    types: { generics: '<Item>', items: ITEMS, task: TEST, result: 'Item[]' },
  },
  some: search('some', FORWARDS, 'true', 'false', 'boolean'),
  every: {
    ...search('every', FORWARDS, 'false', 'true', 'boolean'),
    body: `  ${FORWARDS} if (!(await test(item, index, items))) return false;\n  return true;\n`,
  },
  find: search('find', FORWARDS, 'item', 'undefined', 'Item | undefined'),
  findIndex: search('findIndex', FORWARDS, 'index', '-1', 'number'),
  findLast: search('findLast', BACKWARDS, 'item', 'undefined', 'Item | undefined'),
  findLastIndex: search('findLastIndex', BACKWARDS, 'index', '-1', 'number'),
  reduce: reduction('reduce', FORWARDS),
  reduceRight: reduction('reduceRight', BACKWARDS),
};

const written = new WeakMap<Editor, Map<string, string>>();

/** `items.filter(test)` → `filterInOrder(items, test)`; the `await` before it is the caller's to add. */
export function rewriteInOrder(source: Source, editor: Editor, call: TS.CallExpression, { kind, items, callback }: ArrayCall): void {
  const why = 'its callback waits now, one item after the other';
  const list = kind === 'from' ? `Array.from(${editor.rendered(items.getStart(source.ast), items.end)})` : null;
  const name = inOrderFunction(source, editor, kind === 'from' ? 'map' : kind);
  if (list !== null) {
    const given = editor.rendered(callback.getStart(source.ast), callback.end);
    editor.rewrite(call.getStart(source.ast), call.end, `${name}(${list}, ${given})`, why);
    return;
  }
  // Before the callee, so that it comes between what opens the call and what opens the items.
  editor.before(call.expression, `${name}(`, why);
  const dot = source.text.indexOf('.', items.end);
  const start = /^\s*\??$/.test(source.text.slice(items.end, dot)) ? items.end : dot;
  editor.replace(start, call.arguments.pos, ', ', why);
}

function inOrderFunction(source: Source, editor: Editor, kind: Exclude<ArrayCallKind, 'from'>): string {
  const spec = kind === 'flatMap' ? FUNCTIONS.map : FUNCTIONS[kind];
  const names = written.get(editor) ?? new Map<string, string>();
  written.set(editor, names);
  const known = names.get(spec.name) ?? leftBefore(source, spec);
  if (known !== null) return known;
  const name = freshName(source, spec.name);
  names.set(spec.name, name);
  editor.append(inStyle(source, textOf(source, spec, name)), 'a function that waits for a callback');
  return name;
}

function markOf({ method, task }: InOrder): string {
  return `Like items.${method}(${task}), for a callback that is waited for: one item after the other.`;
}

/** The function that an earlier refactor left in the file. */
function leftBefore(source: Source, spec: InOrder): string | null {
  const at = source.text.indexOf(markOf(spec));
  return at < 0 ? null : (/async function (\w+)/.exec(source.text.slice(at))?.[1] ?? null);
}

function textOf(source: Source, spec: InOrder, name: string): string {
  const { generics, items, task, result } = spec.types;
  const isReduce = spec.task === 'step';
  const typed = source.typescript;
  const body = spec.body.replace('RESULTS', typed ? ': Result[]' : '').replace('KEPT', typed ? ': Item[]' : '');
  const parameters = isReduce
    ? typed
      ? 'items: readonly any[], step: (total: any, item: any, index: number, items: readonly any[]) => any, ...start: any[]'
      : 'items, step, ...start'
    : typed
      ? `items: ${items}, ${spec.task}: ${task}`
      : `items, ${spec.task}`;
  const returns = typed ? `: Promise<${isReduce ? 'any' : result}>` : '';
  return `/** ${markOf(spec)} */
async function ${name}${typed ? generics : ''}(${parameters})${returns} {
${body}}
`;
}

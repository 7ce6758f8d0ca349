import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FileEdits, RefactorResult } from '../../../../src/core/advise/advice.ts';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { rules } from '../../../../src/languages/node/rules/index.ts';

/** Whatever a rule makes type-checks where the input did: else it is refused with the place of the error. */
const types = fileURLToPath(new URL('../../../../node_modules/@types', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'unblock types '));
after(() => rmSync(scratch, { recursive: true, force: true }));

const STRICT = { strict: true, module: 'esnext', target: 'esnext', moduleResolution: 'bundler', types: ['node'] };

interface Project {
  options?: object;
  files?: Record<string, string>;
  /** Whether `npm install` has been run. */
  installed?: boolean;
}

/** What a rule makes of `main.ts` (or another file of the project) in the line that holds `// HERE`. */
function ask(
  rule: string,
  text: string,
  { options = STRICT, files = {}, installed = true }: Project = {},
  name = 'main.ts',
): RefactorResult {
  const folder = mkdtempSync(join(scratch, 'project '));
  if (installed) {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(types, join(folder, 'node_modules/@types'), 'junction');
  }
  const all = {
    'package.json': '{ "type": "module", "private": true }',
    'tsconfig.json': JSON.stringify({ compilerOptions: options }),
    ...files,
    [name]: text,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const line = text.slice(0, text.indexOf('// HERE')).split('\n').length;
  const file = join(folder, name);
  return rules
    .find(({ id }) => id === rule)!
    .refactor({ file, line, function: { name: '', file, line: 1, column: 1 }, model: 'async-api', logicalCores: 2 }, readText);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** In each of these programs the change itself could be made, and the types say something that it would break. */
const refused: Record<string, { text: string; reason: RegExp; files?: Record<string, string> }> = {
  'prefer-async-api': {
    text: `import { readFileSync } from 'node:fs';
type Load = (name: string) => string;
const load: Load = (name) => readFileSync(name, 'utf8'); // HERE
export const texts: string[] = [];
for (const name of process.argv.slice(2)) texts.push(load(name));
`,
    reason: /type error to line 3 of main\.ts \(TS2322: .*Promise.*\): give it a type that allows a promise first\.$/,
  },
  'overlap-awaits': {
    text: `const get = async (base: string, path: string): Promise<string> => (await fetch(base + path)).text();
interface Options {
  base: string | null;
}
export async function all(options: Options, paths: string[]): Promise<string[]> {
  const texts: string[] = [];
  if (options.base === null) return texts;
  for (const path of paths) {
    const text = await get(options.base, path); // HERE
    texts.push(text);
  }
  return texts;
}
`,
    reason: /type error to line 9 of main\.ts \(TS2345: .*'string \| null'.*\): make it by hand\.$/,
  },
  'move-to-worker': {
    text: `function longest<T extends { name: string }>(items: T[]): T {
  return [...items].sort((a, b) => b.name.length - a.name.length)[0]!;
}
export const widths: number[] = [];
for (const items of [[{ name: 'a', width: 1 }], [{ name: 'b', width: 2 }]]) {
  const one = longest(items); // HERE
  widths.push(one.width);
}
`,
    reason: /type error to line 7 of main\.ts \(TS2339: Property 'width' does not exist .*\): make it by hand\.$/,
  },
  'move-to-process': {
    text: `function hourIn<T extends string>(zone: T): [T, number] {
  process.env['TZ'] = zone;
  return [zone, new Date(0).getHours()];
}
const zones: ('UTC' | 'Asia/Tokyo')[] = ['UTC', 'Asia/Tokyo'];
export const hours: ['UTC' | 'Asia/Tokyo', number][] = [];
for (const zone of zones) {
  const hour = hourIn(zone); // HERE
  hours.push(hour);
}
`,
    reason: /type error to line 9 of main\.ts \(TS2345: .*\): make it by hand\.$/,
  },
  'parallelize-loop': {
    text: `export function widest(rows: number[][], least: number | null): number[] {
  const found: number[] = [];
  if (least === null) return found;
  for (const row of rows) { // HERE
    let sum = 0;
    for (const one of row) sum += one > least ? one : 0;
    found.push(sum);
  }
  return found;
}
console.log(widest([[1, 2]], 1));
`,
    reason: /type error to line \d+ of the new main\.worker\.ts \(TS18047: 'least' is possibly 'null'\): make it by hand\.$/,
  },
  'yield-to-event-loop': {
    text: `type Score = (text: string) => number;
export const score: Score = (text) => {
  let sum = 0;
  for (const letter of text) { // HERE
    sum = (sum * 31 + letter.length) % 1009;
  }
  return sum;
};
console.log(score('abc'));
`,
    reason: /type error to line 2 of main\.ts \(TS2322: .*Promise.*\): give it a type that allows a promise first\.$/,
  },
  'avoid-json-clone': {
    text: `interface Point {
  x: number;
  y: number;
}
interface Named extends Point {
  name: string;
}
export function lengthOf(point: Point): number {
  const copy: Named = JSON.parse(JSON.stringify(point)); // HERE
  return Math.hypot(copy.x, copy.y);
}
`,
    reason: /type error to line 9 of main\.ts \(TS2741: .*\): make it by hand\.$/,
  },
  'fix-quadratic': {
    text: `interface Row {
  id: string;
}
export const index = (rows: Row[]): Record<string, Row> =>
  rows.reduce<Readonly<Record<string, Row>>>((all, row) => ({ ...all, [row.id]: row }), {}); // HERE
`,
    reason: /type error to line 5 of main\.ts \(TS2542: .*\): make it by hand\.$/,
  },
  'hoist-invariant': {
    text: `export function count(lines: (string | RegExp)[], word: string | null): number {
  let found = 0;
  for (const line of lines) {
    if (word === null || typeof line !== 'string') continue;
    const pattern = new RegExp(word, 'i'); // HERE
    if (pattern.test(line)) found++;
  }
  return found;
}
`,
    reason: /type error to line \d of main\.ts \(TS(2769|2345): .*\): make it by hand\.$/,
  },
  'use-native-api': {
    text: `import md5 from 'md5';
export const keyOf = (parts: number[]): string => md5(parts); // HERE
`,
    reason: /type error to line 2 of main\.ts \(TS(2345|2769): .*\): make it by hand\.$/,
    files: {
      'package.json': '{ "type": "module", "private": true, "dependencies": { "md5": "2" } }',
      'node_modules/md5/package.json': '{ "name": "md5", "types": "index.d.ts" }',
      'node_modules/md5/index.d.ts': 'export default function md5(message: string | number[]): string;\n',
    },
  },
  'stream-large-file': {
    text: `import { readFileSync } from 'node:fs';
export function longest(file: string | number): number {
  let most = 0;
  for (const line of readFileSync(file, 'utf8').split('\\n')) most = Math.max(most, line.length); // HERE
  return most;
}
`,
    reason: /type error to line 4 of main\.ts \(TS2345: .*'string \| number'.*\): make it by hand\.$/,
  },
  'read-part-of-file': {
    text: `import { readFileSync } from 'node:fs';
export function width(file: string | number): number {
  const bytes = readFileSync(file); // HERE
  return bytes.readUInt16BE(6);
}
`,
    reason: /type error to line 3 of main\.ts \(TS2345: .*'string \| number'.*\): make it by hand\.$/,
  },
  'cache-pure-call': {
    text: `export function areaOf(size) { // HERE
  let sum = 0;
  for (let one = 0; one < size; one++) sum += one;
  return sum;
}
`,
    reason: /type error to line 1 of main\.ts \(TS7006: Parameter 'size' implicitly has an 'any' type\): make it by hand\.$/,
  },
};

describe('what would not type-check is refused', { concurrency: 2 }, () => {
  for (const { id } of rules)
    it(id, () => {
      const one = refused[id];
      assert.ok(one !== undefined, `${id} needs a case whose result would not type-check`);
      const result = ask(id, one.text, { files: one.files ?? {} });
      assert.ok(!result.available, 'It was not refused.');
      assert.match(result.reason, one.reason);
    });

  it('in a file that stays as it is, and looks at the type of what changes', () => {
    const text = `import { readFileSync } from 'node:fs';
export function load(name: string) {
  return readFileSync(name, 'utf8'); // HERE
}
for (const name of process.argv.slice(2)) load(name);
`;
    const beside = `import type { load } from './main.js';\nexport const size = (text: ReturnType<typeof load>): number => text.length;\n`;
    const result = ask('prefer-async-api', text, { files: { 'beside.ts': beside } });
    assert.ok(!result.available, 'It was not refused.');
    assert.match(result.reason, /type error to line 2 of beside\.ts \(TS2339: /);
  });
});

describe('what type-checks is made', { concurrency: 2 }, () => {
  const everything = {
    ...STRICT,
    ...{
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      noPropertyAccessFromIndexSignature: true,
    },
    ...{ noUnusedLocals: true, noUnusedParameters: true, noImplicitReturns: true, verbatimModuleSyntax: true, isolatedModules: true },
  };
  const worker = `function draw(frame: { index: number }, depth: number): string {
  let text = '';
  for (let one = 0; one < depth; one++) text += frame.index * one;
  return text;
}
for (const index of [1, 2]) console.log(draw({ index }, 3)); // HERE
`;
  const buffers = `function draw(bytes: Buffer, depth: number): Buffer {
  const out = Buffer.alloc(bytes.length);
  for (let one = 0; one < depth; one++) out[one] = bytes[one]!;
  return out;
}
for (const index of [1, 2]) console.log(draw(Buffer.from([index]), 1)); // HERE
`;
  const transfers = `function draw(count: number): Float64Array {
  const out = new Float64Array(count * 2);
  for (let one = 0; one < count; one++) out[one] = one;
  return out;
}
for (const index of [1, 2]) console.log(draw(index)); // HERE
`;
  const handed = `function energy(samples: Float64Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  return sum;
}
for (const length of [3, 4]) {
  const samples = new Float64Array(length * 2);
  samples[0] = length;
  console.log(energy(samples)); // HERE
}
`;
  const isolated = `function hourIn(zone: string): number {
  process.env['TZ'] = zone;
  return new Date(0).getHours();
}
for (const zone of ['UTC']) console.log(hourIn(zone)); // HERE
`;
  const loop = `export function sums(rows: number[][], least: number): { sum: number }[] {
  const found: { sum: number }[] = [];
  let most = 0;
  const seen = new Map<number, string>();
  for (const row of rows) { // HERE
    let sum = 0;
    for (const one of row) sum += one > least ? one : 0;
    if (sum > most) most = sum;
    seen.set(sum, 'seen');
    found.push({ sum });
  }
  console.log(most, seen);
  return found;
}
console.log(sums([[1, 2]], 1));
`;
  const counting = `export function pixels(width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) { // HERE
    for (let x = 0; x < width; x++) out[y * width + x] = x ^ y;
  }
  return out;
}
console.log(pixels(3, 4));
`;
  for (const [name, rule, text] of [
    ['calls in threads', 'move-to-worker', worker],
    ['calls with buffers', 'move-to-worker', buffers],
    ['calls that hand over', 'move-to-worker', transfers],
    ['calls that are handed arguments', 'move-to-worker', handed],
    ['calls in processes', 'move-to-process', isolated],
    ['rounds of a list', 'parallelize-loop', loop],
    ['rounds that count', 'parallelize-loop', counting],
  ] as const)
    it(`${name}, as strictly as TypeScript can`, () => {
      const result = ask(rule, text, { options: everything });
      assert.equal(result.available ? '' : result.reason, '');
    });

  it('before the types of Node are installed, without which what it gives is unknown', () => {
    const text = `import { statSync } from 'node:fs';
export function sizes(names: string[]): number[] {
  return names.map((name) => statSync(name, { throwIfNoEntry: false })?.size ?? 0); // HERE
}
console.log(sizes([]));
`;
    const result = ask('prefer-async-api', text, { installed: false });
    assert.equal(result.available ? '' : result.reason, '');
    assert.match(result.available ? result.files[0]!.edits.map(({ newText }) => newText).join() : '', /\(error\) =>/);
  });

  it('with a type that a function is asked for by', () => {
    const text = `export function isWord(text: string | number): text is string { // HERE
  return typeof text === 'string' && text.split('').every((letter) => letter !== ' ');
}
`;
    const result = ask('cache-pure-call', text);
    assert.equal(result.available ? '' : result.reason, '');
  });

  it('with an error that was there before and moves to the new file', () => {
    const text = worker.replace('return text;', 'const wrong: number = text;\n  return String(wrong);');
    assert.equal(ask('move-to-worker', text).available, true);
  });

  it('in JavaScript that is checked, with a new file that is not', () => {
    const text = `/** @param {number} depth */
function draw(depth) {
  let text = '';
  for (let one = 0; one < depth; one++) text += one;
  return text;
}
for (const index of [1, 2]) console.log(draw(index)); // HERE
`;
    const result = ask('move-to-worker', text, { options: { ...STRICT, allowJs: true, checkJs: true } }, 'main.mjs');
    assert.ok(result.available);
    assert.equal(result.safety, 'review');
    assert.match(result.review.join(), /the new main\.worker\.mjs is left out of the type check/);
    assert.match(textOf(result.files.find(({ create }) => create)!), /^\/\/ @ts-nocheck\nimport /);
  });
});

function textOf({ edits }: FileEdits): string {
  return applyEdits('', edits);
}

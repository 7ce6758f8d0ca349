import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSource } from '../../../../src/languages/node/syntax/source.ts';
import { effectsOf } from '../../../../src/languages/node/syntax/effects.ts';

/** Each binding as `kind name: uses`, a use that writes with a star. */
function bindings(text: string, file = '/p/program.ts'): string[] {
  const source = readSource(file, (name) => (name === file ? text : null));
  if (typeof source === 'string') throw new Error(source);
  const line = (position: number): number => source.ast.getLineAndCharacterOfPosition(position).line + 1;
  return source.scopes.all.map((one) =>
    `${one.kind} ${one.name}: ${one.references.map((use) => `${line(use.identifier.getStart(source.ast))}${use.writes ? '*' : ''}`).join(' ')}`.trim(),
  );
}

describe('scopes', () => {
  const cases: [string, string, string[]][] = [
    [
      'hoists functions and var',
      'f(v);\nfunction f(a) { return a; }\nif (f) { var v = 1; }',
      ['function f: 1 3', 'parameter a: 2', 'var v: 1'],
    ],
    ['keeps blocks apart', 'const x = 1;\n{ const x = 2; use(x); }\nuse(x);', ['const x: 3', 'const x: 2']],
    ['tells writes', 'let a = 1;\na = 2;\na++;\n[a] = [3];\n({ a } = b);\nfor (a of []);\na;', ['let a: 2* 3* 4* 5* 6* 7']],
    ['takes no property for a variable', 'const a = 1;\no.a = { a: 2, [a]: 3 };\nclass C { a = 1; m() {} }', ['const a: 2', 'class C:']],
    ['knows shorthand and patterns', 'const { a, b: c = a, ...d } = o;\nuse({ a, c }, d);', ['const a: 1 2', 'const c: 2', 'const d: 2']],
    [
      'knows imports and exports',
      "import d, { a as b } from 'm';\nimport * as n from 'n';\nexport { b as e };\nd(n);",
      ['import d: 4', 'import b: 3', 'import n: 4'],
    ],
    [
      'knows types',
      'interface T { x: number }\ntype U = T | V;\nfunction f(t: T): U { return t; }',
      ['type T: 2 3', 'type U: 3', 'function f:', 'parameter t: 3'],
    ],
    ['gives a function expression its own name', 'const g = function f() { f(); };\nf();', ['const g:', 'function f: 1']],
    [
      'knows catch and loops',
      'try {} catch (e) { e; }\nfor (let i = 0; i < 1; i++) i;\nfor (const k in i) k;',
      ['catch e: 1', 'let i: 2 2* 2', 'const k: 3'],
    ],
  ];
  for (const [name, text, expected] of cases) it(name, () => assert.deepEqual(bindings(text), expected));
});

describe('effects', () => {
  /** What the last statement does to what stands before it. */
  const effects = (text: string): string[] => {
    const source = readSource('/p/program.mjs', (name) => (name === '/p/program.mjs' ? text : null));
    if (typeof source === 'string') throw new Error(source);
    const found = effectsOf(source, [source.ast.statements.at(-1)!]);
    const names = (set: Set<{ name: string }>): string => [...set].map((one) => one.name).join(' ');
    return [names(found.reads), names(found.writes), [...found.outside, ...found.unknown, found.prints ?? ''].join(' ').trim()];
  };
  const cases: [string, string, [string, string, string]][] = [
    ['its own variables are nobody’s business', 'let a = 1;\n{ let b = a; b++; }', ['a', '', '']],
    ['a method that changes', 'const list = [];\nlist.push(1);', ['list', 'list', '']],
    ['through another name', 'const table = [[1]];\n{ const row = table[0]; row[0] = 2; }', ['table', 'table', '']],
    ['through an argument', 'const list = [];\nfunction add(to, one) { to.push(one); }\nadd(list, 1);', ['list', 'list', '']],
    ['through a called function', 'let count = 0;\nconst next = () => ++count;\nnext();', ['count next', 'count', '']],
    ['through a callback', 'let sum = 0;\n[1].forEach((one) => { sum += one; });', ['sum', 'sum', '']],
    ['through an item of a loop', 'const all = [{}];\nfor (const one of all) one.seen = true;', ['all', 'all', '']],
    [
      'files and prints',
      "import fs from 'fs';\n{ fs.writeFileSync('a', ''); console.log(fs.readFileSync('a')); }",
      ['fs', '', 'fs.writeFileSync console.log'],
    ],
    ['calls of which nothing is known', "import { a } from 'x';\n{ const b = a(); other.c(b); }", ['a', '', 'a other.c']],
    ['requests that only read', "{ await fetch('a'); await fetch('b', { method: 'POST' }); }", ['', '', 'fetch']],
  ];
  for (const [name, text, expected] of cases) it(name, () => assert.deepEqual(effects(text), expected));
});

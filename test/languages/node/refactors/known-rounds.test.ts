import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTiny, mostCalls } from '../../../../src/languages/node/refactors/loops/known-rounds.ts';
import { functionOf } from '../../../../src/languages/node/syntax/locate.ts';
import { readSource } from '../../../../src/languages/node/syntax/source.ts';

/** How often `f` is called at most, and whether it is tiny. */
function look(text: string): { most: number | null; tiny: boolean } {
  const source = readSource('/program.mjs', (file) => (file === '/program.mjs' ? text : null));
  assert.ok(typeof source !== 'string', 'no source');
  const node = functionOf(source.scopes.root.bindings.get('f')!);
  assert.ok(node !== null);
  return { most: mostCalls(source, node), tiny: isTiny(source, node) };
}

const F = 'function f(x) { return x + 1; }\n';

describe('mostCalls', () => {
  const CASES: [what: string, text: string, most: number | null][] = [
    ['a literal bound', 'for (let i = 0; i < 2_000_000; i++) f(i);', 2_000_000],
    ['an inclusive one', 'for (let i = 1; i <= 1e3; i++) f(i);', 1000],
    ['constants and sums', 'const size = 4;\nfor (let i = 0; i < size * 2 + 1; i++) f(i);', 9],
    ['loops in loops', 'for (let i = 0; i < 10; i++) for (const j of [1, 2]) f(i + j);', 20],
    ['a parameter that is given once', 'function all(n) { for (let i = 0; i < n; i++) f(i); }\nall(7);', 7],
    ['a function that is called in a loop', 'function one(n) { return f(n); }\nfor (const n of [1, 2, 3]) one(n);', 3],
    ['a list of a known length', 'const all = Array.from({ length: 12 }, (_, i) => i);\nall.map((one) => f(one));', 12],
    ['a callback by its name', '[1, 2, 3].map(f);', 3],
    ['several calls', 'f(1);\nfor (let i = 0; i < 3; i++) f(i);', 4],
    ['the head of a loop, which is run once', 'for (const one of [f(1)]) console.log(one);', 1],
    ['a list that grows', 'const all = [];\nall.push(1);\nfor (const one of all) f(one);', null],
    ['rounds of an unknown number', 'for (const one of process.argv) f(one);', null],
    ['while', 'while (Math.random() > 0.1) f(1);', null],
    ['a parameter of several calls', 'function all(n) { for (let i = 0; i < n; i++) f(i); }\nall(7);\nall(8);', null],
    ['handed on', 'const other = [f];\nfor (const one of other) one(1);', null],
    ['exported', 'export { f };\nf(1);', null],
    ['in a callback that is called by others', "process.on('exit', () => f(1));", null],
  ];
  for (const [what, text, most] of CASES) it(what, () => assert.equal(look(F + text).most, most));

  it('says nothing of a function that calls itself', () =>
    assert.equal(look('function f(x) { return x < 2 ? x : f(x - 1); }\nf(9);').most, null));
});

describe('isTiny', () => {
  const CASES: [what: string, text: string, tiny: boolean][] = [
    ['sums', F, true],
    ['short calls', 'function f(x) { return Math.min(g(x), 255); }\nfunction g(x) { return x.charCodeAt(0); }', true],
    ['a loop', 'function f(x) { let n = 0; for (const one of x) n += one; return n; }', false],
    ['a loop further in', 'function f(x) { return g(x); }\nfunction g(x) { while (x > 1) x /= 2; return x; }', false],
    ['recursion', 'function f(x) { return x < 2 ? x : f(x - 1); }', false],
    ['what goes through a list or a text', 'function f(x) { return x.split(",").join(); }', false],
    ['a callback', 'function f(x) { return x.map((one) => one + 1); }', false],
    ['a copy', 'function f(x) { return [...x]; }', false],
    ['something unknown', 'function f(x) { return parse(x); }', false],
  ];
  for (const [what, text, tiny] of CASES) it(what, () => assert.equal(look(text).tiny, tiny));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskSource } from '../../../src/core/profile/mask-source.ts';
import { callLines, enclosingFunction, functionAt, sourceFunctions } from '../../../src/core/profile/source-text.ts';

const MASKED: [what: string, text: string, masked: string][] = [
  ['strings', `a('}{', "x\\"y")`, `a('  ', "    ")`],
  ['comments', 'a; // {\nb /* } */ c', 'a;     \nb         c'],
  ['templates with code in them', '`{${ f(`}`) }}`', '` ${ f(` `) } `'],
  ['regular expressions', 'x = /[/}"]/g.test(y) / 2', 'x = /     /g.test(y) / 2'],
  ['a division', 'a = (b) / c / d', 'a = (b) / c / d'],
  ['an unfinished string', `a = 'b\nc`, `a = ' \nc`],
];

describe('maskSource', () => {
  for (const [what, text, masked] of MASKED) it(what, () => assert.equal(maskSource(text), masked));
});

/** The places are those that V8 gives to the functions: the parameters' parenthesis, an arrow function's first character. */
const FUNCTIONS: [text: string, functions: string[]][] = [
  ['function a(x) { return x }', ['a 1:11']],
  ['const b = (x) => x + 1, c = async y => {}', ['b 1:11', 'async c 1:29']],
  ['async function* d() {}', ['async d 1:18']],
  [
    'class E { m(a) {} async n() {} get o() { return 1 } #p() {} static q = () => 1 }',
    ['m 1:12', 'async n 1:26', 'o 1:37', '#p 1:55', 'q 1:72'],
  ],
  ['if (a) { b() } else { for (;;) { } } while (x) { } switch (y) { } try { } catch (e) { }', []],
  ['xs.map((x) => {\n  return x;\n})', [' 1:8']],
  ['const o = { f: function () {}, g() {} }', ['f 1:25', 'g 1:33']],
  ['function h(a: Map<string, { b: 1 }>): Promise<{ c: number }[]> { return a }', ['h 1:11']],
  ['const i = (a) => a\nconst j = (b) => b', ['i 1:11', 'j 2:11']],
  ['const k = async <T>(a: T): Promise<T> => a;', ['async k 1:11']],
];

describe('sourceFunctions', () => {
  for (const [text, functions] of FUNCTIONS) {
    it(text.replaceAll('\n', ' '), () => {
      const found = sourceFunctions(text).functions.map(
        ({ name, async, line, column }) => `${async ? 'async ' : ''}${name} ${line}:${column}`,
      );
      assert.deepEqual(found, functions);
    });
  }

  it('finds the innermost function around a place', () => {
    const source = sourceFunctions('function a() {\n  return () => b(\n    1);\n}\nb();\n');
    assert.equal(enclosingFunction(source, 3, 5)?.line, 2);
    assert.equal(enclosingFunction(source, 2, 3)?.name, 'a');
    assert.equal(enclosingFunction(source, 5, 1), null);
  });

  it('finds the lines that call a name, but not in nested functions', () => {
    const source = sourceFunctions('function a() {\n  b();\n  x.b?.(1);\n  bb();\n  return () => b();\n}\nfunction b() {}\nb();\n');
    assert.deepEqual(callLines(source, functionAt(source, 1, 11), 'b'), [2, 3]);
    assert.deepEqual(callLines(source, null, 'b'), [8]);
  });
});

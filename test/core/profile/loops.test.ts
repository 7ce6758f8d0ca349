import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isInLoop } from '../../../src/core/profile/loops.ts';
import { sourceFunctions } from '../../../src/core/profile/source-text.ts';

/** `^` stands before the place that is asked about. */
const CASES: [text: string, inLoop: boolean][] = [
  ['^f();', false],
  ['for (const x of xs) { y(); ^f(); }', true],
  ['for (const x of xs) y(^f(x));\ng();', true],
  ['for (const x of xs) y(x);\n^g();', false],
  ['while (^f()) g();', true],
  ['while (f()) {\n  g();\n}\n^h();', false],
  ['do { ^f(); } while (g());', true],
  ['for await (const x of xs) ^f(x);', true],
  ['for (;;) if (a) { b(); } else ^f();', true],
  ['// for (;;)\n^f();', false],
  ['a.for(1); ^f();', false],
  ['while (a) for (;;) { ^f(); }', true],
];

for (const [text, inLoop] of CASES)
  it(`${text.replaceAll('\n', '⏎')}: ${inLoop ? 'in a loop' : 'runs once'}`, () => {
    const source = sourceFunctions(text.replace('^', ''));
    const before = text.slice(0, text.indexOf('^')).split('\n');
    assert.equal(isInLoop(source, before.length, before.at(-1)!.length + 1), inLoop);
  });

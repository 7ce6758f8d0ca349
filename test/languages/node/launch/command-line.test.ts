import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { joinArguments, splitArguments } from '../../../../src/languages/node/launch/command-line.ts';

const cases: [line: string, args: string[]][] = [
  ['', []],
  ['   ', []],
  ['a b  c', ['a', 'b', 'c']],
  ['"a b" c', ['a b', 'c']],
  [`'it is "so"' x`, ['it is "so"', 'x']],
  ['a\\ b', ['a b']],
  ['--name="two words"', ['--name=two words']],
  ['"" x', ['', 'x']],
  ['C:\\\\dir "C:\\dir"', ['C:\\dir', 'C:\\dir']],
  ['"a \\" b"', ['a " b']],
  [`unclosed 'quote runs on`, ['unclosed', 'quote runs on']],
  ['$HOME *.js', ['$HOME', '*.js']],
];

describe('splitArguments', () => {
  for (const [line, args] of cases) it(JSON.stringify(line), () => assert.deepEqual(splitArguments(line), args));

  it('splits what joinArguments joined', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (args) => assert.deepEqual(splitArguments(joinArguments(args)), args)));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requireLines } from '../../../src/core/profile/loaded-modules.ts';
import { enclosingFunction, sourceFunctions } from '../../../src/core/profile/source-text.ts';

const SOURCE = sourceFunctions(`const lodash = require('lodash');
const root = require('./root');
function tryRequire(name) {
  return require(name);
}
function later() {
  return require('typescript');
}
`);

const CASES: [what: string, inside: number | null, file: string, lines: number[]][] = [
  ['the one that names the module', null, '/x/node_modules/lodash/index.js', [1]],
  ['packages before own modules', null, '', [1]],
  ['a module of the project', null, '/x/root.js', [2]],
  ['none in a function that names none, whatever stands around it', 4, '', []],
  ['none in a function for a module that another one names', 4, '/x/node_modules/typescript/lib/typescript.js', []],
  ['the one in a function', 7, '', [7]],
];

describe('requireLines', () => {
  for (const [what, inside, file, lines] of CASES)
    it(what, () => {
      const within = inside === null ? null : enclosingFunction(SOURCE, inside, 3);
      assert.deepEqual(requireLines(SOURCE, within, file, false), lines);
    });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineNow } from '../../../src/core/report/line-now.ts';

describe('where a profiled line is now', () => {
  const was = "read('a');";
  for (const [what, text, line] of [
    ['where it was', "one();\n  read('a');\n", 2],
    ['further down', "one();\nnew();\r\nnew();\r\n\tread('a');\r\n", 4],
    ['gone', 'one();\nother();\n', null],
    ['one of two that look alike', "read('a');\nother();\nread('a');\n", null],
    ['beyond the end of the text', "read('a');", 1],
  ] as const)
    it(what, () => assert.equal(lineNow(text, 2, was), line));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCoverage } from '../../../../src/languages/node/record/coverage.ts';

const url = 'file:///a.js';
const file = (functions: object[], more: object = {}): string => JSON.stringify({ result: [{ url, functions }], ...more });
const ranges = (startOffset: number, endOffset: number, count: number): object[] => [{ startOffset, endOffset, count }];

describe('a coverage file', () => {
  const cases: { name: string; text: string; source: string | null; expected: unknown }[] = [
    {
      name: 'has functions by line and column',
      text: file([{ functionName: 'b', ranges: ranges(4, 9, 3) }]),
      source: 'a;\n  b\n c',
      expected: [{ url, functions: [{ name: 'b', line: 2, column: 2, endLine: 3, endColumn: 3, calls: 3 }] }],
    },
    {
      name: 'has no functions that were not called',
      text: file([
        { functionName: 'b', ranges: ranges(0, 1, 0) },
        { functionName: 'c', ranges: [] },
      ]),
      source: 'a',
      expected: [{ url, functions: [] }],
    },
    {
      name: 'brings the lines of a script that a loader made',
      text: file([{ functionName: 'b', ranges: ranges(11, 12, 1) }], { 'source-map-cache': { [url]: { lineLengths: [9, 5] } } }),
      source: 'another text',
      expected: [{ url, functions: [{ name: 'b', line: 2, column: 2, endLine: 2, endColumn: 3, calls: 1 }] }],
    },
    {
      name: 'does not count a byte order mark',
      text: file([{ functionName: 'b', ranges: ranges(0, 1, 1) }]),
      source: '\uFEFFb',
      expected: [{ url, functions: [{ name: 'b', line: 1, column: 1, endLine: 1, endColumn: 2, calls: 1 }] }],
    },
    { name: 'is left out where the script is gone', text: file([]), source: null, expected: [] },
    { name: 'is left out where it is cut off', text: '{"result":[', source: '', expected: [] },
  ];
  for (const { name, text, source, expected } of cases)
    it(name, () => {
      assert.deepEqual(
        readCoverage(
          text,
          (one) => one === url,
          () => source,
        ),
        expected,
      );
    });
});

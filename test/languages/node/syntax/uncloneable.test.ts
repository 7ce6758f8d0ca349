import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whyNotCloned } from '../../../../src/languages/node/syntax/movable.ts';
import { readSource, type Source } from '../../../../src/languages/node/syntax/source.ts';
import { ts } from '../../../../src/languages/node/syntax/typescript.ts';

const BEFORE = `import { createHash, createSecretKey } from 'node:crypto';
import * as path from 'node:path';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
class Point { length() {} }
async function later() { return 1; }
`;

/** What keeps the value of an expression from being copied; empty where nothing is seen that does. */
function why(expression: string): string {
  const source = readSource('/p/program.mjs', () => `${BEFORE}const value = ${expression};\n`) as Source;
  const last = source.ast.statements.at(-1)!;
  assert.ok(ts.isVariableStatement(last));
  return whyNotCloned(source, last.declarationList.declarations[0]!.initializer!) ?? '';
}

describe('values that can go to another thread', () => {
  for (const expression of [
    ...[
      'new Map([[1, 2]])',
      'new Set([1])',
      'new Date(5)',
      '/a+/g',
      "new TypeError('x')",
      '10n',
      "Buffer.from('a')",
      'new DataView(new ArrayBuffer(3))',
    ],
    ...[
      "'abc'.match(/b/)",
      '[...new Map().keys()]',
      'new Set(new Map().keys())',
      'Object.values({ a: 1 })',
      'Object.freeze({ a: 1 })',
      'await later()',
    ],
    ...[
      "createSecretKey(Buffer.from('a'))",
      "createHash('md5').update('a').digest('hex')",
      "readdirSync('.')",
      'Math.PI',
      'undefined',
      "path.basename('a')",
    ],
  ])
    it(expression, () => assert.equal(why(expression), ''));
});

describe('values that are refused by their names', () => {
  for (const [expression, words] of [
    ['(x) => x', /a function/],
    ['Math.max.bind(null, 1)', /a function/],
    ['Point', /a class/],
    ['new Point()', /an instance of `Point`/],
    ["new URL('http://a.b')", /an instance of `URL`/],
    ['{ a: [{ b: new Point() }] }', /holds an instance of `Point`/],
    ["new Map([['a', new Point()]])", /holds an instance of `Point`/],
    ["{ bytes: Buffer.from('a') }", /holds a Buffer/],
    ["Symbol('a')", /a symbol/],
    ['Promise.resolve(1)', /a promise/],
    ['later()', /a promise/],
    ['new Map().keys()', /an iterator/],
    ["'a'.matchAll(/b/g)", /an iterator/],
    ["createHash('md5')", /a state of its own/],
    ["createReadStream('a')", /a stream/],
    ['process.stdout', /a stream/],
    ["await open('a')", /a file handle.*send the file's name/],
    ["statSync('a')", /a Stats/],
    ["readdirSync('a', { withFileTypes: true })", /Dirents/],
    ['setTimeout(later, 1)', /a timer/],
    ['Object.create({ a: 1 })', /a prototype of its own/],
    ["Object.assign(new Error('x'), { code: 1 })", /properties a copy may lack/],
    ['Math', /the global `Math`/],
    ['path', /the module path/],
    ['new MessageChannel().port1', /an instance of `MessageChannel`/],
  ] as const)
    it(expression, () => assert.match(why(expression), words));
});

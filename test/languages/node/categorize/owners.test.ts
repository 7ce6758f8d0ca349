import assert from 'node:assert/strict';
import { test } from 'node:test';
import { owner } from '../../../../src/languages/node/categorize/owners.ts';

const cases: [url: string, script: string, expected: string][] = [
  ['', '/p/a.js', 'native'],
  ['node:fs', '/p/a.js', 'core'],
  ['/p/a.js', '/p/a.js', 'user'],
  ['file:///p/node_modules/left/index.js', '/p/a.js', 'dependency'],
  ['/p/node_modules/@x/left/index.js', '/p/a.js', 'dependency'],
  // Who profiles an installed program asks about that program, not about what it depends on.
  ['/p/node_modules/typescript/lib/_tsc.js', '/p/node_modules/typescript/bin/tsc', 'user'],
  ['/q/node_modules/@x/tool/lib/a.js', '/p/node_modules/@x/tool/bin/tool.js', 'user'],
  ['/p/node_modules/@x/other/lib/a.js', '/p/node_modules/@x/tool/bin/tool.js', 'dependency'],
  ['/p/node_modules/tool/node_modules/left/a.js', '/p/node_modules/tool/bin/tool.js', 'dependency'],
  ['C:\\p\\node_modules\\tool\\a.js', 'C:\\p\\node_modules\\tool\\bin.js', 'user'],
];

for (const [url, script, expected] of cases) {
  test(`${url || '(no url)'} in a run of ${script} is ${expected}`, () => assert.equal(owner(url, script), expected));
}

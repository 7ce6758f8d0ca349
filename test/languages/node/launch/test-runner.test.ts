import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findTestRunner } from '../../../../src/languages/node/launch/test-runner.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'unblock test runner ')));
after(() => rmSync(root, { recursive: true, force: true }));
let projects = 0;

/** A project with these packages installed and these files, and the runner found for the last of them. */
function find(packages: string[], files: Record<string, string>) {
  const home = join(root, String(++projects));
  const write = (name: string, text: string): string => {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const programs: Record<string, string> = { vitest: 'vitest.mjs', jest: 'bin/jest.js', mocha: 'bin/_mocha' };
  for (const name of packages) write(join('node_modules', name, programs[name] ?? 'index.js'), '');
  const file = Object.entries(files)
    .map(([name, text]) => write(name, text))
    .at(-1)!;
  const found = findTestRunner(file);
  if (found === null) return null;
  assert.ok(found.runner.script.startsWith(join(home, 'node_modules', found.runner.name)));
  assert.equal(found.runner.args.at(-1), file);
  return { name: found.runner.name, home: found.home === null ? null : found.home.slice(home.length) };
}

const GLOBALS = "describe('a', () => {\n  it('b', () => {});\n});\n";
const all = ['vitest', 'jest', 'mocha'];

const cases: [what: string, packages: string[], files: Record<string, string>, expected: ReturnType<typeof find>][] = [
  ['vitest, by its import', all, { 'a.ts': "import { it } from 'vitest';" }, { name: 'vitest', home: null }],
  ['jest, by its import', all, { 'a.js': "const { it } = require('@jest/globals');" }, { name: 'jest', home: null }],
  ['mocha, by its import', all, { 'a.mjs': 'import { it } from "mocha";' }, { name: 'mocha', home: null }],
  ['a runner that is not installed', [], { 'a.ts': "import { it } from 'vitest';" }, null],
  ['globals, by the configuration', all, { '.mocharc.json': '', 'a.test.js': GLOBALS }, { name: 'mocha', home: '' }],
  [
    'globals, by the packages',
    all,
    { 'package.json': '{ "devDependencies": { "jest": "1" } }', 'a.spec.js': GLOBALS },
    { name: 'jest', home: '' },
  ],
  [
    'globals, in a package of several',
    all,
    { 'package.json': '{ "devDependencies": { "jest": "1" } }', 'packages/b/vitest.config.ts': '', 'packages/b/test/a.js': GLOBALS },
    { name: 'vitest', home: '/packages/b' },
  ],
  ['globals, in a file with another name', all, { 'package.json': '"mocha":', 'a.js': GLOBALS }, null],
  ['node:test', all, { 'package.json': '"mocha":', 'a.test.js': `const { describe, it } = require('node:test');\n${GLOBALS}` }, null],
  ['no test', all, { 'package.json': '"mocha":', 'test/help.js': 'exports.a = 1;' }, null],
];

describe('one test of a file', () => {
  const options: Record<string, string> = { vitest: '-t', jest: '-t', mocha: '--grep' };
  for (const [name, option] of Object.entries(options))
    it(`is named to ${name} by ${option}`, () => {
      mkdirSync(join(root, 'single'), { recursive: true });
      const file = join(root, 'single', `${name}.test.js`);
      writeFileSync(file, `require('${name === 'jest' ? '@jest/globals' : name}');`);
      const program = { vitest: 'vitest.mjs', jest: 'bin/jest.js', mocha: 'bin/_mocha' }[name]!;
      mkdirSync(dirname(join(root, 'single', 'node_modules', name, program)), { recursive: true });
      writeFileSync(join(root, 'single', 'node_modules', name, program), '');
      const args = findTestRunner(file, '^a b$')?.runner.args ?? [];
      assert.equal(args[args.indexOf(option) + 1], '^a b$');
      assert.ok(!findTestRunner(file)?.runner.args.includes(option));
    });
});

describe('the runner of a test file', () => {
  for (const [what, packages, files, expected] of cases) it(what, () => assert.deepEqual(find(packages, files), expected));
});

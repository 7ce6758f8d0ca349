import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
let copy = '';

function create(name: string): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(copy, 'scripts/create-rule.mjs'), name], { encoding: 'utf8' });
}

describe('npm run create-rule', () => {
  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'unblock-create-rule-'));
    for (const file of ['scripts/create-rule.mjs', 'src/languages/node/rules/index.ts']) cpSync(join(root, file), join(copy, file));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  it('makes the file, the page and a fixture of the same name, and registers the rule last', () => {
    assert.equal(create('reuse-connection').status, 0);
    for (const made of [
      'src/languages/node/rules/reuse-connection.ts',
      'docs/rules/reuse-connection.md',
      'test/fixtures/rules/reuse-connection/refuse-without-a-refactor/case.json',
    ])
      assert.ok(existsSync(join(copy, made)), made);
    const index = readFileSync(join(copy, 'src/languages/node/rules/index.ts'), 'utf8');
    assert.match(index, /^import \{ reuseConnection \} from '\.\/reuse-connection\.ts';$/m);
    assert.match(index, /, reuseConnection\];$/m);
  });

  it('overwrites nothing', () => {
    const { status, stderr } = create('reuse-connection');
    assert.equal(status, 1);
    assert.match(stderr, /exists already/);
  });

  it('refuses a name that could not be an id', () => assert.equal(create('Reuse').status, 1));
});

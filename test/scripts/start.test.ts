import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { tooOldNode } from '../node-versions/index.ts';

const root = resolve(import.meta.dirname, '../..');

/** As npm calls it: in the package's folder, with the caller's folder in INIT_CWD. */
function start(args: string[], calledFrom: string, node = process.execPath): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, INIT_CWD: calledFrom };
  return spawnSync(node, ['scripts/start.mjs', ...args], { cwd: root, encoding: 'utf8', env, timeout: 120_000 });
}

describe('npm start', () => {
  it('profiles a script named from where it was called, and names the flame graph it wrote', () => {
    const { status, stdout, stderr } = start(['hash-passwords.cjs'], join(root, 'examples/hash-passwords'));
    assert.equal(status, 0, stderr);
    const page = /^Flame graph: (\S+)/m.exec(stdout)?.[1];
    assert.ok(page !== undefined, stdout);
    const file = resolve(root, 'examples/hash-passwords', page);
    assert.ok(existsSync(file));
    assert.ok(readFileSync(file, 'utf8').includes('unblock/timed-profile/1'), 'the page holds the profile');
  });

  it('says what to do about a script that is not there', () => {
    const { status, stdout, stderr } = start(['not-there.js'], root);
    assert.equal(status, 1);
    assert.match(stderr, /not-there\.js/);
    assert.doesNotMatch(stdout, /Flame graph/);
  });

  it('says that Node is too old', { skip: tooOldNode() === null && 'no old Node is installed' }, () => {
    const { status, stderr } = start([], root, tooOldNode()!);
    assert.equal(status, 1);
    assert.match(stderr, /^Node 18\.\S+ is too old for Unblock \(20 or newer\)\. [^\n]+\n$/);
  });
});

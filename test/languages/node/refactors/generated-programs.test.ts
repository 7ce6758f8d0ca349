import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { runGenerated } from './run-generated.ts';

/** `UNBLOCK_PROGRAMS` and `UNBLOCK_SEED` ask for more of them, and for others. */
const COUNT = Number(process.env['UNBLOCK_PROGRAMS'] ?? 2000);
const SEED = Number(process.env['UNBLOCK_SEED'] ?? 1);

it(`${COUNT} generated programs do the same after a refactor`, async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-generated-')));
  try {
    const { rewritten, differences } = await runGenerated(folder, COUNT, SEED);
    assert.deepEqual(differences, []);
    assert.ok(rewritten > COUNT / 2, `only ${rewritten} were rewritten`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

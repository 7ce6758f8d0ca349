import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { preferAsyncApi } from '../../../../src/languages/node/rules/prefer-async-api.ts';
import { runProgram } from './run-program.ts';

/**
 * `test/fixtures/programs/CASE/`: the project in `before/` is refactored at the first line of `file` that holds `at`; the files that change
 * become what `after/` holds, or the sentence in `case.json` says why not. Both projects then run: `run` must print the same, end with the
 * same code and leave the same files.
 */
interface Case {
  file: string;
  at: string;
  run: string;
  title?: string;
  review?: string[];
  reason?: string;
}

const root = fileURLToPath(new URL('../../../fixtures/programs/', import.meta.url));
const updating = process.env['UPDATE_GOLDEN'] === '1';
let scratch = '';
before(() => (scratch = mkdtempSync(join(tmpdir(), 'unblock programs '))));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe('programs do the same after a refactor', { concurrency: 2 }, () => {
  for (const name of readdirSync(root)) {
    it(name.replaceAll('-', ' '), async () => {
      const folder = join(root, name);
      const expected = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
      const { file, at, run } = expected;
      const copy = join(scratch, name, 'before');
      cpSync(join(folder, 'before'), copy, { recursive: true });
      const path = join(copy, file);
      const line = lineWith(readFileSync(path, 'utf8'), at);
      const result = preferAsyncApi.refactor(
        { file: path, line, function: { name: '', file: path, line: 1, column: 1 }, model: 'async-api', logicalCores: 2 },
        readText,
      );
      const found: Case = result.available
        ? { file, at, run, title: result.title, review: result.review }
        : { file, at, run, reason: result.reason };
      const texts = new Map(
        result.available
          ? result.files.map((one) => [relative(copy, one.file), applyEdits(readFileSync(one.file, 'utf8'), one.edits)] as const)
          : [],
      );
      if (updating) update(folder, found, texts);
      else assert.deepEqual(found, expected);
      const goldens = existsSync(join(folder, 'after')) ? filesIn(join(folder, 'after')) : [];
      assert.deepEqual([...texts.keys()].sort(), goldens);
      for (const [changed, text] of texts) assert.equal(text, readFileSync(join(folder, 'after', changed), 'utf8'), changed);
      if (!result.available) return;
      const changedCopy = join(scratch, name, 'after');
      cpSync(copy, changedCopy, { recursive: true });
      for (const [changed, text] of texts) writeFileSync(join(changedCopy, changed), text);
      const [plain, refactored] = await Promise.all([runProgram(copy, run), runProgram(changedCopy, run)]);
      assert.notEqual(plain.stdout, '', plain.stderr);
      assert.deepEqual({ ...refactored, stderr: '' }, { ...plain, stderr: '' }, refactored.stderr);
    });
  }
});

function lineWith(text: string, at: string): number {
  const index = text.split('\n').findIndex((line) => line.includes(at));
  assert.ok(index >= 0, `no line holds ${at}`);
  return index + 1;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function update(folder: string, found: Case, texts: Map<string, string>): void {
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify(found, null, 2)}\n`);
  rmSync(join(folder, 'after'), { recursive: true, force: true });
  for (const [name, text] of texts) {
    mkdirSync(dirname(join(folder, 'after', name)), { recursive: true });
    writeFileSync(join(folder, 'after', name), text);
  }
}

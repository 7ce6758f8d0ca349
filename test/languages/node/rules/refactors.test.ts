import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { supportedNodes } from '../../../node-versions/index.ts';
import { rules } from '../../../../src/languages/node/rules/index.ts';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';

/**
 * `test/fixtures/rules/RULE/CASE/`: `program.*` is refactored at the line that `case.json` names, and becomes what `after/` holds, or is refused
 * with the sentence in `case.json`. Both programs then run for real and must print the same.
 */
interface Case {
  line: number;
  /** What the advice says of how many waits to have under way. */
  atOnce?: number;
  choice?: 'shared-memory';
  title?: string;
  safety?: 'safe' | 'review';
  reason?: string;
}

const root = fileURLToPath(new URL('../../../fixtures/rules/', import.meta.url));
const updating = process.env['UPDATE_GOLDEN'] === '1';
let scratch = '';
before(() => (scratch = mkdtempSync(join(tmpdir(), 'unblock rules '))));
after(() => rmSync(scratch, { recursive: true, force: true }));

for (const rule of rules) {
  describe(rule.id, { concurrency: 2 }, () => {
    for (const name of readdirSync(join(root, rule.id))) {
      it(name.replaceAll('-', ' '), async () => {
        const folder = join(root, rule.id, name);
        const program = readdirSync(folder).find((one) => one.startsWith('program.'))!;
        const expected = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
        // A folder of its own, outside of the repository: a project by itself.
        const copy = join(scratch, rule.id, name);
        cpSync(folder, join(copy, 'before'), { recursive: true });
        const file = join(copy, 'before', program);
        const spot = {
          file,
          line: expected.line,
          function: { name: '', file, line: 1, column: 1 },
          model: 'async-api' as const,
          logicalCores: 2,
          ...(expected.atOnce === undefined ? {} : { atOnce: expected.atOnce }),
          ...(expected.choice === undefined ? {} : { choice: expected.choice }),
        };
        const result = rule.refactor(spot, readText);
        const { line, atOnce, choice } = expected;
        const asked = { line, ...(atOnce === undefined ? {} : { atOnce }), ...(choice === undefined ? {} : { choice }) };
        const found: Case = result.available
          ? { ...asked, title: result.title, safety: result.safety }
          : { ...asked, reason: result.reason };
        const texts = new Map(
          result.available
            ? result.files.map((one) => [basename(one.file), applyEdits(one.create ? '' : (readText(one.file) ?? ''), one.edits)])
            : [],
        );
        if (updating) update(folder, found, texts);
        else assert.deepEqual(found, expected);
        const goldens = existsSync(join(folder, 'after')) ? readdirSync(join(folder, 'after')).sort() : [];
        assert.deepEqual([...texts.keys()].sort(), goldens);
        for (const [changed, text] of texts) assert.equal(text, readFileSync(join(folder, 'after', changed), 'utf8'), changed);
        if (!result.available) return;
        cpSync(folder, join(copy, 'after'), { recursive: true });
        for (const [changed, text] of texts) writeFileSync(join(copy, 'after', changed), text);
        const [plain, refactored] = await Promise.all([run(join(copy, 'before', program)), run(join(copy, 'after', program))]);
        assert.equal(plain.code, 0, plain.stderr);
        assert.deepEqual(refactored, plain);
        const strips = supportedNodes().find((node) => node.major >= 24);
        if (/\.m?ts$/.test(program) && strips !== undefined)
          assert.equal((await run(join(copy, 'after', program), strips.path)).stdout, plain.stdout);
      });
    }
  });
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function update(folder: string, found: Case, texts: Map<string, string>): void {
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify(found, null, 2)}\n`);
  rmSync(join(folder, 'after'), { recursive: true, force: true });
  if (texts.size > 0) mkdirSync(join(folder, 'after'));
  for (const [name, text] of texts) writeFileSync(join(folder, 'after', name), text);
}

/** With Node's own type stripping where a node that has it is given, else through tsx. */
function run(file: string, stripping?: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const typescript = /\.[mc]?ts$/.test(file) && stripping === undefined ? ['--import', import.meta.resolve('tsx')] : [];
  return new Promise((resolve) => {
    const child = execFile(stripping ?? process.execPath, [...typescript, file, join(file, '..')], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { rules } from '../../../../src/languages/node/rules/index.ts';

const repository = new URL('../../../../', import.meta.url);
const namesIn = (folder: string): string[] => readdirSync(fileURLToPath(new URL(folder, repository))).sort();

/** A rule's id is the name of its file, its page, its fixtures and the code of its diagnostics. */
describe('a rule is one file, one page and one set of fixtures', () => {
  const ids = rules.map((rule) => rule.id).sort();

  it('has a page of its own', () =>
    assert.deepEqual(
      namesIn('docs/rules'),
      ids.map((id) => `${id}.md`),
    ));

  it('has a file of its own', () => {
    const files = namesIn('src/languages/node/rules').filter((file) => !['index.ts', 'wording.ts'].includes(file));
    assert.deepEqual(
      files,
      ids.map((id) => `${id}.ts`),
    );
  });

  it('has fixtures, refusals among them', () => {
    assert.deepEqual(namesIn('test/fixtures/rules'), ids);
    for (const id of ids) {
      const cases = namesIn(`test/fixtures/rules/${id}`);
      assert.ok(cases.some((name) => name.startsWith('refuse-')) && cases.some((name) => !name.startsWith('refuse-')), id);
    }
  });

  it('has a page that says what, what to do and when not', () => {
    for (const id of ids) {
      const page = readFileSync(new URL(`docs/rules/${id}.md`, repository), 'utf8');
      assert.deepEqual(page.match(/^#+ .*$/gm), [`# ${id}`, '## What it found', '## What to do', '## When not']);
    }
  });
});

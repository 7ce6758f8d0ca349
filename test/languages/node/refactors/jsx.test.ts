import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { transformSync } from 'esbuild';
import type { RefactorResult } from '../../../../src/core/advise/advice.ts';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { preferAsyncApi } from '../../../../src/languages/node/rules/prefer-async-api.ts';

/** Calls between tags. Node runs no JSX, so that the programs are compiled before they run. */
const folder = mkdtempSync(join(tmpdir(), 'unblock jsx '));
after(() => rmSync(folder, { recursive: true, force: true }));

const jsx = `import { readFileSync } from 'node:fs';

const h = (tag, { id = '' }, ...children) => \`<\${tag}\${id}>\${children.flat().join('')}</\${tag}>\`;

function lengthOf(name) {
  return readFileSync(name, 'utf8').length > 0; // HERE
}

// Items stay in order.
const list = (names) => (
  <ul id="list">
    {names.map((name) => <li id={name}>{lengthOf(name) ? 'full' : 'empty'}</li>)}
  </ul>
);

console.log(list([process.argv[1], process.argv[1]]).length > 0, <p id="one">{lengthOf(process.argv[1])}</p>);
`;

describe('JSX', () => {
  it('waits between tags, and prints the same', () => {
    const result = ask('list.jsx', jsx);
    assert.ok(result.available, result.available ? '' : result.reason);
    const text = applyEdits(jsx, result.files[0]!.edits);
    assert.match(text, /<li id=\{name\}>\{\(?await lengthOf\(name\)/);
    assert.match(text, /\n\/\/ Items stay in order\.\n/);
    assert.equal(run(text), run(jsx));
  });

  it('is refused for a component, which may not wait', () => {
    const page = `import { readFileSync } from 'node:fs';\nexport const Page = ({ name }: { name: string }) => <p>{readFileSync(name, 'utf8')}</p>; // HERE\n`;
    writeFileSync(join(folder, 'app.tsx'), `import { Page } from './page.js';\nexport const app = <Page name="a" />;\n`);
    const result = ask('page.tsx', page);
    assert.equal(
      result.available ? '' : result.reason,
      'Page is rendered as a component, which may not wait, in app.tsx line 2, so not all of its callers are known: make this change by hand, from there.',
    );
  });
});

function ask(name: string, text: string): RefactorResult {
  const file = join(folder, name);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(file, text);
  const line = text.slice(0, text.indexOf('// HERE')).split('\n').length;
  const spot = { file, line, function: { name: '', file, line: 1, column: 1 }, model: 'async-api' as const, logicalCores: 2 };
  return preferAsyncApi.refactor(spot, (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  });
}

function run(text: string): string {
  const file = join(folder, 'compiled.mjs');
  writeFileSync(file, transformSync(text, { loader: 'jsx', jsxFactory: 'h' }).code);
  return execFileSync(process.execPath, [file], { encoding: 'utf8' });
}

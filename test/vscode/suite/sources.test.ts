import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, replace, run, workspaceFile, writeScript } from './editor.ts';

const SCRIPT = `import { writeFileSync } from 'node:fs';
writeFileSync(new URL('seen.json', import.meta.url), JSON.stringify([process.argv.slice(2), process.env.MINE]));
`;

describe('what is named elsewhere can be profiled', () => {
  before(async () => {
    await writeScript('named.mjs', SCRIPT);
    await writeScript('package.json', JSON.stringify({ scripts: { other: 'true', work: 'MINE=script node named.mjs a' } }));
    const configuration = {
      type: 'node',
      request: 'launch',
      name: 'Work',
      program: '${workspaceFolder}/written/named.mjs',
      env: { MINE: 'launch' },
    };
    const text = JSON.stringify({ configurations: [{ type: 'chrome', request: 'launch', name: 'Page' }, configuration] });
    await vscode.workspace.fs.writeFile(workspaceFile('.vscode', 'launch.json'), new TextEncoder().encode(text));
  });
  after(() => run(COMMANDS.clearResults));

  /** Profiles what is chosen in a quick pick by its label; null where nothing is asked. */
  async function profiled(command: string, choice: string | null, ...passed: unknown[]): Promise<{ seen: unknown; offered: string[] }> {
    const own = vscode.window.showQuickPick;
    let offered: string[] = [];
    replace(vscode.window, 'showQuickPick', (items: vscode.QuickPickItem[]) => {
      offered = items.map((one) => one.label);
      return Promise.resolve(items.find((one) => one.label === choice));
    });
    try {
      const shown = await messagesOf(async () => assert.equal(await run(command, ...passed), true));
      assert.equal(shown.length, 1, shown.join(' | '));
    } finally {
      replace(vscode.window, 'showQuickPick', own);
    }
    return { seen: JSON.parse(readFileSync(workspaceFile('written', 'seen.json').fsPath, 'utf8')), offered };
  }

  it('as a script of package.json, from its file', async () => {
    const { seen, offered } = await profiled(COMMANDS.profileNpmScript, 'work', workspaceFile('written', 'package.json'));
    assert.deepEqual(offered, ['other', 'work']);
    assert.deepEqual(seen, [['a'], 'script']);
  });

  it('as an entry of the view of npm scripts', async () => {
    const entry = {
      task: { definition: { type: 'npm', script: 'work' } },
      package: { resourceUri: workspaceFile('written', 'package.json') },
    };
    const { seen, offered } = await profiled(COMMANDS.profileNpmScript, null, entry);
    assert.deepEqual(offered, []);
    assert.deepEqual(seen, [['a'], 'script']);
  });

  it('as a launch configuration', async () => {
    const { seen, offered } = await profiled(COMMANDS.profileLaunchConfiguration, 'Work');
    assert.deepEqual(offered, ['Work']);
    assert.deepEqual(seen, [[], 'launch']);
  });

  it('as the test that the cursor is in', async () => {
    const source = `import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
const seen = new URL('seen.json', import.meta.url);
describe('sums', () => {
  it('adds', () => writeFileSync(seen, '"adds"'));
  it('adds more', () => {
    writeFileSync(seen, '"adds more"');
  });
});
`;
    const editor = await vscode.window.showTextDocument(await writeScript('sums.test.mjs', source));
    const cursor = new vscode.Position(source.split('\n').findIndex((line) => line.includes('adds more')) + 1, 4);
    editor.selection = new vscode.Selection(cursor, cursor);
    const { seen } = await profiled(COMMANDS.profileTest, null);
    assert.equal(seen, 'adds more');
  });
});

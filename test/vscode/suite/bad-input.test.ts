import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, openExample, replace, run, until, withSettings, workspaceFile, writeScript } from './editor.ts';

const quick = () => workspaceFile('written', 'quick.mjs');

describe('what can’t be profiled gets one sentence', () => {
  before(() => writeScript('quick.mjs', 'console.log("done");\n'));
  after(() => run(COMMANDS.clearResults));

  async function sentence(act: () => Promise<unknown>): Promise<string> {
    const shown = await messagesOf(act);
    assert.equal(shown.length, 1, shown.join(' | '));
    return shown[0] ?? '';
  }

  it('an untitled file', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'javascript', content: 'console.log(1)' });
    await vscode.window.showTextDocument(document);
    assert.match(await sentence(() => run(COMMANDS.profile)), /has never been saved: save it as a file/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('no file at all', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.match(await sentence(() => run(COMMANDS.profile)), /^Open a JavaScript or TypeScript file first/);
  });

  it('a file that is no script', async () =>
    assert.match(await sentence(() => run(COMMANDS.profile, workspaceFile('README.md'))), /^README\.md isn't a script that Node runs/));

  it('a file that is gone', async () =>
    assert.match(await sentence(() => run(COMMANDS.profile, workspaceFile('gone.js'))), /^gone\.js is no longer on disk/));

  it('a node that does not exist', () =>
    withSettings({ 'unblock.nodePath': '/no/such/node' }, async () =>
      assert.match(await sentence(() => run(COMMANDS.profile, quick())), /^\/no\/such\/node doesn't exist\. Set unblock\.nodePath/),
    ));

  it('a folder to run in that does not exist', () =>
    withSettings({ 'unblock.cwd': '/no/such/folder' }, async () =>
      assert.match(await sentence(() => run(COMMANDS.profile, quick())), /isn't a folder: set unblock\.cwd/),
    ));

  it('an untrusted workspace', async () => {
    replace(vscode.workspace, 'isTrusted', false);
    try {
      const terminals = vscode.window.terminals.length;
      assert.match(await sentence(() => run(COMMANDS.profile, quick())), /restricted mode: trust it/);
      assert.equal(vscode.window.terminals.length, terminals);
    } finally {
      replace(vscode.workspace, 'isTrusted', true);
    }
  });

  it('a script with a syntax error', async () => {
    const uri = await writeScript('broken.mjs', 'const = 1;\n');
    assert.match(await sentence(() => run(COMMANDS.profile, uri)), /broken\.mjs/);
  });

  it('commands that need results before there are any', async () => {
    await run(COMMANDS.clearResults);
    assert.match(await sentence(() => run(COMMANDS.profileAgain)), /^Nothing has been profiled yet/);
    assert.match(await sentence(() => run(COMMANDS.showFlameGraph)), /^There is no flame graph yet/);
    assert.match(await sentence(() => run(COMMANDS.open0xFlameGraph)), /^There is no recording yet/);
    assert.match(await sentence(() => run(COMMANDS.stop)), /^Nothing is being profiled/);
  });
});

describe('an unsaved file', () => {
  after(() => run(COMMANDS.clearResults));

  it('is saved before it runs', async function () {
    this.timeout(90_000);
    const uri = await writeScript('unsaved.mjs', 'console.log(1);\n');
    const editor = await vscode.window.showTextDocument(uri);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), 'console.log(2);\n'));
    assert.equal(editor.document.isDirty, true);
    await messagesOf(() => run(COMMANDS.profile));
    assert.equal(editor.document.isDirty, false);
  });

  it('is asked about where the setting says so', () =>
    withSettings({ 'unblock.saveBeforeRun': 'ask' }, async () => {
      const editor = await openExample('written', 'unsaved.mjs');
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// \n'));
      const shown = await messagesOf(() => run(COMMANDS.profile));
      assert.match(shown[0] ?? '', /^unsaved\.mjs has unsaved changes/);
      assert.equal(editor.document.isDirty, true);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }));
});

describe('a script that never ends', () => {
  /** Says when there is something to analyse. */
  const endless = `import { writeFileSync } from 'node:fs';
let sum = 0;
function spin(until) {
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
}
spin(performance.now() + 500);
writeFileSync(new URL('started', import.meta.url), '');
spin(Infinity);
`;
  const started = () => existsSync(workspaceFile('written', 'started').fsPath);

  after(() => run(COMMANDS.clearResults));

  /** Starts to profile the endless script and waits for its terminal. */
  async function begin(uri: vscode.Uri): Promise<{ outcome: Promise<unknown>; terminal: vscode.Terminal }> {
    const before = new Set(vscode.window.terminals);
    const outcome = run(COMMANDS.profile, uri);
    const terminal = (): vscode.Terminal | undefined => vscode.window.terminals.find((one) => !before.has(one));
    await until('the terminal is open', () => terminal() !== undefined);
    return { outcome, terminal: terminal()! };
  }

  it('is stopped and analysed; meanwhile another profile is not begun', async function () {
    this.timeout(120_000);
    const uri = await writeScript('endless.mjs', endless);
    const shown = await messagesOf(async () => {
      const { outcome } = await begin(uri);
      assert.equal(await run(COMMANDS.profile, quick()), false);
      await until('the script spins', started);
      await run(COMMANDS.stop);
      assert.equal(await outcome, true);
    });
    assert.equal(shown.length, 2, shown.join(' | '));
    assert.match(shown[0] ?? '', /^endless\.mjs is being profiled already/);
    assert.match(shown[1] ?? '', /^endless\.mjs, stopped by you: /);
  });

  it('is thrown away', async function () {
    this.timeout(60_000);
    const shown = await messagesOf(async () => {
      const { outcome, terminal } = await begin(workspaceFile('written', 'endless.mjs'));
      await run(COMMANDS.discard);
      assert.equal(await outcome, false);
      await until('the terminal is closed', () => !vscode.window.terminals.includes(terminal));
    });
    assert.deepEqual(shown, []);
  });

  it('ends with its terminal', async function () {
    this.timeout(60_000);
    const shown = await messagesOf(async () => {
      const { outcome, terminal } = await begin(workspaceFile('written', 'endless.mjs'));
      await terminal.processId;
      terminal.dispose();
      assert.equal(await outcome, false);
    });
    assert.equal(shown.length, 1);
    assert.match(shown[0] ?? '', /profile again\.$/);
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from '../../../src/extension/contributions.ts';
import { hoverAt, messagesOf, openExample, run, withSettings, workspaceFile } from './editor.ts';

const file = () => workspaceFile('render-frames', 'render-frames.mjs');

describe('counting calls', () => {
  before(async function () {
    this.timeout(120_000);
    await openExample('render-frames', 'render-frames.mjs');
    await messagesOf(async () => assert.equal(await run(COMMANDS.profile), true));
  });

  after(async () => {
    await run(COMMANDS.clearResults);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  /** What the hovers over the example's lines say. */
  const hovers = async (): Promise<string> => {
    const { lineCount } = await vscode.workspace.openTextDocument(file());
    const texts: string[] = [];
    for (let line = 1; line <= lineCount; line++) texts.push(await hoverAt(file(), line));
    return texts.join('\n');
  };

  it('is done for the results that are shown, which keep their time', async function () {
    this.timeout(120_000);
    assert.doesNotMatch(await hovers(), /calls?, .* each/);
    const shown = await messagesOf(async () => assert.equal(await run(COMMANDS.countCalls), true));
    assert.match(shown.join(), /^render-frames\.mjs: calls and sizes were counted\./);
    assert.match(await hovers(), /\d+ calls, .* each; .* to clone .* of arguments/);
  });

  it('refuses results that are no longer of the text', async () => {
    const editor = await openExample('render-frames', 'render-frames.mjs');
    const text = editor.document.getText();
    const hot = text.indexOf('function renderFrame');
    await editor.edit((edit) => edit.insert(editor.document.positionAt(text.indexOf('\n', hot) + 1), '  // changed\n'));
    const shown = await messagesOf(async () => assert.equal(await run(COMMANDS.countCalls), false));
    assert.match(shown.join(), /has changed since it was profiled/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('is part of each profile where the setting says so', async function () {
    this.timeout(120_000);
    await withSettings({ [SETTINGS.countCalls]: true }, async () => {
      await messagesOf(async () => assert.equal(await run(COMMANDS.profile, file()), true));
    });
    assert.match(await hovers(), /\d+ calls, .* each; .* to clone/);
  });
});

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, run, until } from './editor.ts';

describe('an example', () => {
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('is opened as a copy that may be changed, with what it needs', async () => {
    await run(COMMANDS.openExample, 'sequential-requests');
    const opened = vscode.window.activeTextEditor?.document.uri.fsPath ?? '';
    assert.match(opened, /unblock\.unblock.examples.sequential-requests.fetch-prices\.mjs$/);
    const examples = readdirSync(join(dirname(opened), '..'));
    assert.ok(examples.includes('start-service.mjs'));
    assert.ok(!examples.includes('in-order'));
  });

  it('keeps what was changed in it when it is opened again', async () => {
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// mine\n'));
    await editor.document.save();
    const shown = await messagesOf(() => run(COMMANDS.openExample, 'sequential-requests'), 'Keep My Changes');
    assert.equal(shown.length, 1);
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /^\/\/ mine/);
    await messagesOf(() => run(COMMANDS.openExample, 'sequential-requests'), 'Start Over');
    await until('the text is the original', () => vscode.window.activeTextEditor?.document.getText().startsWith('// mine') === false);
  });
});

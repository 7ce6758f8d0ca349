import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension', () => {
  it('is found by VS Code and can be activated', async () => {
    const extension = vscode.extensions.getExtension('unblock.unblock');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});

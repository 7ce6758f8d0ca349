import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, run, writeScript } from './editor.ts';

describe('repeating a script that is over too soon', () => {
  after(async () => {
    await run(COMMANDS.clearResults);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('runs it so many times and adds up', async function () {
    this.timeout(120_000);
    const script = await writeScript('short.cjs', 'const until = performance.now() + 20;\nwhile (performance.now() < until);\n');
    const once = await messagesOf(async () => assert.equal(await run(COMMANDS.profile, script), true));
    assert.match(once.join(), /too short to say/);
    const again = await messagesOf(async () => assert.equal(await run(COMMANDS.profileAgain, 20), true));
    assert.match(again.join(), /20 runs of \d+ ms/);
  });
});

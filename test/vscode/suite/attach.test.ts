import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, replace, run, until, workspaceFile, writeScript } from './editor.ts';

/** Says by a file when it has been measured for some turns. */
const RUNNING = `import { writeFileSync } from 'node:fs';
let turns = 0;
setInterval(() => {
  for (const end = Date.now() + 10; Date.now() < end;);
  if (Symbol.for('unblock.measured') in process && ++turns === 30) writeFileSync(new URL('measured', import.meta.url), '');
}, 20);
`;

describe('a process of node that runs already', () => {
  let target: ChildProcess;
  before(async () => {
    const script = await writeScript('running.mjs', RUNNING);
    target = spawn(process.execPath, ['--inspect-port=0', script.fsPath], { env: { PATH: process.env['PATH'] ?? '' }, stdio: 'ignore' });
  });
  after(async () => {
    target.kill('SIGKILL');
    await run(COMMANDS.clearResults);
  });

  /** Answers the question for a process, and for a port, while `act` runs. */
  async function choosing(label: RegExp, port: string | undefined, act: () => Promise<void>): Promise<string[]> {
    const { showQuickPick, showInputBox } = vscode.window;
    let offered: string[] = [];
    replace(vscode.window, 'showQuickPick', async (items: PromiseLike<vscode.QuickPickItem[]>) => {
      const all = await items;
      offered = all.map((one) => `${one.label} ${one.description ?? ''}`);
      return all.find((one) => label.test(one.label));
    });
    replace(vscode.window, 'showInputBox', () => Promise.resolve(port));
    try {
      await act();
    } finally {
      replace(vscode.window, 'showQuickPick', showQuickPick);
      replace(vscode.window, 'showInputBox', showInputBox);
    }
    return offered;
  }

  it('is chosen, measured until it is stopped, and runs on', async function () {
    this.timeout(120_000);
    let shown: string[] = [];
    const offered = await choosing(/running\.mjs/, undefined, async () => {
      shown = await messagesOf(async () => {
        const outcome = run(COMMANDS.attach);
        await until('it is measured', () => existsSync(workspaceFile('written', 'measured').fsPath));
        await run(COMMANDS.stop);
        assert.equal(await outcome, true);
      });
    });
    assert.match(offered.at(-1) ?? '', /By inspector port…/);
    assert.ok(
      offered.some((one) => one.includes('running.mjs') && one.includes(String(target.pid)) && /of a core/.test(one)),
      offered.join(' | '),
    );
    assert.ok(!offered.some((one) => /extensionHost|server-main/.test(one)), offered.join(' | '));
    assert.equal(shown.length, 1, shown.join(' | '));
    assert.match(shown[0] ?? '', /^running\.mjs, which runs on: /);
    assert.deepEqual([target.exitCode, target.signalCode], [null, null]);
  });

  it('is named by a port on which nothing listens', async function () {
    this.timeout(60_000);
    await choosing(/By inspector port/, ':1', async () => {
      const shown = await messagesOf(async () => assert.equal(await run(COMMANDS.attach), false));
      assert.equal(shown.length, 1, shown.join(' | '));
      assert.match(shown[0] ?? '', /^Nothing listens on 127\.0\.0\.1:1: start node with --inspect=1/);
    });
  });

  it('is left alone from an untrusted workspace', async () => {
    replace(vscode.workspace, 'isTrusted', false);
    try {
      const shown = await messagesOf(() => run(COMMANDS.attach, target.pid));
      assert.match(shown.join(' | '), /^This workspace is in restricted mode: trust it, then attach to a process\.$/);
    } finally {
      replace(vscode.workspace, 'isTrusted', true);
    }
  });
});

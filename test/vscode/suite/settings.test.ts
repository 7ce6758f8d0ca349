import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { messagesOf, replace, run, withSettings, workspaceFile, writeScript } from './editor.ts';

/** What a script saw of how it was run. */
interface Seen {
  args: string[];
  mine: string | undefined;
  cwd: string;
  options: string[];
  session: string | undefined;
}

const script = `import { writeFileSync } from 'node:fs';
const { argv, env, execArgv } = process;
const seen = { args: argv.slice(2), mine: env.MINE, cwd: process.cwd(), options: execArgv, session: env.UNBLOCK_SESSION };
writeFileSync(new URL('seen.json', import.meta.url), JSON.stringify(seen));
`;

const SERVER = `import { createServer } from 'node:http';
createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1');
`;

describe('a script is run as the settings say', () => {
  let uri: vscode.Uri;

  before(async () => {
    uri = await writeScript('with space # and é.mjs', script);
  });
  after(() => run(COMMANDS.clearResults));

  async function profiled(command: string): Promise<Seen> {
    const shown = await messagesOf(async () => assert.equal(await run(command, uri), true));
    assert.equal(shown.length, 1, shown.join(' | '));
    return JSON.parse(readFileSync(workspaceFile('written', 'seen.json').fsPath, 'utf8')) as Seen;
  }

  async function answering(answer: string, act: () => Promise<Seen>): Promise<{ seen: Seen; offered: string | undefined }> {
    const own = vscode.window.showInputBox;
    let offered: string | undefined;
    replace(vscode.window, 'showInputBox', ({ value }: vscode.InputBoxOptions) => {
      offered = value;
      return Promise.resolve(answer);
    });
    try {
      return { seen: await act(), offered };
    } finally {
      replace(vscode.window, 'showInputBox', own);
    }
  }

  it('with arguments, environment, folder and options for node', async function () {
    this.timeout(60_000);
    const settings = {
      'unblock.args': ['one', 'two three'],
      'unblock.env': { MINE: 'in ${workspaceFolder}' },
      'unblock.cwd': '${fileDirname}',
      'unblock.nodeOptions': ['--no-warnings'],
    };
    await withSettings(settings, async () => {
      const seen = await profiled(COMMANDS.profile);
      assert.deepEqual(seen.args, ['one', 'two three']);
      assert.equal(seen.mine, `in ${workspaceFile().fsPath}`);
      assert.equal(seen.cwd, workspaceFile('written').fsPath);
      assert.ok(seen.options.includes('--no-warnings'));
      assert.equal(seen.session, undefined);
    });
  });

  it('under the load that was typed, which is remembered for the file', async function () {
    this.timeout(60_000);
    const server = await writeScript('server.mjs', SERVER);
    const ask = `node -e 'fetch("http://127.0.0.1:{port}")'`;
    const own = vscode.window.showInputBox;
    const offered: (string | undefined)[] = [];
    replace(vscode.window, 'showInputBox', ({ value }: vscode.InputBoxOptions) => {
      offered.push(value);
      return Promise.resolve(ask);
    });
    try {
      for (let time = 0; time < 2; time++) {
        const shown = await messagesOf(async () => assert.equal(await run(COMMANDS.profileUnderLoad, server), true));
        assert.match(shown.join(' | '), /^server\.mjs under load: /);
      }
    } finally {
      replace(vscode.window, 'showInputBox', own);
    }
    assert.match(offered[0] ?? '', /^autocannon .*\{port\}/);
    assert.equal(offered[1], ask);
  });

  it('in the workspace folder and without arguments when nothing is set', async function () {
    this.timeout(60_000);
    const seen = await profiled(COMMANDS.profile);
    assert.deepEqual(seen.args, []);
    assert.equal(seen.cwd, workspaceFile().fsPath);
  });

  it('with the arguments that were typed, which are remembered for the file', async function () {
    this.timeout(120_000);
    const first = await answering(`a "b c" --d='e'`, () => profiled(COMMANDS.profileWithArguments));
    assert.deepEqual(first.seen.args, ['a', 'b c', '--d=e']);
    assert.deepEqual((await profiled(COMMANDS.profile)).args, ['a', 'b c', '--d=e']);
    const next = await answering('', () => profiled(COMMANDS.profileWithArguments));
    assert.equal(next.offered, `a 'b c' --d=e`);
    assert.deepEqual(next.seen.args, []);
  });
});

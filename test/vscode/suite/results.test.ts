import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/extension/contributions.ts';
import { actionsAt, diagnosticsOf, hoverAt, lensesOf, messagesOf, openExample, run, until, withSettings, workspaceFile } from './editor.ts';

const file = () => workspaceFile('sequential-requests', 'fetch-prices.mjs');

/** The mark on the call that costs; a noisy machine may find more to say about the run. */
const mark = (): vscode.Diagnostic | undefined =>
  diagnosticsOf(file()).find((one) => typeof one.code === 'object' && one.code.value === 'overlap-awaits');

describe('profiling an example', () => {
  let shown: string[] = [];
  let profiled = '';
  let files: string[] = [];

  before(async function () {
    this.timeout(120_000);
    const editor = await openExample('sequential-requests', 'fetch-prices.mjs');
    profiled = editor.document.getText();
    files = await filesOf(workspaceFile('sequential-requests'));
    shown = await messagesOf(async () => assert.equal(await run(COMMANDS.profile), true));
  });

  after(async () => {
    await run(COMMANDS.clearResults);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('says where the time went in one notification', () => {
    assert.equal(shown.length, 1);
    assert.match(shown[0] ?? '', /^fetch-prices\.mjs: .* waiting/);
  });

  it('marks the call that costs, with the rule linked to its page', () => {
    const diagnostic = mark();
    assert.ok(diagnostic);
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Information);
    assert.equal(diagnostic.range.start.line + 1, 13);
    assert.ok(typeof diagnostic.code === 'object');
    assert.equal(diagnostic.code.value, 'overlap-awaits');
    assert.match(diagnostic.code.target.path, /docs\/rules\/overlap-awaits\.md$/);
    assert.ok((diagnostic.relatedInformation?.length ?? 0) > 0);
  });

  it('puts a lens over the hot function', async () => {
    const lenses = await lensesOf(file());
    // A noisy machine may give the top level one, too.
    const lens = lenses.find((one) => one.command?.title.includes('overlap'));
    assert.match(
      lens?.command?.title ?? lenses.map((one) => one.command?.title).join(),
      /^\$\(flame\) \d+ % · .* · waiting.* · overlap the waits \(≈[\d.]+×\)$/,
    );
    assert.equal(lens?.command?.command, COMMANDS.showFlameGraph);
  });

  it('describes the hot line when the pointer rests on it', async () =>
    assert.match(await hoverAt(file(), 5), /Unblock.*\n.*`[A-Z]*W{5}/s));

  it('shows the flame graph beside the editor', async () => {
    await until('the panel is open', () =>
      vscode.window.tabGroups.all.some((group) => group.tabs.some((tab) => tab.label === 'Unblock · fetch-prices.mjs')),
    );
  });

  it('keeps the terminal to be read', () => assert.ok(vscode.window.terminals.some((one) => one.name === 'Unblock: fetch-prices.mjs')));

  it('keeps the results when another file comes to the front', async () => {
    await openExample('in-order', 'simulate-stock.cjs');
    await openExample('sequential-requests', 'fetch-prices.mjs');
    assert.ok(mark());
    assert.ok((await lensesOf(file())).length > 0);
  });

  it('moves the results along with edits, and takes them back', async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file(), new vscode.Position(0, 0), '// one\n// two\n');
    await vscode.workspace.applyEdit(edit);
    await until('the diagnostic has moved', () => mark()?.range.start.line === 14);
    assert.doesNotMatch(mark()?.message ?? '', /Changed since/);
    await vscode.commands.executeCommand('undo');
    await until('the diagnostic is back', () => mark()?.range.start.line === 12);
  });

  it('marks the results of a function that was changed', async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file(), new vscode.Position(12, 0), ' ');
    await vscode.workspace.applyEdit(edit);
    await until('the diagnostic is marked', () => mark()?.message.startsWith('Changed since it was profiled') === true);
    const titles = (await lensesOf(file())).map((one) => one.command?.title ?? '');
    assert.ok(
      titles.some((title) => title.includes('changed since profiled')),
      titles.join(' | '),
    );
    await vscode.commands.executeCommand('undo');
    await until('the mark is gone', () => mark()?.message.startsWith('Changed') === false);
  });

  it('offers the change as a quick fix and as a refactor, and one undo takes it back', async () => {
    const diagnostic = mark();
    assert.ok(diagnostic);
    const refactors = await actionsAt(file(), diagnostic.range, vscode.CodeActionKind.RefactorRewrite);
    const title = refactors.find((one) => /at a time.*×/.test(one.title))?.title;
    const fixes = await actionsAt(file(), diagnostic.range, vscode.CodeActionKind.QuickFix);
    const fix = fixes.find((one) => one.title === title);
    assert.ok(fix?.edit, [...refactors, ...fixes].map((one) => one.title).join(' | '));
    const bulb = await actionsAt(file(), diagnostic.range);
    assert.equal(bulb.filter((one) => one.title === title).length, 1, 'the light bulb shows it once');
    await vscode.workspace.applyEdit(fix.edit, { isRefactoring: true });
    const { document } = await openExample('sequential-requests', 'fetch-prices.mjs');
    assert.notEqual(document.getText(), profiled);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), profiled);
  });

  it('says why where the change can no longer be made', async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file(), new vscode.Position(13, 0), '    if (price > 1e9) break;\n');
    await vscode.workspace.applyEdit(edit);
    // Marks follow an edit a moment later, and the editor gives up on a question while they move: like a person, ask where the mark is now.
    let why: vscode.Command | undefined;
    await until('the reason is offered', async () => {
      const range = mark()?.range;
      const fixes = range === undefined ? [] : await actionsAt(file(), range, vscode.CodeActionKind.QuickFix);
      why = fixes.find((one) => one.command?.command === COMMANDS.whyNot)?.command;
      return why !== undefined;
    });
    // VS Code keeps disabled actions to itself here, so that only what explains them is seen.
    assert.deepEqual(await actionsAt(file(), mark()!.range, vscode.CodeActionKind.RefactorRewrite), []);
    const { command, arguments: passed = [] } = why!;
    const [words] = await messagesOf(() => run(command, ...(passed as unknown[])));
    assert.match(words ?? '', /break/);
    await vscode.commands.executeCommand('undo');
  });

  it('shows the flame graph that 0x draws', async function () {
    this.timeout(60_000);
    await run(COMMANDS.open0xFlameGraph);
    const tab = (): vscode.Tab | undefined =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).find((one) => one.label === '0x · fetch-prices.mjs');
    await until('the page is open', () => tab() !== undefined);
    await vscode.window.tabGroups.close(tab()!);
  });

  it('leaves the workspace as it was', async () => assert.deepEqual(await filesOf(workspaceFile('sequential-requests')), files));

  it('hides what falls below the share that is asked for, and what is switched off', async () => {
    await withSettings({ 'unblock.minimumShare': 100 }, async () => {
      await until('no diagnostic', () => diagnosticsOf(file()).length === 0);
      assert.deepEqual(await lensesOf(file()), []);
    });
    await withSettings(
      { 'unblock.codeLens.enabled': false, 'unblock.diagnostics.enabled': false, 'unblock.hover.enabled': false },
      async () => {
        await until('no diagnostic', () => diagnosticsOf(file()).length === 0);
        assert.deepEqual(await lensesOf(file()), []);
        assert.doesNotMatch(await hoverAt(file(), 5), /Unblock/);
      },
    );
    await until('the diagnostic is back', () => mark() !== undefined);
  });

  it('removes everything when the results are cleared', async () => {
    await run(COMMANDS.clearResults);
    assert.deepEqual(diagnosticsOf(file()), []);
    assert.deepEqual(await lensesOf(file()), []);
    await until(
      'the panel is closed',
      () => !vscode.window.tabGroups.all.some((group) => group.tabs.some((tab) => tab.label.startsWith('Unblock'))),
    );
  });
});

async function filesOf(folder: vscode.Uri): Promise<string[]> {
  return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name).sort();
}

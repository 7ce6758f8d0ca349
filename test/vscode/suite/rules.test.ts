import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from '../../../src/extension/contributions.ts';
import { rulePrograms, type RuleProgram } from '../rule-programs.ts';
import { actionsAt, diagnosticsOf, lensesOf, messagesOf, openExample, run, until, withSettings, workspaceFile } from './editor.ts';

/** Each rule from its mark to its undo, in the editor's own terms. */
for (const one of rulePrograms) {
  describe(`${one.rule} in the editor`, () => {
    const file = (): vscode.Uri => workspaceFile(one.folder, one.file);
    const changed = (): string[] => [one.file, ...one.others.filter((name) => !name.startsWith('+'))];
    const made = (): string[] => one.others.filter((name) => name.startsWith('+')).map((name) => name.slice(1));
    const mark = (): vscode.Diagnostic | undefined =>
      diagnosticsOf(file()).find((found) => typeof found.code === 'object' && found.code.value === one.rule);
    let output = '';

    before(async function () {
      this.timeout(120_000);
      output = await outputOf(one);
      await openExample(one.folder, one.script);
      await withSettings({ [SETTINGS.countCalls]: one.countsCalls === true }, async () => {
        await messagesOf(async () => assert.equal(await run(COMMANDS.profile), true));
      });
    });
    after(async () => {
      await run(COMMANDS.clearResults);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });

    it('is marked on the line that costs, with a lens over its function', async () => {
      await openExample(one.folder, one.file);
      assert.equal(mark()?.range.start.line, one.line - 1);
      assert.ok((await lensesOf(file())).length > 0);
    });

    if (one.rule === 'prefer-async-api')
      it('reaches a file that was saved after it had been worked out', async () => {
        const caller = workspaceFile(one.folder, 'lib/late.mjs');
        const changes = async (): Promise<vscode.Uri[] | undefined> => {
          const range = mark()?.range;
          const offered = range === undefined ? [] : await actionsAt(file(), range, vscode.CodeActionKind.QuickFix);
          return offered
            .find((action) => action.edit !== undefined)
            ?.edit?.entries()
            .map(([uri]) => uri);
        };
        await until('the change is offered', async () => (await changes()) !== undefined);
        await vscode.workspace.fs.writeFile(caller, new TextEncoder().encode(`import { report } from './report.mjs';\nreport([]);\n`));
        // What was on offer is another change now, which VS Code is told of when it is taken.
        await messagesOf(() =>
          until('the new caller is changed too', async () => (await changes())?.some((uri) => uri.path === caller.path) === true),
        );
        await vscode.workspace.fs.delete(caller);
      });

    it('is applied as the screen shows it, runs with the same output, and is taken back by one undo', async function () {
      this.timeout(60_000);
      // What is typed and not saved yet, in the file that is marked and in the last of the others.
      const typed = [...new Set([changed()[0]!, changed().at(-1)!])];
      for (const name of typed) {
        const edit = new vscode.WorkspaceEdit();
        edit.insert(workspaceFile(one.folder, name), new vscode.Position(0, 0), '// typed and not saved\n');
        await vscode.workspace.applyEdit(edit);
      }
      await until('the mark has moved along', () => mark()?.range.start.line === one.line);
      const before = await textsOf(changed());

      await takeChange(before);
      const after = await textsOf(changed());
      for (const name of typed) assert.match(after[changed().indexOf(name)]!, /\/\/ typed and not saved\n/);
      await vscode.workspace.saveAll();
      // VS Code saves what a refactoring changed by itself too, and may be at it still: a program that is read half written does something else.
      const touched = [...changed(), ...made()];
      const onDisk = (name: string): string => readFileSync(workspaceFile(one.folder, name).fsPath, 'utf8').replace('\uFEFF', '');
      await until('all of it is on disk', async () => {
        const shown = await textsOf(touched);
        return touched.every((name, index) => shown[index] !== '' && onDisk(name) === shown[index]);
      });
      assert.equal(await outputOf(one), output);

      await openExample(one.folder, one.file);
      await vscode.commands.executeCommand('undo');
      await until('what was made is gone', () => made().every((name) => !existsSync(workspaceFile(one.folder, name).fsPath)));
      assert.deepEqual(await textsOf(changed()), before);
      await vscode.commands.executeCommand('undo');
      await vscode.workspace.saveAll();
    });

    /** Takes the change from the light bulb at the mark, and accepts the preview. */
    async function takeChange(before: string[]): Promise<void> {
      let offered: vscode.CodeAction[] = [];
      // The editor gives up on a question while marks move.
      await until('the change is offered', async () => {
        offered = await actionsAt(file(), mark()!.range, vscode.CodeActionKind.QuickFix);
        return offered.some((action) => one.action.test(action.title));
      });
      const editor = await openExample(one.folder, one.file);
      editor.selection = new vscode.Selection(mark()!.range.start, mark()!.range.start);
      await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'refactor.rewrite.unblock', apply: 'first' });
      await until('the change is made', async () => {
        if (one.previewed) await vscode.commands.executeCommand('refactorPreview.apply');
        const areMade = made().every((name) => existsSync(workspaceFile(one.folder, name).fsPath));
        return areMade && (await textsOf(changed())).every((text, index) => text !== before[index]);
      });
    }

    async function textsOf(names: string[]): Promise<string[]> {
      const documents = names.map((name) => vscode.workspace.openTextDocument(workspaceFile(one.folder, name)));
      return (await Promise.all(documents)).map((document) => document.getText());
    }
  });
}

/** What the program prints, run by the extension host's node. */
async function outputOf({ folder, script }: RuleProgram): Promise<string> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, [workspaceFile(folder, script).fsPath], { env });
  return stdout;
}

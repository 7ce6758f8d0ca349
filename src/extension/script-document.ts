import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { SCRIPT_PATTERN } from './contributions.ts';
import type { RunSettings } from './settings.ts';

/**
 * The script a command is about: what the menu passed, else the active editor's file. Throws a Failure in words for what can't be
 * profiled.
 */
export function chooseScript(passed: unknown): vscode.Uri {
  const uri = passed instanceof vscode.Uri ? passed : (vscode.window.activeTextEditor?.document.uri ?? scriptInView());
  if (uri === undefined) throw new Failure('Open a JavaScript or TypeScript file first: Unblock profiles the file in the active editor.');
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  if (uri.scheme === 'untitled') throw new Failure(`${name} has never been saved: save it as a file, then profile it.`);
  if (uri.scheme !== 'file') throw new Failure(`${name} isn't a file on this machine: open it from a folder, then profile it.`);
  if (!SCRIPT_PATTERN.test(uri.path)) throw new Failure(`${name} isn't a script that Node runs: open a .js, .mjs, .cjs, .ts or .mts file.`);
  return uri;
}

/** While the flame graph or the walkthrough has the focus there is no active editor, but the script stands beside it. */
function scriptInView(): vscode.Uri | undefined {
  const uris = vscode.window.visibleTextEditors.map((one) => one.document.uri);
  return uris.find((uri) => uri.scheme === 'file' && SCRIPT_PATTERN.test(uri.path));
}

/** Saves what is unsaved as the setting says. False when the person would rather not. Throws a Failure when the file can't be written. */
export async function saveBeforeRun(script: vscode.Uri, choice: RunSettings['saveBeforeRun']): Promise<boolean> {
  const dirty = vscode.workspace.textDocuments.filter((one) => one.isDirty && one.uri.scheme === 'file');
  const own = dirty.find((one) => one.uri.toString() === script.toString());
  const toSave = choice === 'all' ? dirty : own === undefined ? [] : [own];
  if (toSave.length === 0) return true;
  if (choice === 'ask') {
    const save = vscode.l10n.t('Save and Profile');
    const name = script.path.slice(script.path.lastIndexOf('/') + 1);
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('{0} has unsaved changes, and what is profiled is the file on disk.', name),
      save,
    );
    if (answer !== save) return false;
  }
  for (const document of toSave) {
    if (!(await document.save()))
      throw new Failure(`${document.fileName} could not be saved: make it writable, or undo the changes, then profile it.`);
  }
  return true;
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { SCRIPT_PATTERN } from './contributions.ts';

/** The first one to try: it waits, so that its cure is a few words and the gain is large. */
const FIRST = 'sequential-requests';

/** Opens an example as a copy that may be changed: the one that is passed by name, else the one that is picked. */
export async function openExample(passed: unknown, context: vscode.ExtensionContext): Promise<void> {
  const shipped = context.asAbsolutePath('examples');
  if (!existsSync(shipped)) throw new Failure('The examples are missing from this installation: install Unblock again.', shipped);
  const scripts = readdirSync(shipped, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ folder: entry.name, script: mainScript(join(shipped, entry.name), entry.name) }))
    .filter((one) => one.script !== null) as { folder: string; script: string }[];
  const chosen = typeof passed === 'string' ? scripts.find((one) => one.folder === passed) : await pick(scripts, shipped);
  if (chosen === undefined) return;
  const own = vscode.Uri.joinPath(context.globalStorageUri, 'examples').fsPath;
  if (await mayCopy(join(shipped, chosen.folder, chosen.script), join(own, chosen.folder, chosen.script)))
    await cp(shipped, own, { recursive: true, filter: (from) => !isOtherExample(from, shipped, chosen.folder) });
  // The walkthrough stays in view beside it: its next step is about the file that is open.
  const besideIt = vscode.window.activeTextEditor === undefined && vscode.window.tabGroups.activeTabGroup.activeTab !== undefined;
  const viewColumn = besideIt ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  await vscode.window.showTextDocument(vscode.Uri.file(join(own, chosen.folder, chosen.script)), { viewColumn, preview: false });
}

/** The files beside the folders are shared by the examples; another example may have been changed. */
function isOtherExample(from: string, shipped: string, chosen: string): boolean {
  const [first] = relative(shipped, from).split(sep);
  return first !== undefined && first !== '' && first !== chosen && statSync(join(shipped, first)).isDirectory();
}

async function pick(
  scripts: { folder: string; script: string }[],
  shipped: string,
): Promise<{ folder: string; script: string } | undefined> {
  const items = await Promise.all(
    scripts
      .sort((a, b) => Number(b.folder === FIRST) - Number(a.folder === FIRST))
      .map(async (one) => ({
        label: one.folder.replaceAll('-', ' '),
        description: one.script,
        detail: await firstSentence(join(shipped, one.folder, one.script)),
        one,
      })),
  );
  const choice = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('A small program with one real bottleneck'),
    matchOnDetail: true,
  });
  return choice?.one;
}

/** The script that is run, where others of the folder are its helpers: the one that a README would name first. */
function mainScript(folder: string, name: string): string | null {
  const scripts = readdirSync(folder).filter((file) => SCRIPT_PATTERN.test(file));
  return (
    scripts.find((file) => file.startsWith(name)) ??
    (scripts.length > 1 ? scripts.find((file) => !file.startsWith('ask-')) : scripts[0]) ??
    null
  );
}

/** The comment at the top of an example says what it does. */
async function firstSentence(file: string): Promise<string> {
  const comment = /^(?:#!.*\n)?(?:\/\/ ?(.*)|\/\*\*?\s*\*?\s*(.*))/.exec(await readFile(file, 'utf8'));
  return (comment?.[1] ?? comment?.[2] ?? '').replace(/\*\/\s*$/, '').trim();
}

/** A copy that was changed is kept unless the person wants to start over. */
async function mayCopy(from: string, to: string): Promise<boolean> {
  if (!existsSync(to)) return true;
  if ((await readFile(from, 'utf8')) === (await readFile(to, 'utf8'))) return false;
  const again = vscode.l10n.t('Start Over');
  const keep = vscode.l10n.t('Keep My Changes');
  return (await vscode.window.showInformationMessage(vscode.l10n.t('You have changed this example before.'), again, keep)) === again;
}

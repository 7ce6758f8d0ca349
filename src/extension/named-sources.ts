import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { nearest } from '../languages/node/launch/nearest.ts';
import { npmScripts } from '../languages/node/launch/npm-script.ts';
import type { RunRequest } from './results.ts';

/**
 * Asks which script of the nearest package.json is to be profiled: nearest to what a menu passed (a package.json, or an entry of VS Code's own view of
 * npm scripts, which needs no question), else to the active file. Null when nothing was chosen. Throws a Failure where there is none.
 */
export async function chooseNpmScript(passed: unknown): Promise<RunRequest | null> {
  const entry = npmViewEntry(passed);
  const file = entry?.file ?? nearest('package.json', folderOf(passed));
  if (file === null) throw new Failure('There is no package.json here: open a file of the package whose script you want to profile.');
  const scripts = npmScripts(file);
  const items = Object.entries(scripts).map(([label, description]) => ({ label, description }));
  if (items.length === 0) throw new Failure(`${file} has no scripts: add one, or open a script and run Profile and Advise.`);
  const place = vscode.workspace.asRelativePath(file);
  const name =
    entry?.script ??
    (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Script of {0} to profile', place), matchOnDescription: true }))
      ?.label;
  return name === undefined
    ? null
    : { script: file, args: [], engine: null, named: { kind: 'script', name, folder: dirname(file), file: null } };
}

/** Asks which node configuration of the folder's launch.json is to be profiled. Null when nothing was chosen. Throws a Failure where there is none. */
export async function chooseLaunchConfiguration(): Promise<RunRequest | null> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new Failure('No folder is open: open the folder that has the .vscode/launch.json.');
  const items = folders.flatMap((folder) =>
    configurationsOf(folder).map((one) => ({
      label: String(one['name']),
      description: folders.length > 1 ? folder.name : '',
      detail: [one['runtimeExecutable'], one['program']].filter((word) => typeof word === 'string').join(' '),
      folder: folder.uri.fsPath,
    })),
  );
  if (items.length === 0)
    throw new Failure(
      'There is no configuration in .vscode/launch.json that launches node: add one, or open a script and run Profile and Advise.',
    );
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Launch configuration to profile') });
  if (choice === undefined) return null;
  const file = active?.scheme === 'file' ? active.fsPath : null;
  return {
    script: join(choice.folder, '.vscode', 'launch.json'),
    args: [],
    engine: null,
    named: { kind: 'launch', name: choice.label, folder: choice.folder, file },
  };
}

/** Those that node is launched by, as they stand in the folder's own launch.json. */
function configurationsOf(folder: vscode.WorkspaceFolder): Record<string, unknown>[] {
  const found = vscode.workspace.getConfiguration('launch', folder.uri).inspect<unknown>('configurations');
  const own = found?.workspaceFolderValue ?? (vscode.workspace.workspaceFile === undefined ? found?.workspaceValue : undefined);
  if (!Array.isArray(own)) return [];
  return (own as Record<string, unknown>[]).filter(
    ({ type, request, name }) =>
      typeof name === 'string' && request === 'launch' && typeof type === 'string' && /^(?:pwa-)?node2?$/.test(type),
  );
}

function folderOf(passed: unknown): string {
  const uri = passed instanceof vscode.Uri ? passed : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === 'file') return dirname(uri.fsPath);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined) throw new Failure('No folder is open: open the package whose script you want to profile.');
  return folder;
}

/** An entry of the view of npm scripts that VS Code brings: an object of another extension's, so that each part of it is looked at. */
function npmViewEntry(passed: unknown): { script: string; file: string } | null {
  if (typeof passed !== 'object' || passed === null || passed instanceof vscode.Uri) return null;
  const { task, package: home } = passed as { task?: { definition?: { script?: unknown } }; package?: { resourceUri?: unknown } };
  const script = task?.definition?.script;
  const file = home?.resourceUri;
  return typeof script === 'string' && file instanceof vscode.Uri ? { script, file: file.fsPath } : null;
}

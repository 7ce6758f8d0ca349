import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** What the tests do in the editor, in a few words each. */

/** The workspace is a copy of examples/ that tests may change. */
export function workspaceFile(...path: string[]): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, ...path);
}

export async function openExample(...path: string[]): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(workspaceFile(...path), { viewColumn: vscode.ViewColumn.One });
}

/** Runs a command of ours; true when a profile gave a report. */
export async function run(command: string, ...passed: unknown[]): Promise<unknown> {
  return vscode.commands.executeCommand(command, ...passed);
}

export function diagnosticsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((one) => one.source === 'Unblock');
}

export async function lensesOf(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 50);
  return lenses.filter((one) => one.command?.command.startsWith('unblock.') === true);
}

export async function actionsAt(uri: vscode.Uri, range: vscode.Range, kind?: vscode.CodeActionKind): Promise<vscode.CodeAction[]> {
  try {
    return await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind?.value, 20);
  } catch (error) {
    // The editor gives up on a question while marks move, and asks again.
    if (error instanceof Error && error.name === 'Canceled') return [];
    throw error;
  }
}

export async function hoverAt(uri: vscode.Uri, line: number): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, new vscode.Position(line - 1, 6));
  return hovers.flatMap((one) => one.contents.map((text) => (text as vscode.MarkdownString).value)).join('\n');
}

/** Waits until it is so, asking again whenever the editor may have changed; the test's own time-out ends it. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > giveUp) assert.fail(`never so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

type Shower = 'showErrorMessage' | 'showWarningMessage' | 'showInformationMessage';

/** Takes the place of VS Code's messages while `act` runs: what was shown, each answered with the button named. */
export async function messagesOf(act: () => Promise<unknown>, answer?: string): Promise<string[]> {
  const shown: string[] = [];
  const showers: Shower[] = ['showErrorMessage', 'showWarningMessage', 'showInformationMessage'];
  const own = showers.map((name) => [name, vscode.window[name]] as const);
  for (const name of showers) {
    replace(vscode.window, name, (message: string, ...buttons: unknown[]) => {
      shown.push(message);
      return Promise.resolve(buttons.find((one) => one === answer));
    });
  }
  try {
    await act();
  } finally {
    for (const [name, original] of own) replace(vscode.window, name, original);
  }
  return shown;
}

/** Sets a property of VS Code's API for the tests and the extension, which share it. */
export function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

/** Sets `unblock.*` for the time of a test. */
export async function withSettings(settings: Record<string, unknown>, act: () => Promise<void>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  try {
    for (const [name, value] of Object.entries(settings)) await configuration.update(name, value, vscode.ConfigurationTarget.Global);
    await act();
  } finally {
    for (const name of Object.keys(settings)) await configuration.update(name, undefined, vscode.ConfigurationTarget.Global);
  }
}

export async function writeScript(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile('written', name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

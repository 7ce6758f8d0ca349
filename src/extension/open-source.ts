import { basename } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS, FLAME_GRAPH_PANEL } from './contributions.ts';
import type { Log } from './log.ts';
import { lineStart } from './positions.ts';

/** Opens a file at a 1-based line and column where sources are read: not over the flame graph. Undefined where it can't be opened; the person is told. */
export async function openSource(file: string, line: number, column: number, log: Log): Promise<vscode.TextEditor | undefined> {
  const uri = vscode.Uri.file(file);
  try {
    return await vscode.window.showTextDocument(uri, { selection: lineStart(line, column), viewColumn: columnFor(uri) });
  } catch (error) {
    log.error(String(error));
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} could not be opened: it may be code that was generated, or have moved.', basename(file)),
    );
    return undefined;
  }
}

/** What a row of a view does when it is clicked. */
export function openSourceCommand(file: string, line: number, column = 1): vscode.Command {
  return { command: COMMANDS.openSource, title: vscode.l10n.t('Open Source'), arguments: [file, line, column] };
}

/** Where the file is in view already, else beside the flame graph, else where the person is. */
function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const shown = vscode.window.visibleTextEditors.find((one) => one.document.uri.toString() === uri.toString());
  if (shown?.viewColumn !== undefined) return shown.viewColumn;
  const { all, activeTabGroup } = vscode.window.tabGroups;
  if (!showsFlameGraph(activeTabGroup)) return vscode.ViewColumn.Active;
  return all.find((group) => !showsFlameGraph(group))?.viewColumn ?? vscode.ViewColumn.Beside;
}

/** VS Code puts a prefix before the type of a webview. */
function showsFlameGraph(group: vscode.TabGroup): boolean {
  const input = group.activeTab?.input;
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(FLAME_GRAPH_PANEL);
}

import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { formatBytes } from '../core/report/format.ts';
import { webviewHtml } from '../core/report/html.ts';
import type { FromPanel, ToPanel } from '../protocol/panel.ts';
import { COMMANDS, FLAME_GRAPH_PANEL } from './contributions.ts';
import { showFailure, type Log } from './log.ts';
import { openSource } from './open-source.ts';
import type { Results, ResultsStore } from './results.ts';
import { shownPath } from './shown-paths.ts';

export interface FlameGraphPanel {
  dispose(): void;
  /** Opens the panel beside the editor, or brings it to the front. */
  open(focus?: { file: string; line: number }): void;
}

/** The flame graph beside the editor: one panel, which shows the results there are. */
export function createPanel(store: ResultsStore, context: vscode.ExtensionContext, log: Log): FlameGraphPanel {
  let panel: vscode.WebviewPanel | null = null;
  let isReady = false;
  let shown: Results | null = null;
  let focusNext: { file: string; line: number } | null = null;

  function open(focus?: { file: string; line: number }): void {
    if (store.current === null) return;
    focusNext = focus ?? null;
    if (panel === null) {
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      adopt(vscode.window.createWebviewPanel(FLAME_GRAPH_PANEL, 'Unblock', place, { enableFindWidget: false, ...WEBVIEW_OPTIONS }));
    } else {
      panel.reveal(undefined, true);
      void refreshOrSay();
    }
  }

  function adopt(made: vscode.WebviewPanel): void {
    panel = made;
    isReady = false;
    shown = null;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'media', `panel-${theme}.svg`);
    made.iconPath = { light: icon('light'), dark: icon('dark') };
    made.webview.options = WEBVIEW_OPTIONS;
    made.webview.onDidReceiveMessage((message: FromPanel) => void hear(message));
    made.onDidDispose(() => {
      panel = null;
    });
    made.title = titleOf(store.current);
    made.webview.html = page(context, store.current);
  }

  async function hear(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        isReady = true;
        shown = null;
        return refreshOrSay();
      case 'openSource': {
        const file = shownPath(message.file, store.current?.folders ?? []);
        await openSource(file, store.lineNow(file, message.line), message.column, log);
        return;
      }
      case 'fix':
        await vscode.commands.executeCommand(COMMANDS.fix, message.advice);
        return;
      case 'repeat':
        await vscode.commands.executeCommand(COMMANDS.profileAgain, message.runs);
        return;
      case 'countCalls':
        await vscode.commands.executeCommand(COMMANDS.countCalls);
        return;
      case 'failed':
        log.error(`Flame graph: ${message.message}`);
        return void vscode.window.showErrorMessage(vscode.l10n.t('The flame graph could not be drawn: {0}', message.message));
    }
  }

  async function refreshOrSay(): Promise<void> {
    await refresh().catch((error: unknown) => void showFailure(error, log));
  }

  async function refresh(): Promise<void> {
    if (panel === null || !isReady || store.current === null) return;
    const results = store.current;
    panel.title = titleOf(results);
    if (shown !== results) {
      shown = results;
      const lanes = await Promise.all(results.profiles.map(async ({ name, path }) => ({ name, bytes: await bytesOf(path) })));
      if (shown !== results) return;
      post({ type: 'show', report: results.report, title: basename(results.report.target.script), compared: results.compared, lanes });
    }
    post({ type: 'stale', stale: store.anyStale() });
    if (focusNext !== null) post({ type: 'focus', ...focusNext });
    focusNext = null;
  }

  function post(message: ToPanel): void {
    panel?.webview.postMessage(message).then(undefined, (error: unknown) => log.error(String(error)));
  }

  const changes = store.onDidChange(() => {
    if (store.current === null) panel?.dispose();
    else void refreshOrSay();
  });
  const serializer = vscode.window.registerWebviewPanelSerializer(FLAME_GRAPH_PANEL, {
    deserializeWebviewPanel(revived) {
      if (store.current === null) revived.dispose();
      else adopt(revived);
      return Promise.resolve();
    },
  });
  return {
    open,
    dispose: () => {
      panel?.dispose();
      vscode.Disposable.from(changes, serializer).dispose();
    },
  };
}

function titleOf(results: Results | null): string {
  return results === null ? 'Unblock' : `Unblock · ${basename(results.report.target.script)}`;
}

const WEBVIEW_OPTIONS: vscode.WebviewOptions & vscode.WebviewPanelOptions = {
  enableScripts: true,
  // The page holds a parsed profile of up to hundreds of MB: reading it again at each switch of tabs would take seconds.
  retainContextWhenHidden: true,
  // It is all in its HTML.
  localResourceRoots: [],
};

/** The page reads a profile where it stands, in some times its length of memory. */
const LARGEST_SHOWN_BYTES = 500_000_000;

/** Throws a Failure for a profile that is too large to show. */
async function bytesOf(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > LARGEST_SHOWN_BYTES)
    throw new Failure(`The profile of this run is ${formatBytes(size)} long, too long for a flame graph: profile a shorter run.`, path);
  const buffer = await readFile(path);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function page(context: vscode.ExtensionContext, results: Results | null): string {
  const first = results?.profiles[0];
  const bytes = first === undefined ? 0 : (statSync(first.path, { throwIfNoEntry: false })?.size ?? 0);
  const script = readFileSync(context.asAbsolutePath('dist/webview.js'), 'utf8');
  return webviewHtml({ title: 'Unblock', bytes, script, nonce: randomBytes(16).toString('base64') });
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import type { Log } from './log.ts';
import type { Results } from './results.ts';
import { runSettings } from './settings.ts';
import { terminalEnvironment } from './terminal-environment.ts';
import { findUserNode } from './user-node.ts';

/** 0x takes seconds for a big recording; a minute means that it hangs. */
const DRAW_WITHIN_MS = 120_000;

/** Has 0x draw its own flame graph from the last recording, and shows the page. Throws a Failure when 0x can't. */
export async function open0xFlameGraph(results: Results | null, context: vscode.ExtensionContext, log: Log): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new Failure('This workspace is in restricted mode: trust it, then let 0x draw its flame graph.');
  if (results === null) throw new Failure('There is no recording yet: profile a script first.');
  const html = join(results.folder, '0x.html');
  if (!existsSync(html)) {
    const env = terminalEnvironment(process.env, {});
    const node = await findUserNode(runSettings(vscode.Uri.file(results.request.script)).nodePath, env);
    const title = vscode.l10n.t('0x is drawing its flame graph');
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (_, token) =>
      draw(
        node.path,
        [context.asAbsolutePath(join('dist', 'cli.cjs')), 'open', results.folder, '--engine', '0x', '--html', html],
        env,
        token,
        log,
      ),
    );
  }
  const page = await readFile(html, 'utf8');
  const panel = vscode.window.createWebviewPanel('unblock.0x', `0x · ${basename(results.report.target.script)}`, vscode.ViewColumn.Beside, {
    enableScripts: true,
    enableFindWidget: true,
  });
  panel.webview.html = withPolicy(page);
}

function draw(node: string, args: string[], env: Record<string, string>, token: vscode.CancellationToken, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(node, args, { env, timeout: DRAW_WITHIN_MS, maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      log.debug(stdout);
      if (error === null) resolve();
      else if (token.isCancellationRequested) reject(new Failure('0x was stopped before it had drawn its flame graph.'));
      else reject(new Failure('0x could not draw its flame graph of this recording.', `${error.message}\n${stderr}`));
    });
    token.onCancellationRequested(() => child.kill());
  });
}

/** 0x's page is one file with its scripts inside: they may run, and nothing may be loaded from anywhere. */
function withPolicy(page: string): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; font-src data:">`;
  const scripted = page.replaceAll(/<script\b/gi, `<script nonce="${nonce}"`);
  return /<head[^>]*>/i.test(scripted) ? scripted.replace(/<head[^>]*>/i, (head) => head + policy) : policy + scripted;
}

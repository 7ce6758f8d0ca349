import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { formatDuration, formatShare } from '../core/report/format.ts';
import { readAttachTo } from '../languages/node/attach/attach-to.ts';
import { type NodeProcess, nodeProcesses } from '../languages/node/attach/node-processes.ts';
import type { RunRequest } from './results.ts';

/**
 * Asks which process of node is to be measured while it runs, unless its id was passed. Null when none was chosen. Throws a Failure in a workspace
 * that isn't trusted. `extensionPath`: our own processes are not offered, nor the editor's.
 */
export async function chooseProcess(passed: unknown, extensionPath: string): Promise<RunRequest | null> {
  if (!vscode.workspace.isTrusted) throw new Failure('This workspace is in restricted mode: trust it, then attach to a process.');
  if (typeof passed === 'number') return requestFor(String(passed), vscode.l10n.t('process {0}', passed), null);
  const roots = [vscode.env.appRoot, join(extensionPath, 'dist')].filter((path) => path !== '').map(realPath);
  const found = nodeProcesses().then((all) => all.filter((one) => !roots.some((root) => isOf(root, one))));
  const port: ProcessItem = { label: `$(plug) ${vscode.l10n.t('By inspector port…')}`, alwaysShow: true, process: null };
  const items: Promise<ProcessItem[]> = found.then((all) => [...all.sort(ownFolderFirst).map(itemOf), port]);
  const choice = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Node process to measure; it runs on afterwards'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (choice === undefined) return null;
  if (choice.process === null) return choosePort();
  return requestFor(String(choice.process.pid), nameOf(choice.process), choice.process);
}

function isOf(root: string, { commandLine, script }: NodeProcess): boolean {
  return commandLine.includes(root) || (script !== null && realPath(script).startsWith(root + sep));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

interface ProcessItem extends vscode.QuickPickItem {
  process: NodeProcess | null;
}

/** `server.js` · `4711 · 12 min · 35 % of a core` · its command line. */
function itemOf(process: NodeProcess): ProcessItem {
  const busy = vscode.l10n.t('{0} of a core', formatShare(process.cpu));
  return {
    label: `$(server-process) ${nameOf(process)}`,
    description: [process.pid, formatDuration(process.runningMs), busy].join(' · '),
    detail: process.script === null ? process.commandLine : vscode.workspace.asRelativePath(process.script),
    process,
  };
}

function nameOf({ script, commandLine }: NodeProcess): string {
  return script === null ? commandLine.slice(0, 60) : basename(script);
}

/** Those of the open folders first, each part busiest first. */
function ownFolderFirst(a: NodeProcess, b: NodeProcess): number {
  return Number(isInWorkspace(b)) - Number(isInWorkspace(a));
}

function isInWorkspace({ script, cwd }: NodeProcess): boolean {
  return [script, cwd].some((path) => path !== null && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path)) !== undefined);
}

async function choosePort(): Promise<RunRequest | null> {
  const words = await vscode.window.showInputBox({
    title: vscode.l10n.t('Attach to a Node Process'),
    prompt: vscode.l10n.t('The port of its inspector, as node printed it'),
    value: '9229',
    validateInput: (text) =>
      typeof placeOf(text) === 'string' ? null : vscode.l10n.t('Write a port of this machine, such as 9229 or 127.0.0.1:9229.'),
    ignoreFocusOut: true,
  });
  const place = words === undefined ? null : placeOf(words);
  return place === null ? null : requestFor(place, vscode.l10n.t('node on {0}', place), null);
}

function placeOf(text: string): string | null {
  const place = text.includes(':') ? text.trim() : `:${text.trim()}`;
  return typeof readAttachTo(place) === 'object' && readAttachTo(place) !== null ? place : null;
}

function requestFor(to: string, name: string, process: NodeProcess | null): RunRequest {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const folder = home ?? process?.cwd ?? (process?.script == null ? null : dirname(process.script)) ?? '/';
  return { script: process?.script ?? folder, args: [], engine: null, attach: { to, name, folder } };
}

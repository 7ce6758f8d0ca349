import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';

export type Log = vscode.LogOutputChannel;

/**
 * Shows what went wrong: a Failure in its own sentence, anything else as a bug of ours. The detail is in the log. Resolves when the
 * message is answered or gone; callers needn't wait.
 */
export async function showFailure(error: unknown, log: Log): Promise<void> {
  const failure = error instanceof Failure ? error : null;
  const message =
    failure?.message ?? vscode.l10n.t('Unblock ran into a bug of its own: {0}', error instanceof Error ? error.message : String(error));
  log.error(message);
  if (failure !== null && failure.detail !== '') log.error(failure.detail);
  if (failure === null && error instanceof Error && error.stack !== undefined) log.error(error.stack);
  const showLog = vscode.l10n.t('Show Log');
  const openSettings = vscode.l10n.t('Open Settings');
  const setting = /\bunblock\.[A-Za-z.]+\b/.exec(message)?.[0].replace(/\.$/, '');
  const choice = await vscode.window.showErrorMessage(message, ...(setting === undefined ? [] : [openSettings]), showLog);
  if (choice === showLog) log.show(true);
  if (choice === openSettings) await vscode.commands.executeCommand('workbench.action.openSettings', setting);
}

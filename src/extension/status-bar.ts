import * as vscode from 'vscode';
import { formatShare } from '../core/report/format.ts';
import { biggestLever, headline } from '../core/report/words.ts';
import { COMMANDS } from './contributions.ts';
import type { ResultsStore } from './results.ts';
import type { RunningProfile } from './running-profile.ts';
import { labelInside, largestRow, sumOf } from './words.ts';

/** One item: what runs and for how long, else what the last run's time went to. */
export function createStatusBar(store: ResultsStore, running: RunningProfile): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('unblock.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Unblock';

  function refresh(): void {
    const run = running.current;
    if (run !== null) {
      item.text = `$(sync~spin) ${run.name}: ${run.words}`;
      item.tooltip = vscode.l10n.t('Stop and analyse now, or throw away');
      item.command = COMMANDS.stopOrDiscard;
      item.show();
      return;
    }
    if (store.current === null) {
      item.hide();
      return;
    }
    const { report } = store.current;
    const stale = store.anyStale();
    item.text = `${stale ? '$(history)' : '$(flame)'} ${shortHeadline(store)}`;
    item.tooltip = [headline(report), biggestLever(report), stale ? vscode.l10n.t('Changed since it was profiled: profile again.') : null]
      .filter((one) => one !== null)
      .join('\n');
    item.command = { command: COMMANDS.showFlameGraph, title: vscode.l10n.t('Show Flame Graph') };
    item.show();
  }

  refresh();
  return vscode.Disposable.from(item, store.onDidChange(refresh), running.onDidChange(refresh));
}

/** `62 % blocked in synchronous I/O`: what the status bar has room for. */
function shortHeadline(store: ResultsStore): string {
  const report = store.current?.report;
  if (report === undefined) return '';
  if (report.verdict.bound === 'insufficient-data') return headline(report);
  const row = largestRow(report.time);
  return `${formatShare(report.time[row.key] / Math.max(sumOf(report.time), 1e-9))} ${labelInside(row)}`;
}

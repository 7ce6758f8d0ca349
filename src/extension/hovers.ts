import * as vscode from 'vscode';
import { formatDuration, formatShare } from '../core/report/format.ts';
import type { ReportHotSpot } from '../core/report/report.ts';
import { predictedGain } from '../core/report/words.ts';
import { SETTINGS } from './contributions.ts';
import type { ResultsStore } from './results.ts';
import { alternativesInWords, shortApi, splitInWords, sumOf, textBar } from './words.ts';

/** What a hot line costs, when the pointer rests on it: its split, its calls and the models that pay best. */
export function createHovers(store: ResultsStore): vscode.HoverProvider {
  return {
    provideHover(document, position) {
      const { current } = store;
      if (current === null || !vscode.workspace.getConfiguration().get<boolean>(SETTINGS.hover, true)) return null;
      const line = position.line + 1;
      for (const hotSpot of store.hotSpotsIn(document.uri)) {
        const hot = hotSpot.lines.find((one) => store.lineNow(hotSpot.file, one.line) === line);
        if (hot !== undefined)
          return new vscode.Hover(describe(hotSpot, hot, store, current.report.run.wallMs), document.lineAt(position.line).range);
      }
      return null;
    },
  };
}

function describe(hotSpot: ReportHotSpot, hot: ReportHotSpot['lines'][number], store: ResultsStore, wallMs: number): vscode.MarkdownString {
  const total = sumOf(hot.time);
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**Unblock** · ').appendText(`${formatShare(wallMs > 0 ? total / wallMs : 0)} · ${formatDuration(total)}`);
  if (store.isStale(hotSpot)) text.appendText(` · ${vscode.l10n.t('changed since it was profiled')}`);
  text.appendMarkdown(`\n\n\`${textBar(hot.time)}\`\n\n`).appendText(splitInWords(hot.time));
  const operations = hotSpot.operations.filter((one) => one.line === hot.line);
  if (operations.length > 0) {
    const calls = operations.map(
      (one) => `${shortApi(one.api)} ×${one.calls}${one.calls > 1 ? `, ${formatDuration(one.totalMs / one.calls)} a call` : ''}`,
    );
    text.appendMarkdown('\n\n').appendText(calls.join(' · '));
  }
  const advice = store.current?.report.advice.filter((one) => one.hotSpot === hotSpot.id) ?? [];
  for (const one of advice.slice(0, 2)) {
    text.appendMarkdown('\n\n').appendText(`${one.message} ${predictedGain(one.predicted)}.`);
    for (const other of alternativesInWords(one).slice(0, 2)) text.appendMarkdown('\n- ').appendText(other);
  }
  return text;
}

import * as vscode from 'vscode';
import { callsWords, cloneWords } from '../core/report/words-of-calls.ts';
import { formatDuration, formatHotShare } from '../core/report/format.ts';
import type { ReportHotSpot } from '../core/report/report.ts';
import { SETTINGS } from './contributions.ts';
import { markdown } from './markdown.ts';
import type { ResultsStore } from './results.ts';
import { alternativesInWords, shortApi, splitInWords, sumOf, textBar, withGain } from './words.ts';

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
  const stale = store.isStale(hotSpot) ? ` · ${vscode.l10n.t('changed since it was profiled')}` : '';
  const calls = hotSpot.operations
    .filter((one) => one.line === hot.line)
    .map((one) => `${shortApi(one.api)} ×${one.calls}${one.calls > 1 ? `, ${formatDuration(one.totalMs / one.calls)} a call` : ''}`);
  const counted = [callsWords(hotSpot), cloneWords(hotSpot.callSizes)].filter((words) => words !== null);
  const advice = store.current?.report.advice.filter((one) => one.hotSpot === hotSpot.id) ?? [];
  return markdown(
    { bold: 'Unblock' },
    ` · ${formatHotShare({ ...hotSpot, share: wallMs > 0 ? total / wallMs : 0 })} · ${formatDuration(total)}${stale}`,
    '\n\n',
    { code: textBar(hot.time) },
    `\n\n${splitInWords(hot.time)}`,
    ...(counted.length > 0 ? [`\n\n${hotSpot.function}: ${counted.join('; ')}`] : []),
    ...(calls.length > 0 ? [`\n\n${calls.join(' · ')}`] : []),
    ...advice.slice(0, 1).flatMap((one) => [
      `\n\n${withGain(one.message, one)}`,
      ...alternativesInWords(one)
        .slice(0, 2)
        .map((other) => `\n- ${other}`),
    ]),
  );
}

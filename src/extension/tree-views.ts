import { basename } from 'node:path';
import * as vscode from 'vscode';
import { TOP_LEVEL } from '../core/profile/frames.ts';
import { formatDuration, formatHotShare, formatShare } from '../core/report/format.ts';
import type { LeftAlone, ReportAdvice, ReportHotSpot } from '../core/report/report.ts';
import { BOUND_LABELS, headline, predictedGain } from '../core/report/words.ts';
import { VIEWS } from './contributions.ts';
import { shownAdvice } from './diagnostics.ts';
import { markdown } from './markdown.ts';
import { openSourceCommand } from './open-source.ts';
import type { ResultsStore } from './results.ts';
import { adviceSentence, alternativesInWords, doing, gain, largestRow, splitInWords, sumOf, TIME_ROWS } from './words.ts';

/** A row of any of the views; children are made when it is opened. */
interface Row {
  item: vscode.TreeItem;
  children?: () => Row[];
}

/** The view container: the time split, the hot spots with their lines, and the advice with what was left alone. */
export function createViews(store: ResultsStore): vscode.Disposable {
  const views = [
    { id: VIEWS.time, rows: () => timeRows(store) },
    { id: VIEWS.hotSpots, rows: () => hotSpotRows(store) },
    { id: VIEWS.advice, rows: () => adviceRows(store) },
  ];
  const disposables = views.map(({ id, rows }) => {
    const changed = new vscode.EventEmitter<undefined>();
    const view = vscode.window.createTreeView<Row>(id, {
      showCollapseAll: id === VIEWS.hotSpots,
      treeDataProvider: {
        onDidChangeTreeData: changed.event,
        getTreeItem: (row) => row.item,
        getChildren: (row) => (row === undefined ? rows() : (row.children?.() ?? [])),
      },
    });
    const refresh = (): void => {
      changed.fire(undefined);
      const name = store.current === null ? undefined : basename(store.current.report.target.script);
      if (id === VIEWS.time)
        view.description = name === undefined || !store.anyStale() ? (name ?? '') : `${name} · ${vscode.l10n.t('changed since')}`;
      if (id === VIEWS.advice) {
        const count = store.current === null ? 0 : shownAdvice(store).length;
        view.badge = count === 0 ? undefined : { value: count, tooltip: vscode.l10n.t('{0} changes that pay', count) };
      }
    };
    refresh();
    return vscode.Disposable.from(view, changed, store.onDidChange(refresh));
  });
  return vscode.Disposable.from(...disposables);
}

function timeRows(store: ResultsStore): Row[] {
  if (store.current === null) return [];
  const { report } = store.current;
  const total = Math.max(sumOf(report.time), 1e-9);
  const wall = row(vscode.l10n.t('Wall time'), formatDuration(report.run.wallMs), new vscode.ThemeIcon('clock'), headline(report));
  const parts = TIME_ROWS.filter((one) => report.time[one.key] > 0)
    .sort((a, b) => report.time[b.key] - report.time[a.key])
    .map((one) =>
      row(
        one.label,
        `${formatShare(report.time[one.key] / total)} · ${formatDuration(report.time[one.key])}`,
        kindIcon(one.color),
        `${one.letter}: ${one.label}`,
      ),
    );
  const evidence = report.verdict.evidence.map((sentence) => row(sentence, '', new vscode.ThemeIcon('info'), sentence));
  const verdict: Row = {
    ...row(vscode.l10n.t('Bound'), BOUND_LABELS[report.verdict.bound], new vscode.ThemeIcon('law'), report.verdict.evidence.join('\n')),
    children: () => evidence,
  };
  if (evidence.length > 0) verdict.item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  return [wall, ...parts, verdict];
}

function hotSpotRows(store: ResultsStore): Row[] {
  return store.current?.report.hotSpots.map((hotSpot) => hotSpotRow(hotSpot, store)) ?? [];
}

function hotSpotRow(hotSpot: ReportHotSpot, store: ResultsStore): Row {
  const stale = store.isStale(hotSpot);
  const line = store.lineNow(hotSpot.file, hotSpot.line);
  const tooltip = markdown(
    { bold: hotSpot.function },
    ` ${basename(hotSpot.file)}:${line}`,
    `\n\n${splitInWords(hotSpot.time)}`,
    `\n\nself ${formatDuration(hotSpot.selfMs)} · total ${formatDuration(hotSpot.totalMs)}${hotSpot.calls === null ? '' : ` · ${hotSpot.calls} calls`}`,
    ...(stale ? [`\n\n${vscode.l10n.t('Changed since it was profiled: profile again.')}`] : []),
  );
  const description = [
    // There is one in each file.
    ...(hotSpot.function === TOP_LEVEL ? [basename(hotSpot.file)] : []),
    formatHotShare(hotSpot),
    formatDuration(sumOf(hotSpot.time)),
    doing(hotSpot),
    ...(stale ? [vscode.l10n.t('changed since')] : []),
  ].join(' · ');
  const icon = stale ? new vscode.ThemeIcon('history') : kindIcon(largestRow(hotSpot.time).color);
  const made = row(hotSpot.function, description, icon, tooltip, openSourceCommand(hotSpot.file, line, hotSpot.column));
  made.item.id = `hot-spot:${hotSpot.id}`;
  made.item.contextValue = 'hotSpot';
  if (hotSpot.lines.length > 0) made.item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  made.children = () =>
    [...hotSpot.lines]
      .sort((a, b) => sumOf(b.time) - sumOf(a.time))
      .map((one) => {
        const now = store.lineNow(hotSpot.file, one.line);
        return row(
          `${basename(hotSpot.file)}:${now}`,
          splitInWords(one.time),
          kindIcon(largestRow(one.time).color),
          splitInWords(one.time),
          openSourceCommand(hotSpot.file, now),
        );
      });
  return made;
}

function adviceRows(store: ResultsStore): Row[] {
  if (store.current === null) return [];
  const rows = shownAdvice(store).map((advice) => adviceRow(advice, store));
  const { leftAlone } = store.current.report;
  if (rows.length === 0)
    rows.push(row(vscode.l10n.t('Nothing here is worth changing'), '', new vscode.ThemeIcon('pass'), headline(store.current.report)));
  if (leftAlone.length === 0) return rows;
  const left = row(
    vscode.l10n.t('Left alone'),
    String(leftAlone.length),
    new vscode.ThemeIcon('circle-slash'),
    vscode.l10n.t('What is better left as it is, and why'),
  );
  left.item.collapsibleState = rows.length === 1 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  left.children = () => leftAlone.map((one) => leftAloneRow(one, store));
  return [...rows, left];
}

function adviceRow(advice: ReportAdvice, store: ResultsStore): Row {
  const stale = store.isStale(store.hotSpotOf(advice), advice);
  const line = store.lineNow(advice.file, advice.line);
  const tooltip = markdown(
    { bold: adviceSentence(advice) },
    `\n\n${advice.why}`,
    `\n\n${predictedGain(advice)}: ${advice.predicted.basis}`,
    ...alternativesInWords(advice).map((other) => `\n- ${other}`),
    ...(advice.refactor.available ? [] : [`\n\n${vscode.l10n.t('No refactor: {0}', advice.refactor.reason)}`]),
  );
  const place = `${basename(advice.file)}:${line}`;
  const icon = stale ? new vscode.ThemeIcon('history') : new vscode.ThemeIcon(advice.refactor.available ? 'lightbulb' : 'info');
  const made = row(
    adviceSentence(advice).slice(0, -1),
    [gain(advice), place, ...(stale ? [vscode.l10n.t('changed since')] : [])].join(' · '),
    icon,
    tooltip,
    openSourceCommand(advice.file, line),
  );
  made.item.id = `advice:${advice.id}`;
  made.item.contextValue = advice.refactor.available ? 'advice' : 'adviceWithoutRefactor';
  return made;
}

function leftAloneRow(one: LeftAlone, store: ResultsStore): Row {
  const line = store.lineNow(one.file, one.line);
  return row(
    one.function,
    `${one.function === TOP_LEVEL ? `${basename(one.file)} · ` : ''}${formatHotShare(one)} · ${one.reason}`,
    new vscode.ThemeIcon('circle-slash'),
    one.reason,
    openSourceCommand(one.file, line),
  );
}

/** The id of the advice that a row of the advice view stands for; null for anything else a menu may pass. */
export function adviceIdOf(passed: unknown): string | null {
  if (typeof passed === 'string') return passed;
  const item = typeof passed === 'object' && passed !== null && 'item' in passed ? (passed as Row).item : null;
  return item?.id?.startsWith('advice:') === true ? item.id.slice('advice:'.length) : null;
}

function kindIcon(color: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor(color));
}

function row(
  label: string,
  description: string,
  icon: vscode.ThemeIcon,
  tooltip: string | vscode.MarkdownString,
  command?: vscode.Command,
): Row {
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.iconPath = icon;
  item.tooltip = tooltip;
  if (command !== undefined) item.command = command;
  return { item };
}

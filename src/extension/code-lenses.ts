import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from './contributions.ts';
import { lineRange } from './positions.ts';
import type { ResultsStore } from './results.ts';
import { minimumShare } from './settings.ts';
import { lensTitle } from './words.ts';

const AT_MOST = 10;

/** A lens over each hot function: where its time goes, and the cure where there is one. */
export function createCodeLenses(store: ResultsStore): { provider: vscode.CodeLensProvider; dispose: () => void } {
  const changed = new vscode.EventEmitter<void>();
  const subscriptions = [
    changed,
    store.onDidChange(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTINGS.codeLens) || event.affectsConfiguration(SETTINGS.minimumShare)) changed.fire();
    }),
  ];
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      const { current } = store;
      if (current === null || !vscode.workspace.getConfiguration().get<boolean>(SETTINGS.codeLens, true)) return [];
      const hottest = current.report.hotSpots.filter((one) => one.share >= minimumShare()).slice(0, AT_MOST);
      const here = new Set(store.hotSpotsIn(document.uri));
      return hottest
        .filter((hotSpot) => here.has(hotSpot))
        .map((hotSpot) => {
          const advice = current.report.advice.find((one) => one.hotSpot === hotSpot.id);
          const stale = store.isStale(hotSpot, advice);
          const line = store.lineNow(hotSpot.file, hotSpot.line);
          return new vscode.CodeLens(lineRange(document, line), {
            title: stale
              ? `$(history) ${vscode.l10n.t('changed since profiled')} · ${lensTitle(hotSpot, undefined)}`
              : `$(flame) ${lensTitle(hotSpot, advice)}`,
            tooltip: stale
              ? vscode.l10n.t('Profile again to see what the change did')
              : vscode.l10n.t('Show {0} in the flame graph', hotSpot.function),
            command: stale ? COMMANDS.profileAgain : COMMANDS.showFlameGraph,
            arguments: stale ? [] : [{ file: hotSpot.file, line: hotSpot.line }],
          });
        });
    },
  };
  return {
    provider,
    dispose: () => {
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}

import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { capitalised } from '../core/report/format.ts';
import type { ReportAdvice } from '../core/report/report.ts';
import { predictedGain } from '../core/report/words.ts';
import { SETTINGS } from './contributions.ts';
import { lineRange, lineStart } from './positions.ts';
import type { ResultsStore } from './results.ts';
import { minimumShare } from './settings.ts';
import { adviceSentence } from './words.ts';

/** An Information on the call that costs, for each advice: nothing is wrong with slow code. */
export function showDiagnostics(store: ResultsStore, extensionUri: vscode.Uri): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('unblock');

  function refresh(): void {
    const { current } = store;
    collection.clear();
    if (current === null || !vscode.workspace.getConfiguration().get<boolean>(SETTINGS.diagnostics, true)) return;
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const advice of shownAdvice(store)) {
      const list = byFile.get(advice.file) ?? [];
      list.push(diagnosticOf(advice, store, extensionUri));
      byFile.set(advice.file, list);
    }
    for (const [file, list] of byFile) collection.set(vscode.Uri.file(file), list);
  }

  refresh();
  return vscode.Disposable.from(
    collection,
    store.onDidChange(refresh),
    vscode.workspace.onDidOpenTextDocument(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTINGS.diagnostics) || event.affectsConfiguration(SETTINGS.minimumShare)) refresh();
    }),
  );
}

/** The advice of the report that is worth showing: its hot spot reaches the share that the settings ask for. */
export function shownAdvice(store: ResultsStore): ReportAdvice[] {
  const least = minimumShare();
  return store.current?.report.advice.filter((one) => (store.hotSpotOf(one)?.share ?? 1) >= least) ?? [];
}

/** The page of a rule, as it ships with the extension. */
export function rulePage(extensionUri: vscode.Uri, rule: string): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'docs', 'rules', `${rule}.md`);
}

/** The range of an advice now, in 0-based positions of the editor. */
export function adviceRange(advice: ReportAdvice, store: ResultsStore): vscode.Range {
  const line = store.lineNow(advice.file, advice.line);
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === vscode.Uri.file(advice.file).toString());
  return document === undefined ? lineStart(line) : lineRange(document, line);
}

function diagnosticOf(advice: ReportAdvice, store: ResultsStore, extensionUri: vscode.Uri): vscode.Diagnostic {
  const hotSpot = store.hotSpotOf(advice);
  const stale = store.isStale(hotSpot, advice);
  const words = `${adviceSentence(advice)} ${capitalised(predictedGain(advice))}.`;
  const message = stale ? `${vscode.l10n.t('Changed since it was profiled: profile again.')} ${words}` : words;
  const diagnostic = new vscode.Diagnostic(adviceRange(advice, store), message, vscode.DiagnosticSeverity.Information);
  diagnostic.source = 'Unblock';
  const page = rulePage(extensionUri, advice.rule);
  diagnostic.code = existsSync(page.fsPath) ? { value: advice.rule, target: page } : advice.rule;
  if (hotSpot !== undefined) {
    const place = new vscode.Location(vscode.Uri.file(hotSpot.file), lineStart(store.lineNow(hotSpot.file, hotSpot.line), hotSpot.column));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(place, vscode.l10n.t('driven by {0}', hotSpot.function))];
  }
  return diagnostic;
}

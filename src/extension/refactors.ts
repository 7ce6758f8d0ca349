import * as vscode from 'vscode';
import type { RefactorResult, RefactorSpot } from '../core/advise/advice.ts';
import type { RefactorClient } from '../languages/node/syntax/refactor-client.ts';
import type { RefactorChoice, Report, ReportAdvice, ReportHotSpot } from '../core/report/report.ts';

export type Available = Extract<RefactorResult, { available: true }>;

/** A refactor together with the documents, as they were, that its offsets count in. */
export interface WorkedOut {
  result: Available;
  documents: { document: vscode.TextDocument; version: number; file: string }[];
}

/** Asks for an advice's refactor against what is on screen now. Offsets of the result count in the documents' texts. */
export async function workOut(
  client: RefactorClient,
  advice: ReportAdvice,
  hotSpot: ReportHotSpot,
  report: Report,
  lineNow: (file: string, line: number) => number,
  choice: RefactorChoice['id'] | null = null,
): Promise<WorkedOut | { reason: string }> {
  const spot: RefactorSpot = {
    file: advice.file,
    line: lineNow(advice.file, advice.line),
    function: { name: hotSpot.function, file: hotSpot.file, line: lineNow(hotSpot.file, hotSpot.line), column: hotSpot.column },
    model: advice.model,
    logicalCores: report.machine.logicalCores,
    ...(advice.refactor.available && advice.refactor.atOnce !== undefined ? { atOnce: advice.refactor.atOnce } : {}),
    ...(choice === null ? {} : { choice }),
  };
  const documents = new Map<string, vscode.TextDocument>();
  for (const document of vscode.workspace.textDocuments)
    if (document.uri.scheme === 'file' && document.isDirty) documents.set(document.uri.fsPath, document);
  documents.set(advice.file, await vscode.workspace.openTextDocument(vscode.Uri.file(advice.file)));
  // The editor's text of a file may differ from the bytes on disk (byte order mark, mixed line ends): whatever is edited is asked about again as the editor has it.
  for (;;) {
    const asked = [...documents].map(([file, document]) => ({ file, document, version: document.version, text: document.getText() }));
    const result = await client.refactor(advice.rule, spot, Object.fromEntries(asked.map(({ file, text }) => [file, text])));
    if (!result.available) return { reason: result.reason };
    const unseen = result.files.filter((one) => !one.create && !documents.has(one.file));
    if (unseen.length === 0) return { result, documents: asked.map(({ file, document, version }) => ({ file, document, version })) };
    for (const { file } of unseen) documents.set(file, await vscode.workspace.openTextDocument(vscode.Uri.file(file)));
  }
}

/**
 * The edit for the editor to apply; null when a document has changed since it was worked out. Where more than one file changes, or something
 * is to be looked at, VS Code shows its preview first. It refuses by itself what is accepted there after one of the files has changed.
 */
export function workspaceEdit({ result, documents }: WorkedOut): vscode.WorkspaceEdit | null {
  if (documents.some(({ document, version }) => document.isClosed || document.version !== version)) return null;
  const edit = new vscode.WorkspaceEdit();
  const metadata = (label: string): vscode.WorkspaceEditEntryMetadata => ({ label, needsConfirmation: false });
  // Files to make go first: VS Code stops at one that is there by now, before any text has changed.
  for (const { file, edits } of result.files.filter((one) => one.create)) {
    const contents = new TextEncoder().encode(edits.map((one) => one.newText).join(''));
    edit.createFile(vscode.Uri.file(file), { contents, overwrite: false }, metadata(edits[0]?.why ?? result.title));
  }
  if (result.files.length > 1 || result.review.length > 0) askForPreview(edit, result, documents);
  for (const { file, edits } of result.files.filter((one) => !one.create)) {
    const uri = vscode.Uri.file(file);
    const document = documents.find((one) => one.file === file)?.document;
    if (document === undefined) return null;
    for (const { start, end, newText, why } of edits) {
      edit.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), newText, metadata(why));
    }
  }
  return edit;
}

/**
 * VS Code opens its preview where an entry needs confirmation, and leaves such an entry out unless it is ticked. All entries that make the
 * change belong together and are ticked from the start, so what asks is a comment that is theirs to take or leave: one for each thing to look at.
 */
function askForPreview(edit: vscode.WorkspaceEdit, { title, files, review }: Available, documents: WorkedOut['documents']): void {
  const document = documents.find((one) => one.file === files.find((file) => !file.create)?.file)?.document;
  if (document === undefined) return;
  const label =
    review.length === 0
      ? vscode.l10n.t('{0} files change together; a comment about it is optional', files.length)
      : vscode.l10n.t('To look at before it is applied; a comment about it is optional');
  const top = new vscode.Position(document.lineAt(0).text.startsWith('#!') ? 1 : 0, 0);
  const endOfLine = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  for (const one of review.length === 0 ? [title] : review.map((reason) => vscode.l10n.t('Look at: {0}', reason))) {
    const line = one.replaceAll(/\s+/g, ' ');
    edit.insert(document.uri, top, `// ${line}${endOfLine}`, { label, description: line, needsConfirmation: true });
  }
}

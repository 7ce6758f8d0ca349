import * as vscode from 'vscode';

/** The text of a 1-based line without its indentation; the last line where the document is shorter. */
export function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(Math.max(line, 1), document.lineCount) - 1);
  return range.with(range.start.with({ character: firstNonWhitespaceCharacterIndex }));
}

/** A 1-based line of a file whose text isn't at hand. */
export function lineStart(line: number, column = 1): vscode.Range {
  const position = new vscode.Position(Math.max(line, 1) - 1, Math.max(column, 1) - 1);
  return new vscode.Range(position, position);
}

/** The command that opens a file at a 1-based line. */
export function openCommand(file: string, line: number, column = 1): vscode.Command {
  const options: vscode.TextDocumentShowOptions = { selection: lineStart(line, column), preserveFocus: false };
  return { command: 'vscode.open', title: vscode.l10n.t('Open Source'), arguments: [vscode.Uri.file(file), options] };
}

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

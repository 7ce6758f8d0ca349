import * as vscode from 'vscode';

/** Markdown from what may be any text: names and messages come from programs, and must be read as they are. Breaks lines where words end. */
export function markdown(...parts: (string | { bold: string } | { code: string })[]): vscode.MarkdownString {
  const text = parts.map((part) => {
    if (typeof part === 'string') return plain(part);
    return 'bold' in part ? `**${plain(part.bold)}**` : `\`${part.code.replaceAll('`', "'")}\``;
  });
  return new vscode.MarkdownString(text.join(''));
}

/** A part that begins a paragraph or a list item keeps that beginning; everything else that Markdown would read is escaped. */
function plain(text: string): string {
  const [, lead = '', rest = ''] = /^(\n\n|\n- )?([^]*)$/.exec(text) ?? [];
  return lead + rest.replaceAll(/[\\`*_{}[\]()#+\-.!~|<>&]/g, '\\$&').replaceAll(/\s*\n\s*/g, ' ');
}

import { realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { Report } from '../core/report/report.ts';

/** A folder as Node names it (symbolic links followed) and as the person opened it. */
export interface ShownFolder {
  real: string;
  shown: string;
}

/** The folders among these that were opened through a symbolic link, deepest first. */
export async function shownFolders(folders: readonly string[]): Promise<ShownFolder[]> {
  const pairs = await Promise.all(folders.map(async (shown) => ({ shown, real: await realpath(shown).catch(() => shown) })));
  return pairs.filter(({ real, shown }) => real !== shown).sort((a, b) => b.real.length - a.real.length);
}

/** A file as the person opened it: an editor knows it by that name only. */
export function shownPath(file: string, folders: readonly ShownFolder[]): string {
  const folder = folders.find(({ real }) => file.startsWith(real.endsWith(sep) ? real : real + sep));
  return folder === undefined ? file : folder.shown + file.slice(folder.real.length);
}

/** A report with its files as the person opened them. */
export function withShownPaths(report: Report, folders: readonly ShownFolder[]): Report {
  if (folders.length === 0) return report;
  const shown = <T extends { file: string }>(one: T): T => ({ ...one, file: shownPath(one.file, folders) });
  return { ...report, hotSpots: report.hotSpots.map(shown), advice: report.advice.map(shown), leftAlone: report.leftAlone.map(shown) };
}

/** Where links may be: the folders of the workspace and that of the script. */
export function openedFolders(workspaceFolders: readonly string[], script: string): string[] {
  return [...new Set([...workspaceFolders, dirname(script)])];
}

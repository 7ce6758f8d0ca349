import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Report, ReportAdvice, ReportHotSpot } from '../core/report/report.ts';
import { comparedWith } from '../core/report/words.ts';
import { CONTEXT_KEYS } from './contributions.ts';
import { applyChange, isTouched, trackLines, type TextChange, type TrackedLines } from './line-tracking.ts';
import { readSavedResults, type SavedResults } from './saved-results.ts';
import { openedFolders, shownFolders, withShownPaths, type ShownFolder } from './shown-paths.ts';

/** What a person ran: enough to run it again. */
export interface RunRequest {
  script: string;
  /** Null: what the settings or the memory of this file say. */
  args: string[] | null;
  engine: string | null;
  /** The line of a command that puts the script, a server, under load. */
  load?: string;
  /** Of a test file, the test in this 1-based line. */
  testAt?: number;
  /** How often it is run, one run after another. */
  repeat?: number;
  /** What is run in place of `script`, which is then the package.json or launch.json that names it; `file` is the one that was open. */
  named?: { kind: 'script' | 'launch'; name: string; folder: string; file: string | null };
  /** A process that runs already, as `--attach` names it; `script` is only where its settings are looked for. */
  attach?: { to: string; name: string; folder: string };
}

export interface Results extends SavedResults {
  /** Folders that were opened through a symbolic link. */
  folders: ShownFolder[];
  request: RunRequest;
  /** How the run compares with the one before, in words; null where there is none that it can be compared with. */
  compared: string | null;
}

/** The results of the last run, and where its lines are now. */
export interface ResultsStore {
  readonly current: Results | null;
  /** Fires when results come or go, when their lines move and when they turn stale or fresh. */
  readonly onDidChange: vscode.Event<void>;
  readonly show: (results: SavedResults, request: RunRequest) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** Where a profiled line is now, 1-based. */
  readonly lineNow: (file: string, line: number) => number;
  isStale(hotSpot: ReportHotSpot | undefined, advice?: ReportAdvice): boolean;
  anyStale(): boolean;
  hotSpotsIn(uri: vscode.Uri): ReportHotSpot[];
  adviceIn(uri: vscode.Uri): ReportAdvice[];
  hotSpotOf(advice: ReportAdvice): ReportHotSpot | undefined;
}

interface TrackedFile {
  /** The text that was profiled, as the editor would show it; null when it could not be read. */
  profiled: string | null;
  profiledLineCount: number;
  origins: Set<number>;
  tracked: TrackedLines;
}

const REMEMBERED = 'unblock.results';
/** Typing fires an event a key; views are drawn again at most this often. */
const REDRAW_AFTER_MS = 80;

export function createResults(context: vscode.ExtensionContext): ResultsStore {
  let current: Results | null = null;
  let files = new Map<string, TrackedFile>();
  let redraw: NodeJS.Timeout | undefined;
  const changed = new vscode.EventEmitter<void>();

  async function show(saved: SavedResults, request: RunRequest): Promise<void> {
    const previous = current;
    const workspaceFolders = vscode.workspace.workspaceFolders?.map((one) => one.uri.fsPath) ?? [];
    const folders = await shownFolders(openedFolders(workspaceFolders, request.script));
    const report = withShownPaths(saved.report, folders);
    const tracked = await trackFiles(report);
    // Counting calls adds to the same results.
    const compared =
      previous === null ? null : previous.folder === saved.folder ? previous.compared : comparedWith(previous.report, report);
    current = { ...saved, report, folders, request, compared };
    files = tracked;
    await context.workspaceState.update(REMEMBERED, { folder: saved.folder, request });
    await announce();
    if (previous !== null && previous.folder !== saved.folder) await removeFolder(previous.folder);
  }

  async function clear(): Promise<void> {
    const previous = current;
    current = null;
    files = new Map();
    await context.workspaceState.update(REMEMBERED, undefined);
    await announce();
    if (previous !== null) await removeFolder(previous.folder);
  }

  async function announce(): Promise<void> {
    clearTimeout(redraw);
    changed.fire();
    await vscode.commands.executeCommand('setContext', CONTEXT_KEYS.hasResults, current !== null);
  }

  function announceSoon(): void {
    clearTimeout(redraw);
    redraw = setTimeout(() => changed.fire(), REDRAW_AFTER_MS);
  }

  function follow(document: vscode.TextDocument, changes: readonly TextChange[]): void {
    const file = files.get(keyOf(document.uri.fsPath));
    if (document.uri.scheme !== 'file' || file === undefined || changes.length === 0) return;
    if (showsProfiledText(document, file)) file.tracked = trackLines(file.origins);
    else for (const change of changes) applyChange(file.tracked, change);
    announceSoon();
  }

  /** A file that was closed may have been changed on disk or thrown away unsaved: start from the text that was profiled. */
  function compare(document: vscode.TextDocument): void {
    const file = files.get(keyOf(document.uri.fsPath));
    if (document.uri.scheme !== 'file' || file === undefined) return;
    startOver(file, document);
    announceSoon();
  }

  context.subscriptions.push(
    changed,
    vscode.workspace.onDidChangeTextDocument((event) => follow(event.document, event.contentChanges)),
    vscode.workspace.onDidOpenTextDocument(compare),
    { dispose: () => clearTimeout(redraw) },
  );

  const lineNow = (file: string, line: number): number => files.get(keyOf(file))?.tracked.lines.get(line) ?? line;

  function isStale(hotSpot: ReportHotSpot | undefined, advice?: ReportAdvice): boolean {
    if (advice !== undefined && touchedBetween(advice.file, advice.line, advice.line)) return true;
    if (hotSpot === undefined) return false;
    const lines = hotSpot.lines.map((one) => one.line);
    // The code around top-level code is that of functions: only its own lines tell.
    if (hotSpot.function === '(top level)') return lines.some((line) => touchedBetween(hotSpot.file, line, line));
    return touchedBetween(hotSpot.file, hotSpot.line, Math.max(hotSpot.line, ...lines));
  }

  function touchedBetween(name: string, first: number, last: number): boolean {
    const file = files.get(keyOf(name));
    return file !== undefined && isTouched(file.tracked, first, last);
  }

  return {
    get current() {
      return current;
    },
    onDidChange: changed.event,
    show,
    clear,
    lineNow,
    isStale,
    anyStale: () =>
      current !== null &&
      (current.report.hotSpots.some((one) => isStale(one)) || current.report.advice.some((one) => isStale(undefined, one))),
    hotSpotsIn: (uri) => current?.report.hotSpots.filter((one) => isFile(uri, one.file)) ?? [],
    adviceIn: (uri) => current?.report.advice.filter((one) => isFile(uri, one.file)) ?? [],
    hotSpotOf: (advice) => current?.report.hotSpots.find((one) => one.id === advice.hotSpot),
  };
}

/** Brings back the results that were on screen when the window was closed or reloaded. */
export async function restoreResults(store: ResultsStore, context: vscode.ExtensionContext): Promise<void> {
  const remembered = context.workspaceState.get<{ folder: string; request: RunRequest }>(REMEMBERED);
  void removeForgotten(join((context.storageUri ?? context.globalStorageUri).fsPath, 'results'), remembered?.folder);
  if (remembered === undefined || store.current !== null) return;
  try {
    await store.show(await readSavedResults(remembered.folder), remembered.request);
  } catch {
    await context.workspaceState.update(REMEMBERED, undefined);
  }
}

/** Results that a window which crashed has left. Those of the last day may be another window's. */
async function removeForgotten(folder: string, remembered: string | undefined): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (path !== remembered && age > 86_400_000) await removeFolder(path);
  }
}

async function trackFiles(report: Report): Promise<Map<string, TrackedFile>> {
  const origins = new Map<string, Set<number>>();
  const note = (file: string, line: number): void => {
    const key = keyOf(file);
    if (!origins.has(key)) origins.set(key, new Set());
    origins.get(key)?.add(line);
  };
  for (const hotSpot of report.hotSpots) {
    note(hotSpot.file, hotSpot.line);
    for (const one of hotSpot.lines) note(hotSpot.file, one.line);
    for (const one of hotSpot.operations) note(hotSpot.file, one.line);
  }
  for (const one of [...report.advice, ...report.leftAlone]) note(one.file, one.line);
  const files = new Map<string, TrackedFile>();
  for (const [path, lines] of origins) {
    const profiled = await readFile(path, 'utf8').then(asEditorText, () => null);
    const file: TrackedFile = {
      profiled,
      profiledLineCount: profiled?.split('\n').length ?? 0,
      origins: lines,
      tracked: trackLines(lines),
    };
    const open = vscode.workspace.textDocuments.find((one) => one.uri.scheme === 'file' && keyOf(one.uri.fsPath) === path);
    if (open !== undefined) startOver(file, open);
    files.set(path, file);
  }
  return files;
}

/** Places the tracked lines by what the document and the profiled text have in common at their beginnings and ends. */
function startOver(file: TrackedFile, document: vscode.TextDocument): void {
  file.tracked = trackLines(file.origins);
  if (file.profiled === null || showsProfiledText(document, file)) return;
  const before = file.profiled.split('\n');
  const now = asEditorText(document.getText()).split('\n');
  let head = 0;
  while (head < before.length && head < now.length && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < now.length - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  applyChange(file.tracked, {
    range: { start: { line: head, character: 0 }, end: { line: before.length - tail, character: 0 } },
    text: now
      .slice(head, now.length - tail)
      .map((line) => `${line}\n`)
      .join(''),
  });
}

function showsProfiledText(document: vscode.TextDocument, file: TrackedFile): boolean {
  return file.profiled !== null && document.lineCount === file.profiledLineCount && asEditorText(document.getText()) === file.profiled;
}

function asEditorText(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
}

function isFile(uri: vscode.Uri, file: string): boolean {
  return uri.scheme === 'file' && keyOf(uri.fsPath) === keyOf(file);
}

function keyOf(file: string): string {
  const path = vscode.Uri.file(file).fsPath;
  return process.platform === 'win32' ? path.toLowerCase() : path;
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

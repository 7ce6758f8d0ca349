import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import type { Report } from '../core/report/report.ts';
import { biggestLever, headline, nothingToChange } from '../core/report/words.ts';
import { COMMANDS } from './contributions.ts';
import { showFailure, type Log } from './log.ts';
import type { ResultsStore, RunRequest } from './results.ts';
import type { RunningProfile } from './running-profile.ts';
import { readSavedResults } from './saved-results.ts';
import { saveBeforeRun } from './script-document.ts';
import { runSettings, type RunSettings } from './settings.ts';
import { createTerminalCommands } from './terminal-commands.ts';

export interface Profiling {
  /** Runs the script in a terminal and shows what was measured. Resolves when that is done; true when there is a report. */
  profile(request: RunRequest): Promise<boolean>;
  /** Runs the script of the results a second time, to count its calls and to see what its arguments take to copy. True when that is in the results. */
  countCalls(): Promise<boolean>;
}

export interface ProfilingParts {
  context: vscode.ExtensionContext;
  store: ResultsStore;
  running: RunningProfile;
  log: Log;
  rememberedArgs: (script: string) => string[] | null;
  /** Called when the results of a run are there. */
  onResults: () => void;
}

export function createProfiling(parts: ProfilingParts): Profiling {
  const { context, store, running, log } = parts;
  const commands = createTerminalCommands({ context, running, log });

  async function profile(request: RunRequest): Promise<boolean> {
    try {
      if (!vscode.workspace.isTrusted) throw new Failure('This workspace is in restricted mode: trust it, then profile its scripts.');
      const script = vscode.Uri.file(request.script);
      const settings = runSettings(script);
      const { named, attach } = request;
      const place = named ?? attach;
      if (place !== undefined) settings.cwd = place.folder;
      if (offerTheOther()) return false;
      if (attach !== undefined) return await run(request, settings);
      if (!(await saveBeforeRun(script, named !== undefined && settings.saveBeforeRun === 'script' ? 'all' : settings.saveBeforeRun)))
        return false;
      await checkPlaces(script, settings);
      // Asking and saving took time, in which another profile may have begun.
      if (offerTheOther()) return false;
      return await run(request, settings);
    } catch (error) {
      void showFailure(error, log);
      return false;
    }
  }

  /** True when a profile runs already: the person is told, and offered to look at it or to stop it. */
  function offerTheOther(): boolean {
    const other = running.current;
    if (other === null) return false;
    const show = vscode.l10n.t('Show It');
    const stop = vscode.l10n.t('Stop and Analyse Now');
    const words = vscode.l10n.t(
      '{0} is being profiled already: wait for it or stop it, as two at once would measure each other.',
      other.name,
    );
    void vscode.window.showWarningMessage(words, show, stop).then((choice) => {
      if (choice === show) other.terminal?.show();
      if (choice === stop) other.stop();
    });
    return true;
  }

  async function run(request: RunRequest, settings: RunSettings): Promise<boolean> {
    const name = (request.named ?? request.attach)?.name ?? basename(request.script);
    const attached = request.attach !== undefined;
    const unsaved: { folder: string | null } = { folder: null };
    try {
      const done = await commands.run({
        name,
        title: vscode.l10n.t('Profiling {0}', name),
        attached,
        canStop: attached
          ? vscode.l10n.t('Cancel lets it run on and analyses what was measured.')
          : vscode.l10n.t('Cancel stops it and analyses what was measured.'),
        settings,
        async words(node) {
          const folder = await makeFolder((context.storageUri ?? context.globalStorageUri).fsPath);
          unsaved.folder = folder;
          return wordsOf(request, settings, { node, folder });
        },
        async finish(saved) {
          await store.show(await readSavedResults(saved), request);
          unsaved.folder = null;
        },
      });
      if (!done) return false;
    } finally {
      if (unsaved.folder !== null) await rm(unsaved.folder, { recursive: true, force: true }).catch(() => undefined);
    }
    parts.onResults();
    void announce();
    return true;
  }

  /** The words of the command that profiles. */
  function wordsOf(request: RunRequest, settings: RunSettings, { node, folder }: { node: string; folder: string }): string[] {
    if (request.attach !== undefined) return ['advise', '--save', folder, `--attach=${request.attach.to}`];
    // Only our own engine can wait for a port or add up runs, and neither a server that is stopped nor one of many runs has its calls counted.
    const isPlain = request.load === undefined && request.repeat === undefined;
    return [
      ...['advise', '--save', folder, '--engine', isPlain ? (request.engine ?? settings.engine) : 'v8', '--node', node],
      ...(request.load === undefined ? [] : ['--load', request.load]),
      ...(request.repeat === undefined ? [] : ['--repeat', String(request.repeat)]),
      ...(settings.countCalls && isPlain ? ['--count-calls'] : []),
      ...subjectOf(request),
      ...(request.args ?? parts.rememberedArgs(request.script) ?? settings.args),
    ];
  }

  async function countCalls(): Promise<boolean> {
    try {
      if (!vscode.workspace.isTrusted) throw new Failure('This workspace is in restricted mode: trust it, then count calls.');
      const results = store.current;
      if (results === null) throw new Failure('Nothing has been profiled yet: open a script and run Profile and Advise.');
      const { request, folder, report } = results;
      const name = request.named?.name ?? basename(request.script);
      if (store.anyStale()) throw new Failure(`${name} has changed since it was profiled: profile it again, then count its calls.`);
      if (offerTheOther()) return false;
      const done = await commands.run({
        name,
        title: vscode.l10n.t('Counting calls of {0}', name),
        attached: false,
        canStop: vscode.l10n.t('Cancel stops it and leaves the results as they are.'),
        settings: { ...runSettings(vscode.Uri.file(request.script)), cwd: report.target.cwd },
        words: () => Promise.resolve(['count-calls', folder]),
        finish: async (saved) => store.show(await readSavedResults(saved), request),
      });
      if (!done) return false;
      parts.onResults();
      void announceCounts();
      return true;
    } catch (error) {
      void showFailure(error, log);
      return false;
    }
  }

  async function announce(): Promise<void> {
    if (store.current === null) return;
    const { report, compared } = store.current;
    const words = [compared, headline(report)].filter((one) => one !== null).join(' ');
    log.info(words);
    const show = vscode.l10n.t('Show Flame Graph');
    const choice = await vscode.window.showInformationMessage(resultWords(basename(report.target.script), report.run, words), show);
    if (choice === show) await vscode.commands.executeCommand(COMMANDS.showFlameGraph);
  }

  async function announceCounts(): Promise<void> {
    if (store.current === null) return;
    const { report } = store.current;
    const words = biggestLever(report) ?? nothingToChange(report) ?? headline(report);
    const show = vscode.l10n.t('Show Flame Graph');
    const name = basename(report.target.script);
    const choice = await vscode.window.showInformationMessage(vscode.l10n.t('{0}: calls and sizes were counted. {1}', name, words), show);
    if (choice === show) await vscode.commands.executeCommand(COMMANDS.showFlameGraph);
  }

  return { profile, countCalls };
}

/** The words of the command that say what is run; arguments may follow. */
function subjectOf({ script, named, testAt }: RunRequest): string[] {
  if (named === undefined) return [...(testAt === undefined ? [] : ['--test-at', String(testAt)]), '--', script];
  return [`--${named.kind}=${named.name}`, ...(named.file === null ? [] : [`--file=${named.file}`]), '--'];
}

function resultWords(name: string, { ended, load, attached }: Report['run'], words: string): string {
  if (ended === 'crashed') return vscode.l10n.t('{0} crashed; until then: {1}', name, words);
  if (ended === 'killed') return vscode.l10n.t('{0} was killed; until then: {1}', name, words);
  if (ended === 'stopped' && load !== undefined) return vscode.l10n.t('{0} under load: {1}', name, words);
  if (ended === 'stopped' && attached) return vscode.l10n.t('{0}, which runs on: {1}', name, words);
  if (ended === 'stopped') return vscode.l10n.t('{0}, stopped by you: {1}', name, words);
  return `${name}: ${words}`;
}

async function checkPlaces(script: vscode.Uri, settings: RunSettings): Promise<void> {
  if (!existsSync(script.fsPath))
    throw new Failure(`${basename(script.fsPath)} is no longer on disk: save it, then profile it.`, script.fsPath);
  const folder = await stat(settings.cwd).catch(() => null);
  if (folder?.isDirectory() !== true)
    throw new Failure(`${settings.cwd} isn't a folder: set unblock.cwd to the folder the script runs in.`);
}

/** A new folder in the extension's own storage, never in the workspace; where that can't be written, in the temporary folder. */
async function makeFolder(storage: string): Promise<string> {
  const name = randomBytes(6).toString('hex');
  const own = join(storage, 'results', name);
  const other = join(tmpdir(), `unblock-${name}`);
  return mkdir(own, { recursive: true }).then(
    () => own,
    () => mkdir(other, { recursive: true, mode: 0o700 }).then(() => other),
  );
}

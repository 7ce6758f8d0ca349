import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { formatDuration } from '../core/report/format.ts';
import type { Report } from '../core/report/report.ts';
import { comparedWith, headline } from '../core/report/words.ts';
import { SESSION_VARIABLE, TARGET_VARIABLE, type FromCommand, type TargetOptions } from '../protocol/session.ts';
import { COMMANDS } from './contributions.ts';
import { showFailure, type Log } from './log.ts';
import type { ResultsStore, RunRequest } from './results.ts';
import type { RunningProfile } from './running-profile.ts';
import { readSavedResults } from './saved-results.ts';
import { saveBeforeRun } from './script-document.ts';
import { runSettings, type RunSettings } from './settings.ts';
import { terminalEnvironment } from './terminal-environment.ts';
import { openTerminalSession, type TerminalSession } from './terminal-session.ts';
import { findUserNode } from './user-node.ts';

/** A command that was told to throw its run away has so long to clean up before its terminal is closed. */
const DISCARD_WITHIN_MS = 8_000;

export interface Profiling {
  /** Runs the script in a terminal and shows what was measured. Resolves when that is done; true when there is a report. */
  profile(request: RunRequest): Promise<boolean>;
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
  let lastTerminal: vscode.Terminal | null = null;

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
    const live: { session: TerminalSession | null; discarded: boolean } = { session: null, discarded: false };
    const discard = (): void => {
      live.discarded = true;
      live.session?.cancel();
      running.tell(vscode.l10n.t('stopping'));
      setTimeout(() => live.session?.close(new Failure('The run was thrown away.')), DISCARD_WITHIN_MS).unref();
    };
    const stop = (): void => {
      live.session?.stop();
      running.tell(vscode.l10n.t('stopping'));
    };
    running.begin({ name, attached, words: vscode.l10n.t('starting'), terminal: null, session: null, stop, discard });
    let before: Report | null;
    let folder: string | null = null;
    try {
      const env = terminalEnvironment(process.env, terminalSettings());
      const node = await findUserNode(settings.nodePath, { ...env, ...settings.env });
      const place = await makeFolder((context.storageUri ?? context.globalStorageUri).fsPath);
      folder = place;
      const outcome = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Profiling {0}', name), cancellable: true },
        async (progress, token) => {
          const say = (words: string): void => {
            running.tell(words);
            const cancel = attached
              ? vscode.l10n.t('Cancel lets it run on and analyses what was measured.')
              : vscode.l10n.t('Cancel stops it and analyses what was measured.');
            progress.report({ message: `${words}. ${cancel}` });
          };
          say(vscode.l10n.t('starting'));
          const session = await openTerminalSession((message) => say(progressWords(message)));
          live.session = session;
          if (live.discarded) session.close(new Failure('The run was thrown away.'));
          if (live.discarded) return session.outcome;
          token.onCancellationRequested(stop);
          // Only our own engine can wait for a port.
          const engine = request.load === undefined ? (request.engine ?? settings.engine) : 'v8';
          const args = request.args ?? parts.rememberedArgs(request.script) ?? settings.args;
          const target: TargetOptions = { nodeOptions: settings.nodeOptions, env: settings.env, minShare: settings.minimumShare };
          const terminal = openTerminal(
            name,
            node.path,
            [
              'advise',
              '--save',
              place,
              ...(request.attach === undefined
                ? [
                    '--engine',
                    engine,
                    '--node',
                    node.path,
                    ...(request.load === undefined ? [] : ['--load', request.load]),
                    ...subjectOf(request),
                    ...args,
                  ]
                : [`--attach=${request.attach.to}`]),
            ],
            settings.cwd,
            {
              ...env,
              [SESSION_VARIABLE]: session.variable,
              [TARGET_VARIABLE]: JSON.stringify(target),
            },
          );
          if (running.current !== null) Object.assign(running.current, { terminal, session });
          const closed = vscode.window.onDidCloseTerminal((one) => {
            if (one === terminal) session.close(closedFailure(one));
          });
          try {
            return await session.outcome;
          } finally {
            closed.dispose();
          }
        },
      );
      if (live.discarded) return false;
      before = store.current?.report ?? null;
      await store.show(await readSavedResults(outcome), request);
      folder = null;
    } catch (error) {
      if (!live.discarded) throw error;
      vscode.window.setStatusBarMessage(vscode.l10n.t('{0}: stopped and thrown away.', name), 5000);
      lastTerminal?.dispose();
      return false;
    } finally {
      running.end();
      if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
    parts.onResults();
    void announce(before);
    return true;
  }

  function openTerminal(name: string, node: string, args: string[], cwd: string, env: Record<string, string>): vscode.Terminal {
    // The terminal of the run before stays open to be read; one is enough.
    lastTerminal?.dispose();
    const cli = context.asAbsolutePath(join('dist', 'cli.cjs'));
    log.info(`${node} ${[cli, ...args].join(' ')} (in ${cwd})`);
    const terminal = vscode.window.createTerminal({
      name: `Unblock: ${name}`,
      iconPath: new vscode.ThemeIcon('flame'),
      shellPath: node,
      shellArgs: [cli, ...args],
      cwd,
      env,
      // Without it a debugger that attaches to every terminal would be measured too.
      strictEnv: true,
      isTransient: true,
    });
    terminal.show(true);
    lastTerminal = terminal;
    return terminal;
  }

  async function announce(before: Report | null): Promise<void> {
    if (store.current === null) return;
    const { report } = store.current;
    const words = [before === null ? null : comparedWith(before, report), headline(report)].filter((one) => one !== null).join(' ');
    log.info(words);
    const show = vscode.l10n.t('Show Flame Graph');
    const choice = await vscode.window.showInformationMessage(resultWords(basename(report.target.script), report.run, words), show);
    if (choice === show) await vscode.commands.executeCommand(COMMANDS.showFlameGraph);
  }

  return { profile };
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

function progressWords(message: Extract<FromCommand, { type: 'progress' }>): string {
  if (message.phase === 'starting') return vscode.l10n.t('starting');
  return message.phase === 'analysing' ? vscode.l10n.t('analysing') : formatDuration(message.elapsedMs);
}

function closedFailure(terminal: vscode.Terminal): Failure {
  const code = terminal.exitStatus?.code;
  if (terminal.exitStatus?.reason === vscode.TerminalExitReason.User)
    return new Failure('The terminal was closed before the run had ended: profile again.');
  return new Failure('The profiling command ended before it made a report: profile again.', `exit code ${code ?? 'unknown'}`);
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

function terminalSettings(): Record<string, string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux';
  return vscode.workspace.getConfiguration('terminal.integrated').get<Record<string, string | null>>(`env.${platform}`, {});
}

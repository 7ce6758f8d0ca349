import { join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { formatDuration } from '../core/report/format.ts';
import { SESSION_VARIABLE, TARGET_VARIABLE, type FromCommand, type TargetOptions } from '../protocol/session.ts';
import type { Log } from './log.ts';
import type { RunningProfile } from './running-profile.ts';
import type { RunSettings } from './settings.ts';
import { terminalEnvironment } from './terminal-environment.ts';
import { openTerminalSession, type TerminalSession } from './terminal-session.ts';
import { findUserNode } from './user-node.ts';

/** A command that was told to throw its run away has so long to clean up before its terminal is closed. */
const DISCARD_WITHIN_MS = 8_000;

/** One run of the `unblock` command. */
export interface TerminalJob {
  name: string;
  title: string;
  /** The program was running before, and runs on after. */
  attached: boolean;
  /** What cancelling does, in a sentence. */
  canStop: string;
  settings: RunSettings;
  /** What follows `unblock`. */
  words(node: string): Promise<string[]>;
  /** Takes what was saved, while nothing else can be profiled yet. */
  finish(folder: string): Promise<void>;
}

export interface TerminalCommands {
  /** Runs a command in a terminal, with its progress in a notification. False when it was thrown away. Throws a Failure when it failed. */
  run(job: TerminalJob): Promise<boolean>;
}

export interface TerminalCommandsParts {
  context: vscode.ExtensionContext;
  running: RunningProfile;
  log: Log;
}

export function createTerminalCommands({ context, running, log }: TerminalCommandsParts): TerminalCommands {
  let lastTerminal: vscode.Terminal | null = null;

  async function run(job: TerminalJob): Promise<boolean> {
    const { name, attached, settings } = job;
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
    try {
      const env = terminalEnvironment(process.env, terminalSettings());
      const node = await findUserNode(settings.nodePath, { ...env, ...settings.env });
      const words = await job.words(node.path);
      const outcome = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: job.title, cancellable: true },
        async (progress, token) => {
          const say = (said: string): void => {
            running.tell(said);
            progress.report({ message: `${said}. ${job.canStop}` });
          };
          say(vscode.l10n.t('starting'));
          const session = await openTerminalSession((message) => say(progressWords(message)));
          live.session = session;
          if (live.discarded) session.close(new Failure('The run was thrown away.'));
          if (live.discarded) return session.outcome;
          token.onCancellationRequested(stop);
          const target: TargetOptions = { nodeOptions: settings.nodeOptions, env: settings.env, minShare: settings.minimumShare };
          const terminal = openTerminal(name, node.path, words, settings.cwd, {
            ...env,
            [SESSION_VARIABLE]: session.variable,
            [TARGET_VARIABLE]: JSON.stringify(target),
          });
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
      await job.finish(outcome);
      return true;
    } catch (error) {
      if (!live.discarded) throw error;
      vscode.window.setStatusBarMessage(vscode.l10n.t('{0}: stopped and thrown away.', name), 5000);
      lastTerminal?.dispose();
      return false;
    } finally {
      running.end();
    }
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

  return { run };
}

function progressWords(message: Extract<FromCommand, { type: 'progress' }>): string {
  if (message.phase === 'starting') return vscode.l10n.t('starting');
  if (message.phase === 'counting') return vscode.l10n.t('counting calls, {0}', formatDuration(message.elapsedMs));
  return message.phase === 'analysing' ? vscode.l10n.t('analysing') : formatDuration(message.elapsedMs);
}

function closedFailure(terminal: vscode.Terminal): Failure {
  const code = terminal.exitStatus?.code;
  if (terminal.exitStatus?.reason === vscode.TerminalExitReason.User)
    return new Failure('The terminal was closed before the run had ended: profile again.');
  return new Failure('The profiling command ended before it made a report: profile again.', `exit code ${code ?? 'unknown'}`);
}

function terminalSettings(): Record<string, string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux';
  return vscode.workspace.getConfiguration('terminal.integrated').get<Record<string, string | null>>(`env.${platform}`, {});
}

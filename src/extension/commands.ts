import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import { joinArguments, splitArguments } from '../languages/node/launch/command-line.ts';
import { chooseProcess } from './attach.ts';
import { COMMANDS, ENGINES } from './contributions.ts';
import { rulePage } from './diagnostics.ts';
import { openExample } from './examples.ts';
import type { LightBulb } from './code-actions.ts';
import { showFailure, type Log } from './log.ts';
import type { FlameGraphPanel } from './panel.ts';
import { chooseLaunchConfiguration, chooseNpmScript } from './named-sources.ts';
import { openSource } from './open-source.ts';
import type { Profiling } from './profiling.ts';
import type { ResultsStore, RunRequest } from './results.ts';
import type { RunningProfile } from './running-profile.ts';
import { chooseScript } from './script-document.ts';
import { adviceIdOf } from './tree-views.ts';
import { open0xFlameGraph } from './zero-x.ts';

export interface CommandParts {
  context: vscode.ExtensionContext;
  store: ResultsStore;
  running: RunningProfile;
  profiling: Profiling;
  panel: FlameGraphPanel;
  lightBulb: LightBulb;
  log: Log;
}

/** The editor's own delay is 250 ms. */
const AFTER_CURSOR_MOVED_MS = 400;

const LOAD_EXAMPLE = 'autocannon -d 10 http://127.0.0.1:{port}/';

const ENGINE_WORDS: Record<(typeof ENGINES)[number], string> = {
  v8: 'Unblock’s own: samples, waits and blocking calls, each with its line',
  '0x': '0x: V8’s tick log with the waits beside it; no worker threads',
  'clinic-doctor': 'clinic doctor beside Unblock’s own: its verdict held against ours (needs clinic in the project)',
  'clinic-flame': 'clinic flame: its 0x measures, its hottest function held against ours (needs clinic in the project)',
  'clinic-bubbleprof': 'clinic bubbleprof beside Unblock’s own: what was open longest; slow (needs clinic in the project)',
};

/** Every command of the manifest with what it does. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { context, store, running, profiling, panel, lightBulb, log } = parts;
  const handlers: Record<keyof typeof COMMANDS, (...passed: unknown[]) => unknown> = {
    profile: (uri) => profiling.profile({ script: chooseScript(uri).fsPath, args: null, engine: null }),
    profileWithArguments: (uri) => profileWithArguments(chooseScript(uri)),
    profileWithEngine: (uri) => profileWithEngine(chooseScript(uri)),
    profileUnderLoad: (uri) => profileUnderLoad(chooseScript(uri)),
    profileTest: () => profileTest(),
    profileNpmScript: async (passed) => profileChosen(await chooseNpmScript(passed)),
    profileLaunchConfiguration: async () => profileChosen(await chooseLaunchConfiguration()),
    attach: async (passed) => profileChosen(await chooseProcess(passed, context.extensionPath)),
    profileAgain: (runs) => {
      if (store.current === null) throw new Failure('Nothing has been profiled yet: open a script and run Profile and Advise.');
      const request = asItIsNow(store.current.request);
      return profiling.profile(typeof runs === 'number' ? { ...request, repeat: runs } : request);
    },
    countCalls: () => profiling.countCalls(),
    stop: () => {
      if (running.current === null) throw nothingRuns();
      running.current.stop();
    },
    stopOrDiscard: () => stopOrDiscard(),
    discard: () => {
      if (running.current === null) throw nothingRuns();
      running.current.discard();
    },
    showFlameGraph: (focus) => {
      if (store.current === null) throw new Failure('There is no flame graph yet: profile a script first.');
      panel.open(isPlace(focus) ? focus : undefined);
    },
    open0xFlameGraph: () => open0xFlameGraph(store.current, context, log),
    clearResults: () => store.clear(),
    showLog: () => log.show(),
    openExample: (name) => openExample(name, context),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:unblock.unblock'),
    openSource: async (file, line, column) => {
      if (typeof file === 'string' && typeof line === 'number') await openSource(file, line, typeof column === 'number' ? column : 1, log);
    },
    fix: (passed) => fix(passed),
    whyNot: (passed, reason) => whyNot(passed, reason),
    explainRule: (rule) => explainRule(rule),
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([name, handler]) =>
      vscode.commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], async (...passed: unknown[]) => {
        try {
          return await handler(...passed);
        } catch (error) {
          void showFailure(error, log);
          return undefined;
        }
      }),
    ),
  );

  async function profileChosen(request: RunRequest | null): Promise<boolean> {
    return request !== null && profiling.profile(request);
  }

  async function profileWithArguments(script: vscode.Uri): Promise<boolean> {
    const name = basename(script.fsPath);
    const settings = vscode.workspace.getConfiguration('unblock', script).get<string[]>('args', []);
    const line = await vscode.window.showInputBox({
      title: vscode.l10n.t('Profile and Advise {0}', name),
      prompt: vscode.l10n.t('Arguments, quoted as in a shell. They are remembered for {0}; leave empty for none.', name),
      value: joinArguments(rememberedArgs(context, script.fsPath) ?? settings),
      ignoreFocusOut: true,
    });
    if (line === undefined) return false;
    const args = splitArguments(line);
    await context.workspaceState.update(argsKey(script.fsPath), args);
    return profiling.profile({ script: script.fsPath, args, engine: null });
  }

  function profileTest(): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) throw new Failure('Open a test file first, and put the cursor into the test.');
    const script = chooseScript(editor.document.uri).fsPath;
    return profiling.profile({ script, args: null, engine: null, testAt: editor.selection.active.line + 1 });
  }

  /** The test has moved with the lines that a change put above it. */
  function asItIsNow(request: RunRequest): RunRequest {
    return request.testAt === undefined ? request : { ...request, testAt: store.lineNow(request.script, request.testAt) };
  }

  async function profileUnderLoad(script: vscode.Uri): Promise<boolean> {
    const name = basename(script.fsPath);
    const key = `unblock.load:${script.fsPath}`;
    const line = await vscode.window.showInputBox({
      title: vscode.l10n.t('Profile {0} under Load', name),
      prompt: vscode.l10n.t(
        'What asks the server, as a command without a shell; {port} is the first port it opens. It is remembered for {0}.',
        name,
      ),
      value: context.workspaceState.get<string>(key) ?? LOAD_EXAMPLE,
      ignoreFocusOut: true,
    });
    if (line === undefined || line.trim() === '') return false;
    await context.workspaceState.update(key, line);
    return profiling.profile({ script: script.fsPath, args: null, engine: null, load: line });
  }

  async function profileWithEngine(script: vscode.Uri): Promise<boolean> {
    const items = ENGINES.map((engine) => ({ label: engine, detail: ENGINE_WORDS[engine] }));
    const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('What measures {0}', basename(script.fsPath)) });
    return choice === undefined ? false : profiling.profile({ script: script.fsPath, args: null, engine: choice.label });
  }

  /** The status bar's question. */
  async function stopOrDiscard(): Promise<void> {
    const run = running.current;
    if (run === null) throw nothingRuns();
    const stop = {
      label: `$(debug-stop) ${vscode.l10n.t('Stop and analyse now')}`,
      detail: run.attached
        ? vscode.l10n.t('Let the process run on and report what was measured so far')
        : vscode.l10n.t('End the script and report what was measured so far'),
    };
    const discard = {
      label: `$(trash) ${vscode.l10n.t('Throw away')}`,
      detail: run.attached ? vscode.l10n.t('Let the process run on without a report') : vscode.l10n.t('End the script without a report'),
    };
    const choice = await vscode.window.showQuickPick([stop, discard], { placeHolder: run.name });
    if (running.current !== run) return;
    if (choice === stop) run.stop();
    if (choice === discard) run.discard();
  }

  async function fix(passed: unknown): Promise<void> {
    const id = adviceIdOf(passed);
    const advice = store.current?.report.advice.find((one) => id === null || one.id === id);
    if (advice === undefined) throw new Failure('There is nothing to fix in the results: profile a script first.');
    const editor = await openSource(advice.file, store.lineNow(advice.file, advice.line), 1, log);
    if (editor === undefined) return;
    editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    // The editor asks for code actions by itself a moment after the cursor has moved, and forgets then what it was asked before.
    await Promise.all([lightBulb.prepare(advice), new Promise((resolve) => setTimeout(resolve, AFTER_CURSOR_MOVED_MS))]);
    await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'refactor.rewrite.unblock', apply: 'never' });
  }

  async function whyNot(passed: unknown, reason: unknown): Promise<void> {
    const id = adviceIdOf(passed);
    const advice = store.current?.report.advice.find((one) => one.id === id);
    if (advice === undefined) return;
    const words = typeof reason === 'string' ? reason : advice.refactor.available ? advice.why : advice.refactor.reason;
    const explain = vscode.l10n.t('Explain {0}', advice.rule);
    if ((await vscode.window.showInformationMessage(words, explain)) === explain) await explainRule(advice.rule);
  }

  async function explainRule(rule: unknown): Promise<void> {
    if (typeof rule !== 'string' || !/^[a-z-]+$/.test(rule)) return;
    await vscode.commands.executeCommand('markdown.showPreviewToSide', rulePage(context.extensionUri, rule));
  }
}

/** What the input box of a script was answered last; null when it never was. */
export function rememberedArgs(context: vscode.ExtensionContext, script: string): string[] | null {
  return context.workspaceState.get<string[]>(argsKey(script)) ?? null;
}

function argsKey(script: string): string {
  return `unblock.args:${script}`;
}

function nothingRuns(): Failure {
  return new Failure('Nothing is being profiled: open a script and run Profile and Advise.');
}

function isPlace(value: unknown): value is { file: string; line: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'file' in value &&
    typeof value.file === 'string' &&
    'line' in value &&
    typeof value.line === 'number'
  );
}

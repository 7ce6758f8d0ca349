import { join } from 'node:path';
import * as vscode from 'vscode';
import { refactorClient } from '../languages/node/syntax/refactor-client.ts';
import { codeActionMetadata, createLightBulb } from './code-actions.ts';
import { createCodeLenses } from './code-lenses.ts';
import { registerCommands, rememberedArgs } from './commands.ts';
import { LANGUAGES, SETTINGS } from './contributions.ts';
import { showDiagnostics } from './diagnostics.ts';
import { createHovers } from './hovers.ts';
import { createPanel } from './panel.ts';
import { createProfiling } from './profiling.ts';
import { createResults, restoreResults } from './results.ts';
import { createRunningProfile } from './running-profile.ts';
import { createStatusBar } from './status-bar.ts';
import { createViews } from './tree-views.ts';

/** Puts the parts together; each is a file of its own. Nothing is run here: only commands run anything. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Unblock', { log: true });
  const store = createResults(context);
  const running = createRunningProfile();
  const client = refactorClient({ serverPath: context.asAbsolutePath(join('dist', 'refactor-server.cjs')), execPath: process.execPath });
  await restoreResults(store, context);

  const lightBulb = createLightBulb(store, client, log);
  const panel = createPanel(store, context, log);
  const profiling = createProfiling({
    context,
    store,
    running,
    log,
    rememberedArgs: (script) => rememberedArgs(context, script),
    onResults: () => {
      if (vscode.workspace.getConfiguration().get<boolean>(SETTINGS.openFlameGraph, true)) panel.open();
      // Starts the server while the person reads: the first light bulb then answers at once.
      const best = store.current?.report.advice[0];
      if (best !== undefined) void lightBulb.prepare(best);
    },
  });
  const selector = LANGUAGES.map((language) => ({ language, scheme: 'file' }));
  const lenses = createCodeLenses(store);
  context.subscriptions.push(
    log,
    running,
    client,
    panel,
    lenses,
    registerCommands({ context, store, running, profiling, panel, lightBulb, log }),
    createViews(store),
    createStatusBar(store, running),
    showDiagnostics(store, context.extensionUri),
    vscode.languages.registerCodeLensProvider(selector, lenses.provider),
    vscode.languages.registerHoverProvider(selector, createHovers(store)),
    vscode.languages.registerCodeActionsProvider(selector, lightBulb.provider, codeActionMetadata),
  );
}

/**
 * Everything the manifest contributes, by name: the one list that code uses and that package.json is checked against
 * (test/extension/manifest.test.ts). Imports nothing, so that tests without an editor can read it.
 */
export const COMMANDS = {
  profile: 'unblock.profile',
  profileWithArguments: 'unblock.profileWithArguments',
  profileWithEngine: 'unblock.profileWithEngine',
  profileUnderLoad: 'unblock.profileUnderLoad',
  profileTest: 'unblock.profileTest',
  profileNpmScript: 'unblock.profileNpmScript',
  profileLaunchConfiguration: 'unblock.profileLaunchConfiguration',
  attach: 'unblock.attach',
  profileAgain: 'unblock.profileAgain',
  countCalls: 'unblock.countCalls',
  stop: 'unblock.stop',
  stopOrDiscard: 'unblock.stopOrDiscard',
  discard: 'unblock.discard',
  showFlameGraph: 'unblock.showFlameGraph',
  open0xFlameGraph: 'unblock.open0xFlameGraph',
  clearResults: 'unblock.clearResults',
  showLog: 'unblock.showLog',
  openExample: 'unblock.openExample',
  openSettings: 'unblock.openSettings',
  openSource: 'unblock.openSource',
  fix: 'unblock.fix',
  whyNot: 'unblock.whyNot',
  explainRule: 'unblock.explainRule',
} as const;

/** Commands that need what a view, a lens, a light bulb or the status bar passes them: never in the palette. */
export const COMMANDS_WITH_SUBJECT: readonly string[] = [
  COMMANDS.stopOrDiscard,
  COMMANDS.openSource,
  COMMANDS.whyNot,
  COMMANDS.explainRule,
];

export const SETTINGS = {
  nodePath: 'unblock.nodePath',
  nodeOptions: 'unblock.nodeOptions',
  args: 'unblock.args',
  env: 'unblock.env',
  cwd: 'unblock.cwd',
  engine: 'unblock.engine',
  countCalls: 'unblock.countCalls',
  minimumShare: 'unblock.minimumShare',
  saveBeforeRun: 'unblock.saveBeforeRun',
  openFlameGraph: 'unblock.openFlameGraph',
  codeLens: 'unblock.codeLens.enabled',
  hover: 'unblock.hover.enabled',
  diagnostics: 'unblock.diagnostics.enabled',
} as const;

/** A workspace that isn't trusted can't set these: they choose what is run, and how. */
export const RESTRICTED_SETTINGS: readonly string[] = [
  SETTINGS.nodePath,
  SETTINGS.nodeOptions,
  SETTINGS.args,
  SETTINGS.env,
  SETTINGS.cwd,
  SETTINGS.engine,
  SETTINGS.countCalls,
];

export const CONTEXT_KEYS = { running: 'unblock.running', hasResults: 'unblock.hasResults' } as const;

export const VIEWS = { container: 'unblock', time: 'unblock.time', hotSpots: 'unblock.hotSpots', advice: 'unblock.advice' } as const;

export const FLAME_GRAPH_PANEL = 'unblock.flameGraph';

export const WALKTHROUGH = 'unblock.firstProfile';

export const ENGINES = ['v8', '0x', 'clinic-doctor', 'clinic-flame', 'clinic-bubbleprof'] as const;

export const SAVE_CHOICES = ['script', 'all', 'ask'] as const;

/** File names that can be profiled. */
export const SCRIPT_PATTERN = /\.[cm]?[jt]s$/i;

/** The languages in which results are shown: a script may import files of any of them. */
export const LANGUAGES = ['javascript', 'typescript', 'javascriptreact', 'typescriptreact'] as const;

/** One small program a rule, whose advice can be seen, previewed, applied, run again and undone in the editor. A new rule is a new line here. */
export interface RuleProgram {
  rule: string;
  /** In the tests' workspace: a folder of examples/, or `rules/` and a folder of test/fixtures/editor/. */
  folder: string;
  script: string;
  /** The file and the 1-based line that are marked. */
  file: string;
  line: number;
  /** How the light bulb calls the change. */
  action: RegExp;
  /** Files that change besides; those that the change makes begin with `+`. */
  others: string[];
  /** Whether VS Code shows its preview first: several files change, or something is to be looked at. */
  previewed: boolean;
  /** Its advice rests on counted calls. */
  countsCalls?: true;
}

export const rulePrograms: RuleProgram[] = [
  { ...example('overlap-awaits', 'sequential-requests', 'fetch-prices.mjs', 13, /at a time/, []), previewed: false },
  example('move-to-worker', 'render-frames', 'render-frames.mjs', 29, /worker pool/, ['+render-frames.worker.mjs']),
  { ...program('prefer-async-api', 8, /asynchronous, 5 calls at a time/, ['lib/page.mjs', 'main.mjs']), file: 'lib/report.mjs' },
  program('parallelize-loop', 4, /on \d+ cores/, ['+main.worker.mjs']),
  program('avoid-json-clone', 8, /Copy only what is changed/, []),
  program('hoist-invariant', 6, /once instead of each time/, []),
  program('fix-quadratic', 5, /in place of copying it/, []),
  program('move-to-process', 15, /to processes of its own/, ['+main.worker.mjs']),
  program('use-native-api', 9, /^Use `crypto\.createHash`/, []),
  program('yield-to-event-loop', 10, /^Let others have their turn/, []),
  program('stream-large-file', 9, /^Read the file line by line/, []),
  program('read-part-of-file', 7, /^Read the 4 bytes of the file/, []),
  { ...program('cache-pure-call', 4, /^Keep what slow gives/, []), countsCalls: true },
];

function program(rule: string, line: number, action: RegExp, others: string[]): RuleProgram {
  return { rule, folder: `rules/${rule}`, script: 'main.mjs', file: 'main.mjs', line, action, others, previewed: true };
}

function example(rule: string, folder: string, script: string, line: number, action: RegExp, others: string[]): RuleProgram {
  return { rule, folder, script, file: script, line, action, others, previewed: true };
}

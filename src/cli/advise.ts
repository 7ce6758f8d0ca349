import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Failure } from '../core/failure.ts';
import { htmlReport } from '../core/report/html.ts';
import type { Report } from '../core/report/report.ts';
import { sarif } from '../core/report/sarif.ts';
import { reportText } from '../core/report/text.ts';
import { targetOfLaunch } from '../languages/node/launch/launch-configuration.ts';
import { type NamedTarget, targetOfNpmScript } from '../languages/node/launch/npm-script.ts';
import type { TargetOptions } from '../languages/node/record/target.ts';
import { SAVED } from '../protocol/session.ts';
import { type AttachAdviseRequest, attachAndAdvise, profileAndAdvise, type ProfileResult } from '../workflows/profile-and-advise.ts';
import type { AdviseCommand, Source } from './arguments.ts';
import { followInterrupts, followInterruptsApart } from './interrupts.ts';
import { say, tell } from './output.ts';
import { prepareResults, saveRun, writeResult } from './save.ts';
import { openSession, type Session, type SessionVariables } from './session.ts';

/** Runs the main job as the command line asked for it. Throws a Failure when there is no report. */
export async function advise(command: AdviseCommand, variables: SessionVariables, programs: Programs): Promise<void> {
  const runsOn = command.source.kind === 'attach';
  await inSession(variables, runsOn, async (running) => {
    prepareResults(
      command.save,
      [command.sarif, command.html].filter((file) => file !== null),
    );
    const result = await run(command, variables, programs, running);
    writeResults(command, result, programs);
    await tell(
      command.json
        ? `${JSON.stringify(result.analysis.report, null, 2)}\n`
        : `\n${textReport(result.analysis.report, command.save, variables.session !== undefined)}`,
    );
    if (command.save !== null) running.session.tell({ type: 'done', folder: command.save });
  });
}

/**
 * Does work that an editor or Ctrl+C may stop, and tells the editor how it failed.
 * @param runsOn the program is not ours to end: Ctrl+C lets go of it
 */
export async function inSession(variables: SessionVariables, runsOn: boolean, work: (running: Running) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const cancel = new AbortController();
  const session = await openSession({
    session: variables.session,
    onMessage: ({ type }) => (type === 'stop' ? stop : cancel).abort(),
    // Without the editor nobody waits for the result, but the script is the user's: it runs on, and the report goes to the terminal.
    onLost: (reason) => say(`The editor can't be reached (${reason}): the report is printed here only.`),
  });
  const unfollow = runsOn ? followInterruptsApart(stop, cancel) : followInterrupts(cancel);
  try {
    await work({ stop, cancel, session });
  } catch (error) {
    session.tell({ type: 'failed', message: error instanceof Error ? error.message : String(error), detail: detailOf(error) });
    throw error;
  } finally {
    unfollow();
    await session.end();
  }
}

/** The text names the report's file where there is one, and says how to get one where there is none. */
export function textReport(report: Report, folder: string | null, inEditor: boolean): string {
  const text = reportText(report, { inEditor });
  if (inEditor) return text;
  if (folder !== null) return text.replaceAll('REPORT.json', join(folder, SAVED.report));
  return text.includes('REPORT.json')
    ? `${text}\nREPORT.json is what \`unblock advise --json\` prints, or report.json in the folder of \`--save DIR\`.\n`
    : text;
}

/** What is installed: the folder of the bundled programs, and their version. */
export interface Programs {
  distFolder: string;
  version: string;
}

/** The page of the flame graph, as text. */
export function webviewScript(distFolder: string): string {
  return readFileSync(join(distFolder, 'webview.js'), 'utf8');
}

interface Running {
  stop: AbortController;
  cancel: AbortController;
  session: Session;
}

async function run(
  command: AdviseCommand,
  { target }: SessionVariables,
  { distFolder }: Programs,
  { stop, cancel, session }: Running,
): Promise<ProfileResult> {
  let deadline: NodeJS.Timeout | undefined;
  const { source } = command;
  const shared: Omit<AttachAdviseRequest, 'to' | 'onBegin'> = {
    ...(target === null ? {} : { minShare: target.minShare }),
    distFolder,
    stop: stop.signal,
    cancel: cancel.signal,
    onProgress(phase, elapsedMs) {
      session.tell({ type: 'progress', phase, elapsedMs });
      // Counted from the script's first line, not from node's start.
      if (phase === 'running' && command.stopAfter !== null) deadline ??= setTimeout(() => stop.abort(), command.stopAfter * 1000);
    },
  };
  try {
    if (source.kind === 'attach') return await attachAndAdvise({ ...shared, to: source.to, onBegin: sayAttached(command.stopAfter) });
    return await profileAndAdvise({
      ...shared,
      target: targetOf(command, source, target),
      engine: command.engine,
      ...(command.load === null ? {} : { load: { command: command.load } }),
      countCalls: command.countCalls,
      repeat: command.repeat,
      output: command.json ? 'stderr' : 'inherit',
    });
  } finally {
    clearTimeout(deadline);
  }
}

/** Until then nothing is seen of a program whose output goes elsewhere. */
function sayAttached(stopAfter: number | null): AttachAdviseRequest['onBegin'] {
  return ({ script }, pid) => {
    const until = stopAfter === null ? 'Ctrl+C lets it go and reports.' : `It is let go in ${stopAfter} s, or with Ctrl+C.`;
    say(`Attached to ${basename(script)} (process ${pid}). ${until}`);
  };
}

/** What is to be run: what the source says, and what the command line and the editor say on top. */
function targetOf({ args, node, test }: AdviseCommand, source: RunSource, settings: SessionVariables['target']): TargetOptions {
  const { target, notes } = namedTarget(source, args);
  notes.forEach(say);
  return {
    ...target,
    ...(test === null ? {} : { test }),
    ...(node === null ? {} : { nodePath: node }),
    nodeOptions: [...(settings?.nodeOptions ?? []), ...(target.nodeOptions ?? [])],
    env: { ...target.env, ...settings?.env },
  };
}

type RunSource = Exclude<Source, { kind: 'attach' }>;

function namedTarget(source: RunSource, args: string[]): NamedTarget {
  switch (source.kind) {
    case 'script':
      return { target: { script: source.script, args }, notes: [] };
    case 'npm-script':
      return targetOfNpmScript(source.name, args, process.cwd());
    case 'launch':
      return targetOfLaunch(source.name, args, { folder: process.cwd(), file: source.file === null ? null : resolve(source.file) });
  }
}

function writeResults(command: AdviseCommand, { recording, analysis }: ProfileResult, { distFolder, version }: Programs): void {
  const { report, lanes } = analysis;
  if (command.sarif !== null)
    writeResult(
      command.sarif,
      JSON.stringify(
        sarif(report, version, () => null),
        null,
        2,
      ),
    );
  if (command.html !== null)
    writeResult(
      command.html,
      htmlReport({ title: `${basename(report.target.script)} · Unblock`, report, lanes, webviewScript: webviewScript(distFolder) }),
    );
  if (command.save !== null) saveRun(command.save, recording, analysis);
}

function detailOf(error: unknown): string {
  if (error instanceof Failure) return error.detail;
  return error instanceof Error ? (error.stack ?? '') : '';
}

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../../core/failure.ts';
import type { OperationLog, Opinion, Recording, Run, Target } from '../../../core/recording.ts';
import { find0x, passOnErrors, start0x, type Start0x } from './0x/run.ts';
import { MARK, type ScriptStatus } from './0x/status.ts';
import type { TickLog } from './0x/tick-log.ts';
import { markedBegin, ticksToProfile } from './0x/ticks-to-profile.ts';
import { descendantsOf, killAll } from './process-tree.ts';
import type { Recorder, RecordRequest } from './recorder.ts';

/** How long a script that was asked to end may take before it is killed, in ms. */
const GRACE_MS = 1000;

/** A package that runs 0x. */
export interface TickEngine {
  id: Recording['engine'];
  /** As a sentence names it. */
  name: string;
  /** How it is started for a target, in a temporary folder of the run. Throws a Failure. */
  prepare(folder: string, request: RecordRequest): Pick<Start0x, 'zeroX' | 'options' | 'cwd' | 'preload'>;
  /** What it says of the run, from what it left in the folder. */
  conclude?(folder: string, request: RecordRequest): Promise<{ opinion: Opinion | null; notes: string[] }>;
}

/**
 * The 0x package: V8's tick log of the whole run. An agent beside it notes the operations that wait, so that the report tells what one of our
 * own recordings tells, but for workers, on-CPU time and source maps.
 */
export const zeroXRecorder: Recorder = tickRecorder({
  id: '0x',
  name: '0x',
  prepare: (folder, { target, distFolder }) => ({
    zeroX: find0x(distFolder),
    options: ['--working-dir', folder],
    cwd: target.cwd,
    preload: null,
  }),
});

export function tickRecorder(engine: TickEngine): Recorder {
  return {
    id: engine.id,
    async record(request) {
      const folder = mkdtempSync(join(tmpdir(), `unblock-${engine.id}-`));
      try {
        return await recordInto(folder, engine, request);
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

async function recordInto(folder: string, engine: TickEngine, request: RecordRequest): Promise<Recording> {
  const { target, output } = request;
  const statusFile = join(folder, 'status.json');
  const agentFile = join(request.distFolder, 'agent-0x.cjs');
  const child = start0x({
    ...engine.prepare(folder, request),
    target,
    folder,
    agentFile,
    statusFile,
    output: output === 'none' ? 'stderr' : output,
  });
  const said = passOnErrors(child);
  await ended(child, request, () => readStatus(statusFile));
  refuseCancelled(request);

  const status = readStatus(statusFile);
  const log = readLog(join(folder, 'out'));
  if (!status?.beginUs || !log) throw new Failure(`${engine.name} could not record ${target.script}: try the engine v8.`, said());
  const fromUs = markedBegin(log, MARK, agentFile) ?? status.beginTickUs;
  const shiftUs = status.beginUs - fromUs;
  const untilUs = status.endUs > 0 ? status.endUs - shiftUs : Math.max(fromUs, log.ticks.at(-1)?.tm ?? fromUs);
  const conclusion = await engine.conclude?.(folder, request);
  refuseCancelled(request);
  return {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: engine.id,
    target,
    machine: request.machine,
    run: runOf(status, untilUs - fromUs, request.stop.aborted),
    lanes: [
      {
        id: 'main',
        name: 'main',
        kind: 'main',
        pid: status.pid,
        cpuProfile: ticksToProfile(log, { fromUs, untilUs, shiftUs, ownFile: agentFile }, lineReader(target)),
        operations: status.operations ?? NO_OPERATIONS,
        onCpu: null,
        processCpuUs: status.endUs > 0 ? status.cpuUs : null,
        sourceMaps: status.sourceMaps,
      },
    ],
    notes: [...notesOn(engine.name, log, status, target), ...(conclusion?.notes ?? [])],
    ...(conclusion && { opinion: conclusion.opinion }),
  };
}

function refuseCancelled({ cancel }: RecordRequest): void {
  if (cancel.aborted) throw new Failure('Cancelled: what was measured was thrown away.');
}

/** Resolves when 0x has ended; ends the script when it is asked to. 0x itself then goes on to write what was measured. */
function ended(child: ChildProcess, request: RecordRequest, readStatus: () => ScriptStatus | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let told = 0;
    const watch = setInterval(() => {
      const status = readStatus();
      if (!status || status.endUs > 0) return;
      begun ||= Date.now();
      if (Date.now() - told < 500) return;
      told = Date.now();
      request.onProgress(told - begun);
    }, 50);

    let grace: NodeJS.Timeout | undefined;
    /** 0x makes the script exit on a signal; one that never yields does not get to hear it. */
    const end = (name: NodeJS.Signals | null): void => {
      const status = readStatus();
      if (!status) {
        // Not begun yet: ask again as soon as it can be told which process it is.
        if (child.exitCode === null && child.signalCode === null) grace = setTimeout(() => end(name), 50);
        return;
      }
      if (status.endUs > 0) return;
      if (name !== null) signal(status.pid, name);
      grace = setTimeout(() => {
        if (readStatus()?.endUs === 0) signal(status.pid, 'SIGKILL');
      }, GRACE_MS);
    };
    const stop = (): void => end('SIGTERM');
    // In a terminal Ctrl+C reaches the script by itself; 0x, which hangs when it alone is told, is never told.
    const interrupt = (): void => end(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY ? null : 'SIGINT');
    const cancel = (): void => {
      if (child.pid !== undefined) killAll([child.pid, ...descendantsOf(child.pid)]);
    };
    const settle = (): void => {
      clearInterval(watch);
      clearTimeout(grace);
      request.stop.removeEventListener('abort', stop);
      request.cancel.removeEventListener('abort', cancel);
      process.off('SIGINT', interrupt);
      process.off('exit', cancel);
    };
    process.on('SIGINT', interrupt);
    process.on('exit', cancel);
    child.once('error', (error) => {
      settle();
      reject(new Failure(`${request.target.node.path} could not be started: set the path of node.`, String(error)));
    });
    child.once('close', () => {
      settle();
      resolve();
    });
    request.stop.addEventListener('abort', stop);
    request.cancel.addEventListener('abort', cancel);
    if (request.cancel.aborted) cancel();
    else if (request.stop.aborted) stop();
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It had ended.
  }
}

/** 0x always exits with 0, so what became of the script is told by its own last words. */
function runOf(status: ScriptStatus, wallUs: number, stopped: boolean): Run {
  if (stopped) return { wallUs, exitCode: status.exitCode, signal: status.signal, ended: 'stopped' };
  if (status.endUs === 0) return { wallUs, exitCode: null, signal: status.signal, ended: 'killed' };
  // On a signal 0x makes the script exit with 0: that is not what the script would have answered.
  if (status.signal) return { wallUs, exitCode: null, signal: status.signal, ended: 'killed' };
  return { wallUs, exitCode: status.exitCode, signal: null, ended: status.threw ? 'crashed' : 'exit' };
}

/** Null as long as the script has not begun. */
function readStatus(file: string): ScriptStatus | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ScriptStatus;
  } catch {
    return null;
  }
}

function readLog(folder: string): TickLog | null {
  try {
    const file = readdirSync(folder).find((name) => name.endsWith('.log.json'));
    return file === undefined ? null : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as TickLog);
  } catch {
    return null;
  }
}

/** Lines are told from the text on disk, which is the one that ran unless a loader compiled it. */
function lineReader(target: Target): (url: string) => number[] | null {
  const compiled = target.nodeOptions.some((option) => option.includes('tsx'));
  const known = new Map<string, number[] | null>();
  return (url) => {
    const lines = known.has(url) ? known.get(url)! : compiled ? null : lineStarts(url);
    known.set(url, lines);
    return lines;
  };
}

function lineStarts(url: string): number[] | null {
  try {
    const text = readFileSync(url.startsWith('file:') ? fileURLToPath(url) : url, 'utf8');
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  } catch {
    return null;
  }
}

const NO_OPERATIONS: OperationLog = { apis: [], sites: [], sync: [], async: { api: [], site: [], startUs: [], endUs: [] } };

function notesOn(name: string, log: TickLog, status: ScriptStatus, target: Target): string[] {
  const notes: string[] = [];
  if (!status.operations) notes.push('It was killed before it could say what it had waited for: its waiting is not charged to lines.');
  if (status.signal === 'SIGINT') notes.push(`${name} ends a script on Ctrl+C without asking the script: its own handler did not run.`);
  const ran = (start: string): boolean => log.code.some((code) => code.name.startsWith(start));
  if (ran('Worker node:internal/worker:')) notes.push(`The worker threads of this run are not in it: ${name} does not measure them.`);
  if (ran('ChildProcess.spawn node:internal/child_process:'))
    notes.push(`The child processes of this run are not in it: ${name} does not measure them.`);
  if (target.nodeOptions.some((option) => option.includes('tsx')))
    notes.push(`${name} tells no lines of compiled files: of TypeScript it shows functions.`);
  return notes;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { Failure } from '../core/failure.ts';
import type { Recording, Target } from '../core/recording.ts';
import { joinArguments } from '../languages/node/launch/command-line.ts';
import { findProgram, type Program } from '../languages/node/launch/installed-program.ts';
import { scriptEnvironment } from '../languages/node/record/environment.ts';
import { descendantsOf, killAll } from '../languages/node/record/process-tree.ts';
import type { RecordRequest, Recorder } from '../languages/node/record/recorder.ts';

/** A server that reads much before it listens takes its time; one that has not listened by then never does. */
const PORT_WITHIN_MS = 60_000;

/** A load fails, too, because its server has just died: that is heard a moment later, and is another story. */
const SERVER_GONE_MS = 300;

export interface Load {
  /** A program and its arguments, in which `{port}` stands for the server's first port. */
  command: readonly string[];
  /** How long the server may take to open a port. */
  portWithinMs?: number;
}

/**
 * Records a server from the moment it opens its first port, while a command of the user's puts it under load, and stops it when that command
 * has ended. Throws a Failure when there was no load to measure under. Leaves no process behind.
 */
export async function recordUnderLoad(recorder: Recorder, request: RecordRequest, load: Load): Promise<Recording> {
  if (recorder.id !== 'v8') throw new Failure(`The engine ${recorder.id} can't measure under load: use the engine v8.`);
  const { target } = request;
  const program = findProgram(load.command[0] ?? '', target.cwd);
  if (program === null)
    throw new Failure(
      `The load command ${load.command[0] ?? ''} is neither on the PATH nor in node_modules/.bin: install it, or give its whole path.`,
    );
  const words = joinArguments(load.command);
  const done = new AbortController();
  const failed = new AbortController();
  const failures: Failure[] = [];
  let child: ChildProcess | null = null;
  const fail = (message: string, detail = ''): void => {
    failures.push(new Failure(message, detail));
    failed.abort();
  };
  const withinMs = load.portWithinMs ?? PORT_WITHIN_MS;
  const patience = setTimeout(
    () => fail(`No port was opened within ${withinMs / 1000} s: a load needs a server that listens on a TCP port.`),
    withinMs,
  );
  let afterwards: NodeJS.Timeout | undefined;
  const onPort = (port: number): void => {
    clearTimeout(patience);
    child = start(
      program,
      load.command.slice(1).map((word) => word.replaceAll('{port}', String(port))),
      target,
      request.output,
    );
    child.once('error', (error) => fail(`The load command could not be started: check ${words}.`, String(error)));
    child.once('exit', (code, signal) => {
      // Ctrl+C in a terminal reaches the load too: what was measured until then counts.
      if (code === 0 || code === 130 || signal === 'SIGINT') done.abort();
      else
        afterwards = setTimeout(() => {
          const how = signal ?? `exit code ${code ?? 'unknown'}`;
          fail(`The load command failed (${how}): see what it printed above, then correct ${words}.`);
        }, SERVER_GONE_MS);
    });
  };
  try {
    const recording = await recorder.record({
      ...request,
      onPort,
      stop: AbortSignal.any([request.stop, done.signal]),
      cancel: AbortSignal.any([request.cancel, failed.signal]),
    });
    const notes = done.signal.aborted || request.stop.aborted ? [] : ['The server ended before the load command did.'];
    return { ...recording, run: { ...recording.run, load: [...load.command] }, notes: [...recording.notes, ...notes] };
  } catch (error) {
    throw failures[0] ?? error;
  } finally {
    clearTimeout(patience);
    clearTimeout(afterwards);
    end(child);
  }
}

function start(program: Program, args: string[], target: Target, output: RecordRequest['output']): ChildProcess {
  const [file, words] = program.byNode ? [target.node.path, [program.file, ...args]] : [program.file, args];
  return spawn(file, words, {
    cwd: target.cwd,
    env: scriptEnvironment(process.env, {}),
    stdio: ['ignore', output === 'stderr' ? 2 : 'inherit', 'inherit'],
    windowsHide: true,
  });
}

/** Ends the load and all it started; one that has ended is left alone. */
function end(child: ChildProcess | null): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.removeAllListeners('exit');
  killAll([...descendantsOf(child.pid), child.pid]);
}

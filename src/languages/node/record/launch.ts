import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Target } from '../../../core/recording.ts';
import { BEGIN_EVENT, type ChildChannel, type FromAgent, type ToAgent, UNDISTURBED } from './agent/messages.ts';
import { readChannel } from './channel.ts';
import { scriptEnvironment, withChannel, withoutDebugger } from './environment.ts';
import type { RecordRequest } from './recorder.ts';

/** The agent's file in the folder of the bundled programs. */
export const AGENT = 'agent.cjs';

export interface LaunchedScript {
  process: ChildProcess;
  tell(word: ToAgent): void;
  /** Resolves when the process is gone and all it told was heard. Rejects when it could not be started. */
  ended: Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
}

/** A daemon that the script left behind may hold the channel open: no longer than this is it listened to. */
const LAST_WORDS_MS = 1000;

/**
 * Starts the script with the agent ahead of it, in our own process group and with our own stdin and output, so that a terminal stays a
 * terminal for it. The agent talks over two pipes of its own, closed to the script's children.
 */
export function launch(
  request: RecordRequest,
  children: Pick<ChildChannel, 'address' | 'secret'> | null,
  onMessage: (thread: number, message: FromAgent) => void,
): LaunchedScript {
  const { target, output, distFolder } = request;
  const agentFile = join(distFolder, AGENT);
  const { options, loader } = announceLoader(withoutDebugger(target.nodeOptions));
  const untilPort = request.onPort !== undefined;
  const transforms = target.runner !== undefined;
  const args = [...undisturbed(options), '--require', agentFile, ...options, ...wordsOf(target)];
  const child = spawn(target.node.path, args, {
    cwd: target.cwd,
    env: withChannel(scriptEnvironment(process.env, target.env), {
      out: 3,
      input: 4,
      loader,
      untilPort,
      transforms,
      probes: (request.probes ?? []).map(({ probe }) => probe),
      children: children && { ...children, ports: untilPort, transforms, runsOn: false },
    }),
    stdio:
      output === 'none'
        ? ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']
        : ['inherit', output === 'stderr' ? 2 : 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const fromAgent = child.stdio[3] as Readable;
  const toAgent = child.stdio[4] as Writable;
  fromAgent.on('data', readChannel(onMessage));
  toAgent.on('error', () => undefined);
  fromAgent.on('error', () => undefined);
  return {
    process: child,
    tell: (word) => void toAgent.write(`${word}\n`),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => {
        const done = () => {
          clearTimeout(patience);
          fromAgent.destroy();
          toAgent.destroy();
          resolve({ exitCode, signal });
        };
        const patience = setTimeout(done, LAST_WORDS_MS);
        if (fromAgent.readableEnded) done();
        else fromAgent.once('end', done);
      });
    }),
  };
}

/**
 * Node keeps V8's sampling signals from a thread that sleeps where the first of these options is given, and the second takes back the rest of
 * what it means. They are hidden from the script. A script's own `--prof` has that effect already.
 */
function undisturbed(options: readonly string[]): readonly string[] {
  return process.platform === 'win32' || options.includes('--prof') ? [] : UNDISTURBED;
}

/** What follows node and its options. */
export function wordsOf({ script, args, runner }: Target): string[] {
  return [...(runner === undefined ? [script] : [runner.script, ...runner.args]), ...args];
}

/** tsx takes longer to load than many a script runs: a module in its place imports it and then has the measurement begin. */
export function announceLoader(options: readonly string[]): { options: string[]; loader: string | null } {
  const at = options.findIndex((option, index) => options[index - 1] === '--import' && /^file:.*\/tsx\//.test(option));
  const loader = options[at];
  if (loader === undefined) return { options: [...options], loader: null };
  const source = `import ${JSON.stringify(loader)}; process.emit(${JSON.stringify(BEGIN_EVENT)});`;
  return { options: options.with(at, `data:text/javascript,${encodeURIComponent(source)}`), loader };
}

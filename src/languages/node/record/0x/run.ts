import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '../../../../core/failure.ts';
import type { Target } from '../../../../core/recording.ts';
import { scriptEnvironment, withoutDebugger } from '../environment.ts';
import { announceLoader, wordsOf } from '../launch.ts';
import { FOLDER_VARIABLE, SETTINGS_VARIABLE, type AgentSettings } from './status.ts';

/** Where 0x is installed: beside the bundled programs, or above them. Throws a Failure. */
export function find0x(distFolder: string): string {
  try {
    return join(dirname(createRequire(join(distFolder, 'cli.cjs')).resolve('0x/package.json')), 'cmd.js');
  } catch (error) {
    throw new Failure('0x is not installed beside Unblock: install Unblock again, or use the engine v8.', String(error));
  }
}

/**
 * Starts 0x on a target. It has the script's environment, but leaves its files in `folder`; NODE_OPTIONS
 * are given to the script as options, as 0x must not load the script's preloads itself.
 */
export function start0x({ zeroX, options, cwd, preload, target, folder, agentFile, statusFile, output }: Start0x): ChildProcess {
  const { NODE_OPTIONS: variable, ...env } = scriptEnvironment(process.env, target.env);
  const { options: nodeOptions, loader } = announceLoader(withoutDebugger(target.nodeOptions));
  const settings: AgentSettings = { statusFile, nodeOptions: target.nodeOptions, loader, nodeOptionsVariable: variable ?? null };
  const all = [...(preload === null ? [] : ['--require', preload]), zeroX, '--quiet', '--collect-only', ...options];
  // Its own list of optimised functions would go to stdout, into the script's output, and is only needed for its page.
  const script = [...splitOptions(variable ?? ''), ...nodeOptions, '--require', agentFile, '--no-print-opt-source', ...wordsOf(target)];
  return spawn(target.node.path, [...all, '--output-dir', join(folder, 'out'), '--', target.node.path, ...script], {
    cwd,
    env: { ...env, [SETTINGS_VARIABLE]: JSON.stringify(settings), ...(preload !== null && { [FOLDER_VARIABLE]: target.cwd }) },
    stdio: ['inherit', output === 'stderr' ? 2 : 'inherit', 'pipe'],
    windowsHide: true,
  });
}

export interface Start0x {
  /** 0x's program. */
  zeroX: string;
  /** For 0x itself. */
  options: readonly string[];
  /** Where 0x itself runs. */
  cwd: string;
  /** A module that 0x itself loads first, so that the script runs in its own folder where 0x can't: see 0x/script-folder.ts. */
  preload: string | null;
  target: Target;
  /** Where 0x may leave its files. */
  folder: string;
  agentFile: string;
  statusFile: string;
  output: 'inherit' | 'stderr';
}

/** Passes on what the script says on stderr, without what 0x adds to it; keeps what 0x said last for the log. */
export function passOnErrors(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    const own = text.match(OWN_WORDS);
    if (!own) {
      process.stderr.write(chunk);
      return;
    }
    said += own.join('');
    process.stderr.write(Buffer.from(text.replace(OWN_WORDS, ''), 'latin1'));
  });
  return () => said;
}

/** What 0x writes to stderr itself, even when told to be quiet. */
const OWN_WORDS = /^(Target subprocess error, code: \d+|Fatal error in process observed by 0x\..*)\r?\n/gm;

/** NODE_OPTIONS as node splits it: at spaces, but not inside double quotes, where a backslash escapes. */
export function splitOptions(variable: string): string[] {
  const words = variable.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')));
}

import { createRequire } from 'node:module';
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { findTsx, type TargetOptions } from '../record/target.ts';
import { installedProgram } from './installed-program.ts';

/** A command that somebody wrote down to be run: where, and how a sentence names it (`The npm script start`). */
export interface WrittenCommand {
  /** Without a shell's own: what is quoted is one word. */
  words: readonly string[];
  /** Absolute path. */
  folder: string;
  name: string;
}

/** Options of node whose value is the next word. */
const WITH_VALUE = new Set(
  `-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --title --icu-data-dir --input-type
  --unhandled-rejections --inspect-port --debug-port --disable-warning --openssl-config --diagnostic-dir --redirect-warnings --tls-cipher-list
  --trace-event-categories --trace-event-file-pattern --dns-result-order --heapsnapshot-signal --max-http-header-size --experimental-default-type
  --report-dir --report-directory --report-filename --report-signal --localstorage-file --watch-path --es-module-specifier-resolution`.split(
    /\s+/,
  ),
);

/** Options with which node runs no script of its own, and what to do instead. */
const NO_SCRIPT: Record<string, string> = {
  '--test': 'starts a process for each test file: name one test file instead',
  '--watch': 'starts the script again and again: leave --watch out',
  '--watch-path': 'starts the script again and again: leave --watch-path out',
  '--run': 'runs a script of package.json: name that one',
  '--eval': 'runs code of the command line: put it into a file',
  '-e': 'runs code of the command line: put it into a file',
  '--print': 'runs code of the command line: put it into a file',
  '-p': 'runs code of the command line: put it into a file',
  '-pe': 'runs code of the command line: put it into a file',
  '--check': 'runs nothing: leave --check out',
  '-c': 'runs nothing: leave --check out',
};

/** Programs that start the script in a process of its own, and would be measured in its place. */
const STARTERS = new Set(
  'nodemon ts-node-dev tsnd forever pm2 concurrently npm-run-all run-s run-p wireit turbo nx lerna dotenv'.split(' '),
);

const PACKAGE_MANAGERS = new Set(['npm', 'pnpm', 'yarn', 'bun']);

/**
 * What a command runs, without the shell that would have run it: node and its options, `tsx FILE`, or a program of `node_modules/.bin` that is a
 * script of node's. Variables set ahead of it (`NODE_ENV=test node a.js`, also by cross-env) are set. Throws a Failure in one sentence for others.
 */
export function targetOfCommand(command: WrittenCommand): TargetOptions {
  const { folder, name } = command;
  const { env, words } = takeVariables(command.words);
  const [program, ...rest] = words[0] === 'npx' && words[1]?.startsWith('-') === false ? words.slice(1) : words;
  if (program === undefined) throw new Failure(`${name} runs nothing: name a file to profile.`);
  const plain = basename(program).replace(/\.(?:exe|cmd)$/i, '');
  if (plain === 'node') return { ...nodeCommand(rest, command), ...nodePathOf(program), cwd: folder, env };
  if (plain === 'tsx') return { ...tsxCommand(rest, command), cwd: folder, env };
  if (PACKAGE_MANAGERS.has(plain)) throw new Failure(`${name} runs another script (${words.join(' ')}): profile that one.`);
  if (STARTERS.has(plain)) throw new Failure(`${name} runs ${plain}, which starts other processes: ${direct(rest, folder)}.`);
  const installed = installedProgram(program, folder);
  if (installed?.byNode === true) return { script: installed.file, args: rest, cwd: folder, env };
  if (installed === null && /^\.{0,2}\/.*\.[cm]?js$/.test(program))
    return { script: resolve(folder, program), args: rest, cwd: folder, env };
  throw new Failure(
    installed === null
      ? `${name} runs ${program}, which is not installed below node_modules: install the project's packages, or name a file to profile.`
      : `${name} runs ${program}, which is not a program of node: name a file to profile.`,
  );
}

/** `profile server.js itself`, where one of the words is a script; else what kind of thing to name. */
export function direct(words: readonly string[], folder: string): string {
  const script = words.find((word) => /\.[cm]?[jt]sx?$/.test(word) && existsSync(resolve(folder, word)));
  return script === undefined ? 'profile the file that it runs' : `profile ${script} itself`;
}

function takeVariables(words: readonly string[]): { env: Record<string, string>; words: readonly string[] } {
  const env: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const variable = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at]!);
    if (variable) env[variable[1]!] = variable[2]!;
    else if (words[at] !== 'cross-env') break;
  }
  return { env, words: words.slice(at) };
}

function nodePathOf(program: string): { nodePath?: string } {
  return /[\\/]/.test(program) ? { nodePath: program } : {};
}

function nodeCommand(words: readonly string[], { folder, name }: WrittenCommand): Pick<TargetOptions, 'script' | 'args' | 'nodeOptions'> {
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') {
      at++;
      break;
    }
    if (!word.startsWith('-')) break;
    const why = NO_SCRIPT[word.split('=', 1)[0] ?? ''];
    if (why !== undefined) throw new Failure(`${name} can't be profiled, as node ${word} ${why}.`);
    if (WITH_VALUE.has(word)) at++;
  }
  const script = words[at];
  if (script === undefined || script === '-') throw new Failure(`${name} names no script for node to run: name a file to profile.`);
  const nodeOptions = words.slice(0, at).filter((word) => word !== '--');
  return { script: scriptOf(script, folder), args: words.slice(at + 1), nodeOptions };
}

/** tsx would run the script in a process of its own; as a loader it runs it in this one. */
function tsxCommand(words: readonly string[], command: WrittenCommand): Pick<TargetOptions, 'script' | 'args' | 'nodeOptions'> {
  if (words[0] === 'watch')
    throw new Failure(`${command.name} can't be profiled, as tsx watch starts the script again and again: leave watch out.`);
  const { script, args, nodeOptions } = nodeCommand(words, command);
  const tsx = findTsx(join(command.folder, 'package.json'));
  if (tsx === null) throw new Failure(`${command.name} runs tsx, which is not installed: install the project's packages.`);
  return { script, args, nodeOptions: ['--import', tsx, ...(nodeOptions ?? [])] };
}

/** `node .` and `node server` find their file as `require` does. */
function scriptOf(word: string, folder: string): string {
  const path = resolve(folder, word);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  try {
    return createRequire(join(folder, 'package.json')).resolve(path);
  } catch {
    return path;
  }
}

import { execFile } from 'node:child_process';
import { existsSync, statSync, accessSync, constants, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, extname, isAbsolute, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Failure } from '../../../core/failure.ts';
import type { Target } from '../../../core/recording.ts';
import { firstLine as readFirstLine } from '../launch/installed-program.ts';
import { chooseTest, nodeTestOptions, ofNodeTest, pattern, type TestChoice } from '../launch/one-test.ts';
import { withPlugAndPlay } from '../launch/plug-and-play.ts';
import { findTestRunner, type FoundRunner } from '../launch/test-runner.ts';
import { scriptEnvironment } from './environment.ts';

export interface TargetOptions {
  /** As the user wrote it, relative to `cwd`. */
  script: string;
  args: readonly string[];
  /** Ours when not given. */
  cwd?: string | undefined;
  /** The PATH is searched when not given. */
  nodePath?: string | undefined;
  nodeOptions?: readonly string[] | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  /** The script is a test file, and this is what is run of it. */
  test?: TestChoice | undefined;
}

const OLDEST_NODE = 20;
const JAVASCRIPT = ['.js', '.mjs', '.cjs'];
const TYPESCRIPT = ['.ts', '.mts', '.cts'];
const NEEDS_TSX = ['.tsx', '.jsx'];

/** What is to be run, with absolute paths and a node that was asked for its version. Throws a Failure for what can't be run. */
export async function resolveTarget(options: TargetOptions): Promise<Target> {
  const cwd = resolve(options.cwd ?? process.cwd());
  if (!isFolder(cwd)) throw new Failure(`The working directory ${cwd} does not exist: check *unblock.cwd*.`);
  const script = behindBin(resolve(cwd, options.script));
  const kind = kindOf(script);
  const env = withPlugAndPlay(script, { ...options.env }, process.env);
  const path = findNode(options.nodePath, cwd);
  const version = await versionOf(path, scriptEnvironment(process.env, env));
  const nodeOptions = tsxByUrl(options.nodeOptions ?? [], cwd);
  const chosen = options.test === undefined ? null : chooseTest(script, options.test);
  const test = findTestRunner(script, chosen && pattern(chosen));
  if (chosen && test === null) nodeOptions.push(...nodeTestOptions(ofNodeTest(script, chosen), Number(version.split('.')[0])));
  // Vitest and Jest bring their own TypeScript.
  if (kind === 'typescript' && (test === null || test.runner.name === 'mocha'))
    nodeOptions.push(...typeScriptOptions(script, version, nodeOptions, env['NODE_OPTIONS'] ?? process.env['NODE_OPTIONS'] ?? ''));
  return {
    script,
    args: [...options.args],
    cwd: folderOf(test, cwd),
    node: { path, version },
    nodeOptions,
    env,
    ...(test === null ? {} : { runner: test.runner }),
  };
}

/** Runners read the configuration of the folder they are started in: that of the test's own project, where we are not in it. */
function folderOf(test: FoundRunner | null, cwd: string): string {
  return test?.home == null || `${cwd}${sep}`.startsWith(`${test.home}${sep}`) ? cwd : test.home;
}

/** `node_modules/.bin/tsc` is a link to the program: its own name and package are what the report is about. */
function behindBin(script: string): string {
  return basename(dirname(script)) === '.bin' && existsSync(script) ? realpathSync(script) : script;
}

function kindOf(script: string): 'javascript' | 'typescript' {
  if (!existsSync(script)) throw new Failure(`${script} does not exist: check the path.`);
  if (isFolder(script)) throw new Failure(`${script} is a folder: name the script in it that is to be run.`);
  const extension = extname(script).toLowerCase();
  if (JAVASCRIPT.includes(extension)) return 'javascript';
  if (TYPESCRIPT.includes(extension) || NEEDS_TSX.includes(extension)) return 'typescript';
  if (extension === '' && /^#!.*\b(?:node|tsx)\b/.test(firstLine(script))) return 'javascript';
  throw new Failure(`${basename(script)} is not JavaScript or TypeScript: choose a .js, .mjs, .cjs, .ts, .mts or .cts file.`);
}

function firstLine(path: string): string {
  try {
    return readFirstLine(path);
  } catch (error) {
    throw new Failure(`${path} can't be read: check its permissions.`, String(error));
  }
}

function findNode(given: string | undefined, cwd: string): string {
  if (given !== undefined && given !== '') {
    const path = isAbsolute(given) || /[\\/]/.test(given) ? resolve(cwd, given) : onPath(given);
    if (path === null || !existsSync(path)) throw new Failure(`There is no node at ${given}. Set *unblock.nodePath*.`);
    if (!isProgram(path)) throw new Failure(`${path} can't be run. Set *unblock.nodePath* to a node binary.`);
    return path;
  }
  const found = onPath(process.platform === 'win32' ? 'node.exe' : 'node');
  if (found === null) throw new Failure('No node was found on the PATH: install Node.js 20 or newer, or set *unblock.nodePath*.');
  return found;
}

function onPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? process.env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(folder, name)).find((path) => isProgram(path)) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function versionOf(node: string, env: NodeJS.ProcessEnv): Promise<string> {
  // Options in the environment could make even this fail, and a preloaded module would run.
  const { stdout } = await promisify(execFile)(node, ['--version'], {
    env: { ...env, NODE_OPTIONS: '' },
    timeout: 15_000,
    windowsHide: true,
  }).catch((error: unknown) => {
    throw new Failure(`${node} did not say its version. Set *unblock.nodePath* to a node binary.`, String(error));
  });
  const version = /^v(\d+)\.(\d+)\.\S+/.exec(stdout.trim());
  if (!version) throw new Failure(`${node} is not Node.js. Set *unblock.nodePath* to a node binary.`, stdout.slice(0, 200));
  const [whole, major, minor] = version;
  if (Number(major) < OLDEST_NODE)
    throw new Failure(`Node ${major}.${minor} is too old for Unblock (20 or newer). Set *unblock.nodePath*.`);
  return whole.slice(1);
}

/** The options that let node run TypeScript: the project's own tsx first, as it knows more syntax; else node's type stripping. */
function typeScriptOptions(script: string, version: string, given: readonly string[], inherited: string): string[] {
  if (given.some((option) => /tsx|ts-node|swc|strip-types|transform-types|loader/.test(option))) return [];
  const tsx = findTsx(script);
  if (tsx !== null) return ['--import', tsx];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const onItsOwn = major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
  const withFlag = major === 23 || (major === 22 && minor >= 6);
  if (!NEEDS_TSX.includes(extname(script).toLowerCase())) {
    if (onItsOwn) return [];
    if (withFlag) return ['--experimental-strip-types'];
  }
  // What the user has loaded ahead may well compile it.
  if (/(?:^|\s)(?:--require|-r|--import|--(?:experimental-)?loader)(?:[=\s]|$)/.test([...given, inherited].join(' '))) return [];
  const name = basename(script);
  throw new Failure(
    NEEDS_TSX.includes(extname(name).toLowerCase())
      ? `${name} can't be run by node alone: add tsx to its project (npm install --save-dev tsx).`
      : `Node ${major}.${minor} can't run ${name}: add tsx to its project (npm install --save-dev tsx), or use Node 22.18 or newer.`,
  );
}

/** However the options load tsx, by its file's URL it is known as such, and its code keeps its lines. */
function tsxByUrl(given: readonly string[], cwd: string): string[] {
  const options: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const [name = '', inline] = given[at]!.split(/=(.*)/s);
    const loads =
      /^(?:--import|--require|-r|--(?:experimental-)?loader)$/.test(name) && /^tsx(?:\/(?:esm|cjs))?$/.test(inline ?? given[at + 1] ?? '');
    const url = loads ? findTsx(resolve(cwd, 'package.json')) : null;
    if (url === null) options.push(given[at]!);
    else {
      if (!options.includes(url)) options.push('--import', url);
      if (inline === undefined) at++;
    }
  }
  return options;
}

/** The file URL of the tsx that the script's project has, or null. */
export function findTsx(script: string): string | null {
  try {
    const entry = createRequire(script).resolve('tsx');
    return pathToFileURL(entry).href;
  } catch {
    return null;
  }
}

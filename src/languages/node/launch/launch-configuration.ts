import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { TargetOptions } from '../record/target.ts';
import { typescript } from '../syntax/typescript.ts';
import { splitArguments } from './command-line.ts';
import { targetOfCommand } from './command-target.ts';
import { nearest } from './nearest.ts';
import { type NamedTarget, targetOfNpmScript } from './npm-script.ts';

/** Where a configuration is run from. */
export interface LaunchPlace {
  /** A folder in the workspace: `.vscode/launch.json` is looked for in it and above. */
  folder: string;
  /** What `${file}` stands for: the file in the active editor. */
  file: string | null;
}

const USED = ['type', 'request', 'cwd', 'runtimeExecutable', 'runtimeArgs', 'program', 'args', 'env', 'envFile', 'preLaunchTask'];
const NODE_TYPES = ['node', 'pwa-node', 'node2'];

/**
 * What a configuration of launch.json runs when VS Code's debugger launches it, without the debugger. `args` follow its own. Throws a Failure in one
 * sentence where there is none of that name, or where it launches something else than node.
 */
export function targetOfLaunch(configurationName: string, args: readonly string[], place: LaunchPlace): NamedTarget {
  const file = nearest(join('.vscode', 'launch.json'), place.folder);
  if (file === null) throw new Failure(`There is no .vscode/launch.json in ${place.folder} or above it: go to the folder that has it.`);
  const configurations = readConfigurations(file);
  const found = configurations.find((one) => one['name'] === configurationName);
  if (found === undefined) {
    const names = configurations.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
    throw new Failure(`${file} has no configuration ${configurationName}: it has ${names.length === 0 ? 'none' : names.join(', ')}.`);
  }
  const workspace = dirname(dirname(file));
  const name = `The launch configuration ${configurationName}`;
  const whole: Record<string, unknown> = { ...found, ...systemPart(found) };
  const used = Object.fromEntries(USED.map((key) => [key, whole[key]]));
  const configuration = filled(used, (text) => fillVariables(text, name, workspace, place.file)) as Record<string, unknown>;
  return targetOf(configuration, args, name, workspace);
}

function targetOf(configuration: Record<string, unknown>, args: readonly string[], name: string, workspace: string): NamedTarget {
  const { type, request } = configuration;
  if (typeof type !== 'string' || !NODE_TYPES.includes(type))
    throw new Failure(`${name} is of type ${String(type)}: choose one of type node.`);
  if (request !== 'launch') throw new Failure(`${name} attaches to a process that runs already: choose one whose request is launch.`);
  const cwd = resolve(workspace, text(configuration, 'cwd', name) ?? workspace);
  const runtime = text(configuration, 'runtimeExecutable', name) ?? 'node';
  const program = text(configuration, 'program', name);
  const own = [
    ...list(configuration, 'runtimeArgs', name),
    ...(program === null ? [] : [isAbsolute(program) ? program : resolve(cwd, program)]),
    ...list(configuration, 'args', name),
    ...args,
  ];
  const env = { ...envFile(configuration, name, workspace), ...variables(configuration, name) };
  const notes =
    typeof configuration['preLaunchTask'] === 'string'
      ? [`The task ${configuration['preLaunchTask']} is not run: run it yourself where it is needed.`]
      : [];
  const script = /^(?:npm|pnpm|yarn)(?:\.cmd)?$/.test(basename(runtime)) ? npmScriptOf(own) : null;
  if (script !== null) {
    const named = targetOfNpmScript(script.name, script.args, cwd);
    return { target: withEnv(named.target, env), notes: [...notes, ...named.notes] };
  }
  return { target: withEnv(targetOfCommand({ words: [runtime, ...own], folder: cwd, name }), env), notes };
}

function withEnv(target: TargetOptions, env: Record<string, string>): TargetOptions {
  return { ...target, env: { ...target.env, ...env } };
}

/** `run NAME`, `run-script NAME`, `start`, `test`; what follows `--` is the script's. */
function npmScriptOf(words: readonly string[]): { name: string; args: string[] } | null {
  const [first, second] = words;
  const run = first === 'run' || first === 'run-script';
  const name = run ? second : first === 'start' || first === 'test' ? first : undefined;
  return name === undefined
    ? null
    : { name, args: words.slice(run ? 2 : 1).filter((word, index, all) => word !== '--' || all.indexOf('--') !== index) };
}

function readConfigurations(file: string): Record<string, unknown>[] {
  const { config, error } = typescript().parseConfigFileTextToJson(file, readFileSync(file, 'utf8')) as {
    config?: unknown;
    error?: unknown;
  };
  if (typeof config !== 'object' || config === null || error !== undefined) throw new Failure(`${file} can't be read: correct its JSON.`);
  const { configurations } = config as { configurations?: unknown };
  return Array.isArray(configurations)
    ? configurations.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    : [];
}

/** What a configuration says for this system alone. */
function systemPart(configuration: Record<string, unknown>): object {
  const part = configuration[process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux'];
  return typeof part === 'object' && part !== null ? part : {};
}

/** Every text in a value, filled in. */
function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((one) => filled(one, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value as Record<string, unknown>).map(([key, one]) => [key, filled(one, fill)]));
}

/** VS Code's own variables. Those that ask a person or another extension can't be had here. */
function fillVariables(text: string, name: string, workspace: string, file: string | null): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (whole, variable: string) => {
    const value = valueOf(variable, workspace, file);
    if (value !== null) return value;
    throw new Failure(
      /^(?:file|relativeFile)/.test(variable)
        ? `${name} is about the open file (${whole}): open it, or name it with --file FILE.`
        : `${name} uses ${whole}, which only the debugger can fill in: profile the file that it runs.`,
    );
  });
}

function valueOf(variable: string, workspace: string, file: string | null): string | null {
  const [kind, rest] = variable.split(/:(.*)/s) as [string, string | undefined];
  if (kind === 'env' && rest !== undefined) return process.env[rest] ?? '';
  if (kind === 'workspaceFolder' && rest !== undefined) return rest === basename(workspace) ? workspace : null;
  const values: Record<string, string> = {
    workspaceFolder: workspace,
    workspaceRoot: workspace,
    workspaceFolderBasename: basename(workspace),
    cwd: workspace,
    userHome: homedir(),
    pathSeparator: sep,
    '/': sep,
    ...(file === null ? {} : fileVariables(file, workspace)),
  };
  return Object.hasOwn(values, variable) ? (values[variable] ?? null) : null;
}

function fileVariables(file: string, workspace: string): Record<string, string> {
  return {
    file,
    fileWorkspaceFolder: workspace,
    relativeFile: relative(workspace, file),
    relativeFileDirname: dirname(relative(workspace, file)),
    fileBasename: basename(file),
    fileBasenameNoExtension: basename(file, extname(file)),
    fileExtname: extname(file),
    fileDirname: dirname(file),
    fileDirnameBasename: basename(dirname(file)),
  };
}

function text(configuration: Record<string, unknown>, key: string, name: string): string | null {
  const value = configuration[key];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw new Failure(`${name} has ${key} that is no text: correct it in launch.json.`);
  return value;
}

/** A list of texts, or one text that a shell would split. */
function list(configuration: Record<string, unknown>, key: string, name: string): string[] {
  const value = configuration[key] ?? [];
  if (typeof value === 'string') return splitArguments(value);
  if (Array.isArray(value) && value.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) return value.map(String);
  throw new Failure(`${name} has ${key} that is no list of texts: correct it in launch.json.`);
}

function variables(configuration: Record<string, unknown>, name: string): Record<string, string> {
  const value = configuration['env'] ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Failure(`${name} has an env that is no object: correct it in launch.json.`);
  const texts = (one: unknown): string => (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? `${one}` : '');
  // The debugger removes a variable that is null; here it is emptied.
  return Object.fromEntries(Object.entries(value as Record<string, unknown>).map(([key, one]) => [key, texts(one)]));
}

/** `NAME=value` a line; quotes go, `\n` in double quotes is a new line. */
function envFile(configuration: Record<string, unknown>, name: string, workspace: string): Record<string, string> {
  const place = text(configuration, 'envFile', name);
  if (place === null) return {};
  const file = resolve(workspace, place);
  let lines: string;
  try {
    lines = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new Failure(`${name} takes variables from ${file}, which can't be read: check envFile in launch.json.`, String(error));
  }
  const env: Record<string, string> = {};
  for (const [, key = '', value = ''] of lines.matchAll(
    /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[^\r\n]*?)[ \t]*\r?$/gm,
  )) {
    if (value.startsWith('"') && value.length > 1) env[key] = value.slice(1, -1).replaceAll('\\n', '\n');
    else env[key] = value.startsWith("'") ? value.slice(1, -1) : value;
  }
  return env;
}

import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { TargetOptions } from '../record/target.ts';
import { shellWord, splitArguments } from './command-line.ts';
import { direct, targetOfCommand } from './command-target.ts';
import { binFolders } from './installed-program.ts';
import { nearest } from './nearest.ts';

export interface NamedTarget {
  target: TargetOptions;
  /** Sentences about what is not done that the name promises. */
  notes: string[];
}

/**
 * What a script of the nearest package.json runs, in the environment that npm gives it. `args` follow the script's own. Throws a Failure in one
 * sentence where there is no such script, or where it is more than one command of node's.
 */
export function targetOfNpmScript(script: string, args: readonly string[], folder: string): NamedTarget {
  const file = nearest('package.json', folder);
  if (file === null)
    throw new Failure(`There is no package.json in ${folder} or above it: go to the package that has the script ${script}.`);
  const home = dirname(file);
  const manifest = readManifest(file);
  const scripts = scriptsOf(manifest);
  const command = scripts[script] ?? (script === 'start' && existsSync(join(home, 'server.js')) ? 'node server.js' : undefined);
  if (command === undefined) {
    const names = Object.keys(scripts);
    throw new Failure(`${file} has no script ${script}: it has ${names.length === 0 ? 'none' : names.join(', ')}.`);
  }
  const name = `The npm script ${script}`;
  const shells = shellWord(command);
  if (shells !== null)
    throw new Failure(`${name} needs a shell for ${shells}: ${direct(splitArguments(command.replaceAll(/[;&|()]/g, ' ')), home)}.`);
  const target = targetOfCommand({ words: [...splitArguments(command), ...args], folder: home, name });
  const around = [`pre${script}`, `post${script}`].filter((one) => scripts[one] !== undefined);
  return {
    target: { ...target, env: { ...npmEnvironment(script, command, file, manifest), ...target.env } },
    notes: around.map((one) => `The npm script ${one} is not run: run it yourself where it is needed.`),
  };
}

/** The scripts of a package.json by name. Throws a Failure for a file that can't be read. */
export function npmScripts(file: string): Record<string, string> {
  return scriptsOf(readManifest(file));
}

function readManifest(file: string): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (typeof manifest === 'object' && manifest !== null) return manifest as Record<string, unknown>;
  } catch (error) {
    throw new Failure(`${file} can't be read as JSON: correct it.`, String(error));
  }
  throw new Failure(`${file} holds no object: correct it.`);
}

function scriptsOf(manifest: Record<string, unknown>): Record<string, string> {
  const { scripts } = manifest;
  if (typeof scripts !== 'object' || scripts === null) return {};
  return Object.fromEntries(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** What scripts rely on of what npm sets. */
function npmEnvironment(script: string, command: string, file: string, manifest: Record<string, unknown>): Record<string, string> {
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    [path]: [...binFolders(dirname(file)), process.env[path] ?? ''].join(delimiter),
    INIT_CWD: process.cwd(),
    npm_lifecycle_event: script,
    npm_lifecycle_script: command,
    npm_package_json: file,
    npm_package_name: text(manifest['name']),
    npm_package_version: text(manifest['version']),
  };
}

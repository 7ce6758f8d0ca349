import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { Failure } from '../core/failure.ts';

/** The oldest Node that can be profiled. */
const OLDEST_MAJOR = 20;

export interface UserNode {
  /** Absolute path. */
  path: string;
  /** Without its `v`. */
  version: string;
}

/**
 * The node that runs the user's scripts: the setting, else the first on the PATH of `env`. Never the one that runs this code, which
 * is the editor's own. Throws a Failure where there is none, or where it is too old.
 */
export async function findUserNode(setting: string, env: NodeJS.ProcessEnv): Promise<UserNode> {
  const path = setting === '' ? firstOnPath(env) : setting;
  if (path === null)
    throw new Failure('No node was found on the PATH: install Node 20 or newer, or set unblock.nodePath.', `PATH=${env['PATH'] ?? ''}`);
  if (!isAbsolute(path)) throw new Failure(`unblock.nodePath must be an absolute path, and "${path}" isn't.`);
  const version = await versionOf(path, env);
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    const short = version.split('.').slice(0, 2).join('.');
    throw new Failure(`Node ${short} is too old for Unblock (20 or newer). Set unblock.nodePath.`, `${path} answered ${version}.`);
  }
  return { path, version };
}

function firstOnPath(env: NodeJS.ProcessEnv): string | null {
  const variable = Object.keys(env).find((name) => name.toUpperCase() === 'PATH');
  const folders = (variable === undefined ? '' : (env[variable] ?? '')).split(delimiter);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const folder of folders) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
}

function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  // NODE_OPTIONS may load code or attach a debugger; the question needs neither.
  const plain = { ...env };
  delete plain['NODE_OPTIONS'];
  return new Promise((resolve, reject) => {
    execFile(path, ['--version'], { env: plain, timeout: 20_000 }, (error, stdout, stderr) => {
      const version = /^v(\d+\.\d+\.\d+\S*)/.exec(stdout.trim())?.[1];
      if (version !== undefined) resolve(version);
      else if (error !== null && 'code' in error && (error.code as unknown) === 'ENOENT')
        reject(new Failure(`${path} doesn't exist. Set unblock.nodePath to the node that runs your scripts.`, error.message));
      else
        reject(
          new Failure(
            `${path} isn't a node that can be run. Set unblock.nodePath to the node that runs your scripts.`,
            `${error?.message ?? ''}\n${stdout}\n${stderr}`,
          ),
        );
    });
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { CallSite, Lane, Recording } from '../../../../src/core/recording.ts';
import type { TargetOptions } from '../../../../src/languages/node/record/target.ts';
import type { DriverRequest } from './driver.ts';

const distFolder = resolve(import.meta.dirname, '../../../../dist');

export interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  signal: string | null;
}

export interface Recorded extends Outcome {
  recording: Recording | null;
  failure: string | null;
}

export interface RunOptions extends Omit<Partial<TargetOptions>, 'script'> {
  node: string;
  stdin?: string;
  output?: 'inherit' | 'stderr';
  stopAfterMs?: number;
  cancelAfterMs?: number;
  stopAtFile?: string;
  environment?: Record<string, string>;
  /** Called with the process and what its output was so far, at each piece of it. */
  onOutput?(child: ChildProcess, stdout: string): void;
}

/** A folder for scripts, with everything that is needed to run them plainly and recorded, side by side. */
export interface Workbench {
  folder: string;
  write(name: string, source: string): string;
  plain(script: string, options: RunOptions): Promise<Outcome>;
  recorded(script: string, options: RunOptions): Promise<Recorded>;
  /** Temporary files that are there now: none, unless a script made them. */
  leftovers(): string[];
  /** Processes whose command line names this folder. */
  processes(): string[];
  remove(): void;
}

export async function openWorkbench(name: string): Promise<Workbench> {
  const folder = mkdtempSync(join(tmpdir(), `unblock ${name} #é `));
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const driver = join(folder, 'driver.mjs');
  const entry = join(import.meta.dirname, 'driver.ts');
  await build({ entryPoints: [entry], outfile: driver, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
  let runs = 0;
  const environment = { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '' };
  return {
    folder,
    write(file, source) {
      const path = join(folder, file);
      mkdirSync(resolve(path, '..'), { recursive: true });
      writeFileSync(path, source);
      return path;
    },
    plain: (script, options) =>
      run(
        options.node,
        [...(options.nodeOptions ?? []), script, ...(options.args ?? [])],
        { ...environment, ...options.env },
        folder,
        options,
      ),
    async recorded(script, options) {
      const result = join(folder, `result-${++runs}.json`);
      const { node, args = [], cwd = folder, nodeOptions, env } = options;
      const request: DriverRequest = {
        target: { script, args, cwd, nodePath: node, nodeOptions, env },
        output: options.output ?? 'inherit',
        distFolder,
        environment: options.environment ?? {},
        result,
        ...(options.stopAfterMs === undefined ? {} : { stopAfterMs: options.stopAfterMs }),
        ...(options.cancelAfterMs === undefined ? {} : { cancelAfterMs: options.cancelAfterMs }),
        ...(options.stopAtFile === undefined ? {} : { stopAtFile: options.stopAtFile }),
      };
      const outcome = await run(process.execPath, [driver, JSON.stringify(request)], environment, folder, options);
      const answer = existsSync(result)
        ? (JSON.parse(readFileSync(result, 'utf8')) as { recording?: Recording; failure?: string; bug?: string })
        : {};
      if (answer.bug) throw new Error(answer.bug);
      return { ...outcome, recording: answer.recording ?? null, failure: answer.failure ?? null };
    },
    leftovers: () => readdirSync(temporary),
    processes: () => processesNaming(folder),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv, cwd: string, options: RunOptions): Promise<Outcome> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(child, stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    child.once('error', reject);
    child.once('close', (exitCode, signal) => done({ stdout, stderr, exitCode, signal }));
  });
}

/** A file's text; null where it can't be read, as one of Node's own. */
export function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function processesNaming(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** `api called from function:line < function:line`, files left out; `await` before frames reached across one. */
export function operationsOf({ operations }: Lane): string[] {
  const from = (index: number) => (index < 0 ? '?' : siteText(operations.sites[index]!));
  return [
    ...operations.sync.map(({ api, site }) => `${operations.apis[api]} from ${from(site)}`),
    ...operations.async.api.map((api, index) => `${operations.apis[api]} from ${from(operations.async.site[index]!)}`),
  ];
}

function siteText({ frames }: CallSite): string {
  return frames.map((frame) => `${frame.async ? 'await ' : ''}${frame.function || '-'}:${frame.line}`).join(' < ');
}

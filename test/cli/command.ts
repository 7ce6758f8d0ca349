import assert from 'node:assert/strict';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Report } from '../../src/core/report/report.ts';

/** The built command. */
export const COMMAND = join(import.meta.dirname, '../../dist/cli.cjs');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Bytes on stderr, of which only the last ones are kept. */
  stderrBytes: number;
}

/**
 * A folder of the user's with a temporary folder beside it that nobody else uses, and a mark by which every process started from here is
 * known: `assertNoTraces` fails when a process, a temporary file or a changed file of the user's is left.
 */
export class Place {
  readonly folder: string;
  readonly #root: string;
  readonly #mark: string;
  #before: string;

  constructor(files: Record<string, string> = {}) {
    this.#root = mkdtempSync(join(tmpdir(), 'unblock-test-'));
    this.#mark = `UNBLOCK_TEST_MARK=${this.#root}`;
    this.folder = join(this.#root, 'workspace');
    mkdirSync(this.folder);
    mkdirSync(this.temporary);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.#before = this.#snapshot();
  }

  get temporary(): string {
    return join(this.#root, 'tmp');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Adds a file of the user's. */
  write(name: string, text: string): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    this.#before = this.#snapshot();
    return this.path(name);
  }

  environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: this.temporary, UNBLOCK_TEST_MARK: this.#root, ...extra };
  }

  start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn(process.execPath, [COMMAND, ...args], {
      cwd: this.folder,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  }

  run(args: readonly string[], options: SpawnOptions & { input?: string } = {}): Promise<Outcome> {
    const child = this.start(args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin?.end(options.input ?? '');
    return outcomeOf(child);
  }

  /** The report of `unblock advise --json`; fails where there is none. */
  async advise(args: readonly string[], options: SpawnOptions & { input?: string } = {}): Promise<{ report: Report; outcome: Outcome }> {
    const outcome = await this.run(['advise', '--json', ...args], options);
    assert.equal(outcome.code, 0, outcome.stderr.slice(-2000));
    return { report: JSON.parse(outcome.stdout) as Report, outcome };
  }

  /** Removes a result that was asked for in the temporary folder. */
  discard(name: string): void {
    rmSync(join(this.temporary, name), { recursive: true, force: true });
  }

  assertNoTraces(): void {
    assert.deepEqual(readdirSync(this.temporary), [], 'temporary files were left');
    assert.equal(this.#snapshot(), this.#before, "the user's files were changed");
    assert.deepEqual(this.processes(), [], 'processes were left');
  }

  /** The command lines of processes started from here that still run (Linux). */
  processes(): string[] {
    if (!existsSync('/proc/self/environ')) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(this.#mark)) return [];
          return [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')];
        } catch {
          return [];
        }
      });
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #snapshot(): string {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return entry.isFile() ? `${file}\n${readFileSync(file, 'latin1')}` : file;
      })
      .sort()
      .join('\n');
  }
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const outcome: Outcome = { code: null, stdout: '', stderr: '', stderrBytes: 0 };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
  child.stderr?.on('data', (chunk: Buffer) => {
    outcome.stderrBytes += chunk.length;
    outcome.stderr = (outcome.stderr + chunk.toString('utf8')).slice(-20_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...outcome, code }));
  });
}

/** What Unblock itself said, apart from the script's own words: its lines begin with its name. */
export function sentences(outcome: Outcome): string[] {
  return outcome.stderr.split('\n').filter((line) => line.startsWith('unblock: '));
}

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a run did that somebody outside can see. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** Files that are no programs, with their contents: those that were written among them. */
  files: Record<string, string>;
}

/** Runs a program of a folder with this very node, TypeScript through tsx, with the folder as the current one. */
export function runProgram(folder: string, program: string): Promise<Outcome> {
  const typescript = /\.[mc]?tsx?$/.test(program) ? ['--import', import.meta.resolve('tsx')] : [];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...typescript, program], { cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout: stdout.replaceAll(folder, ''), stderr, files: writtenIn(folder) });
    });
    child.stdin?.end();
  });
}

function writtenIn(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !/\.[cm]?[jt]sx?$|node_modules/.test(path)) found[relative(folder, path)] = readFileSync(path, 'utf8');
  }
  return found;
}

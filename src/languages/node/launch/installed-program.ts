import { accessSync, closeSync, constants, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

/** A program as it is started without a shell: by node where it is a script, else by itself. */
export interface Program {
  /** Absolute path of the file; of the script behind it where node runs it. */
  file: string;
  byNode: boolean;
}

/** The folders that npm puts ahead of the PATH: `node_modules/.bin` of a folder and of those above it. */
export function binFolders(folder: string): string[] {
  const parent = dirname(folder);
  return [join(folder, 'node_modules', '.bin'), ...(parent === folder ? [] : binFolders(parent))];
}

/** A command that a package installed, as npm finds it from a folder; null where there is none. */
export function installedProgram(name: string, folder: string): Program | null {
  if (/[\\/]/.test(name)) return null;
  for (const bin of binFolders(folder)) {
    const file = join(bin, name);
    if (isFile(file)) return programOf(file);
  }
  return null;
}

/** What a command's first word names from a folder: an installed command, a path, or a program on the PATH; null where there is none. */
export function findProgram(name: string, folder: string): Program | null {
  const installed = installedProgram(name, folder);
  if (installed !== null) return installed;
  const names = process.platform === 'win32' && !/\.[a-z]+$/i.test(name) ? [`${name}.exe`, name] : [name];
  const path = process.env['PATH'] ?? process.env['Path'] ?? '';
  const folders = /[\\/]/.test(name) ? [folder] : path.split(delimiter).filter((one) => one !== '');
  const file = folders.flatMap((one) => names.map((each) => resolve(folder, one, each))).find(isProgram);
  return file === undefined ? null : { file, byNode: false };
}

/** npm links to the script; pnpm, and npm on Windows, write a shell script that names it beside `$basedir`. */
function programOf(link: string): Program {
  const target = realpathSync(link);
  const first = firstLine(target);
  if (/^#!.*\bnode\b/.test(first)) return { file: target, byNode: true };
  if (/^#!.*\bsh\b/.test(first)) {
    const script = /\bnode(?:\.exe)?"?\s+"\$basedir\/([^"]+)"\s+"\$@"/.exec(readFileSync(target, 'utf8'))?.[1];
    if (script !== undefined && isFile(join(dirname(target), script)))
      return { file: realpathSync(join(dirname(target), script)), byNode: true };
  }
  return { file: target, byNode: /\.[cm]?js$/.test(target) };
}

/** The first line of a file, cut after 256 bytes. Throws what the system throws for a file that can't be read. */
export function firstLine(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(256);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0)).split('\n', 1)[0] ?? '';
  } finally {
    closeSync(fd);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

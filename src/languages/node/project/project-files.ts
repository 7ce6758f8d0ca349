import { existsSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { dirname, join } from 'node:path';

/** The files that may call each other: what a change of one of them must look at. */
export interface ProjectFiles {
  root: string;
  /** Absolute paths of JavaScript and TypeScript files, declarations left out. */
  files: string[];
  /** Folders of the package.json files, that of the root included. */
  packages: string[];
  /** Why not every file is known; null when all are. */
  incomplete: string | null;
}

/** More files than that are a disk rather than a project. */
const MOST_FILES = 5000;
const MOST_FOLDERS = 5000;

/** Without a package.json above, only what lies about the file is looked at, and no whole home folder. */
const MOST_FILES_WITHOUT_PACKAGE = 500;

/**
 * The project around a file: a repository with workspaces as a whole, else the nearest folder with a package.json, a tsconfig or a git
 * repository, else the file's own folder.
 */
export function projectRoot(file: string): { root: string; hasPackage: boolean } {
  let nearest: string | null = null;
  let config: string | null = null;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const packageJson = join(folder, 'package.json');
    if (existsSync(packageJson)) {
      nearest ??= folder;
      if (hasWorkspaces(packageJson)) return { root: folder, hasPackage: true };
    }
    if (['tsconfig.json', 'jsconfig.json'].some((name) => existsSync(join(folder, name)))) config ??= folder;
    const isRepository = existsSync(join(folder, '.git'));
    if (isRepository || existsSync(join(folder, 'pnpm-workspace.yaml')) || dirname(folder) === folder) {
      const isWorkspace = existsSync(join(folder, 'pnpm-workspace.yaml'));
      const root = isWorkspace ? folder : (nearest ?? config ?? (isRepository ? folder : null));
      return { root: root ?? dirname(file), hasPackage: root !== null };
    }
  }
}

export function listProject({ root, hasPackage }: { root: string; hasPackage: boolean }): ProjectFiles {
  const found: ProjectFiles = { root, files: [], packages: [], incomplete: null };
  const most = hasPackage ? MOST_FILES : MOST_FILES_WITHOUT_PACKAGE;
  const ignored = ignoredFolders(root);
  const queue = [root];
  let folders = 0;
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    if (++folders > MOST_FOLDERS || found.files.length > most) {
      found.incomplete = `the project in ${root} has more than ${most} files`;
      return found;
    }
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules' && !ignored.has(entry.name) && !ignored.has(path))
          queue.push(path);
      } else if (entry.isFile()) {
        if (entry.name === 'package.json') found.packages.push(folder);
        else if (isProgram(entry.name)) found.files.push(path);
      }
    }
  }
  return found;
}

function isProgram(name: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name);
}

/** Links are not followed: what they lead to may lie outside of the workspace. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function hasWorkspaces(packageJson: string): boolean {
  try {
    return 'workspaces' in (JSON.parse(readFileSync(packageJson, 'utf8')) as object);
  } catch {
    return false;
  }
}

/** Folders that .gitignore names in full, such as build output: names without a slash, and paths from the root. */
function ignoredFolders(root: string): Set<string> {
  const ignored = new Set<string>();
  let text: string;
  try {
    text = readFileSync(join(root, '.gitignore'), 'utf8');
  } catch {
    return ignored;
  }
  for (const line of text.split(/\r?\n/)) {
    const pattern = line.trim();
    if (pattern === '' || /[#!*?[\]]/.test(pattern)) continue;
    const name = pattern.replace(/^\/|\/$/g, '');
    ignored.add(pattern.startsWith('/') || name.includes('/') ? join(root, name) : name);
  }
  return ignored;
}

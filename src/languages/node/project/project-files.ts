import { existsSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';

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
 * The project around a file: a repository with workspaces as a whole, else the nearest folder with a package.json, a tsconfig, a git repository or
 * a node_modules, else the file's own folder, or one above it from where its files are loaded.
 */
export function projectRoot(file: string): { root: string; hasPackage: boolean } {
  const marked = markedRoot(file);
  return { root: marked ?? folderLoadedFrom(dirname(file)), hasPackage: marked !== null };
}

/** The root of the project around a file, if anything marks it. */
export function markedRoot(file: string): string | null {
  let nearest: string | null = null;
  let config: string | null = null;
  let installed: string | null = null;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const packageJson = join(folder, 'package.json');
    if (existsSync(packageJson)) {
      nearest ??= folder;
      if (hasWorkspaces(packageJson)) return folder;
    }
    if (['tsconfig.json', 'jsconfig.json'].some((name) => existsSync(join(folder, name)))) config ??= folder;
    // What is installed in the home folder says nothing about what lies below it.
    if (!isEverybodys(folder) && existsSync(join(folder, 'node_modules'))) installed ??= folder;
    const isRepository = existsSync(join(folder, '.git'));
    if (isRepository || existsSync(join(folder, 'pnpm-workspace.yaml')) || dirname(folder) === folder) {
      const isWorkspace = existsSync(join(folder, 'pnpm-workspace.yaml'));
      return isWorkspace ? folder : (nearest ?? config ?? (isRepository ? folder : installed));
    }
  }
}

/** Folders above that are looked at for somebody who loads files of a folder without any sign of a project. */
const MOST_ABOVE = 3;

/** The outermost folder nearby of which some file loads files below `folder`, directly or by way of others: callers are not to be missed. */
function folderLoadedFrom(folder: string): string {
  let root = folder;
  let above = dirname(folder);
  for (let level = 0; level < MOST_ABOVE && !isEverybodys(above); level++, above = dirname(above)) {
    const { files, incomplete } = listProject({ root: above, hasPackage: false });
    if (incomplete !== null) break;
    if (files.some((file) => !file.startsWith(root + sep) && loadsFrom(file, root))) root = above;
  }
  return root;
}

/** Whether a file names a path below a folder as what it loads. */
function loadsFrom(file: string, folder: string): boolean {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return false;
  }
  const specifiers = text.matchAll(/['"`](\.\.?\/[^'"`\n]+)['"`]/g);
  return [...specifiers].some(([, specifier]) => `${resolve(dirname(file), specifier!)}${sep}`.startsWith(folder + sep));
}

/** Folders that hold what doesn't belong together: the root of a disk, the home folder and what is above it, the folder for temporary files. */
function isEverybodys(folder: string): boolean {
  return dirname(folder) === folder || `${homedir()}${sep}`.startsWith(folder + sep) || folder === tmpdir();
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

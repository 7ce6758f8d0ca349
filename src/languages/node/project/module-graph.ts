import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join, sep } from 'node:path';
import type { ProjectFiles } from './project-files.ts';

/** Which files of a project load which: by the specifiers in their text, so that files without an interest need not be parsed. */
export interface ModuleGraph {
  /** The project's file that a specifier leads to from a file; null for core modules, dependencies and what isn't there. */
  resolve(from: string, specifier: string): string | null;
  /** Files of the project that a file loads. */
  loads(file: string): string[];
  /** Files whose text names the file as a module. */
  loaders(file: string): string[];
  /** Files that load modules by a name that is computed. */
  loadsByComputedName(): string[];
}

const SPECIFIER = /(?:\bfrom|\bimport|\brequire(?:\.resolve)?)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;
const COMPUTED = /\b(?:require|import)\s*\(\s*(?!['"`)]|$)|\b(?:require|import)\s*\(\s*`[^`]*\$\{/;

/** What was found in the text of a file. */
export interface Specifiers {
  text: string;
  specifiers: string[];
  computed: boolean;
}

/**
 * @param packageJson the content of the package.json in a folder
 * @param mapped where a specifier may lead by what tsconfig.json says
 * @param remembered what was found in texts before, kept from one graph to the next
 */
export function moduleGraph(
  { files, packages }: ProjectFiles,
  read: (file: string) => string | null,
  packageJson: (folder: string) => Record<string, unknown> | null,
  mapped: (from: string, specifier: string) => string[],
  remembered: Map<string, Specifiers>,
): ModuleGraph {
  const known = new Set(files);
  const byName = new Map<string, string>();
  for (const folder of packages) {
    const name = packageJson(folder)?.['name'];
    if (typeof name === 'string') byName.set(name, folder);
  }

  const packageFolders = new Set(packages);
  const resolvePackage = (folder: string): string | null => {
    for (const entry of [...entryPaths(packageJson(folder) ?? {}), 'index', 'src/index']) {
      const file = resolvePath(known, join(folder, entry));
      if (file !== null) return file;
    }
    return null;
  };
  /** What `exports` or `imports` of a package.json says of a specifier, under whichever condition. */
  const resolveTargets = (folder: string, map: unknown, specifier: string): string | null => {
    if (typeof map !== 'object' || map === null) return null;
    for (const [key, value] of Object.entries(map)) {
      const [before, after] = key.split('*') as [string, string | undefined];
      const isMatch =
        after === undefined
          ? key === specifier
          : specifier.startsWith(before) && specifier.endsWith(after) && specifier.length >= before.length + after.length;
      if (!isMatch) continue;
      const star = specifier.slice(before.length, after === undefined ? undefined : specifier.length - after.length);
      for (const target of leavesOf(value)) {
        const file = target.startsWith('./')
          ? resolvePath(
              known,
              join(
                folder,
                target.replaceAll('*', () => star),
              ),
            )
          : null;
        if (file !== null) return file;
      }
    }
    return null;
  };
  const resolve = (from: string, specifier: string): string | null => {
    if (specifier.startsWith('.') || isAbsolute(specifier)) {
      const path = isAbsolute(specifier) ? specifier : join(dirname(from), specifier);
      return (packageFolders.has(path) ? resolvePackage(path) : null) ?? resolvePath(known, path);
    }
    if (specifier.startsWith('#')) {
      const own = packages.filter((folder) => from.startsWith(folder + sep)).sort((a, b) => b.length - a.length)[0];
      const found = own === undefined ? null : resolveTargets(own, packageJson(own)?.['imports'], specifier);
      if (found !== null) return found;
    }
    const [, name, path] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
    const folder = name === undefined ? undefined : byName.get(name);
    if (folder === undefined) {
      if (isBuiltin(specifier)) return null;
      for (const candidate of mapped(from, specifier)) {
        const file = resolvePath(known, candidate);
        if (file !== null) return file;
      }
      return null;
    }
    if (path !== undefined)
      return (
        resolveTargets(folder, packageJson(folder)?.['exports'], `./${path}`) ??
        resolvePath(known, join(folder, path)) ??
        resolvePath(known, join(folder, 'src', path))
      );
    return resolvePackage(folder);
  };

  const specifiersOf = (file: string): Specifiers => {
    const text = read(file) ?? '';
    let found = remembered.get(file);
    if (found?.text !== text) {
      const specifiers = [...text.matchAll(SPECIFIER)].map(([, , specifier]) => specifier!);
      found = { text, specifiers, computed: COMPUTED.test(text) };
      remembered.set(file, found);
    }
    return found;
  };
  const loads = (file: string): string[] =>
    specifiersOf(file).specifiers.flatMap((specifier) => {
      const target = resolve(file, specifier);
      return target === null ? [] : [target];
    });

  let loadersOf: Map<string, Set<string>> | null = null;
  const invert = (): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const file of files) for (const target of loads(file)) found.set(target, (found.get(target) ?? new Set()).add(file));
    return found;
  };
  return {
    resolve,
    loads,
    loaders: (file) => [...((loadersOf ??= invert()).get(file) ?? [])],
    loadsByComputedName: () => files.filter((file) => specifiersOf(file).computed),
  };
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** As Node, bundlers and TypeScript find files: as written, with an extension, `.js` for a `.ts`, or the folder's index. */
export function resolvePath(known: ReadonlySet<string>, path: string): string | null {
  const base = path.replace(/[/\\]$/, '');
  if (known.has(base)) return base;
  const written = /\.([cm]?)jsx?$/.exec(base);
  if (written !== null) {
    const stem = base.slice(0, -written[0].length);
    for (const extension of [`.${written[1]!}ts`, '.tsx']) if (known.has(stem + extension)) return stem + extension;
  }
  for (const extension of EXTENSIONS) if (known.has(base + extension)) return base + extension;
  for (const extension of EXTENSIONS) if (known.has(join(base, `index${extension}`))) return join(base, `index${extension}`);
  return null;
}

/** The paths in a package.json under which others load the package: main, module and every leaf of exports. */
export function entryPaths(content: Record<string, unknown>): string[] {
  return ['exports', 'main', 'module'].flatMap((key) => leavesOf(content[key]));
}

/** Every path in a part of a package.json, whatever condition it stands under. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

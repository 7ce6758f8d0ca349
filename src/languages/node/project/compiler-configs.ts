import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type TS from 'typescript';
import { ts } from '../syntax/typescript.ts';

/** What TypeScript is told about the files below a folder: its tsconfig.json or jsconfig.json, with all that it extends. */
export interface CompilerConfig {
  file: string;
  options: TS.CompilerOptions;
}

export interface CompilerConfigs {
  /** The nearest one above a file; null without one. */
  of(file: string): CompilerConfig | null;
  /** Where a specifier that is no path may lead by `paths` and `baseUrl`: absolute paths, extensions left out perhaps. */
  mapped: (from: string, specifier: string) => string[];
}

/** Reads configurations as they are asked for, up to the project's root: a repository may have several. */
export function compilerConfigs(root: string): CompilerConfigs {
  const known = new Map<string, CompilerConfig | null>();
  const ofFolder = (folder: string): CompilerConfig | null => {
    let found = known.get(folder);
    if (found !== undefined) return found;
    const file = ['tsconfig.json', 'jsconfig.json'].map((name) => join(folder, name)).find((one) => existsSync(one));
    if (file !== undefined) found = readConfig(file);
    else found = folder === root || dirname(folder) === folder ? null : ofFolder(dirname(folder));
    known.set(folder, found);
    return found;
  };
  const of = (file: string): CompilerConfig | null => ofFolder(dirname(file));
  return {
    of,
    mapped: (from, specifier) => {
      const options = of(from)?.options;
      if (options === undefined) return [];
      const { paths } = options;
      const baseUrl = baseUrlOf(options);
      const base = baseUrl ?? (typeof options['pathsBasePath'] === 'string' ? options['pathsBasePath'] : null);
      const found = paths === undefined || base === null ? [] : substituted(paths, specifier).map((one) => resolve(base, one));
      return baseUrl === undefined ? found : [...found, resolve(baseUrl, specifier)];
    },
  };
}

/** What the pattern with the longest beginning makes of a specifier, as TypeScript chooses it. */
function substituted(paths: TS.MapLike<string[]>, specifier: string): string[] {
  let best: { length: number; targets: string[] } | null = null;
  for (const [pattern, targets] of Object.entries(paths)) {
    const star = pattern.indexOf('*');
    if (star < 0) {
      if (pattern === specifier) return targets;
      continue;
    }
    const [prefix, suffix] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const matches = specifier.length >= prefix.length + suffix.length && specifier.startsWith(prefix) && specifier.endsWith(suffix);
    if (!matches || (best !== null && best.length >= prefix.length)) continue;
    const middle = specifier.slice(prefix.length, specifier.length - suffix.length);
    best = { length: prefix.length, targets: targets.map((one) => one.replace('*', () => middle)) };
  }
  return best?.targets ?? [];
}

/** Deprecated, and in many a project all the same. */
function baseUrlOf(options: Record<string, unknown>): string | undefined {
  return typeof options['baseUrl'] === 'string' ? options['baseUrl'] : undefined;
}

function maps(options: TS.CompilerOptions): boolean {
  return options.paths !== undefined || baseUrlOf(options) !== undefined;
}

/** A config that lists no files itself, as `tsc --build` has it, counts with the first it refers to that maps paths. */
function readConfig(file: string): CompilerConfig {
  const own = parseConfig(file);
  if (maps(own.options)) return { file, options: own.options };
  for (const { path } of own.projectReferences ?? []) {
    const other = path.endsWith('.json') ? path : join(path, 'tsconfig.json');
    const { options } = existsSync(other) ? parseConfig(other) : own;
    if (own.fileNames.length === 0 && other.startsWith(dirname(file)) && maps(options)) return { file, options };
  }
  return { file, options: own.options };
}

/** Without the list of its files, which need not be looked for. */
function parseConfig(file: string): TS.ParsedCommandLine {
  const host: TS.ParseConfigHost = {
    useCaseSensitiveFileNames: true,
    readDirectory: () => [],
    fileExists: existsSync,
    readFile: (name) => {
      try {
        return readFileSync(name, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
  const { config } = ts.readConfigFile(file, (name) => host.readFile(name)) as { config?: unknown };
  return ts.parseJsonConfigFileContent(config ?? {}, host, dirname(file), undefined, file);
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type TS from 'typescript';
import { libraryFile, ts } from '../syntax/typescript.ts';
import type { CompilerConfig } from './compiler-configs.ts';
import type { Project } from './project.ts';
import { extensionOf, withImports } from './type-service.ts';

/** An error of TypeScript's that a change would bring. */
export interface NewTypeError {
  file: string;
  /** Offset in the new text. */
  start: number;
  /** `2322` */
  code: number;
  message: string;
}

/** What isn't known of types is no error of ours: modules without declarations, and Node's own where `@types/node` isn't installed. */
const UNRESOLVED = new Set([2307, 2503, 2580, 2591, 2792, 2882, 7016]);

interface Held {
  service: TS.LanguageService;
  project: Project;
  /** New texts, where the service is to see them. */
  changed: ReadonlyMap<string, string>;
  files: string[];
  /** The files that are asked about: only what these import from dependencies is looked at. */
  asked: ReadonlySet<string>;
  versions: Map<string, { text: string; version: number }>;
}

const held = new Map<string, Held>();
const MOST_HELD = 2;
let registry: TS.DocumentRegistry | null = null;

/**
 * The errors that TypeScript would report in the changed files after a change and not before; none for files that it doesn't check, such as
 * plain JavaScript. As strict as the nearest tsconfig asks for.
 */
export function newTypeErrors(project: Project, changed: ReadonlyMap<string, string>): NewTypeError[] {
  const found: NewTypeError[] = [];
  const groups = new Map<string, { config: CompilerConfig | null; files: string[] }>();
  for (const file of changed.keys()) {
    const config = project.configs.of(file);
    if (!isChecked(project.text(file) ?? '', file, config)) continue;
    const key = config?.file ?? '';
    groups.set(key, { config, files: [...(groups.get(key)?.files ?? []), file] });
  }
  for (const { config, files } of groups.values()) {
    const state = stateFor(project, config);
    state.project = project;
    state.files = withImports(project, files);
    state.changed = changed;
    state.asked = new Set(files);
    const after = files.flatMap((file) => errorsOf(state, file));
    if (after.length === 0) continue;
    state.changed = new Map();
    const before = new Map<string, number>();
    for (const { code, message } of files.flatMap((file) => errorsOf(state, file)))
      before.set(`${code} ${message}`, (before.get(`${code} ${message}`) ?? 0) + 1);
    for (const error of after) {
      const key = `${error.code} ${error.message}`;
      const left = before.get(key) ?? 0;
      if (left === 0) found.push(error);
      else before.set(key, left - 1);
    }
  }
  return found;
}

function isChecked(text: string, file: string, config: CompilerConfig | null): boolean {
  if (/^\s*\/\/\s*@ts-nocheck\b/m.test(text.slice(0, 2000))) return false;
  if (/\.[cm]?tsx?$/.test(file)) return true;
  return config?.options.checkJs === true || /^\s*\/\/\s*@ts-check\b/m.test(text.slice(0, 2000));
}

function errorsOf({ service }: Held, file: string): NewTypeError[] {
  return service
    .getSemanticDiagnostics(file)
    .filter((one) => one.category === ts.DiagnosticCategory.Error && !UNRESOLVED.has(one.code))
    .map(({ start = 0, code, messageText }) => ({ file, start, code, message: ts.flattenDiagnosticMessageText(messageText, ' ') }));
}

function stateFor(project: Project, config: CompilerConfig | null): Held {
  const key = `${project.root}\0${config?.file ?? ''}`;
  const known = held.get(key) ?? start(project, config);
  held.delete(key);
  held.set(key, known);
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  return known;
}

function start(project: Project, config: CompilerConfig | null): Held {
  const state: Held = {
    project,
    changed: new Map(),
    files: [],
    asked: new Set(),
    versions: new Map(),
    service: undefined as unknown as TS.LanguageService,
  };
  const library = dirname(libraryFile());
  const outside = new Map<string, string | null>();
  const textOf = (file: string): string | null => {
    const known = state.changed.get(file) ?? (isOutside(file) ? undefined : state.project.text(file));
    if (known !== undefined && known !== null) return known;
    if (!outside.has(file)) outside.set(file, readText(file));
    return outside.get(file) ?? null;
  };
  const isOutside = (file: string): boolean => file.startsWith(library) || file.includes('node_modules');
  const options = optionsOf(project, config);
  const cache = ts.createModuleResolutionCache(project.root, (name) => name, options);
  const disk: TS.ModuleResolutionHost = {
    fileExists: existsSync,
    readFile: (file) => readText(file) ?? undefined,
    directoryExists: isFolder,
  };
  const host: TS.LanguageServiceHost = {
    getScriptFileNames: () => state.files,
    getScriptVersion: (file) => {
      const text = textOf(file) ?? '';
      const before = state.versions.get(file);
      const version = before?.text === text ? before.version : (before?.version ?? 0) + 1;
      state.versions.set(file, { text, version });
      // A file that is asked about counts as another one, so that its imports are resolved anew.
      return `${version}${state.asked.has(file) ? ' asked' : ''}`;
    },
    getScriptSnapshot: (file) => {
      const text = textOf(file);
      return text === null ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => project.root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: () => libraryFile(),
    fileExists: (file) => (isOutside(file) ? existsSync(file) : state.project.text(file) !== null || existsSync(file)),
    readFile: (file) => textOf(file) ?? undefined,
    directoryExists: isFolder,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => {
        const own = isOutside(from) ? null : state.project.modules.resolve(from, text);
        if (own !== null) return { resolvedModule: { resolvedFileName: own, extension: extensionOf(own), isExternalLibraryImport: false } };
        if (!isOutside(from) && !state.asked.has(from)) return { resolvedModule: undefined };
        const { resolvedModule } = ts.resolveModuleName(text, from, options, disk, cache);
        // Declarations only: the code of dependencies is not ours to look at.
        return {
          resolvedModule:
            resolvedModule !== undefined && /\.d\.[cm]?ts$/.test(resolvedModule.resolvedFileName) ? resolvedModule : undefined,
        };
      }),
  };
  state.service = ts.createLanguageService(host, (registry ??= ts.createDocumentRegistry()));
  return state;
}

function optionsOf(project: Project, config: CompilerConfig | null): TS.CompilerOptions {
  const given = config?.options ?? {};
  const nodeTypes = [config === null ? project.root : dirname(config.file), project.root].some((folder) =>
    existsSync(join(folder, 'node_modules/@types/node')),
  );
  const defaults: TS.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
  };
  const left = new Set(['lib', 'outDir', 'rootDir', 'composite', 'incremental', 'tsBuildInfoFile', 'declaration', 'declarationMap']);
  const kept = Object.fromEntries(Object.entries(given).filter(([name]) => !left.has(name)));
  return {
    ...(config === null ? defaults : {}),
    ...kept,
    // Before TypeScript 6 all declarations that were installed counted.
    ...(given.types === undefined && nodeTypes ? { types: ['node'] } : {}),
    allowJs: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    maxNodeModuleJsDepth: 0,
    ignoreDeprecations: '6.0',
  };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type TS from 'typescript';
import { libraryFile, ts } from '../syntax/typescript.ts';
import { compilerConfigs, type CompilerConfig } from './compiler-configs.ts';
import { resolvePath } from './module-graph.ts';
import type { Project } from './project.ts';
import { projectRoot } from './project-files.ts';
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

/** Names that Node has, where its types are not known: what its modules give is of unknown type then, and so are the parameters of callbacks and the items of lists made of it. */
const NODE_NAMES = /'(queueMicrotask|performance|setImmediate|setTimeout|structuredClone|Buffer|URL|ImportMeta)'/;
const WITHOUT_NODE_TYPES = new Set([7005, 7006, 7019, 7031, 7034]);

interface Held {
  /** Whether the types of Node are among those that the project asks for, and installed. */
  knowsNode: boolean;
  service: TS.LanguageService;
  project: Project;
  /** New texts, where the service is to see them. */
  changed: ReadonlyMap<string, string>;
  /** Of these, the files that aren't there yet. */
  created: ReadonlySet<string>;
  files: string[];
  /** The files that are asked about: only what these import from dependencies is looked at. */
  asked: ReadonlySet<string>;
  versions: Map<string, { text: string; version: number }>;
}

const held = new Map<string, Held>();
const MOST_HELD = 2;
let registry: TS.DocumentRegistry | null = null;

/** Files that look at the types of what changed (`ReturnType<typeof load>`): so many of them are asked about too. */
const MOST_BESIDE = 20;

/** Whether TypeScript has anything to say of a file: without a look at the project, so that plain JavaScript is through at once. */
export function isTypeChecked(file: string, text: string): boolean {
  return isChecked(text, file, () => compilerConfigs(projectRoot(file).root).of(file));
}

/**
 * The errors that TypeScript would report after a change and not before, in the files that change, that are new, and that name the types of what the
 * changed ones export; none for files that it doesn't check, such as plain JavaScript. As strict as the nearest tsconfig asks for.
 * @param changed new texts; of files that aren't there yet too
 */
export function newTypeErrors(project: Project, changed: ReadonlyMap<string, string>): NewTypeError[] {
  const found: NewTypeError[] = [];
  const groups = new Map<string, { config: CompilerConfig | null; files: string[] }>();
  const created = [...changed.keys()].filter((file) => project.text(file) === null);
  for (const file of [...changed.keys(), ...besides(project, changed)]) {
    const config = project.configs.of(file);
    if (!isChecked(changed.get(file) ?? project.text(file) ?? '', file, () => config)) continue;
    const key = config?.file ?? '';
    groups.set(key, { config, files: [...(groups.get(key)?.files ?? []), file] });
  }
  for (const { config, files } of groups.values()) {
    const state = stateFor(project, config);
    const there = files.filter((file) => !created.includes(file));
    state.project = project;
    state.files = [...withImports(project, there), ...created];
    state.changed = changed;
    state.created = new Set(created);
    state.asked = new Set(files);
    const after = files.flatMap((file) => errorsOf(state, file));
    if (after.length === 0) continue;
    state.changed = new Map();
    state.created = new Set();
    state.files = withImports(project, there);
    const before = new Map<string, number>();
    for (const { code, message } of there.flatMap((file) => errorsOf(state, file)))
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

/** Files that stay as they are, and may ask for the type of something that changes: of what waits from now on. */
function besides(project: Project, changed: ReadonlyMap<string, string>): string[] {
  const waits = (text: string): number => text.match(/\b(async|Promise)\b/g)?.length ?? 0;
  if ([...changed].every(([file, text]) => waits(text) === waits(project.text(file) ?? ''))) return [];
  const loaders = new Set([...changed.keys()].flatMap((file) => project.modules.loaders(file)));
  return [...loaders].filter((file) => !changed.has(file) && /\btypeof\s+\w/.test(project.text(file) ?? '')).slice(0, MOST_BESIDE);
}

function isChecked(text: string, file: string, config: () => CompilerConfig | null): boolean {
  if (/^\s*\/\/\s*@ts-nocheck\b/m.test(text.slice(0, 2000))) return false;
  if (/\.[cm]?tsx?$/.test(file)) return true;
  return /^\s*\/\/\s*@ts-check\b/m.test(text.slice(0, 2000)) || config()?.options.checkJs === true;
}

function errorsOf({ service, knowsNode, created }: Held, file: string): NewTypeError[] {
  return service
    .getSemanticDiagnostics(file)
    .filter((one) => one.category === ts.DiagnosticCategory.Error && !UNRESOLVED.has(one.code))
    .map(({ start = 0, code, messageText }) => ({ file, start, code, message: ts.flattenDiagnosticMessageText(messageText, ' ') }))
    .filter(({ code, message }) => {
      const isUnknown = code === 18046 || (WITHOUT_NODE_TYPES.has(code) && (created.has(file) || /\.[cm]?tsx?$/.test(file)));
      const isOfNode = isUnknown || ([2304, 2339].includes(code) && NODE_NAMES.test(message));
      return knowsNode || !isOfNode;
    });
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
  const options = optionsOf(project, config);
  const state: Held = {
    knowsNode: options.types?.includes('node') === true && hasNodeTypes(folderOf(project, config)),
    project,
    changed: new Map(),
    created: new Set(),
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
        const own = isOutside(from) ? null : (state.project.modules.resolve(from, text) ?? createdFile(state.created, from, text));
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

function createdFile(created: ReadonlySet<string>, from: string, specifier: string): string | null {
  const isPath = specifier.startsWith('.') || isAbsolute(specifier);
  return isPath && created.size > 0 ? resolvePath(created, join(dirname(from), specifier)) : null;
}

function optionsOf(project: Project, config: CompilerConfig | null): TS.CompilerOptions {
  const given = config?.options ?? {};
  const nodeTypes = hasNodeTypes(folderOf(project, config));
  const defaults: TS.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // As Node runs it, each file has names of its own.
    moduleDetection: ts.ModuleDetectionKind.Force,
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

function folderOf(project: Project, config: CompilerConfig | null): string {
  return config === null ? project.root : dirname(config.file);
}

/** Whether the types of Node are installed in a folder or one above, as TypeScript looks for them. */
function hasNodeTypes(folder: string): boolean {
  if (existsSync(join(folder, 'node_modules/@types/node'))) return true;
  return dirname(folder) !== folder && hasNodeTypes(dirname(folder));
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

import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type TS from 'typescript';
import type { Source } from '../syntax/source.ts';
import { libraryFile, ts } from '../syntax/typescript.ts';
import type { Project } from './project.ts';

/** TypeScript's language service over a part of the project. */
export interface TypeService {
  program: TS.Program;
  checker: TS.TypeChecker;
  /** The service's own node for one of ours: the same text parsed again. */
  nodeAt(source: Source, node: TS.Node): TS.Node | null;
}

/** How many files a question about types looks at; what they import beyond that is of unknown type. */
const MOST_FILES = 120;

/** How far imports are followed from the files that were asked about. */
const DEEPEST = 3;

interface Held {
  service: TS.LanguageService;
  versions: Map<string, { text: string; version: number }>;
  files: string[];
  project: Project;
}

/** One service a project root, as it keeps what it parsed and bound. */
const held = new Map<string, Held>();
const MOST_HELD = 2;

/** Shared, as the language's own declarations are the same for all. */
let registry: TS.DocumentRegistry | null = null;

/** The language service for some files and what they import; kept for the next question. */
export function openService(project: Project, files: readonly string[]): TypeService {
  const known = held.get(project.root) ?? startService(project);
  held.delete(project.root);
  held.set(project.root, known);
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  known.project = project;
  known.files = withImports(project, files);
  const program = known.service.getProgram();
  if (program === undefined) throw new Error('The language service has no program.');
  return {
    program,
    checker: program.getTypeChecker(),
    nodeAt: (source, node) => {
      const file = program.getSourceFile(source.file);
      return file?.text.length === source.ast.text.length ? sameNode(file, node.getStart(source.ast), node) : null;
    },
  };
}

function startService(project: Project): Held {
  const state: Held = { versions: new Map(), files: [], project, service: undefined as unknown as TS.LanguageService };
  const textOf = (file: string): string | null =>
    file.startsWith(dirname(libraryFile())) ? readFileSync(file, 'utf8') : state.project.text(file);
  const host: TS.LanguageServiceHost = {
    getScriptFileNames: () => state.files,
    getScriptVersion: (file) => {
      const text = textOf(file) ?? '';
      const before = state.versions.get(file);
      if (before?.text === text) return String(before.version);
      const version = (before?.version ?? 0) + 1;
      state.versions.set(file, { text, version });
      return String(version);
    },
    getScriptSnapshot: (file) => {
      const text = textOf(file);
      return text === null ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => project.root,
    getCompilationSettings: () => ({
      allowJs: true,
      checkJs: false,
      noResolve: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      jsx: ts.JsxEmit.Preserve,
      types: [],
      strict: true,
      skipLibCheck: true,
      maxNodeModuleJsDepth: 0,
    }),
    getDefaultLibFileName: () => libraryFile(),
    fileExists: (file) => state.project.text(file) !== null || existsSync(file),
    readFile: (file) => textOf(file) ?? undefined,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => {
        const resolvedFileName = state.project.modules.resolve(from, text);
        return {
          resolvedModule:
            resolvedFileName === null
              ? undefined
              : { resolvedFileName, extension: extensionOf(resolvedFileName), isExternalLibraryImport: false },
        };
      }),
  };
  state.service = ts.createLanguageService(host, (registry ??= ts.createDocumentRegistry()));
  return state;
}

export function extensionOf(file: string): string {
  return /\.[cm]?[jt]sx?$/.exec(file)?.[0] ?? '.js';
}

/** Small projects as a whole; of large ones the files and what they import, as far as the limits go. */
export function withImports(project: Project, files: readonly string[]): string[] {
  if (project.files.length <= MOST_FILES) return project.files;
  const found = new Set(files);
  let level = [...files];
  for (let depth = 0; depth < DEEPEST && found.size < MOST_FILES; depth++) {
    const next: string[] = [];
    for (const file of level)
      for (const imported of project.modules.loads(file))
        if (!found.has(imported) && found.size < MOST_FILES) {
          found.add(imported);
          next.push(imported);
        }
    level = next;
  }
  return [...found];
}

function sameNode(file: TS.SourceFile, start: number, like: TS.Node): TS.Node | null {
  let current: TS.Node = file;
  for (;;) {
    if (current.kind === like.kind && current.end === like.end && current.getStart(file) === start) return current;
    const inner: TS.Node | undefined = ts.forEachChild(current, (child) =>
      child.pos <= start && child.end >= like.end ? child : undefined,
    );
    if (inner === undefined) return null;
    current = inner;
  }
}

import { TOP_LEVEL, frameAround } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import { enclosingFunction, positionOf } from './source-text.ts';
import type { FunctionRange, SourceFunctions } from './source-text.ts';

/**
 * For each node below a `require` or `import` of a user function: the node of the first module's top-level code that it ran, which is the
 * module it asked for (that one's own requires come deeper); -1 where none ran yet or nothing is being loaded.
 */
export function loadedModules({ profile, natures, table }: LaneModel): Int32Array {
  const module = new Int32Array(profile.nodeFrame.length).fill(-1);
  for (let node = 1; node < module.length; node++) {
    const parent = profile.nodeParent[node]!;
    const frame = table.frames[profile.nodeFrame[node]!]!;
    if (frame.owner === 'user') continue;
    if (module[parent]! >= 0) module[node] = module[parent]!;
    else if (natures.nature[node] === 'loading' && frame.function === TOP_LEVEL) module[node] = node;
  }
  return module;
}

const SPECIFIER = /\b(require|import)\s*\(\s*(['"`])([^'"`\n]+)\2|\b(?:from|import)\s*(['"])([^'"\n]+)\4/g;

interface Requirement {
  /** Where `require`, `import(` or `from` begins. */
  offset: number;
  line: number;
  column: number;
  specifier: string;
  /** `import(…)` as against `require` and a declaration. */
  dynamic: boolean;
}

/** Where a text names modules other than the runtime's own, whose loading takes no time worth asking whose it was. */
export function requirements(source: SourceFunctions): Requirement[] {
  const all: Requirement[] = [];
  for (const found of source.text.matchAll(SPECIFIER)) {
    const specifier = found[3] ?? found[5]!;
    // What is blanked in the masked text stands in a comment or a string.
    if (source.masked[found.index] === ' ' || BUILTIN.test(specifier)) continue;
    all.push({ offset: found.index, ...positionOf(source, found.index), specifier, dynamic: found[1] === 'import' });
  }
  return all;
}

/**
 * The 1-based lines of a function (null: top-level code), nested ones left out, that load modules: with `file` those that name it; else all of the way it is done (`require`, `import(…)`), but
 * where there are others not those that name the project's own, whose loading is short and whose code answers for itself.
 */
export function requireLines(source: SourceFunctions, within: FunctionRange | null, file: string, dynamic: boolean): number[] {
  const all = requirements(source).filter((at) => enclosingFunction(source, at.line, at.column)?.start === within?.start);
  if (file !== '') return all.filter(({ specifier }) => namesModule(specifier, file)).map(({ line }) => line);
  const candidates = all.filter((one) => one.dynamic === dynamic);
  const packages = candidates.filter(({ specifier }) => !/^[./]/.test(specifier));
  return (packages.length > 0 ? packages : candidates).map(({ line }) => line);
}

/** What a 1-based line loads, and how: `import` or `require`. The runtime's own modules are left out. */
export function modulesNamedAt(source: SourceFunctions, line: number): { how: string; names: string[] } {
  const found = requirements(source).filter((one) => one.line === line);
  const text = source.text.slice(source.lineStarts[line - 1], source.lineStarts[line]);
  return { how: /\brequire\s*\(/.test(text) ? 'require' : 'import', names: [...new Set(found.map(({ specifier }) => specifier))] };
}

/**
 * ES modules are loaded without user code on the stack. Whose import it was is told by the module that ran, else it is known only
 * where there is one candidate: one `import(…)` in all user files once user code has run, one import declaration before.
 */
export function importOf({ table, functionsOf }: LaneModel, file: string, began: boolean): { frame: number; line: number } | null {
  const found: { frame: number; line: number }[] = [];
  for (const user of [...table.byFile.keys()]) {
    const owner = table.frames[table.byFile.get(user)![0]!]!.owner;
    const source = owner === 'user' ? functionsOf(user) : null;
    if (!source) continue;
    for (const one of requirements(source)) {
      if (file === '' ? one.dynamic !== began : !namesModule(one.specifier, file)) continue;
      found.push({ frame: frameAround(table, source, { file: user, owner, name: '' }, one), line: one.line });
    }
  }
  return found.length === 1 || (found.length > 1 && file !== '') ? found[0]! : null;
}

const BUILTIN =
  /^(?:node:|(?:assert|buffer|child_process|cluster|crypto|dns|events|fs|http|http2|https|module|net|os|path|perf_hooks|process|readline|stream|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(?:\/|$))/;

/** Whether `specifier` means the package or the module that `file` belongs to. */
export function namesModule(specifier: string, file: string): boolean {
  const path = file.replaceAll('\\', '/');
  if (!specifier.startsWith('.') && !specifier.startsWith('/')) {
    return path.includes(`/node_modules/${specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')}/`);
  }
  const end = specifier.replace(/^(?:\.{1,2}\/)+/, '');
  const stem = path.replace(/\.[^./]+$/, '');
  return [path, stem, stem.replace(/\/index$/, '')].some((candidate) => candidate.endsWith(`/${end}`) || candidate === specifier);
}

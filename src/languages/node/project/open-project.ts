import { lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { LARGEST, readSource, tooLarge, type Source } from '../syntax/source.ts';
import { compilerConfigs } from './compiler-configs.ts';
import { elsewhere } from './elsewhere.ts';
import { entryPaths, moduleGraph, type Specifiers } from './module-graph.ts';
import type { Project } from './project.ts';
import { listProject, projectRoot, type ProjectFiles } from './project-files.ts';
import { whyNotEdited } from './why-not-edited.ts';

/** What outlives a request: parsed files by their text. As long-lived as the `read` it belongs to. */
interface Warm {
  sources: Map<string, Source>;
  specifiers: Map<string, Specifiers>;
  last: Map<string, Project>;
}

const warmth = new WeakMap<ReadSource, Warm>();

/**
 * The project around a file. `fresh` looks at the disk again; otherwise the project may be the one that was opened before, which is what
 * advice about one recording wants.
 */
export function openProject(file: string, read: ReadSource, { fresh }: { fresh: boolean }): Project {
  const warm = warmth.get(read) ?? {
    sources: new Map<string, Source>(),
    specifiers: new Map<string, Specifiers>(),
    last: new Map<string, Project>(),
  };
  warmth.set(read, warm);
  const where = projectRoot(file);
  const known = warm.last.get(where.root);
  if (!fresh && known?.files.includes(file) === true) return known;
  const listed = listProject(where);
  if (!listed.files.includes(file)) listed.files.push(file);
  const project = makeProject(listed, read, warm);
  warm.last.set(where.root, project);
  return project;
}

/** Lets the next question about any file look at the disk, and the screen, again. */
export function forgetProjects(read: ReadSource): void {
  warmth.get(read)?.last.clear();
}

function makeProject(listed: ProjectFiles, read: ReadSource, { sources, specifiers }: Warm): Project {
  const texts = new Map<string, string | null>();
  const text = (file: string): string | null => {
    let known = texts.get(file);
    if (known === undefined) texts.set(file, (known = isTooLarge(file) ? null : read(file)));
    return known;
  };
  const packageJson = (folder: string): Record<string, unknown> | null => parseObject(text(join(folder, 'package.json')));
  const configs = compilerConfigs(listed.root);
  const modules = moduleGraph(listed, text, packageJson, configs.mapped, specifiers);
  const project: Project = {
    ...listed,
    modules,
    configs,
    text,
    source: (file) => {
      const now = text(file);
      if (now === null && isTooLarge(file)) return tooLarge(file);
      const known = sources.get(file);
      if (known !== undefined && known.text === now) {
        known.elsewhere = elsewhere(project, known);
        return known;
      }
      const source = readSource(file, text);
      if (typeof source === 'string') return source;
      source.read = read;
      source.elsewhere = elsewhere(project, source);
      sources.set(file, source);
      return source;
    },
    filesWith: (word) => listed.files.filter((file) => text(file)?.includes(word) === true),
    isPublic: (file) => {
      const folder = listed.packages.filter((one) => file.startsWith(one + sep)).sort((a, b) => b.length - a.length)[0];
      const content = folder === undefined ? null : packageJson(folder);
      if (folder === undefined || content === null) return false;
      const entries = entryPaths(content);
      if (entries.length === 0 && content['private'] !== true) entries.push('index');
      return entries.some((entry) => {
        const [prefix, suffix] = join(folder, entry).split('*');
        return suffix !== undefined
          ? file.startsWith(prefix!) && file.endsWith(suffix)
          : modules.resolve(join(folder, 'package.json'), `./${entry.replace(/^\.\//, '')}`) === file;
      });
    },
    whyNotEdited,
  };
  return project;
}

function isTooLarge(file: string): boolean {
  try {
    return lstatSync(file).size > LARGEST;
  } catch {
    return false;
  }
}

function parseObject(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = text === null ? null : JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

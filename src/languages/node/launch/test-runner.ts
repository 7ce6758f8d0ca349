import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { Target } from '../../../core/recording.ts';

type Runner = NonNullable<Target['runner']>;

interface KnownRunner {
  name: string;
  /** Its program in its package, by version: the first there is. */
  programs: readonly string[];
  /** Modules that only its tests import. */
  modules: readonly string[];
  /** Its configuration beside package.json. */
  configuration: RegExp;
  /** Runs one file, in as few processes and threads as it can; of its tests those whose full names match a regular expression. */
  args(file: string, tests: string | null): string[];
}

/** In the order in which they are believed where a file says nothing. node:test is not among them: its files run as they are. */
const RUNNERS: readonly KnownRunner[] = [
  {
    name: 'vitest',
    programs: ['vitest.mjs'],
    modules: ['vitest'],
    configuration: /^vitest\.(?:config|workspace)\./,
    args: (file, tests) => ['run', '--pool=threads', '--no-file-parallelism', '--coverage.enabled=false', ...named('-t', tests), file],
  },
  {
    name: 'jest',
    programs: ['bin/jest.js'],
    modules: ['@jest/globals'],
    configuration: /^jest\.config\./,
    args: (file, tests) => ['--runInBand', '--coverage=false', ...named('-t', tests), '--runTestsByPath', file],
  },
  // `_mocha` where there is one, as `mocha` starts a second process where options for node are configured.
  {
    name: 'mocha',
    programs: ['bin/_mocha', 'bin/_mocha.js', 'bin/mocha.js'],
    modules: ['mocha'],
    configuration: /^\.mocharc\./,
    args: (file, tests) => ['--no-parallel', ...named('--grep', tests), file],
  },
];

function named(option: string, tests: string | null): string[] {
  return tests === null ? [] : [option, tests];
}

export interface FoundRunner {
  runner: Runner;
  /** The folder whose configuration the runner reads, where the project has one for it. */
  home: string | null;
}

/**
 * The test runner that a test file is for, as installed in its project: by what the file imports, else, for a file with a test's name that uses
 * `describe`, `it` or `test` without importing them, by the project's configuration and packages. Null for any other file.
 * @param tests a regular expression of the full names of the tests to run; null for all
 */
export function findTestRunner(file: string, tests: string | null = null): FoundRunner | null {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const imported = [...source.matchAll(/(?:\bfrom\s*|\bimport\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g)].map(([, , name]) => name ?? '');
  const named = RUNNERS.filter(({ modules }) => modules.some((name) => imported.includes(name)));
  if (named.length === 0 && !usesGlobals(file, source, imported)) return null;
  const configured = findConfigured(file, named.length === 0 ? RUNNERS : named);
  const known = named[0] ?? configured?.runner;
  if (known === undefined) return null;
  const installed = packageOf(known.name, file);
  const script = installed === null ? undefined : known.programs.map((name) => join(installed, name)).find((name) => existsSync(name));
  if (script === undefined) return null;
  return { runner: { name: known.name, script, args: known.args(file, tests) }, home: configured?.folder ?? null };
}

/** Only a test runner gives these to a file. */
function usesGlobals(file: string, source: string, imported: readonly string[]): boolean {
  const named =
    /[._-](?:test|spec)\.[cm]?[jt]sx?$/.test(file) ||
    dirname(file)
      .split(sep)
      .some((part) => /^(?:__tests__|tests?|specs?)$/.test(part));
  return (
    named &&
    /^\s*(?:describe|it|test|suite)(?:\.\w+)?\s*\(/m.test(source) &&
    !imported.some((name) => /^(?:node:)?test$|\btap\b|^ava$|^uvu$/.test(name))
  );
}

/** The nearest folder above a file that has a configuration for one of these, or has one among its packages. */
function findConfigured(file: string, runners: readonly KnownRunner[]): { runner: KnownRunner; folder: string } | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const files = namesIn(folder);
    const words = files.includes('package.json') ? readFileSync(join(folder, 'package.json'), 'utf8') : '';
    const runner =
      runners.find(({ configuration }) => files.some((name) => configuration.test(name))) ??
      runners.find(({ name }) => new RegExp(`"${name}"\\s*:`).test(words));
    if (runner !== undefined) return { runner, folder };
    if (dirname(folder) === folder) return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The folder of a package as a file's imports find it, or null. */
function packageOf(name: string, file: string): string | null {
  for (const folder of createRequire(file).resolve.paths(name) ?? []) {
    const home = join(folder, name);
    if (statSync(home, { throwIfNoEntry: false })?.isDirectory() === true) return realpathSync(home);
  }
  return null;
}

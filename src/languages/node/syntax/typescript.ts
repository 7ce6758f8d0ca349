import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type TypeScript from 'typescript';

let loaded: typeof TypeScript | null = null;

/**
 * TypeScript, loaded (170 ms) when source text is first looked at, or asked for earlier where there is time. In the bundles the call of
 * `require` becomes one of `dist/typescript.cjs`; the other branch serves tests, which run the sources.
 */
export function typescript(): typeof TypeScript {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  loaded ??= (typeof require === 'function' ? require('typescript') : createRequire(import.meta.url)('typescript')) as typeof TypeScript;
  return loaded;
}

/**
 * Stands for the compiler's namespace, and loads it at the first use. From then on it inherits from it: every node of a syntax tree is asked
 * `ts.isIdentifier` and the like, and through a proxy that alone would take a fifth of the time of a refactor.
 */
export const ts = Object.create(
  new Proxy(
    {},
    {
      get: (_, name) => {
        Object.setPrototypeOf(ts, typescript());
        return Reflect.get(typescript(), name) as unknown;
      },
    },
  ),
) as typeof TypeScript;

/** Where the declarations of the language's own objects lie: beside the bundle, or in TypeScript's package for tests. */
export function libraryFile(): string {
  const folder = typeof require === 'function' ? join(__dirname, 'lib') : dirname(createRequire(import.meta.url).resolve('typescript'));
  return join(folder, 'lib.es2023.d.ts');
}

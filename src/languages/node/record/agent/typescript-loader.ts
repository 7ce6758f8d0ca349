import { createRequire } from 'node:module';

type Transform = (this: unknown, source: unknown, options?: object) => unknown;
type LoadModule = (module: NodeJS.Module, path: string) => void;

const NO_CACHE = 'TSX_DISABLE_CACHE';

/**
 * tsx has esbuild put each file on one line, and V8's profiler knows lines only: so for this run esbuild keeps them, and tsx's cache on
 * disk, which other runs share, is left out. Without it a profile still has functions, by their columns. `loader` is tsx's file URL.
 */
export function keepLines(loader: string): void {
  const require = createRequire(loader);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- The one way to change exports before ES modules see them.
  const extensions = require.extensions as Record<string, LoadModule>;
  const load = extensions['.js']!;
  try {
    const path = require.resolve('esbuild');
    extensions['.js'] = (module, file) => {
      load(module, file);
      if (file === path) module.exports = withLines(module.exports as Record<string, unknown>);
    };
    require(path);
    process.env[NO_CACHE] = '1';
  } catch {
    // A tsx that does without esbuild.
  } finally {
    extensions['.js'] = load;
  }
}

/** The loader has read it: the script need not see it. */
export function forgetNoCache(): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- A name shared by two functions.
  delete process.env[NO_CACHE];
}

function withLines(esbuild: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.create(Object.getPrototypeOf(esbuild) as object, Object.getOwnPropertyDescriptors({ ...esbuild })) as Record<
    string,
    unknown
  >;
  for (const name of ['transform', 'transformSync']) {
    const original = esbuild[name] as Transform;
    const transform: Transform = function (source, options) {
      return Reflect.apply(original, this, [source, { ...options, minifyWhitespace: false }]);
    };
    kept[name] = transform;
  }
  return kept;
}

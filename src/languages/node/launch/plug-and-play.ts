import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest } from './nearest.ts';

/**
 * The variables of a script in a project that Yarn installed by Plug'n'Play, as `yarn node` sets them: without `.pnp.cjs` node finds none of its
 * packages. `env` is set on top of `inherited`; it is returned as it is where there is no such project, or where it is loaded already.
 */
export function withPlugAndPlay(script: string, env: Record<string, string>, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const file = nearest('.pnp.cjs', dirname(script));
  const options = env['NODE_OPTIONS'] ?? inherited['NODE_OPTIONS'] ?? '';
  if (file === null || options.includes('.pnp.cjs')) return env;
  const loader = join(dirname(file), '.pnp.loader.mjs');
  const own = [
    `--require ${quoted(file)}`,
    ...(existsSync(loader) ? [`--experimental-loader ${pathToFileURL(loader).href}`] : []),
    ...(options === '' ? [] : [options]),
  ];
  return { ...env, NODE_OPTIONS: own.join(' ') };
}

function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path;
}

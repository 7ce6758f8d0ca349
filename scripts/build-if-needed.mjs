// Builds when a source is newer than a bundle, or a bundle is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundles = [
  'cli.cjs',
  'extension.cjs',
  'refactor-server.cjs',
  'agent.cjs',
  'agent-0x.cjs',
  'clinic-inject.cjs',
  'clinic-analysis.cjs',
  'script-folder.cjs',
  'interrupter.cjs',
  'typescript.cjs',
  'webview.js',
];

/** Throws an Error with a sentence for the reader when the build fails. */
export function buildIfNeeded() {
  if (!isOutdated()) return;
  console.log('Building …');
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed: see its message above.');
}

function isOutdated() {
  const built = bundles.map((name) => join(root, 'dist', name));
  if (!built.every((file) => existsSync(file))) return true;
  const oldest = Math.min(...built.map((file) => statSync(file).mtimeMs));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join(root, 'src', file));
  return [...sources, join(root, 'package-lock.json'), join(root, 'scripts/build.mjs')].some((file) => statSync(file).mtimeMs > oldest);
}

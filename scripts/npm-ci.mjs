// Installs a folder's packages from its lock file, and only when they are not there already. Needs nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs `npm ci` in `folder` unless what its lock file asks for is installed.
 * Throws an Error with a sentence for the reader when npm fails.
 * @param {string} folder
 * @param {{ flags?: string[], what?: string }} [options]
 */
export function npmCi(folder, { flags = [], what = folder } = {}) {
  if (isInstalled(folder)) return;
  console.log(`Installing ${what} …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: withoutNpm(process.env),
  });
  if (error !== undefined)
    throw new Error(`npm could not be started (${error.message}): install npm, which comes with Node, and try again.`);
  if (status !== 0) throw new Error(`npm ci failed in ${folder}: see its message above, then try again.`);
}

/**
 * True when each package of the lock file is installed in that version. npm leaves a list of what it installed in
 * node_modules/.package-lock.json as its last step. Optional packages and those left out by a flag may be missing, as may
 * those that are bundled in others.
 */
function isInstalled(folder) {
  // A linked node_modules belongs to another checkout, and npm ci would empty it.
  if (lstatSync(join(folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  const installedList = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return false;
  const lock = ['npm-shrinkwrap.json', 'package-lock.json'].map((name) => join(folder, name)).find((file) => existsSync(file));
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedList, 'utf8')).packages;
  const required = Object.entries(wanted).filter(([path, entry]) => path !== '' && installed[path] === undefined && !mayBeMissing(entry));
  const outdated = Object.entries(installed).filter(
    ([path, entry]) => wanted[path] !== undefined && wanted[path].version !== entry.version,
  );
  // A production install leaves the development packages out: either all of them are there or none.
  const missing = required.filter(([, entry]) => !entry.dev || Object.values(installed).some((one) => one.dev));
  return missing.length === 0 && outdated.length === 0;
}

function mayBeMissing(entry) {
  return entry.optional === true || entry.devOptional === true || entry.peer === true || entry.link === true || entry.inBundle === true;
}

/** A script run by npm inherits its configuration in variables, which would steer an inner npm. */
function withoutNpm(env) {
  const kept = /^npm_config_(registry|cafile|(https_|http_|no)?proxy|userconfig|globalconfig|cache|offline|prefer_offline)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)));
}

// Packages the extension: `npm run package [-- --out FILE]` writes unblock-<version>.vsix. Done in a folder of its own under out/, which holds
// exactly what is needed at run time, so that nothing else can slip in.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const staging = join(root, 'out/package');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { values: flags } = parseArgs({
  options: { out: { type: 'string', default: join(root, `${manifest.name}-${manifest.version}.vsix`) } },
});
const vsix = resolve(flags.out);

rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
run('scripts/build.mjs', ['--production', '--outdir', join(staging, 'dist')], root);
for (const name of [
  'media',
  'docs/rules',
  'docs/images',
  'examples',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  '.vscodeignore',
])
  copy(name);
// npm's scripts and the development packages are of no use to whoever installs the extension.
const shipped = { ...manifest, activationEvents: manifest.activationEvents ?? [] };
for (const field of ['scripts', 'devDependencies', 'optionalDependencies', 'private']) delete shipped[field];
writeFileSync(join(staging, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`);
for (const path of productionPackages()) copy(path, isWanted);
// VS Code shows the README of an installed extension: its links stay relative to the package.
run('node_modules/@vscode/vsce/vsce', ['package', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix], staging);
console.log(`${relative(process.cwd(), vsix)}: ${(statSync(vsix).size / 1e6).toFixed(1)} MB`);

/** Paths (`node_modules/…`) of what `dependencies` needs, by the lock file. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = new Set();
  const queue = Object.keys(manifest.dependencies).map((name) => ({ name, from: '' }));
  for (const { name, from } of queue) {
    const path = resolveInLock(packages, name, from);
    if (path === null || found.has(path) || !existsSync(join(root, path))) continue;
    found.add(path);
    const entry = packages[path];
    for (const dependency of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      queue.push({ name: dependency, from: path });
  }
  return found;
}

/** Where Node finds package `name` from the package at `from`: its own node_modules first, then those above. */
function resolveInLock(packages, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return null;
  }
}

/** A package's own files without its nested packages, which are copied by name, and without what nobody runs. */
function isWanted(inside) {
  const [top] = inside.split(sep);
  if (inside.split(sep).includes('node_modules') || /^(tests?|__tests__|docs?|examples?|coverage|bench(marks?)?|\.github)$/i.test(top))
    return false;
  return !/\.(map|[cm]?ts|md|markdown|flow|tgz|swp)$|^\.(?!\/)|(^|[\\/])(\.[a-z]+rc|\.travis\.yml|\.npmignore|\.editorconfig|Makefile|eslint\.config\.js)$/i.test(
    inside,
  );
}

function copy(name, wanted = () => true) {
  const from = join(root, name);
  if (!existsSync(from)) throw new Error(`${name} is missing: the package needs it.`);
  mkdirSync(dirname(join(staging, name)), { recursive: true });
  cpSync(from, join(staging, name), { recursive: true, filter: (file) => file === from || wanted(relative(from, file)) });
}

function run(script, args, cwd) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${script} failed: see its message above.`);
}

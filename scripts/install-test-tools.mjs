// Installs what the tests need beside the root's packages, and only what is missing: `node scripts/install-test-tools.mjs [--vscode 1.100]`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCi } from './npm-ci.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const chromiumPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

/** Node binaries of several versions come as npm packages for Linux x64 only; elsewhere the tests use the node that runs them. */
export function installNodeVersions() {
  if (hasLinuxBinaries()) npmCi(join(root, 'test/node-versions'), { what: 'Node 18, 20, 22 and 24 for the tests' });
}

/** Vitest and Jest. */
export function installTestRunners() {
  npmCi(join(root, 'test/test-runners'), { what: 'Vitest and Jest for the tests' });
}

/** The VS Code server and web workbench of one version, '1.139' or '1.100'. */
export function installCodeServer(version = '1.139') {
  const folder = join(root, version === '1.100' ? 'test/vscode-web-1.100' : 'test/vscode-web');
  const inner = join(folder, 'node_modules/code-server/lib/vscode');
  npmCi(folder, { what: `VS Code ${version} (about 800 MB)` });
  // Its shrinkwrap lacks a peer dependency, hence the flag.
  npmCi(inner, { flags: ['--legacy-peer-deps', '--omit=dev'], what: `the packages of VS Code ${version}` });
  npmCi(join(inner, 'extensions'), { flags: ['--omit=dev'], what: `the packages of VS Code ${version}'s own extensions` });
  if (version === '1.100') lendTerminalBinary();
}

/**
 * The older VS Code's node-pty comes without a binary and would need a compiler, and without it there are no terminals. The newer one's
 * binary does: both speak Node-API, and its functions are the same.
 */
function lendTerminalBinary() {
  const pty = (folder) => join(root, folder, 'node_modules/code-server/lib/vscode/node_modules/node-pty');
  const place = join(pty('test/vscode-web-1.100'), 'build/Release/pty.node');
  if (existsSync(place)) return;
  installCodeServer('1.139');
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(join(pty('test/vscode-web'), 'prebuilds/linux-x64/pty.node'), place);
}

/** Path of a Chromium: the one in CHROMIUM, an installed one, or on Debian as root a newly installed one. */
export function installChromium() {
  if (process.env.CHROMIUM !== undefined && process.env.CHROMIUM !== '') {
    if (existsSync(process.env.CHROMIUM)) return process.env.CHROMIUM;
    throw new Error(`CHROMIUM names ${process.env.CHROMIUM}, which does not exist: set it to a Chromium's path.`);
  }
  const found = chromiumPlaces.find((path) => existsSync(path));
  if (found !== undefined) return found;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new Error('No Chromium was found: install one, or set CHROMIUM to its path (`apt-get install chromium` on Debian).');
  }
  console.log('Installing Chromium with apt-get …');
  apt(['update']);
  apt(['install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
  return chromiumPlaces[0];
}

function apt(args) {
  const { status } = spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`apt-get ${args[0]} failed: see its message above, install Chromium yourself, or set CHROMIUM to its path.`);
}

function isDebian() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get') && !/ubuntu/i.test(readFileSync('/etc/os-release', 'utf8'));
}

export function hasLinuxBinaries() {
  return process.platform === 'linux' && process.arch === 'x64';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--vscode');
  npmCi(root, { what: 'the packages' });
  installNodeVersions();
  installTestRunners();
  if (hasLinuxBinaries()) installCodeServer(at === -1 ? '1.139' : process.argv[at + 1]);
  console.log(`Chromium: ${installChromium()}`);
}

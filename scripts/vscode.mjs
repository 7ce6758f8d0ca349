// `npm run vscode` opens a real VS Code in the browser with the extension and a copy of the examples loaded; Ctrl+C ends it.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasLinuxBinaries, installCodeServer, installNodeVersions } from './install-test-tools.mjs';
import { npmCi } from './npm-ci.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
npmCi(root, { what: 'the packages' });
if (hasLinuxBinaries()) {
  installNodeVersions();
  installCodeServer();
  node(['scripts/package.mjs', '--out', 'out/unblock.vsix']);
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/vscode/open.ts'], { cwd: root, stdio: 'inherit' });
  // Ctrl+C reaches the whole group: the child ends its server, and this process ends with it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => (process.exitCode = code ?? 0));
} else {
  node(['scripts/build.mjs']);
  // VS Code's server comes for Linux x64 only; elsewhere the installed VS Code does the same.
  const { status } = spawnSync('code', [`--extensionDevelopmentPath=${root}`, 'examples'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) console.error('VS Code was not found: install it with its `code` command, or press F5 in it with this folder open.');
  process.exitCode = status ?? 1;
}

function node(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(1);
}

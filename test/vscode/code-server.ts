import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The real VS Code server and web workbench, as the npm package code-server ships them. Linux x64 only. */
export interface CodeServer {
  port: number;
  /** Where the workbench opens `folder`. */
  url(folder: string, payload?: [string, string][]): string;
  /** Rejects when the server ends before it is stopped; never resolves. */
  died: Promise<never>;
  /** Ends the server with its extension hosts and terminals. */
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  version: VsCodeVersion;
  /** A fresh folder that the caller removes: server data, user data, extensions. */
  dataFolder: string;
  /** Without it VS Code ignores the tests named in the URL; with it toasts and dialogs stay hidden. */
  inHostTests: boolean;
  settings?: Record<string, unknown>;
  /** False keeps VS Code's question whether the folder is to be trusted. */
  trusted?: boolean;
  /** Set on top of the inherited environment. */
  env?: Record<string, string>;
}

export type VsCodeVersion = '1.139' | '1.100';

const root = resolve(import.meta.dirname, '../..');
const connectionToken = 'unblock';

/** Starts a server on a free loopback port and waits until it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { dataFolder } = options;
  writeSettings(dataFolder, options.settings ?? {});
  const args = [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--connection-token',
    connectionToken,
    '--accept-server-license-terms',
    '--telemetry-level',
    'off',
  ];
  if (options.trusted !== false) args.push('--disable-workspace-trust');
  if (options.inHostTests) args.push('--enable-smoke-test-driver');
  const child = spawn(nodeOf(options.version), [serverMain(options.version), ...args, ...dataFolders(dataFolder)], {
    env: { ...serverEnvironment(dataFolder), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let stopping = false;
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (!stopping) reject(new Error(`The VS Code server ended (${signal ?? `exit ${code ?? '?'}`}):\n${output.slice(-4000)}`));
    });
  });
  died.catch(() => undefined);
  const listening = new Promise<number>((found) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match !== null) found(Number(match[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  // However this process ends, the server's group must not outlive it; it ends before its folders are removed.
  const killAtExit = (): void => killGroup(child);
  process.prependOnceListener('exit', killAtExit);
  const port = await Promise.race([listening, died]);
  return {
    port,
    died,
    url: (folder, payload = []) => {
      const query = new URLSearchParams({ tkn: connectionToken, folder, payload: JSON.stringify([['skipWelcome', 'true'], ...payload]) });
      return `http://127.0.0.1:${port}/?${query.toString().replaceAll('+', '%20')}`;
    },
    stop: () => {
      stopping = true;
      process.off('exit', killAtExit);
      return new Promise((ended) => {
        if (child.exitCode !== null || child.signalCode !== null) ended();
        child.once('exit', () => ended());
        killGroup(child);
      });
    },
  };
}

/** Installs a packaged extension as a person would, into the data folder of a server that is started later. */
export function installVsix(version: VsCodeVersion, dataFolder: string, vsix: string): void {
  const { status, stdout, stderr } = spawnSync(
    nodeOf(version),
    [serverMain(version), '--install-extension', vsix, ...dataFolders(dataFolder)],
    {
      env: serverEnvironment(dataFolder),
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`VS Code refused ${vsix}:\n${stdout}${stderr}`);
}

/** What a path is called in the workbench, whose files live on the server. */
export function remoteUri(port: number, path: string): string {
  return `vscode-remote://127.0.0.1:${port}${encodeURI(path)}`;
}

const quietSettings = {
  'typescript.disableAutomaticTypeAcquisition': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // The web workbench saves by itself, a desktop doesn't.
  'files.autoSave': 'off',
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

function writeSettings(dataFolder: string, settings: Record<string, unknown>): void {
  mkdirSync(join(dataFolder, 'user-data/User'), { recursive: true });
  writeFileSync(join(dataFolder, 'user-data/User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

function dataFolders(dataFolder: string): string[] {
  return [
    ...['--server-data-dir', join(dataFolder, 'server')],
    ...['--user-data-dir', join(dataFolder, 'user-data')],
    ...['--extensions-dir', join(dataFolder, 'extensions')],
  ];
}

/** What npm or an outer VS Code left in the environment would reach the extension host. */
function serverEnvironment(dataFolder: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/i.test(name),
  );
  return { ...Object.fromEntries(inherited), XDG_RUNTIME_DIR: dataFolder, EXTENSIONS_GALLERY: '{}' };
}

function serverMain(version: VsCodeVersion): string {
  const folder = version === '1.100' ? 'vscode-web-1.100' : 'vscode-web';
  return join(root, 'test', folder, 'node_modules/code-server/lib/vscode/out/server-main.js');
}

/** The Node that this version was built for. */
function nodeOf(version: VsCodeVersion): string {
  return join(root, 'test/node-versions/node_modules', version === '1.100' ? 'node-20' : 'node-24', 'bin/node');
}

/** Its extension hosts linger for seconds after SIGTERM. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

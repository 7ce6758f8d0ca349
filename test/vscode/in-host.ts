/** Runs the suites of test/vscode/suite inside a real VS Code: `tsx test/vscode/in-host.ts [--vscode 1.100] [--electron] [--grep TEXT]`. */
import { build } from 'esbuild';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasLinuxBinaries, installCodeServer } from '../../scripts/install-test-tools.mjs';
import { launchChromium, openPage } from './browser.ts';
import { remoteUri, startCodeServer, type VsCodeVersion } from './code-server.ts';
import type { Results } from './suite/index.ts';
import { temporaryFolder } from './temporary.ts';

const root = resolve(import.meta.dirname, '../..');
const suiteFolder = join(root, 'out/test/vscode/suite');
const logFile = join(root, 'out/vscode-in-host.log');
const minutesAllowed = 10;

const { values: flags } = parseArgs({
  options: {
    vscode: { type: 'string', default: '1.139' },
    electron: { type: 'boolean', default: false },
    grep: { type: 'string', default: '' },
  },
});
if (flags.vscode !== '1.139' && flags.vscode !== '1.100') throw new Error('--vscode is 1.139 or 1.100.');
process.exitCode = await runInHost(flags.vscode, flags.electron, flags.grep);

/** The tests' exit code. The workspace is a fresh copy of examples/ and of test/fixtures/editor/, so that tests may write. */
async function runInHost(version: VsCodeVersion, electron: boolean, grep: string): Promise<number> {
  await buildSuites();
  writeFileSync(logFile, '');
  const temporary = temporaryFolder('in-host');
  const workspace = join(temporary, 'workspace');
  cpSync(join(root, 'examples'), workspace, { recursive: true });
  cpSync(join(root, 'test/fixtures/editor'), join(workspace, 'rules'), { recursive: true });
  const env = { UNBLOCK_TEST_GREP: grep, UNBLOCK_TEST_RESULTS: join(temporary, 'results.json') };
  const desktop = process.env['VSCODE_EXECUTABLE'];
  const inDesktop = electron || (desktop !== undefined && desktop !== '') || !hasLinuxBinaries();
  const code = await (inDesktop
    ? runInDesktop(version, desktop, workspace, temporary, env)
    : runInServer(version, workspace, temporary, env));
  printCounts(env.UNBLOCK_TEST_RESULTS);
  return code;
}

async function buildSuites(): Promise<void> {
  const source = join(root, 'test/vscode/suite');
  rmSync(suiteFolder, { recursive: true, force: true });
  await build({
    entryPoints: [
      join(source, 'index.ts'),
      ...readdirSync(source)
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(source, file)),
    ],
    outdir: suiteFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

/** VS Code's server with the workbench in Chromium. */
async function runInServer(version: VsCodeVersion, workspace: string, temporary: string, env: Record<string, string>): Promise<number> {
  installCodeServer(version);
  console.log(`In-host tests in VS Code ${version} (server and web workbench)`);
  const server = await startCodeServer({ version, dataFolder: join(temporary, 'data'), inHostTests: true, env });
  const browser = await launchChromium();
  try {
    const page = await openPage(browser);
    const exited = new Promise<number>((done) => {
      void page.exposeFunction('codeAutomationExit', done);
    });
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => printTestLine(`${args.map(String).join(' ')}\n`));
    await page.goto(
      server.url(workspace, [
        ['extensionDevelopmentPath', remoteUri(server.port, root)],
        ['extensionTestsPath', remoteUri(server.port, join(suiteFolder, 'index.cjs'))],
      ]),
    );
    const crashed = new Promise<never>((_, reject) => page.once('crash', () => reject(new Error('The workbench page crashed.'))));
    return await Promise.race([exited, server.died, crashed, tooLong()]);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** A desktop VS Code: the one VSCODE_EXECUTABLE names, else the version downloaded. */
async function runInDesktop(
  version: VsCodeVersion,
  executable: string | undefined,
  workspace: string,
  temporary: string,
  env: Record<string, string>,
): Promise<number> {
  const { downloadAndUnzipVSCode, runTests, TestRunFailedError } = await import('@vscode/test-electron');
  const vscodeExecutablePath =
    executable === undefined || executable === ''
      ? await downloadAndUnzipVSCode(`${version}.0`).catch((error: unknown) => {
          throw new Error(
            `VS Code ${version} could not be downloaded: set VSCODE_EXECUTABLE to an installed one, or leave --electron out.`,
            { cause: error },
          );
        })
      : executable;
  console.log(`In-host tests in ${basename(vscodeExecutablePath)} (desktop)`);
  try {
    return await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(suiteFolder, 'index.cjs'),
      extensionTestsEnv: env,
      launchArgs: [
        workspace,
        '--disable-workspace-trust',
        '--user-data-dir',
        join(temporary, 'user-data'),
        '--extensions-dir',
        join(temporary, 'extensions'),
      ],
    });
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw error;
  }
}

/** The tests' own lines go to the terminal, everything VS Code has to say to a file. */
function printTestLine(text: string): void {
  appendFileSync(logFile, text);
  if (text.startsWith('[test] ')) process.stdout.write(text.slice('[test] '.length));
}

function tooLong(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`The in-host tests took longer than ${minutesAllowed} minutes.`)), minutesAllowed * 60_000).unref();
  });
}

function printCounts(file: string): void {
  if (!existsSync(file)) {
    console.error(`The in-host tests left no result: see ${logFile}.`);
    console.log('in-host: 0 passed, 1 failed');
    return;
  }
  const { passed, failures } = JSON.parse(readFileSync(file, 'utf8')) as Results;
  for (const { title, message } of failures) console.log(`FAILED ${title}: ${message.replace(/\s+/g, ' ')}`);
  console.log(`in-host: ${passed} passed, ${failures.length} failed`);
}

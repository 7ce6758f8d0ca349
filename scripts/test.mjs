// Installs what is missing and runs everything: `npm test [-- --only check,unit,vscode,person] [--vscode 1.100] [--electron] [--grep TEXT]`.
// Ends with one line, `N passed, N failed`, and a truthful exit code. Needs nothing but Node 20 or newer and npm to begin with.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { hasLinuxBinaries, installChromium, installCodeServer, installNodeVersions, installTestRunners } from './install-test-tools.mjs';
import { npmCi } from './npm-ci.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kinds = ['check', 'unit', 'vscode', 'person'];
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    vscode: { type: 'string', default: '1.139' },
    electron: { type: 'boolean' },
    grep: { type: 'string' },
  },
});
const wanted = flags.only?.split(',') ?? kinds;
const unknown = wanted.filter((kind) => !kinds.includes(kind));
if (unknown.length > 0) throw new Error(`--only takes ${kinds.join(', ')}, not ${unknown.join(', ')}.`);

const tsx = ['--import', 'tsx'];
const forVsCode = [
  '--vscode',
  flags.vscode,
  ...(flags.electron ? ['--electron'] : []),
  ...(flags.grep === undefined ? [] : ['--grep', flags.grep]),
];
const steps = [
  ['check', ['scripts/check.mjs']],
  ['unit', ['scripts/test-unit.mjs']],
  ['vscode', [...tsx, 'test/vscode/in-host.ts', ...forVsCode]],
  ['person', [...tsx, 'test/vscode/person.ts']],
].filter(([kind]) => wanted.includes(kind));

const began = Date.now();
npmCi(root, { what: 'the packages' });
installNodeVersions();
if (wanted.includes('unit')) installTestRunners();
if (hasLinuxBinaries() && wanted.includes('vscode')) installCodeServer(flags.vscode);
if (hasLinuxBinaries() && wanted.includes('person')) installCodeServer();
if (wanted.some((kind) => kind !== 'check')) process.env.CHROMIUM = installChromium();
heading('build');
if ((await run(['scripts/build.mjs'])).code !== 0) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
// The unit tests leave a fresh package.
if (wanted.includes('person') && !wanted.includes('unit')) await run(['scripts/package.mjs', '--out', 'out/unblock.vsix']);

const summary = [];
for (const [kind, args] of steps) {
  heading(kind);
  const started = Date.now();
  const { code, counts, failures } = await run(args);
  // A step that ends badly without having counted a failure has failed as a whole.
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  summary.push({ kind, passed: counts.passed, failed, seconds: (Date.now() - started) / 1000, failures });
}

heading(`all of it in ${((Date.now() - began) / 1000).toFixed(0)} s`);
for (const { kind, passed, failed, seconds, failures } of summary) {
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${kind}: ${passed} passed, ${failed} failed (${seconds.toFixed(0)} s)`);
  // Whoever sees only the end of a long output learns what failed.
  for (const line of failures) console.log(`       ${line.slice(0, 300)}`);
}
const total = (key) => summary.reduce((sum, step) => sum + step[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;

/** Runs a script of ours, shows what it prints, and reads the counts of its last line and the lines that begin with FAILED. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.on('close', (code) => {
      const last = [...output.matchAll(/^\S+: (\d+) passed, (\d+) failed$/gm)].at(-1);
      const failures = [...output.matchAll(/^\s*FAILED (.+)$/gm)].map(([, line]) => line);
      resolve({ code: code ?? 1, counts: { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0) }, failures });
    });
  });
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(2, 90 - text.length))}`);
}

// What recording costs the script, beside other profilers, interleaved in one run:
// `node bench/overhead/run.mjs [--node 20,22,24,PATH] [--rounds N] [--clinic] [--peers FOLDER] [--modes a,b] [--json FILE] [load-part …]`
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: '20,22,24' },
    rounds: { type: 'string', default: '7' },
    modes: { type: 'string' },
    clinic: { type: 'boolean', default: false },
    peers: { type: 'string', default: here },
    json: { type: 'string' },
  },
});
const nodes = [...new Set(flags.node.split(',').map(nodeBinary))];
const rounds = Number(flags.rounds);

/** How each profiler is asked to run `script` and to leave its results in `folder`; null where it is not installed. */
const commands = {
  plain: (node, script) => [node, script],
  unblock: (node, script, folder) => [
    process.execPath,
    resolve(here, '../../dist/cli.cjs'),
    'advise',
    '--json',
    '--save',
    folder,
    '--node',
    node,
    script,
  ],
  'cpu-prof': (node, script, folder) => [node, '--cpu-prof', '--cpu-prof-dir', folder, script],
  '0x': peer('0x', (node, script, folder) => ['--output-dir', join(folder, '0x'), '--', node, script]),
  'clinic flame': peer('clinic', (node, script, folder) => ['flame', '--open=false', '--dest', folder, '--', node, script]),
  'clinic doctor': peer('clinic', (node, script, folder) => ['doctor', '--open=false', '--dest', folder, '--', node, script]),
};
const asked = flags.modes?.split(',') ?? Object.keys(commands).filter((mode) => flags.clinic || !mode.startsWith('clinic'));
for (const mode of asked) {
  if (commands[mode] === undefined) throw new Error(`There is no mode ${mode}: there are ${Object.keys(commands).join(', ')}.`);
  if (commands[mode] === null)
    console.log(
      `${mode} is left out: it is not installed. \`npm i --no-save --prefix FOLDER ${mode.split(' ')[0]}\` and give \`--peers FOLDER\`.`,
    );
}
const modes = asked.filter((mode) => commands[mode] !== null);
const loads = readdirSync(join(here, 'loads'))
  .sort()
  .filter((load) => wanted.length === 0 || wanted.some((part) => load.includes(part)));

const all = [];
for (const node of nodes) {
  const version = execFileSync(node, ['--version']).toString().trim();
  console.log(`node ${version}, medians of ${rounds} rounds, each mode beside plain node in its round\n`);
  console.log(`${'load'.padEnd(14)}${'mode'.padEnd(15)}${'CPU ×'.padEnd(18)}${'wall ×'.padEnd(18)}end → result`);
  for (const load of loads) {
    const runs = Object.fromEntries(modes.map((mode) => [mode, []]));
    for (let round = 0; round < rounds; round++) {
      // Each mode goes first as often as the others.
      for (let at = 0; at < modes.length; at++) {
        const mode = modes[(at + round) % modes.length];
        runs[mode].push(await measure(node, mode, load));
      }
    }
    for (const mode of modes) print(version, load, mode, runs);
  }
  console.log(`\nload average ${loadavg()[0].toFixed(1)}\n`);
}
if (flags.json) writeFileSync(flags.json, JSON.stringify(all, null, 1));

async function measure(node, mode, load) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'unblock-overhead-'));
  try {
    mkdirSync(join(folder, 'app'));
    mkdirSync(join(folder, 'result'));
    cpSync(join(here, 'measure.cjs'), join(folder, 'measure.cjs'));
    cpSync(join(here, 'loads', load), join(folder, 'app', load));
    const [command, ...args] = commands[mode](node, join(folder, 'app', load), join(folder, 'result'));
    // Without the first clinic asks a question on a fresh profile, runs nothing and exits with 0.
    const env = { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1', MEASURE_FILE: join(folder, 'measured.json') };
    const child = spawn(command, args, { cwd: join(folder, 'app'), env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)));
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    await once(child, 'close');
    clearTimeout(timer);
    const ended = process.hrtime.bigint();
    if (!existsSync(env.MEASURE_FILE)) return { failed: errors.trim().split('\n').at(-1) };
    const measured = JSON.parse(readFileSync(env.MEASURE_FILE, 'utf8'));
    return { ...measured, afterMs: Number(ended - BigInt(measured.endNs)) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(version, load, mode, runs) {
  const failed = runs[mode].find((run) => run.failed !== undefined);
  const line = `${load.replace(/\..*/, '').padEnd(14)}${mode.padEnd(15)}`;
  if (failed) return console.log(`${line}failed: ${failed.failed}`);
  const after = `${median(runs[mode].map((run) => run.afterMs / 1000)).toFixed(2)} s`;
  if (mode === 'plain') {
    const [cpu, wall] = ['cpuMs', 'wallMs'].map((figure) => `${median(runs.plain.map((run) => run[figure])).toFixed(0)} ms`);
    return console.log(`${line}${cpu.padEnd(18)}${wall.padEnd(18)}${after}`);
  }
  const [cpu, wall] = ['cpuMs', 'wallMs'].map((figure) =>
    runs[mode].map((run, round) => run[figure] / runs.plain[round][figure]).sort((a, b) => a - b),
  );
  all.push({ node: version, load, mode, cpu: median(cpu), wall: median(wall), afterMs: median(runs[mode].map((run) => run.afterMs)) });
  console.log(`${line}${ratio(cpu)}${ratio(wall)}${after}`);
}

/** The median and the middle half. */
function ratio(sorted) {
  const at = (part) => sorted[Math.round((sorted.length - 1) * part)].toFixed(2);
  return `${median(sorted).toFixed(3)} (${at(0.25)}-${at(0.75)})`.padEnd(18);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length % 2 === 1 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}

/** The command of an npm package that is installed here or in `--peers`; null where it is not. */
function peer(name, argumentsOf) {
  for (const folder of [flags.peers, here]) {
    try {
      const manifest = createRequire(join(resolve(folder), 'any.js')).resolve(`${name}/package.json`);
      const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
      const program = join(dirname(manifest), typeof bin === 'string' ? bin : bin[name]);
      return (node, script, folder) => [node, program, ...argumentsOf(node, script, folder)];
    } catch {
      // Not there.
    }
  }
  return null;
}

function nodeBinary(version) {
  const installed = resolve(here, `../../test/node-versions/node_modules/node-${version}/bin/node`);
  if (existsSync(installed)) return installed;
  return /^\d+$/.test(version) ? process.execPath : version;
}

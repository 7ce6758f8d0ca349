// What the main job costs: `npm run bench:main-job [-- --runs N] [EXAMPLE …]`. Each example runs as plain node, under node --cpu-prof and
// under `unblock advise`, in turns, so that a change of the machine's load meets all three. Prints medians of the whole time, from
// the command's start to its end: the extra seconds and the ratio to the plain script. The goal is less than 2 s more.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GOAL_SECONDS = 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const words = process.argv.slice(2);
const at = words.indexOf('--runs');
const runs = at < 0 ? 5 : Number(words.splice(at, 2)[1]);

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (words.length === 0 || words.includes(entry.name)))
  .map(({ name }) => ({
    name,
    script: join(root, 'examples', name, JSON.parse(readFileSync(join(root, 'examples', name, 'expected.json'), 'utf8')).script),
  }));

const folder = mkdtempSync(join(tmpdir(), 'unblock-bench-'));
const ways = {
  plain: (script) => [script],
  cpuProf: (script) => ['--cpu-prof', `--cpu-prof-dir=${folder}`, script],
  unblock: (script) => [join(root, 'dist/cli.cjs'), 'advise', '--json', script],
};

console.log(`${runs} runs each, in turns; medians. Load before: ${(loadavg()[0] / cpus().length).toFixed(1)} of each core.\n`);
console.log('example               plain              --cpu-prof                      unblock advise                  worst');
let met = true;
try {
  for (const { name, script } of examples) {
    const measured = { plain: [], cpuProf: [], unblock: [] };
    for (let run = 0; run < runs; run++) for (const way of Object.keys(ways)) measured[way].push(time(ways[way](script)));
    const of = (way, what) => median(measured[way].map((one) => one[what]));
    const plain = of('plain', 'wall');
    const extra = measured.unblock.map(({ wall }, run) => wall - measured.plain[run].wall);
    const more = (way) => {
      const wall = of(way, 'wall');
      return `${signed(wall - plain)} s (${(wall / plain).toFixed(2)}×), CPU ${signed(of(way, 'cpu') - of('plain', 'cpu'))} s`.padEnd(32);
    };
    met &&= median(extra) < GOAL_SECONDS;
    const base = `${plain.toFixed(2)} s, CPU ${of('plain', 'cpu').toFixed(2)} s`.padEnd(19);
    console.log(`${name.padEnd(22)}${base}${more('cpuProf')}${more('unblock')}${signed(Math.max(...extra))} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${met ? 'Within' : 'NOT within'} the goal of less than ${GOAL_SECONDS} s more.`);
process.exitCode = met ? 0 : 1;

/** In seconds: the whole time, and the CPU time of the command and all its children, which a busy machine leaves as it is. */
function time(args) {
  const line = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2> /dev/null';
  const { status, stderr } = spawnSync('bash', ['-c', line, 'bench', process.execPath, ...args], {
    cwd: folder,
    // A decimal point, whatever the language.
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}`);
  const [wall, user, system] = stderr.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}

function signed(seconds) {
  return `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(2)}`;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

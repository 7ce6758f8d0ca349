// What the main job costs: `npm run bench:main-job [-- --runs N] [EXAMPLE …]`. Each example runs as plain node, under node --cpu-prof and
// under `unblock advise`, in turns, so that a change of the machine's load meets all three. Prints medians of the whole time, from
// the command's start to its end: the extra seconds and the ratio to the plain script. The goal is less than 2 s more.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

console.log(`${runs} runs each, in turns; medians\n`);
console.log('example               plain     --cpu-prof           unblock advise       worst');
let met = true;
try {
  for (const { name, script } of examples) {
    const seconds = { plain: [], cpuProf: [], unblock: [] };
    for (let run = 0; run < runs; run++) for (const way of Object.keys(ways)) seconds[way].push(time(ways[way](script)));
    const plain = median(seconds.plain);
    const extra = seconds.unblock.map((value, run) => value - seconds.plain[run]);
    const more = (way) => `+${(median(seconds[way]) - plain).toFixed(2)} s (${(median(seconds[way]) / plain).toFixed(2)}×)`.padEnd(21);
    met &&= median(extra) < GOAL_SECONDS;
    console.log(
      `${name.padEnd(22)}${`${plain.toFixed(2)} s`.padEnd(10)}${more('cpuProf')}${more('unblock')}+${Math.max(...extra).toFixed(2)} s`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${met ? 'Within' : 'NOT within'} the goal of less than ${GOAL_SECONDS} s more.`);
process.exitCode = met ? 0 : 1;

function time(args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`);
  return (performance.now() - began) / 1000;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

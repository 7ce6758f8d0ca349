// Whether the predicted gain is reached: `npm run bench:gain [-- --runs N] [--no-wait] [--cpu] [NAME …]`. Each example is profiled, its best advice (of a program in cures/ and loops/, the
// advice of the rule it is named after) is applied to a copy with `unblock fix --write`, and both texts run as plain node, in turns. Prints the whole processes' wall times and says whether
// the gain is in the range that the report gave before the change. `--cpu` compares what the threads computed instead, which a busy machine changes little; `--served` asks servers: see README.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below this share of the machine's cores, a gain that needs them is not judged. */
const IDLE = 0.9;
/** So many times the wanted pairs are tried at most. */
const TRIES = 3;

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples');
const cures = join(root, 'bench/gain/cures');
const loops = join(root, 'bench/gain/loops');
const words = process.argv.slice(2);
const byCpu = words.includes('--cpu');
if (byCpu) words.splice(words.indexOf('--cpu'), 1, '--no-wait');
const anyway = words.includes('--no-wait');
if (anyway) words.splice(words.indexOf('--no-wait'), 1);
/** Times that a busy machine is asked again before a pair, about a second each. */
const PATIENCE = anyway ? 0 : 8;
const at = words.indexOf('--runs');
const runs = at < 0 ? 5 : Number(words.splice(at, 2)[1]);
if (words.includes('--served')) {
  words.splice(words.indexOf('--served'), 1);
  await (await import('./served.mjs')).measureServed(root, runs, words);
  process.exit();
}
const programs = [
  ...readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      folder: examples,
      script: join(name, JSON.parse(readFileSync(join(examples, name, 'expected.json'), 'utf8')).script),
    })),
  ...[cures, loops].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.mjs'))
      .map((script) => ({ name: script.replace('.mjs', ''), folder, script })),
  ),
].filter(({ name }) => words.length === 0 || words.includes(name));

const cores = availableParallelism();
console.log(
  `${runs} runs of each text, in turns, on ${cores} cores; medians of plain node's ${byCpu ? 'computing, as on free cores' : 'wall time'}, with its start; node ${process.version}.\n`,
);
console.log(
  'example                       advice             before    after     gain (of single pairs)   predicted             cores  held',
);
let held = true;
for (const program of programs) {
  const folder = mkdtempSync(join(tmpdir(), 'unblock-bench-'));
  try {
    held = prove(program, folder) && held;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = held ? 0 : 1;

/** False where the gain was not in the range that was predicted. */
function prove({ name, folder: from, script }, folder) {
  for (const copy of ['before', 'after']) cpSync(from, join(folder, copy), { recursive: true });
  const [before, after] = ['before', 'after'].map((copy) => join(folder, copy, script));
  waitForIdleCores();
  // Whether calls repeat is seen in a second run that counts them.
  const counts = name.startsWith('cache-pure-call') ? ['--count-calls'] : [];
  const report = unblock(['advise', '--json', ...counts, after]);
  const { advice: all } = JSON.parse(report);
  const advice = from !== examples ? all.find(({ rule }) => name.startsWith(rule)) : all[0];
  if (advice === undefined) {
    console.log(`${name.padEnd(30)}nothing is advised`);
    return true;
  }
  const file = join(folder, 'report.json');
  writeFileSync(file, report);
  unblock(['fix', file, '--advice', advice.id, '--write']);

  const pairs = [];
  for (let tried = 0; pairs.length < runs && tried < runs * TRIES; tried++) {
    const texts = tried % 2 === 0 ? ['before', 'after'] : ['after', 'before'];
    const [first, second] = texts.map((text) => time(text === 'before' ? before : after, text === 'after'));
    if (first.output !== second.output) throw new Error(`${name}: the change changed the output.`);
    const free = Math.min(first.cores, second.cores);
    const pair = { [texts[0]]: first.ms, [texts[1]]: second.ms, free };
    // What was measured while something else took the cores says nothing; the last tries count whatever they are.
    if (anyway || free >= IDLE * cores || tried >= runs * (TRIES - 1)) pairs.push(pair);
  }
  if (byCpu) for (const pair of pairs) pair.free = NaN;
  const gains = pairs.map((pair) => pair.before / pair.after).sort((a, b) => a - b);
  const slow = median(pairs.map((pair) => pair.before));
  const fast = median(pairs.map((pair) => pair.after));
  const { low, high, speedup } = advice.predicted;
  const gain = slow / fast;
  const free = Math.min(...pairs.map((pair) => pair.free));
  const isIn = gain >= low && gain <= high;
  const verdict = isIn ? 'yes' : gain > high ? 'NO: more' : 'NO: less';
  const wasBusy = free < IDLE * cores;
  console.log(
    name.padEnd(30) +
      advice.rule.padEnd(19) +
      `${slow.toFixed(0)} ms`.padEnd(10) +
      `${fast.toFixed(0)} ms`.padEnd(10) +
      `${gain.toFixed(2)}× (${gains[0].toFixed(2)}–${gains.at(-1).toFixed(2)})`.padEnd(25) +
      `${speedup}× (${low}–${high})`.padEnd(22) +
      (byCpu ? '-' : free.toFixed(2)).padEnd(7) +
      verdict +
      (wasBusy ? ', on a busy machine' : ''),
  );
  return isIn || wasBusy;
}

/** The wall time of a whole process as a person sees it, in ms, what it printed, and how many cores were free for it. */
function time(script, waits) {
  if (byCpu) return computed(script, waits);
  waitForIdleCores();
  return JSON.parse(execFileSync(process.execPath, [program('beside.mjs'), script], { encoding: 'utf8', maxBuffer: 1 << 28 }));
}

/** ms that a run would take on free cores: what the main thread computed and, where it waits for threads, a core's part of what all others did; else these run beside it. */
function computed(script, waits) {
  const file = join(dirname(script), 'cpu.json');
  const output = execFileSync(process.execPath, ['--require', program('cpu.cjs'), script], {
    encoding: 'utf8',
    env: { ...process.env, UNBLOCK_CPU: file },
  });
  const { main, others } = JSON.parse(readFileSync(file, 'utf8'));
  return { ms: main + (waits ? others / cores : 0), output, cores };
}

function program(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

function unblock(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`unblock ${args[0]} exited with ${status}: ${stderr.slice(-500)}`);
  return stdout;
}

/** Until nearly all cores are free, or patience ends. */
function waitForIdleCores() {
  for (let asked = 0; asked < PATIENCE && freeCores() < IDLE * cores; asked++);
}

/** Cores' worth of computing that the machine does just now. */
function freeCores() {
  return Number(execFileSync(process.execPath, [program('cores.mjs')], { encoding: 'utf8' }));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Holds what Unblock says against labelled programs whose truth is known:
// `node bench/attribution/run.mjs [--node 20|22|24|PATH] [--json FILE] [--plain] [--keep DIR] [name-part …]`
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { compareSections, sumsUp, total } from './compare.mjs';
import { readLabels } from './labels.mjs';

const here = import.meta.dirname;
const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: process.execPath },
    json: { type: 'string' },
    plain: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});

const node = nodeBinary(flags.node);
const addon = findAddon();
const { service, ports } = await startService();
const results = [];
/** Share of a waiting thread's time that the profiler's own interrupts compute, learnt from a program that only waits. */
let interrupted;
try {
  if (!flags.plain) {
    const { truths } = await runProgram('idle', 'timers-promises.mjs', []);
    interrupted = truths ? truths.poll.cpuMs / truths.poll.wallMs : 0;
    console.log(`interrupts of the profiler: ${percent(interrupted)} of a waiting thread's time\n`);
  }
  for (const file of readdirSync(join(here, 'programs')).sort()) {
    const name = file.replace(/\.[a-z]+$/, '');
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const { needs, sections } = readLabels(readFileSync(join(here, 'programs', file), 'utf8'));
    if (needs && !isThere(needs)) console.log(`${name}: left out, there is no ${needs}`);
    else results.push(await runProgram(name, file, sections));
    if (results.at(-1)?.name === name) printProgram(results.at(-1));
  }
} finally {
  service.kill();
}
if (!flags.plain) printSummary();
if (flags.json) writeFileSync(flags.json, JSON.stringify(results, null, 1));

/** Each run has a folder of its own with the dependencies, away from this project's node_modules. */
async function runProgram(name, file, sections) {
  const folder = flags.keep ? join(resolve(flags.keep), name) : mkdtempSync(join(realpathSync(tmpdir()), 'unblock-truth-'));
  if (flags.keep) rmSync(folder, { recursive: true, force: true });
  const app = join(folder, 'app');
  mkdirSync(app, { recursive: true });
  cpSync(join(here, 'truth.cjs'), join(folder, 'truth.cjs'));
  cpSync(join(here, 'dependencies'), join(app, 'node_modules'), { recursive: true });
  const script = join(app, file);
  cpSync(join(here, 'programs', file), script);
  try {
    const cli = [resolve(here, '../../dist/cli.cjs'), 'advise', '--json', '--node', node, '--save', join(folder, 'saved'), script];
    const env = { ...process.env, TRUTH_FILE: join(folder, 'truth.json'), TRUTH_SERVICE: JSON.stringify(ports), TRUTH_ADDON: addon };
    const child = spawn(flags.plain ? node : process.execPath, flags.plain ? [script] : cli, {
      cwd: app,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    clearTimeout(timer);
    const truthFile = join(folder, 'truth.json');
    if (!existsSync(truthFile)) return { name, failed: `no truth written: ${stderr.trim().split('\n').at(-1)}` };
    const truths = JSON.parse(readFileSync(truthFile, 'utf8'));
    if (flags.plain) return { name, plain: true, sections: sections.map((section) => ({ ...section, truth: truths[section.name] })) };
    if (!stdout.trim()) return { name, failed: stderr.trim().split('\n').at(-1) };
    const report = JSON.parse(stdout);
    writeFileSync(join(folder, 'report.json'), stdout);
    return {
      name,
      truths,
      sections: compareSections(sections, truths, report, script, interrupted),
      sums: sumsUp(report),
      wallMs: report.run.wallMs,
      sumMs: total(report.time),
    };
  } finally {
    if (!flags.keep) rmSync(folder, { recursive: true, force: true });
  }
}

async function text(stream) {
  let all = '';
  for await (const chunk of stream.setEncoding('utf8')) all += chunk;
  return all;
}

function printProgram(result) {
  if (result.failed) return console.log(`${result.name.padEnd(26)} FAILED ${result.failed}`);
  for (const section of result.sections) {
    const { truth } = section;
    const figures = truth
      ? `wall ${ms(truth.wallMs)} cpu ${ms(truth.cpuMs)} stolen ${ms(truth.stolenMs)} gc ${ms(truth.gcMs)}`
      : 'no truth';
    if (result.plain) console.log(`${result.name.padEnd(26)} ${section.name.padEnd(9)} ${section.kind.padEnd(8)} ${figures}`);
    else {
      const parts = section.parts.map((part) => `${part.right ? '' : '✗'}${part.part} ${range(part)} → ${ms(part.reported)}`).join('  ');
      const bound = section.boundRight === null ? '' : section.boundRight ? '  ✓' : `  ✗ ${section.bound}`;
      console.log(`${result.name.padEnd(26)} ${String(section.line).padStart(3)} ${section.kind.padEnd(8)} ${parts || 'no truth'}${bound}`);
    }
  }
  if (!result.plain && !result.sums)
    console.log(`${result.name.padEnd(26)} ✗ parts add up to ${ms(result.sumMs)} of ${ms(result.wallMs)} ms`);
}

function printSummary() {
  const done = results.filter((one) => !one.failed);
  const sections = done.flatMap((one) => one.sections);
  const judged = sections.filter((one) => one.boundRight !== null);
  const parts = sections.flatMap((one) => one.parts);
  const errors = sections.filter((one) => one.truth).map((one) => one.errorMs / one.truth.wallMs);
  errors.sort((a, b) => a - b);
  console.log(`
node ${execFileSync(node, ['--version']).toString().trim()}, ${done.length} programs, ${sections.length} labelled lines${done.length < results.length ? `, ${results.length - done.length} FAILED` : ''}
bound right          ${share(judged.filter((one) => one.boundRight).length, judged.length)}
parts right          ${share(parts.filter((one) => one.right).length, parts.length)} within 2 % or 3 ms
lines right          ${share(sections.filter((one) => one.right).length, sections.length)}
line error           median ${percent(errors[Math.floor(errors.length / 2)])}, 90th percentile ${percent(errors[Math.floor(errors.length * 0.9)])}, worst ${percent(errors.at(-1))}
lanes that add up    ${share(done.filter((one) => one.sums).length, done.length)} within 1 %
without a core       ${percent(stolen(sections))} of the sections' time`);
}

/** How quiet the machine was: how much of the sections the threads were kept from running. */
function stolen(sections) {
  const measured = sections.flatMap((one) => one.truth ?? []);
  return sum(measured.map((one) => one.stolenMs)) / sum(measured.map((one) => one.wallMs));
}

function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

function share(part, whole) {
  return `${part} of ${whole} (${percent(part / whole)})`.padEnd(22);
}

function percent(number) {
  return number === undefined || Number.isNaN(number) ? '-' : `${(number * 100).toFixed(1)} %`;
}

function range({ low, high }) {
  return Math.round(low) === Math.round(high) ? ms(low) : `${ms(low)}-${ms(high)}`;
}

function ms(number) {
  return String(Math.round(number));
}

function nodeBinary(version) {
  const installed = resolve(here, `../../test/node-versions/node_modules/node-${version}/bin/node`);
  return existsSync(installed) ? installed : version;
}

/** A native add-on that comes built, for this platform, with what the project is checked with; '' where there is none. */
function findAddon() {
  const scope = resolve(here, '../../node_modules/@oxc-parser');
  const binding = existsSync(scope)
    ? readdirSync(scope).find((name) => name.startsWith(`binding-${process.platform}-${process.arch}`))
    : null;
  return binding ? join(scope, binding) : '';
}

/** `zlib.zstdCompressSync`, `node:sqlite`, `typescript` (type stripping), `service.https`, `addon`. */
function isThere(what) {
  if (what === 'service.https') return ports.https !== null;
  if (what === 'addon') return addon !== '';
  const test =
    what === 'typescript'
      ? 'process.features.typescript'
      : what.startsWith('node:')
        ? `process.getBuiltinModule?.(${JSON.stringify(what)})`
        : `require(${JSON.stringify(what.split('.')[0])})[${JSON.stringify(what.split('.')[1])}]`;
  return (
    execFileSync(node, ['-p', `Boolean(${test})`])
      .toString()
      .trim() === 'true'
  );
}

async function startService() {
  const child = spawn(process.execPath, [join(here, 'service.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { service: child, ports: JSON.parse(line) };
  throw new Error('The service did not start.');
}

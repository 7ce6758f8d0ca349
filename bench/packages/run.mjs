// Applies every refactor that can be made to real packages, one at a time and all together, and runs the packages' own suites before and after:
// `npm run bench:packages [-- --package NAME …] [--no-suites] [--keep] [--json FILE] [--read FILE …]`. Packages come from npm into a temporary folder, each in a pinned version.
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { readCoverage } from './coverage.mjs';
import { packages } from './packages.mjs';
import { runSuite, sameOutcome } from './suite.mjs';

const { values: flags } = parseArgs({
  options: {
    package: { type: 'string', multiple: true, default: [] },
    'no-suites': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'string' },
    read: { type: 'string', multiple: true, default: [] },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-packages-')));
if (!flags.keep) process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const results = flags.read.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')));
const chosen = packages.filter(({ name }) => (flags.package.length === 0 ? flags.read.length === 0 : flags.package.includes(name)));
for (const one of chosen) results.push(await prove(one));
if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(results, null, 1));
report(results);
process.exitCode = results.every(({ isGreen }) => isGreen) ? 0 : 1;

async function prove(one) {
  console.error(`\n── ${one.name}@${one.version}`);
  const place = join(scratch, one.name.replace('/', '+'));
  const pristine = join(place, 'pristine');
  download(one, pristine);
  const work = join(place, 'work');
  const together = join(place, 'together');
  cpSync(pristine, together, { recursive: true, verbatimSymlinks: true });
  cpSync(pristine, work, { recursive: true, verbatimSymlinks: true });
  install(one, work);
  const coverage = join(place, 'coverage');
  const covered = await runSuite(work, one, { NODE_V8_COVERAGE: coverage });
  refill(work, pristine);
  // Counting what runs takes longer, and tests with a time limit may fail by that.
  const before = covered.failed === 0 ? covered : await runSuite(work, one);
  const known = [before, covered];
  for (const { passed, failed, code, seconds } of new Set(known))
    console.error(`suite: ${passed} passed, ${failed} failed, exit ${code} (${seconds.toFixed(1)} s)`);
  if (before.passed === 0) console.error(before.output.slice(-4000));
  const ran = existsSync(coverage) ? readCoverage(coverage) : () => false;
  refill(work, pristine);

  const found = await refactor(work, together, one);
  const isTest = ({ file }) => /(^|\/)(tests?|specs?|__tests__)(\/|\.)|\.(test|spec)\./.test(file);
  const changes = found.changes.map((change) => ({
    ...change,
    isTest: isTest(change),
    reached: ran(join(work, change.file), change.offset),
  }));
  console.error(`${found.sites.length} sites, ${changes.length} changes, ${found.together.applied.length} together`);
  if (!flags['no-suites'])
    for (const change of changes) {
      const outcome = await judged(work, pristine, one, known, () => apply(work, change.edits));
      change.isGreen = outcome === null;
      if (outcome !== null) complain(`${change.rule} ${change.file}:${change.line} ${change.safety}`, change, outcome);
    }
  const all = flags['no-suites'] ? null : await judged(work, pristine, one, known, () => refill(work, together));
  if (all !== null) complain('all together', {}, all);
  return {
    name: one.name,
    version: one.version,
    why: one.why,
    before: { passed: before.passed, failed: before.failed, seconds: before.seconds },
    lines: found.lines,
    coldMs: found.coldMs,
    times: found.times,
    sites: found.sites.map((site) => ({ ...site, edits: undefined, isTest: isTest(site) })),
    changes: changes.map((change) => ({ ...change, edits: undefined })),
    together: { ...found.together, isGreen: all === null },
    isGreen: changes.every((change) => change.isGreen !== false || change.safety === 'review') && before.passed > 0,
  };
}

/** Null when the suite does after `change` what it did before (`known`); else what it did. A suite that fails now and then is asked again. */
async function judged(work, pristine, one, known, change) {
  for (let attempt = 1; ; attempt++) {
    change();
    const after = await runSuite(work, one);
    refill(work, pristine);
    if (known.some((before) => sameOutcome(after, before))) return null;
    if (attempt === 2) return after;
  }
}

function complain(what, { title, review }, { code, passed, failed, output }) {
  console.error(`RED ${what}: ${title ?? ''} → ${passed} passed, ${failed} failed, exit ${code}`);
  for (const line of review ?? []) console.error(`    review: ${line}`);
  console.error(output.slice(-1500).replaceAll(/^/gm, '    | '));
}

/** npm checks what it downloads against the registry's integrity, and we hold that against the one that is pinned here. */
function download({ name, version, integrity, make = [] }, folder) {
  mkdirSync(folder, { recursive: true });
  const [packed] = JSON.parse(npm(['pack', '--json', `${name}@${version}`], folder));
  if (packed.integrity !== integrity) throw new Error(`${name}@${version} is not what it was: ${packed.integrity}`);
  execFileSync('tar', ['-xzf', packed.filename, '--strip-components=1'], { cwd: folder, stdio: 'ignore' });
  rmSync(join(folder, packed.filename));
  for (const empty of make) mkdirSync(join(folder, empty), { recursive: true });
}

/** Dependencies, and what the suite needs; nobody's install scripts run. */
function install({ dev }, work) {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(work, 'package.json'), 'utf8'));
  const folder = join(dirname(work), 'installed');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { ...dependencies, ...optionalDependencies, ...dev } }),
  );
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--legacy-peer-deps'], folder);
  if (existsSync(join(folder, 'node_modules'))) renameSync(join(folder, 'node_modules'), join(work, 'node_modules'));
}

function npm(args, cwd) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
}

/** Makes `work` what `from` is, but for the dependencies. */
function refill(work, from) {
  for (const name of readdirSync(work)) if (name !== 'node_modules') rmSync(join(work, name), { recursive: true, force: true });
  cpSync(from, work, { recursive: true, verbatimSymlinks: true });
}

function apply(work, files) {
  for (const { file, create, edits } of files) {
    const path = join(work, file);
    let text = create ? '' : readFileSync(path, 'utf8');
    for (const { start, end, newText } of edits.toReversed()) text = text.slice(0, start) + newText + text.slice(end);
    writeFileSync(path, text);
  }
}

async function refactor(work, together, { data = [] }) {
  const args = ['--import', 'tsx', join(root, 'bench/packages/refactor.mjs'), work, together, ...data];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1e9 });
  return JSON.parse(stdout);
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 100 ? 3 : 1)} s`;
}

function percent(part, whole) {
  return whole === 0 ? '–' : `${part} (${Math.round((100 * part) / whole)} %)`;
}

/** The tables of README.md. */
function report(all) {
  console.log(
    '\n| package | why it was chosen | lines | sites | rewritten | refused | changes | their suite: before | green | all together | cold, warm |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|');
  for (const one of all) {
    const { sites, changes, before, together, times } = one;
    const rewritten = sites.filter(({ title }) => title !== undefined).length;
    const warm = times.sort((a, b) => a - b);
    const reached = changes.filter((change) => change.reached);
    const cells = [
      `${one.name} ${one.version}`,
      one.why,
      one.lines.toLocaleString('en'),
      sites.length,
      percent(rewritten, sites.length),
      sites.length - rewritten,
      `${changes.length}, ${changes.filter(({ safety }) => safety === 'safe').length} of them safe, ${reached.length} in code that the suite runs`,
      `${before.passed} pass${before.failed === 0 ? '' : `, ${before.failed} fail`} in ${before.seconds.toFixed(1)} s`,
      `${changes.filter(({ isGreen }) => isGreen).length} of ${changes.length}`,
      changes.length === 0 ? '–' : `${together.applied.length} made, ${together.isGreen ? 'green' : 'red'}`,
      `${seconds(one.coldMs)}, ${warm.length === 0 ? '–' : seconds(warm[warm.length >> 1])}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  perRule(
    all.flatMap(({ sites }) => sites),
    all.flatMap(({ changes }) => changes),
  );
  reds(all);
  reasons(all.flatMap(({ name, sites }) => sites.map((site) => ({ ...site, package: name }))));
}

function perRule(sites, changes) {
  console.log('\n| rule | sites | rewritten | changes | green |\n|---|---|---|---|---|');
  for (const rule of new Set(sites.map((site) => site.rule))) {
    const own = sites.filter((site) => site.rule === rule);
    const made = changes.filter((change) => change.rule === rule);
    const green = made.filter(({ isGreen }) => isGreen).length;
    console.log(
      `| \`${rule}\` | ${own.length} | ${percent(own.filter(({ title }) => title !== undefined).length, own.length)} | ${made.length} | ${green} |`,
    );
  }
}

function reds(all) {
  if (all.every(({ changes }) => changes.every(({ isGreen }) => isGreen !== false)))
    return console.log('\nNo change was found after which a suite did anything else.');
  console.log('\nChanges after which a suite no longer did the same:');
  for (const { name, changes } of all)
    for (const { isGreen, rule, file, line, safety, title, review } of changes)
      if (isGreen === false)
        console.log(`- ${name} ${file}:${line} \`${rule}\`, ${safety}: ${title}${review.length > 0 ? ` – ${review.join('; ')}` : ''}`);
}

/** Refusals by their sentences, without names and lines. */
function reasons(sites) {
  const kinds = new Map();
  for (const site of sites) {
    if (site.reason === undefined) continue;
    const kind = `\`${site.rule}\`: ${site.reason.replaceAll(/`[^`]*`/g, '`…`').replaceAll(/\b(?:lines? )?\d+/g, (word) => word.replace(/\d+/, 'N'))}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), `${site.package} ${site.file}:${site.line}`]);
  }
  console.log('\n| refused | reason | one of the places |\n|---|---|---|');
  for (const [kind, places] of [...kinds].sort((a, b) => b[1].length - a[1].length).slice(0, 25))
    console.log(`| ${places.length} | ${kind} | ${places[0]} |`);
  for (const { failed } of sites) if (failed !== undefined) console.log(`FAILED ${failed}`);
}

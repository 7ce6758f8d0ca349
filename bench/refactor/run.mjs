// Measures refactors over a large project: `npm run bench:refactor [-- --folder DIR] [--sites N]`. Every blocking call of Node's own API in the
// folder is asked about, the first one in a fresh process (cold), the others in the same one (warm). `--programs N [--seed S]` refactors and
// runs generated programs instead, `--share [--package NAME …] [--list]` asks about every call in packages that are installed here.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string', default: join(root, 'node_modules/eslint/lib') },
    sites: { type: 'string', default: '200' },
    programs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    share: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    package: { type: 'string', multiple: true, default: [] },
    child: { type: 'boolean', default: false },
  },
});

if (flags.programs !== undefined) runPrograms();
else if (flags.child && flags.share) await (await import('./share.mjs')).measureShare(root, flags.package, flags);
else if (flags.child) await measure();
else
  // The heap grows as in the refactor server.
  execFileSync(
    process.execPath,
    ['--heap-growing-percent=50', '--import', 'tsx', fileURLToPath(import.meta.url), '--child', ...process.argv.slice(2)],
    { stdio: 'inherit', cwd: root },
  );

function runPrograms() {
  const env = { ...process.env, UNBLOCK_PROGRAMS: flags.programs, UNBLOCK_SEED: flags.seed };
  execFileSync(process.execPath, ['scripts/test-unit.mjs', 'generated-programs'], { stdio: 'inherit', cwd: root, env });
}

async function measure() {
  const { copyProject } = await import('./copy-project.mjs');
  const folder = copyProject(resolve(flags.folder));
  const started = performance.now();
  const { preferAsyncApi } = await import(new URL('src/languages/node/rules/prefer-async-api.ts', new URL(`file://${root}`)).href);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cm]?[jt]sx?$/.test(name));
  const texts = new Map(files.map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]));
  const lines = [...texts.values()].reduce((sum, text) => sum + text.split('\n').length, 0);
  const read = (file) => texts.get(file) ?? null;
  const times = [];
  const reasons = new Map();
  let rewritten = 0;
  let edited = 0;
  for (const { file, line } of sitesIn(texts).slice(0, Number(flags.sites))) {
    const before = times.length === 0 ? started : performance.now();
    const spot = { file, line, function: { name: '', file, line, column: 1 }, model: 'async-api', logicalCores: 2 };
    const result = preferAsyncApi.refactor(spot, read);
    // A method of the project's own that is called like one of Node's.
    if (!result.available && result.reason.includes('has changed since')) continue;
    times.push(performance.now() - before);
    if (result.available) {
      rewritten++;
      edited = Math.max(edited, result.files.length);
    } else reasons.set(result.reason, [...(reasons.get(result.reason) ?? []), `${relative(folder, file)}:${line}`]);
  }
  const warm = times.slice(1).sort((a, b) => a - b);
  console.log(
    `${files.length} files, ${lines.toLocaleString('en')} lines: ${times.length} sites, ${rewritten} rewritten (up to ${edited} files each), ${times.length - rewritten} refused`,
  );
  console.log(
    `cold ${Math.round(times[0])} ms (TypeScript's loading included), warm median ${Math.round(warm[warm.length >> 1])} ms, longest ${Math.round(warm.at(-1))} ms, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
  for (const [reason, places] of [...reasons].sort((a, b) => b[1].length - a[1].length))
    console.log(`  ${places.length} × ${reason} (${places[0]})`);
}

/** Lines that call a blocking API by its usual names. */
function sitesIn(texts) {
  const found = [];
  for (const [file, text] of texts)
    text.split('\n').forEach((line, index) => {
      if (/\b(?!exists)\w+Sync\(/.test(line) && !/^\s*(\/\/|\*)/.test(line)) found.push({ file, line: index + 1 });
    });
  return found;
}

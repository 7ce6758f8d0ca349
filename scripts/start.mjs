// A newcomer's first command: `npm start [-- path/to/script.js args …]`. Installs and builds what is missing, profiles the script (or an
// example), prints the report and names the flame graph it wrote. Needs nothing but Node 20 or newer and npm to begin with.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.mjs';
import { npmCi } from './npm-ci.mjs';

const oldest = 20;
const example = 'examples/sequential-requests/fetch-prices.mjs';
const root = fileURLToPath(new URL('..', import.meta.url));

if (Number(process.versions.node.split('.')[0]) < oldest) {
  stop(`Node ${process.versions.node} is too old for Unblock (${oldest} or newer). Install a newer Node and run npm start again.`);
}
try {
  npmCi(root, { what: 'the packages (a minute or so, once)' });
  buildIfNeeded();
} catch (error) {
  stop(error.message);
}

const [script, ...args] = process.argv.slice(2);
// npm runs scripts in the package's folder and says in INIT_CWD where it was called.
const from = process.env.INIT_CWD ?? process.cwd();
const target = script === undefined ? join(root, example) : resolve(from, script);
const page = join(root, 'out', `${basename(target).replace(/\.[^.]*$/, '')}.html`);
mkdirSync(join(root, 'out'), { recursive: true });
rmSync(page, { force: true });
if (script === undefined) console.log(`Profiling ${example} (npm start -- path/to/script.js profiles yours) …\n`);

const { status } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), 'advise', '--html', page, target, ...args], {
  cwd: from,
  stdio: 'inherit',
});
if (existsSync(page)) console.log(`\nFlame graph: ${relative(from, page)} (open it in a browser)`);
process.exitCode = status ?? 1;

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

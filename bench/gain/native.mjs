// How many times as long packages take as what Node has built in, by the length of the text: `node bench/gain/native.mjs [--turns N] [PACKAGE …]`. The figures of
// docs/rules/use-native-api.md. Packages come from npm into a temporary folder, each in the version that is written here; both sides must give the same.
import { execFileSync } from 'node:child_process';
import { createHash, pbkdf2Sync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const SIZES = [16, 100, 1000, 100_000];
/** Of each turn and side, at least. */
const TURN_MS = 30;

const words = process.argv.slice(2);
const at = words.indexOf('--turns');
const turns = at < 0 ? 9 : Number(words.splice(at, 2)[1]);

const digest = (algorithm) => (text) => createHash(algorithm).update(text).digest('hex');
const clone = (load) => ({
  inputs: (size) => Array.from({ length: Math.max(1, size / 16) }, (_, id) => ({ id, name: `name ${id}`, tags: ['a'], at: { x: id } })),
  theirs: load,
  ours: structuredClone,
  same: isDeepStrictEqual,
});
/** What each package does for a text, and what Node does. */
const CASES = [
  { name: 'md5', version: '2.3.0', theirs: (md5) => md5, ours: digest('md5') },
  { name: 'blueimp-md5', version: '2.19.0', theirs: (md5) => md5, ours: digest('md5') },
  { name: 'js-sha256', version: '1.0.0', theirs: ({ sha256 }) => sha256, ours: digest('sha256') },
  { name: 'sha.js', version: '2.4.11', theirs: (sha) => (text) => sha('sha256').update(text).digest('hex'), ours: digest('sha256') },
  {
    name: 'crypto-js',
    version: '4.2.0',
    theirs:
      ({ SHA256 }) =>
      (text) =>
        SHA256(text).toString(),
    ours: digest('sha256'),
  },
  {
    name: 'crypto-js',
    what: 'crypto-js, PBKDF2 of 100 rounds',
    version: '4.2.0',
    theirs: (crypto) => (text) => crypto.PBKDF2(text, 'salt', { keySize: 8, iterations: 100, hasher: crypto.algo.SHA256 }).toString(),
    ours: (text) => pbkdf2Sync(text, 'salt', 100, 32, 'sha256').toString('hex'),
  },
  { name: 'js-base64', version: '3.9.0', theirs: ({ encode }) => encode, ours: (text) => Buffer.from(text, 'utf8').toString('base64') },
  {
    name: 'base64-js',
    version: '1.5.1',
    inputs: (size) => Buffer.alloc(size, 7),
    theirs: ({ fromByteArray }) => fromByteArray,
    ours: (bytes) => Buffer.from(bytes).toString('base64'),
  },
  {
    name: 'base64-js',
    what: 'base64-js, toByteArray',
    version: '1.5.1',
    inputs: (size) => Buffer.alloc(size, 7).toString('base64'),
    theirs: ({ toByteArray }) => toByteArray,
    ours: (text) => Buffer.from(text, 'base64'),
    same: (a, b) => Buffer.compare(a, b) === 0,
  },
  {
    name: 'uuid',
    version: '9.0.1',
    inputs: () => undefined,
    theirs:
      ({ v4 }) =>
      () =>
        v4(),
    ours: () => randomUUID(),
    same: () => true,
  },
  { name: 'lodash.clonedeep', version: '4.5.0', ...clone((cloneDeep) => cloneDeep) },
  { name: 'rfdc', version: '1.4.1', ...clone((rfdc) => rfdc()) },
  {
    name: 'fast-deep-equal',
    version: '3.1.3',
    inputs: clone().inputs,
    theirs: (equal) => (value) => equal(value, structuredCloneOnce(value)),
    ours: (value) => isDeepStrictEqual(value, structuredCloneOnce(value)),
  },
].filter(({ name }) => words.length === 0 || words.includes(name));

const clones = new WeakMap();
function structuredCloneOnce(value) {
  if (!clones.has(value)) clones.set(value, structuredClone(value));
  return clones.get(value);
}

const folder = mkdtempSync(join(tmpdir(), 'unblock-native-'));
try {
  const dependencies = Object.fromEntries(CASES.map(({ name, version }) => [name, version]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'ignore', shell: process.platform === 'win32' });
  const require = createRequire(join(folder, 'package.json'));
  console.log(
    `How many times as long as Node's own: medians of ${turns} turns, node ${process.version}, ${availableParallelism()} cores.\n`,
  );
  console.log(`| package | ${SIZES.map((size) => size.toLocaleString('en')).join(' | ')} |\n|---|${SIZES.map(() => '---|').join('')}`);
  for (const one of CASES) {
    const theirs = one.theirs(require(one.name));
    const row = SIZES.map((size) => ratio(one, theirs, (one.inputs ?? ((length) => 'tea and é€'.repeat(length).slice(0, length)))(size)));
    console.log(`| ${one.what ?? one.name} ${one.version} | ${row.join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Turn by turn, so that what else the machine does meets both. */
function ratio({ ours, same = Object.is }, theirs, input) {
  if (!same(theirs(input), ours(input))) return 'other results';
  // Both compiled first.
  for (const side of [theirs, ours]) for (let turn = 0; turn < 5; turn++) each(side, input);
  const ratios = [];
  for (let turn = 0; turn < turns; turn++) {
    const times = turn % 2 === 0 ? [each(theirs, input), each(ours, input)] : [each(ours, input), each(theirs, input)].reverse();
    ratios.push(times[0] / times[1]);
  }
  const middle = ratios.sort((a, b) => a - b)[turns >> 1];
  return middle < 9.95 ? middle.toFixed(1) : middle.toFixed(0);
}

function each(work, input) {
  const begun = performance.now();
  let calls = 0;
  do {
    for (let i = 0; i < 5; i++) work(input);
    calls += 5;
  } while (performance.now() - begun < TURN_MS);
  return (performance.now() - begun) / calls;
}

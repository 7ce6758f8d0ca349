// How many times as long packages take as what Node has built in, by the length of the text: `node bench/gain/native.mjs [--turns N] [PACKAGE …]`. The figures of
// docs/rules/use-native-api.md. Packages come from npm into a temporary folder, each in the version that is written here; both sides must give the same.
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync, randomUUID, scryptSync } from 'node:crypto';
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
const hmac = (algorithm) => (text) => createHmac(algorithm, 'kéy').update(text).digest('hex');
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
  {
    name: 'blueimp-md5',
    what: 'blueimp-md5 with a key',
    version: '2.19.0',
    theirs: (md5) => (text) => md5(text, 'kéy'),
    ours: hmac('md5'),
  },
  { name: 'sha1', version: '1.1.1', theirs: (sha1) => sha1, ours: digest('sha1') },
  { name: 'spark-md5', version: '3.0.2', theirs: ({ hash }) => hash, ours: digest('md5') },
  {
    name: 'spark-md5',
    what: 'spark-md5, ArrayBuffer',
    version: '3.0.2',
    inputs: (size) => new Uint8Array(size).fill(7),
    theirs: ({ ArrayBuffer: { hash } }) => hash,
    ours: (bytes) => createHash('md5').update(Buffer.from(bytes)).digest('hex'),
  },
  { name: 'js-sha256', version: '1.0.0', theirs: ({ sha256 }) => sha256, ours: digest('sha256') },
  {
    name: 'js-sha256',
    what: 'js-sha256, hmac',
    version: '1.0.0',
    theirs:
      ({ sha256 }) =>
      (text) =>
        sha256.hmac('kéy', text),
    ours: hmac('sha256'),
  },
  { name: 'js-sha512', version: '0.9.0', theirs: ({ sha512 }) => sha512, ours: digest('sha512') },
  { name: 'js-sha3', version: '0.13.0', theirs: ({ sha3_256: sha3 }) => sha3, ours: digest('sha3-256') },
  { name: 'hash.js', version: '1.1.7', theirs: (hash) => (text) => hash.sha256().update(text).digest('hex'), ours: digest('sha256') },
  {
    name: 'hash.js',
    what: 'hash.js, hmac',
    version: '1.1.7',
    theirs: (hash) => (text) => hash.hmac(hash.sha256, 'kéy').update(text).digest('hex'),
    ours: hmac('sha256'),
  },
  {
    name: 'scrypt-js',
    what: 'scrypt-js, syncScrypt with N = 1024',
    version: '3.0.1',
    inputs: (size) => Buffer.alloc(size, 7),
    theirs:
      ({ syncScrypt }) =>
      (bytes) =>
        syncScrypt(bytes, Buffer.from('salt'), 1024, 8, 1, 32),
    ours: (bytes) => Uint8Array.from(scryptSync(bytes, Buffer.from('salt'), 32, { N: 1024, r: 8, p: 1 })),
    same: isDeepStrictEqual,
  },
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
  {
    name: 'crypto-js',
    what: 'crypto-js, HmacSHA256 as Base64',
    version: '4.2.0',
    theirs: (crypto) => (text) => crypto.enc.Base64.stringify(crypto.HmacSHA256(text, 'kéy')),
    ours: (text) => createHmac('sha256', 'kéy').update(text).digest('base64'),
  },
  {
    name: 'crypto-js',
    what: 'crypto-js, text to Base64',
    version: '4.2.0',
    theirs:
      ({ enc }) =>
      (text) =>
        enc.Base64.stringify(enc.Utf8.parse(text)),
    ours: (text) => Buffer.from(text, 'utf8').toString('base64'),
  },
  { name: 'js-base64', version: '3.9.0', theirs: ({ encode }) => encode, ours: (text) => Buffer.from(text, 'utf8').toString('base64') },
  {
    name: 'js-base64',
    what: 'js-base64, encodeURI',
    version: '3.9.0',
    theirs: ({ encodeURI: encode }) => encode,
    ours: (text) => Buffer.from(text, 'utf8').toString('base64url'),
  },
  {
    name: 'js-base64',
    what: 'js-base64, fromUint8Array',
    version: '3.9.0',
    inputs: (size) => Buffer.alloc(size, 7),
    theirs: ({ fromUint8Array }) => fromUint8Array,
    ours: (bytes) => Buffer.from(bytes).toString('base64'),
  },
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

const BORDERS = ['', 'ÄÖ€😀', 'a\0b', ...[55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 135, 136].map((length) => 'x'.repeat(length))];

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
    // Texts are compared at the borders of their blocks too.
    const differs = one.inputs === undefined && BORDERS.some((text) => !(one.same ?? Object.is)(theirs(text), one.ours(text)));
    if (differs) console.log(`${one.what ?? one.name}: other results`);
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

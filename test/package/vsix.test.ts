import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Report } from '../../src/core/report/report.ts';
import { readZip, unpack, type ZipEntry } from './zip.ts';

const root = resolve(import.meta.dirname, '../..');
const vsix = join(root, 'out/unblock.vsix');
const megabytesAllowed = 8;

/** Everything that may be in the package; the test names whatever else it finds. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(cli|extension|refactor-server|agent|agent-0x|clinic-inject|clinic-analysis|script-folder|interrupter|preload|typescript)\.cjs$/,
  /^extension\/dist\/lib\/lib\.(es\d+|decorators)[\w.]*\.d\.ts$/,
  /^extension\/dist\/webview\.js$/,
  /^extension\/media\/[\w/-]+\.(svg|png|md|css)$/,
  /^extension\/docs\/rules\/[\w-]+\.md$/,
  /^extension\/docs\/images\/[\w-]+\.png$/,
  /^extension\/examples\/[\w/.-]+\.(js|mjs|cjs|ts|mts|json|csv|md|txt)$/,
  /^extension\/node_modules\/(?!.*(clinic|typescript|esbuild|playwright|mocha|speedscope)\/)[^ ]+$/,
];

const needed = [
  'dist/cli.cjs',
  'dist/extension.cjs',
  'dist/refactor-server.cjs',
  'dist/agent-0x.cjs',
  'dist/agent.cjs',
  'dist/interrupter.cjs',
  'dist/preload.cjs',
  'dist/clinic-inject.cjs',
  'dist/clinic-analysis.cjs',
  'dist/script-folder.cjs',
  'dist/typescript.cjs',
  'dist/lib/lib.es2023.d.ts',
  'dist/webview.js',
].concat([
  'package.json',
  'package.nls.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'node_modules/0x/cmd.js',
  'node_modules/systeminformation/package.json',
]);

describe('the packaged extension', { timeout: 240_000 }, () => {
  let entries: ZipEntry[] = [];
  let temporary = '';
  const unpacked = (): string => join(temporary, 'un packed/extension');

  before(() => {
    execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), '--out', vsix], { cwd: root, stdio: 'pipe' });
    entries = readZip(vsix);
    temporary = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-vsix-')));
    unpack(entries, join(temporary, 'un packed'));
  });
  after(() => rmSync(temporary, { recursive: true, force: true }));

  it('holds what it needs', () => {
    const names = new Set(entries.map((entry) => entry.name));
    assert.deepEqual(
      needed.filter((name) => !names.has(`extension/${name}`)),
      [],
    );
  });

  it('holds nothing else', () => {
    const surplus = entries.filter(({ name }) => !allowed.some((pattern) => pattern.test(name)) || /\.(map|tsbuildinfo|vsix)$/.test(name));
    assert.deepEqual(
      surplus.map((entry) => entry.name),
      [],
    );
  });

  it(`is smaller than ${megabytesAllowed} MB`, () => {
    assert.ok(statSync(vsix).size < megabytesAllowed * 1e6, `${statSync(vsix).size} bytes`);
  });

  it('names no file that is missing', () => {
    const manifest = readFileSync(join(unpacked(), 'package.json'), 'utf8');
    const named = [...manifest.matchAll(/"(?:\.\/)?((?:media|dist|docs)\/[^"$]+\.\w+)"/g)].map((match) => match[1]!);
    assert.deepEqual(
      named.filter((file) => !existsSync(join(unpacked(), file))),
      [],
    );
  });

  it('does the main job from where it was unpacked', () => {
    const script = join(unpacked(), 'examples/hash-passwords/hash-passwords.cjs');
    const run = spawnSync(process.execPath, [join(unpacked(), 'dist/cli.cjs'), 'advise', '--json', script], {
      encoding: 'utf8',
      cwd: temporary,
    });
    assert.equal(run.status, 0, run.stderr);
    const report = JSON.parse(run.stdout) as Report;
    assert.equal(report.schema, 'unblock/report/1');
    assert.ok(report.hotSpots.length > 0);
  });

  it('draws a flame graph with the 0x it holds', () => {
    const script = join(temporary, 'busy.cjs');
    writeFileSync(script, 'let sum = 0; for (let i = 0; i < 2e8; i++) sum += i % 7; console.log(sum);');
    const options = { cwd: temporary, encoding: 'utf8' } as const;
    execFileSync(process.execPath, ['--cpu-prof', '--cpu-prof-name', 'busy.cpuprofile', script], options);
    const drawn = spawnSync(
      process.execPath,
      [join(unpacked(), 'node_modules/0x/cmd.js'), '--visualize-cpu-profile', 'busy.cpuprofile'],
      options,
    );
    assert.equal(drawn.status, 0, drawn.stderr);
    assert.match(drawn.stderr, /flamegraph\.html/);
  });
});

// Our flame graph beside speedscope's, on the same files in the same Chromium, interleaved:
// `npm run bench:flame-graph [-- --rounds N] [--json FILE] [S M L XL REC]`
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { SPECS, write } from './make-profiles.mjs';
import { measure, quantile } from './measure.mjs';
import { plainScript } from './plain.mjs';
import { serve } from './serve.mjs';

const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    json: { type: 'string' },
    ours: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    profiles: { type: 'string' },
  },
});
/** First paint, ours over speedscope's, that we mean to reach at least. */
const goals = { S: 0.13, M: 0.09, L: 0.021, XL: 0.008 };
const usualRounds = { S: 7, M: 5, L: 3, XL: 2, REC: 5 };
const timeoutMs = 600_000;

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) throw new Error('No Chromium was found: install one, or set CHROMIUM to its path.');
const folder = flags.profiles ?? mkdtempSync(join(tmpdir(), 'unblock-flame-graph-'));
mkdirSync(folder, { recursive: true });
const server = await serve(folder, shippedScript(), plainScript());
const launch = () =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-precise-memory-info',
    ],
  });
let browser = await launch();
const results = [];
try {
  console.log(`Chromium ${browser.version()}, medians; * is our goal for the ratio of first paints\n`);
  console.log(
    ['profile', 'viewer', 'first paint', 'longest block', 'zoom p95', 'JS heap', 'peak RSS', 'ratio']
      .map((title, i) => title.padEnd(i < 2 ? 14 : 15))
      .join(''),
  );
  for (const size of wanted.length > 0 ? wanted : Object.keys(SPECS)) {
    const file = join(folder, `${size}.cpuprofile`);
    if (!existsSync(file)) write(SPECS[size], file);
    const viewers = {
      unblock: `${server.address}/ours?profile=${size}`,
      ...(flags.ours
        ? {}
        : {
            speedscope: `${server.address}/speedscope/#profileURL=${encodeURIComponent(`${server.address}/profiles/${size}.cpuprofile`)}&view=left-heavy`,
          }),
    };
    if (flags.plain) viewers.plain = `${viewers.unblock}&plain`;
    const runs = Object.fromEntries(Object.keys(viewers).map((name) => [name, []]));
    for (let round = 0; round < Number(flags.rounds ?? usualRounds[size]); round++)
      for (const [name, url] of round % 2 === 0 ? Object.entries(viewers) : Object.entries(viewers).reverse()) {
        if (!browser.isConnected()) browser = await launch();
        runs[name].push(await measure(browser, url, timeoutMs));
      }
    print(size, runs);
    if (flags.profiles === undefined) rmSync(file);
  }
} finally {
  await browser.close();
  server.close();
  if (flags.profiles === undefined) rmSync(folder, { recursive: true, force: true });
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(results, null, 1));
}

/** As in a package: minified. */
function shippedScript() {
  const outdir = mkdtempSync(join(tmpdir(), 'unblock-webview-'));
  try {
    execFileSync(process.execPath, ['scripts/build.mjs', '--production', '--outdir', outdir, 'webview'], { stdio: 'inherit' });
    return readFileSync(join(outdir, 'webview.js'), 'utf8');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function print(size, runs) {
  const paints = {};
  for (const [name, all] of Object.entries(runs)) {
    const good = all.filter((run) => run.failed === undefined);
    const failures = all.filter((run) => run.failed !== undefined).map((run) => run.failed);
    const median = (key) =>
      quantile(
        good.map((run) => run[key] ?? NaN),
        0.5,
      );
    paints[name] = good.length > 0 ? median('painted') : NaN;
    // The worst of all rounds: one block is one too many.
    const block = Math.max(...good.map((run) => run.longestZooming));
    const cells =
      good.length === 0
        ? [failures.join(', ')]
        : [ms(paints[name]), block === 0 ? '<50 ms' : ms(block), ms(median('frame')), mb(median('heap')), mb(median('rss'))];
    if (good.length > 0 && failures.length > 0) cells.push(`(${failures.join(', ')})`);
    const ratio = paints.unblock / paints.speedscope;
    if (name === 'speedscope')
      cells.push(
        Number.isFinite(ratio)
          ? `${ratio.toFixed(4)}${goals[size] === undefined ? '' : ratio <= goals[size] ? ` ≤ ${goals[size]}*` : ` > ${goals[size]}* missed`}`
          : '–',
      );
    console.log([size, name].map((cell) => cell.padEnd(14)).join('') + cells.map((cell) => cell.padEnd(15)).join(''));
    results.push({ size, viewer: name, runs: all });
  }
}

function ms(value) {
  return Number.isFinite(value) ? `${value.toFixed(0)} ms` : '–';
}
function mb(value) {
  return Number.isFinite(value) ? `${value.toFixed(0)} MB` : '–';
}

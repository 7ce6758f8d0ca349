import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { htmlReport, webviewHtml } from '../../src/core/report/html.ts';
import type { CpuProfile } from '../../src/core/recording.ts';
import type { Report } from '../../src/core/report/report.ts';
import { profileOf } from './profiles.ts';
import { sampleProfile, sampleReport } from './sample-report.ts';

/** The page as a person has it: a saved HTML report in a real browser, by mouse and keyboard. */

const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
const script = 'dist/webview.js';
const missing =
  executablePath === undefined ? 'no Chromium was found' : existsSync(script) ? false : 'there is no dist/webview.js: run npm run build';

const screenshots = join('out', 'screenshots');
const hostile = '</script><img src=x onerror=alert(1)><b>bold</b>';

describe('the HTML report in a browser', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'unblock-page-'));
  let browser: Browser;
  let number = 0;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Shown {
    page: Page;
    /** Everything the browser complained about: errors, and whatever its policy kept from happening. */
    complaints: string[];
  }

  async function show(
    lanes: { name: string; profile: CpuProfile }[],
    report: Report | null,
    options: { colorScheme?: 'light' | 'dark'; width?: number; height?: number; contrast?: 'more' } = {},
  ): Promise<Shown> {
    const file = join(folder, `report ${++number} #ü.html`);
    writeFileSync(file, htmlReport({ title: 'report.js · Unblock', report, lanes, webviewScript: readFileSync(script, 'utf8') }));
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
      colorScheme: options.colorScheme ?? 'light',
      contrast: options.contrast ?? 'no-preference',
      reducedMotion: 'reduce',
    });
    const complaints: string[] = [];
    page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => !/^(file|blob|data):/.test(request.url()) && complaints.push(`asked for ${request.url()}`));
    await page.goto(pathToFileURL(file).href);
    await page.locator('.headline').waitFor();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    return { page, complaints };
  }

  const main = [{ name: 'main', profile: sampleProfile() }];

  /** How many different colours the canvas shows. */
  const colours = (page: Page): Promise<number> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.flame-canvas')!;
      const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set<number>();
      for (let i = 0; i < pixels.length; i += 4) seen.add((pixels[i]! << 16) | (pixels[i + 1]! << 8) | pixels[i + 2]!);
      return seen.size;
    });
  const footer = (page: Page): Promise<string> => page.locator('.details').innerText();
  const picture = async (page: Page): Promise<string> =>
    createHash('sha256')
      .update(await page.locator('.flame-canvas').screenshot())
      .digest('hex');

  it('answers with one sentence, the biggest lever and the boxes', async () => {
    const { page, complaints } = await show(main, sampleReport());
    assert.match(await page.locator('.headline').innerText(), /^2\.41 s\. 60 % blocked in synchronous I\/O, 28 % computing/);
    assert.match(await page.locator('.lever').innerText(), /make loadAll asynchronous.*lib\/load\.js:15.*about 1\.9× faster/);
    assert.equal(await page.locator('.chip').count(), 8);
    assert.ok((await colours(page)) > 20);
    await page.screenshot({ path: join(screenshots, 'page-light.png') });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('is led by the keyboard alone', async () => {
    const { page, complaints } = await show(main, sampleReport());
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    assert.match(
      await footer(page),
      /loadAll[\s\S]*lib\/load\.js:12[\s\S]*total 1\.58 s \(66 %\)[\s\S]*blocked in synchronous I\/O 1\.44 s in fs\.readFileSync ×120/,
    );
    assert.match(await page.locator('[aria-live=polite].spoken').innerText(), /^loadAll, 66 %, 1\.58 s, blocked/);
    await page.keyboard.press('ArrowRight');
    assert.match(await footer(page), /render/);
    const whole = await picture(page);
    await page.keyboard.press('Enter');
    assert.notEqual(await picture(page), whole);
    await page.screenshot({ path: join(screenshots, 'page-zoomed.png') });
    await page.keyboard.press('Escape');
    assert.equal(await picture(page), whole);
    await page.keyboard.press('/');
    await page.keyboard.type('escape');
    assert.match(await page.locator('.count').innerText(), /^1 · 6\.4 %$/);
    await page.keyboard.press('Enter');
    assert.match(await footer(page), /escape/);
    await page.screenshot({ path: join(screenshots, 'page-search.png') });
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.count').innerText(), '');
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('is led by the mouse', async () => {
    const { page, complaints } = await show(main, sampleReport());
    const box = (await page.locator('.flame-canvas').boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 52);
    const tip = page.locator('.tooltip');
    await tip.waitFor();
    assert.match(await tip.innerText(), /loadAll[\s\S]*total\s+1\.58 s\s+66 %[\s\S]*self\s+20 ms/);
    await page.screenshot({ path: join(screenshots, 'page-tooltip.png') });
    await page.mouse.click(box.x + 200, box.y + 52);
    assert.match(await footer(page), /loadAll/);
    const before = await picture(page);
    await page.mouse.wheel(0, -400);
    await page.mouse.move(box.x + 300, box.y + 400);
    await page.waitForFunction(() => document.querySelector('.tooltip')?.hasAttribute('hidden'));
    assert.notEqual(await picture(page), before);
    await page.locator('.chip', { hasText: 'blocked' }).click();
    await page.waitForFunction(() => document.querySelector('.chip[aria-pressed=true]') !== null);
    await page.screenshot({ path: join(screenshots, 'page-narrowed.png') });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('has a timeline, a table and a decision', async () => {
    const { page, complaints } = await show(main, sampleReport(), { colorScheme: 'dark' });
    await page.screenshot({ path: join(screenshots, 'page-dark.png') });
    await page.keyboard.press('2');
    await page.locator('.ruler span').first().waitFor();
    assert.ok((await colours(page)) > 20);
    await page.screenshot({ path: join(screenshots, 'page-timeline.png') });
    await page.keyboard.press('3');
    assert.deepEqual(await page.locator('table.hot tbody th button.name').allInnerTexts(), ['loadAll', 'render', 'row', 'notify']);
    await page.screenshot({ path: join(screenshots, 'page-hot-spots.png') });
    await page.getByRole('button', { name: 'render' }).click();
    assert.match(await footer(page), /render/);
    await page.keyboard.press('4');
    const decision = await page.locator('.decision').innerText();
    assert.match(decision, /worker threads\s+1\.5×\s+\+31 MB\s+22/);
    assert.match(decision, /Unblock won't make this change itself: row uses db,/);
    assert.match(decision, /Left alone[\s\S]*parse/);
    assert.match(decision, /Event loop[\s\S]*at worst 520 ms[\s\S]*520 ms[\s\S]*loadAll[\s\S]*13[\s\S]*no function of yours/);
    await page.screenshot({ path: join(screenshots, 'page-decision.png') });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('shows the stack of a blockage when it is asked for, by keyboard too', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      const { page, complaints } = await show(main, sampleReport(), { colorScheme });
      await page.keyboard.press('4');
      const expander = page.locator('.blockages button.expand');
      assert.equal(await expander.count(), 1, 'a blockage without a stack has none to show');
      assert.equal(await expander.getAttribute('aria-expanded'), 'false');
      assert.equal(await page.locator('.frames').isVisible(), false);
      await expander.focus();
      await page.keyboard.press('Enter');
      assert.equal(await expander.getAttribute('aria-expanded'), 'true');
      assert.ok(await page.locator(`#${await expander.getAttribute('aria-controls')}`).isVisible());
      assert.deepEqual(
        (await page.locator('.frames li').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
        [
          '500 ms readFileSync (Node.js, 3 calls)',
          '518 ms loadAll lib/load.js:14',
          '519 ms next (express, 12 calls) node_modules/express/lib/router/index.js:177',
          '519 ms main report.js:44',
          '520 ms parserOnIncoming (Node.js, 4 calls)',
        ],
      );
      // Node's own have no source to open.
      assert.deepEqual(await page.locator('.frames button').allInnerTexts(), ['loadAll', 'next (express, 12 calls)', 'main']);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'loadAll', 'what caused it comes next');
      await expander.scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(screenshots, `page-blockage-${colorScheme}.png`) });
      await expander.focus();
      await page.keyboard.press('Space');
      assert.equal(await expander.getAttribute('aria-expanded'), 'false');
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });

  it('names the processes that serve', async () => {
    const report = sampleReport();
    const { eventLoop } = report;
    const time = { ...report.time };
    report.eventLoop = null;
    report.lanes = [
      { id: 'main', name: 'main', kind: 'main', wallMs: 2410, time, eventLoop: null },
      ...[1, 2].map((number) => ({
        ...{ id: `process-${number}`, name: `process ${number}: server.js`, kind: 'process' as const, wallMs: 2300, time, eventLoop },
      })),
    ];
    report.verdict = { ...report.verdict, bound: 'cpu-js', speaksFor: { waitedMs: 2300, lanes: ['process-1', 'process-2'] } };
    const profiles = report.lanes.map(({ name }) => ({ name, profile: sampleProfile(name) }));
    const { page, complaints } = await show(profiles, report, { colorScheme: 'dark' });
    assert.match(await page.locator('.headline').innerText(), /^2\.41 s\. The main process waited for 95 % of it; its 2 child processes/);
    assert.equal(await page.locator('select.lanes').inputValue(), '1', 'the first child process, not the one that waited');
    await page.keyboard.press('4');
    const decision = await page.locator('.decision').innerText();
    assert.match(
      decision,
      /Event loops[\s\S]*The event loops of 2 child processes[\s\S]*in process 1: server\.js[\s\S]*in process 2: server\.js/,
    );
    await page.screenshot({ path: join(screenshots, 'page-processes.png') });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('shows threads apart, and names as the text they are', async () => {
    const worker = sampleProfile('worker 1');
    worker.nodes[2]!.callFrame = { ...worker.nodes[2]!.callFrame, functionName: hostile };
    const report = { ...sampleReport() };
    report.hotSpots = report.hotSpots.map((spot) => ({ ...spot, function: hostile }));
    const { page, complaints } = await show([...main, { name: hostile, profile: worker }], report);
    await page.locator('select.lanes').selectOption({ index: 1 });
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    await page.keyboard.press('3');
    assert.equal(await page.locator('b, img').count(), 0);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('reads large profiles in its worker', async () => {
    const stacks = Array.from(
      { length: 40_000 },
      (_, i) => `main@file:///a.js:1;step${i % 700}@file:///b.js:${(i % 700) + 1};leaf${i % 13}`,
    );
    const { page, complaints } = await show([{ name: 'main', profile: profileOf(stacks) }], null);
    await page.waitForFunction(() => document.querySelector('.headline')?.textContent.startsWith('40.0 s'));
    await page.keyboard.press('2');
    await page.locator('.ruler span').first().waitFor();
    assert.ok((await colours(page)) > 5);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  for (const [name, change, text] of [
    ['stopped', { run: { ...sampleReport().run, ended: 'stopped' } }, /You stopped it after 2\.41 s/],
    ['crashed', { run: { ...sampleReport().run, ended: 'crashed', exitCode: 1 } }, /The script crashed after 2\.41 s \(exit code 1\)/],
    ['nothing to gain', { advice: [], lanes: [] }, /Nothing here is worth changing/],
    ['requests that waited', { advice: [] }, /Requests had to wait 16 times, but nothing was found that makes the whole faster/],
    [
      'too short',
      { advice: [], hotSpots: [], verdict: { bound: 'insufficient-data', evidence: [] }, run: { ...sampleReport().run, wallMs: 38 } },
      /38 ms measured: too short to say/,
    ],
  ] as const)
    it(`has a face for: ${name}`, async () => {
      const { page, complaints } = await show(main, { ...sampleReport(), ...change } as Report);
      assert.match(await page.locator('#unblock').innerText(), text);
      await page.screenshot({ path: join(screenshots, `page-${name.replaceAll(' ', '-')}.png`) });
      assert.deepEqual(complaints, []);
      await page.close();
    });

  it('follows the theme, and speaks with its editor', async () => {
    const file = join(folder, 'webview.html');
    writeFileSync(file, webviewHtml({ title: 'Unblock', bytes: 0, script: readFileSync(script, 'utf8'), nonce: 'abc123' }));
    const page = await browser.newPage({ viewport: { width: 1000, height: 600 }, reducedMotion: 'reduce' });
    const complaints: string[] = [];
    page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    // As text: what the test runner adds to functions isn't there in a page.
    await page.addInitScript({
      content: 'window.posted = []; window.acquireVsCodeApi = () => ({ postMessage: (message) => window.posted.push(message) });',
    });
    await page.goto(pathToFileURL(file).href);
    const posted = (): Promise<unknown> => page.evaluate(() => (window as unknown as { posted: unknown[] }).posted.splice(0));
    assert.deepEqual(await posted(), [{ type: 'ready' }]);
    await page.evaluate(
      ([report, text]) => {
        const bytes = new TextEncoder().encode(text);
        window.postMessage({ type: 'show', title: 'report.js', report, compared: null, lanes: [{ name: 'main', bytes }] }, '*');
        // Before the profile is read.
        window.postMessage({ type: 'focus', file: '/home/dev/shop/lib/load.js', line: 15 }, '*');
        window.postMessage({ type: 'stale', stale: true }, '*');
      },
      [sampleReport(), JSON.stringify(sampleProfile())] as const,
    );
    await page.locator('.details .name', { hasText: 'loadAll' }).waitFor();
    assert.match(await page.locator('.banner').innerText(), /source has changed since/);
    await page.keyboard.press('f');
    await page.keyboard.press('o');
    await page.getByRole('button', { name: 'Fix' }).click();
    await page.keyboard.press('3');
    await page.getByRole('button', { name: /^line 15/ }).click();
    assert.deepEqual(await posted(), [
      { type: 'fix', advice: 'a1' },
      { type: 'openSource', file: '/home/dev/shop/lib/load.js', line: 12, column: 1 },
      { type: 'fix', advice: 'a1' },
      { type: 'openSource', file: '/home/dev/shop/lib/load.js', line: 15, column: 1 },
    ]);
    await page.keyboard.press('1');
    const before = await picture(page);
    await page.evaluate(() => {
      document.body.className = 'vscode-dark';
      document.documentElement.style.setProperty('--vscode-editor-background', '#102030');
      document.documentElement.style.setProperty('--vscode-charts-red', 'rgba(255, 0, 0, 0.9)');
    });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.notEqual(await picture(page), before);
    const corner = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.flame-canvas')!;
      return [...canvas.getContext('2d')!.getImageData(canvas.width - 2, canvas.height - 2, 1, 1).data];
    });
    assert.deepEqual(corner, [0x10, 0x20, 0x30, 255]);
    await page.keyboard.press('4');
    await page.locator('.blockages button.expand').click();
    await page.locator('.frames button', { hasText: 'main' }).click();
    assert.deepEqual(await posted(), [{ type: 'openSource', file: '/home/dev/shop/report.js', line: 44, column: 1 }]);
    const short = sampleReport();
    short.verdict = { bound: 'insufficient-data', evidence: [], speaksFor: null };
    Object.assign(short, { advice: [], lanes: [], run: { ...short.run, wallMs: 38 } });
    await page.evaluate(
      ([report, text]) => {
        const lanes = [{ name: 'main', bytes: new TextEncoder().encode(text) }];
        window.postMessage({ type: 'show', title: 'a.js', report, compared: '6.6× faster than the run before (249 ms).', lanes }, '*');
      },
      [short, JSON.stringify(sampleProfile())] as const,
    );
    await page.getByRole('button', { name: 'Repeat ×20' }).click();
    assert.match(
      await page.locator('.headline').innerText(),
      /^38 ms measured: too short to say\. Run it on more input, or repeat it ×20\.$/,
    );
    assert.equal(await page.locator('.compared').innerText(), '6.6× faster than the run before (249 ms).');
    await page.screenshot({ path: join(screenshots, 'page-repeat.png') });
    assert.deepEqual(await posted(), [{ type: 'repeat', runs: 20 }]);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('says in a sentence what it can’t draw', async () => {
    const { page } = await show([{ name: 'main', profile: { nodes: [] } as unknown as CpuProfile }], null);
    assert.match(await page.locator('.face').innerText(), /^This profile .*\.$/);
    await page.screenshot({ path: join(screenshots, 'page-unreadable.png') });
    await page.close();
  });

  it('fits a narrow panel, and high contrast', async () => {
    const narrow = await show(main, sampleReport(), { width: 420, colorScheme: 'dark' });
    assert.equal(await narrow.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await narrow.page.keyboard.press('ArrowDown');
    await narrow.page.screenshot({ path: join(screenshots, 'page-narrow.png') });
    for (const colorScheme of ['dark', 'light'] as const) {
      const { page } = await show(main, sampleReport(), { colorScheme, contrast: 'more' });
      await page.keyboard.press('ArrowDown');
      await page.screenshot({ path: join(screenshots, `page-high-contrast-${colorScheme}.png`) });
      await page.close();
    }
    await narrow.page.close();
  });
});

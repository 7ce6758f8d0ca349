/**
 * A person's path through the packaged extension in a real VS Code: palette → profile an example → flame graph drawn → light bulb → the file
 * changed → run again, with the program's output unchanged and the run faster → one undo. `tsx test/vscode/person.ts [--all-rules] [folder …]`, where a
 * folder is an example's or, for the program of a rule, `rules/RULE`; with `--all-rules` the program of every rule;
 * expects the package at out/unblock.vsix and leaves a screenshot of each step in out/screenshots/.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import type { Report } from '../../src/core/report/report.ts';
import { launchChromium, openPage } from './browser.ts';
import { installVsix, startCodeServer } from './code-server.ts';
import { rulePrograms, type RuleProgram } from './rule-programs.ts';
import { temporaryFolder } from './temporary.ts';
import {
  applyPreview,
  changeColours,
  colourCount,
  focusEditor,
  goToLine,
  goToNextProblem,
  lightBulb,
  openFile,
  runCommand,
  waitForPreview,
  waitForWorkbench,
  webview,
} from './workbench.ts';

interface Gain {
  /** The part of the wall time that may be left after the change, with a wide margin over what was measured on an idle machine. */
  atMost: number;
  /** The gain needs a second core. A machine that runs tests may have none to spare: only runs beside which there was one are judged. */
  needsCores: boolean;
}

/** Where the gain is measured, and not only the output held against the one before. */
type Path = RuleProgram & { gain: Gain | null };

/** Walked when nothing is named. */
const examples: Path[] = [
  { ...rule('overlap-awaits'), gain: { atMost: 0.9, needsCores: false } },
  {
    rule: 'prefer-async-api',
    folder: 'blocking-commands',
    script: 'check-hosts.mjs',
    file: 'check-hosts.mjs',
    line: 0,
    action: /async/i,
    others: [],
    previewed: true,
    gain: { atMost: 0.8, needsCores: true },
  },
  { ...rule('move-to-worker'), gain: { atMost: 0.9, needsCores: true } },
];

function rule(name: string): RuleProgram {
  return rulePrograms.find((one) => one.rule === name)!;
}

const root = resolve(import.meta.dirname, '../..');
const screenshots = join(root, 'out/screenshots');
const vsix = join(root, 'out/unblock.vsix');

let passed = 0;
let failed = 0;

/** The path ends with its first step that fails. */
class StepFailed extends Error {}

async function walk(path: Path): Promise<void> {
  console.log(`\nA person profiles ${path.folder}/${path.script} and applies the advice`);
  const temporary = temporaryFolder('person');
  const dataFolder = join(temporary, 'data');
  const workspace = join(temporary, 'workspace');
  fillWorkspace(workspace);
  const inFolder = (name: string): string => join(workspace, path.folder, name.replace(/^\+/, ''));
  const changed = [path.file, ...path.others.filter((name) => !name.startsWith('+'))];
  const made = path.others.filter((name) => name.startsWith('+'));
  const originals = changed.map((name) => readFileSync(inFolder(name), 'utf8'));
  installVsix('1.139', dataFolder, vsix);
  const settings = { 'window.autoDetectColorScheme': true, 'unblock.countCalls': path.countsCalls === true };
  const server = await startCodeServer({ version: '1.139', dataFolder, inHostTests: false, settings });
  const browser = await launchChromium();
  const page = await openPage(browser);
  const step = stepper(page, path.folder.replaceAll('/', '-'), server.died);
  try {
    await step('opens the folder', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.goto(server.url(workspace));
      await waitForWorkbench(page);
    });
    await step('opens the script', () => openFile(page, `${path.folder}/${path.script}`));
    const seen = new Set<string>();
    let before: Report | null = null;
    await step('profiles it from the palette', async () => {
      await runCommand(page, 'Unblock: Profile and Advise');
      before = await nextReport(dataFolder, page, seen);
      assert.equal(before.run.exitCode, 0);
    });
    await step('sees the flame graph', () => flameGraphIsDrawn(page));
    for (const colours of ['light', 'high contrast', 'dark'] as const) {
      await step(`sees it in ${colours}`, async () => {
        const before = await picture(page);
        await changeColours(page, colours);
        await until(page, 'The flame graph kept its colours.', async () => (await picture(page)) !== before);
      });
    }
    await step('reads what was decided', async () => {
      await webview(page).getByRole('tab', { name: 'Decision' }).click();
      await webview(page).locator('.card', { hasText: path.rule }).first().waitFor();
    });
    await webview(page).getByRole('tab', { name: 'Flame graph' }).click();
    // Files open where the keyboard is.
    await focusEditor(page, basename(path.script));
    await step('finds the problem marked', async () => {
      if (path.file !== path.script) await openFile(page, `${path.folder}/${path.file}`);
      await focusEditor(page, basename(path.file));
      await goToNextProblem(page);
    });
    await step('opens the light bulb', async () => {
      // Another rule may have marked a line further up.
      if (path.line > 0) await goToLine(page, path.line);
      await lightBulb(page, path.action);
    });
    if (path.previewed)
      await step('sees the preview', async () => {
        await page.keyboard.press('Escape');
        await (await lightBulb(page, path.action)).click();
        await waitForPreview(page);
      });
    await step('applies the change', async () => {
      if (path.previewed) await applyPreview(page);
      else {
        await page.keyboard.press('Escape');
        await (await lightBulb(page, path.action)).click();
      }
      // VS Code may save what a refactoring has changed by itself.
      await until(page, 'Not all of the change was made.', async () => {
        const isSaved = await savesAll(page);
        const areChanged = changed.every((name, index) => readFileSync(inFolder(name), 'utf8') !== originals[index]);
        return isSaved && areChanged && made.every((name) => existsSync(inFolder(name)));
      });
    });
    await step('sees the change in light', () => changeColours(page, 'light'));
    await changeColours(page, 'dark');
    await step('profiles again', async () => {
      await runCommand(page, 'Unblock: Profile Again');
      const after = await nextReport(dataFolder, page, seen);
      assert.equal(after.run.exitCode, 0);
      const ratio = after.run.wallMs / before!.run.wallMs;
      console.log(`         wall time ${ratio.toFixed(2)} of before`);
      if (path.gain?.needsCores === false)
        assert.ok(ratio < path.gain.atMost, `${before!.run.wallMs} ms before, ${after.run.wallMs} ms after`);
      await flameGraphIsDrawn(page);
    });
    await step('gets the same output', () => {
      // Copies: the person's files are as the editor left them.
      const copy = join(temporary, 'changed');
      const untouched = join(temporary, 'untouched');
      cpSync(workspace, copy, { recursive: true });
      fillWorkspace(untouched);
      const { slow, fast, judged } = pairedRuns(untouched, copy, path);
      const why = judged ? '' : ': not judged, the machine had no second core to spare';
      console.log(`         wall time ${(fast / slow).toFixed(2)} of before, without the profiler${why}`);
      if (judged && path.gain !== null) assert.ok(fast < slow * path.gain.atMost, `${slow} ms before, ${fast} ms after`);
    });
    await step('takes it back with one undo', async () => {
      await focusEditor(page, basename(path.file));
      await page.keyboard.press('Control+Z');
      // VS Code takes back what it changed in other files one after another.
      await until(page, 'One undo did not take all of it back.', async () => {
        const isSaved = await savesAll(page);
        const areBack = changed.every((name, index) => readFileSync(inFolder(name), 'utf8') === originals[index]);
        return isSaved && areBack && made.every((name) => !existsSync(inFolder(name)));
      });
    });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** A copy of the examples and of the programs of the rules. */
function fillWorkspace(folder: string): void {
  cpSync(join(root, 'examples'), folder, { recursive: true });
  cpSync(join(root, 'test/fixtures/editor'), join(folder, 'rules'), { recursive: true });
}

/** Whether all was saved: an undo that goes on in other files makes more to be saved afterwards. */
async function savesAll(page: Page): Promise<boolean> {
  await runCommand(page, 'File: Save All Files');
  return (await page.locator('.tab.dirty').count()) === 0;
}

/** Runs a step, takes a screenshot of what the person sees then, and counts. */
function stepper(page: Page, example: string, died: Promise<never>): (name: string, act: () => Promise<void> | void) => Promise<void> {
  let number = 0;
  return async (name, act) => {
    number++;
    const started = performance.now();
    const picture = join(screenshots, `${example}-${String(number).padStart(2, '0')}-${name.replaceAll(/[^a-z]+/g, '-')}`);
    try {
      await Promise.race([act(), died]);
      await page.screenshot({ path: `${picture}.png` });
      passed++;
      console.log(`  ok     ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      await page.screenshot({ path: `${picture}-FAILED.png` }).catch(() => undefined);
      console.log(`  FAILED ${name}: ${error instanceof Error ? error.message : String(error)}\n         see ${picture}-FAILED.png`);
      throw new StepFailed(name);
    }
  };
}

/** Waits until VS Code's data folder holds a report that is not in `seen`, and adds it there. The extension keeps that of the last run only. */
async function nextReport(dataFolder: string, page: Page, seen: Set<string>): Promise<Report> {
  const giveUp = Date.now() + 90_000;
  for (;;) {
    const report = filesBelow(dataFolder).find((name) => name.endsWith('/report.json') && !seen.has(name));
    const text = report === undefined ? '' : readFileSync(join(dataFolder, report), 'utf8');
    // A report that is still being written does not end yet.
    if (report !== undefined && text.trimEnd().endsWith('}')) {
      seen.add(report);
      return JSON.parse(text) as Report;
    }
    if (Date.now() > giveUp) throw new Error('No report came.');
    await page.waitForTimeout(200);
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    // The extension takes the results of the run before away while the folders are read.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function flameGraphIsDrawn(page: Page): Promise<void> {
  const canvas = webview(page).locator('canvas').first();
  await canvas.waitFor({ timeout: 60_000 });
  await until(page, 'The flame graph stayed empty.', async () => (await colourCount(canvas)) >= 3);
}

/** The page of the flame graph as it looks. */
async function picture(page: Page): Promise<string> {
  return (await webview(page).locator('body').screenshot()).toString('base64');
}

/** Asks again until it is so; nothing tells from outside when a page has painted. */
async function until(page: Page, otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > giveUp) throw new Error(otherwise);
    await page.waitForTimeout(100);
  }
}

/**
 * Shortest wall times in ms of both texts of a program, run in turns so that a busy moment hits both. Their outputs must agree. Where cores are
 * needed, of the turns in which two were free; without such a turn, of all, and `judged` is false.
 */
function pairedRuns(before: string, after: string, path: Path): { slow: number; fast: number; judged: boolean } {
  const rounds = Array.from({ length: 3 }, () => {
    const [slow, fast] = [before, after].map((examples) => {
      const file = join(examples, path.folder, path.script);
      const program = join(root, 'bench/gain/beside.mjs');
      const answer = execFileSync(process.execPath, [program, file, '2'], { encoding: 'utf8', timeout: 60_000 });
      return JSON.parse(answer) as Timed;
    }) as [Timed, Timed];
    assert.equal(fast.output, slow.output);
    return { slow: slow.ms, fast: fast.ms, idle: path.gain?.needsCores !== true || Math.min(slow.cores, fast.cores) >= TWO_CORES };
  });
  const judged = rounds.some(({ idle }) => idle);
  const counted = rounds.filter(({ idle }) => idle || !judged);
  return { slow: Math.min(...counted.map(({ slow }) => slow)), fast: Math.min(...counted.map(({ fast }) => fast)), judged };
}

/** What `bench/gain/beside.mjs` says of a run. */
interface Timed {
  ms: number;
  output: string;
  /** How many cores other programs left it. */
  cores: number;
}

/** Two cores but for a tenth: the editor and its browser are never quite still. */
const TWO_CORES = 1.8;

const { values: flags, positionals: named } = parseArgs({
  allowPositionals: true,
  options: { 'all-rules': { type: 'boolean', default: false } },
});
if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run node scripts/package.mjs --out out/unblock.vsix first.`);
rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots, { recursive: true });
const all = [
  ...examples,
  ...rulePrograms.filter(({ folder }) => examples.every((one) => one.folder !== folder)).map((one) => ({ ...one, gain: null })),
];
const isWanted = ({ rule, folder }: Path): boolean =>
  named.includes(folder) || (flags['all-rules'] && rulePrograms.some((one) => one.rule === rule && one.folder === folder));
const wanted = named.length === 0 && !flags['all-rules'] ? examples : all.filter(isWanted);
for (const path of wanted) await walk(path);
console.log(`person: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

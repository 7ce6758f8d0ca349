import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { preferAsyncApi } from '../../../../src/languages/node/rules/prefer-async-api.ts';
import { programs, type Program } from './generated-programs.ts';
import { runProgram } from './run-program.ts';

export interface Outcomes {
  programs: number;
  rewritten: number;
  /** Refusals by their sentence, names and numbers taken out. */
  refused: Map<string, number>;
  /** Programs that did something else after the refactor. */
  differences: { program: Program; before: string; after: string }[];
  /** How many ran in processes of their own, besides in one that runs many. */
  alone: number;
}

/** Programs that one process runs, one after the other. */
const BATCH = 250;

/** One program of so many also runs in a process of its own, before and after. */
const ALONE = 50;

interface Rewritten {
  program: Program;
  /** Texts after the refactor, of the files that it changes. */
  after: Map<string, string>;
  /** Whether the review says that effects outside of the program may come in another order. */
  reorders: boolean;
  id: number;
}

/** Refactors generated programs, and runs each before and after; `folder` is an empty one to work in. */
export async function runGenerated(folder: string, count: number, seed: number): Promise<Outcomes> {
  for (const [index, text] of ['alpha', 'beta and gamma', 'delta'.repeat(4)].entries())
    writeFileSync(join(folder, `data${index}.txt`), text);
  const outcomes: Outcomes = { programs: count, rewritten: 0, refused: new Map(), differences: [], alone: 0 };
  // The next programs are refactored while those before run in another process.
  let running: Promise<void> = Promise.resolve();
  for (let first = 0; first < count; first += BATCH) {
    const batch: Rewritten[] = [];
    for (const [index, program] of fc.sample(programs, { numRuns: Math.min(BATCH, count - first), seed: seed + first }).entries()) {
      const result = refactor(folder, program);
      if (typeof result === 'string') outcomes.refused.set(result, (outcomes.refused.get(result) ?? 0) + 1);
      else batch.push({ program, ...result, id: first + index });
    }
    outcomes.rewritten += batch.length;
    await running;
    running = compareBatch(join(folder, `batch${first}`), folder, batch, outcomes);
  }
  await running;
  return outcomes;
}

/** What a program becomes; a refusal's sentence where it becomes nothing. */
function refactor(folder: string, { files, spot }: Program): { after: Map<string, string>; reorders: boolean } | string {
  // The same place for all of them: what TypeScript holds of one project serves the next.
  const project = join(folder, 'project');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const file = join(project, spot.file);
  const line = files[spot.file]!.split('\n').findIndex((one) => one.includes(spot.at)) + 1;
  const result = preferAsyncApi.refactor(
    { file, line, function: { name: 'base', file, line: 1, column: 1 }, model: 'async-api', logicalCores: 2 },
    readText,
  );
  if (!result.available) return result.reason.replaceAll(/\b(f\d|base|lib\d\.\wjs|main\.\wjs)\b/g, '…').replaceAll(/\d+/g, 'N');
  return {
    after: new Map(result.files.map((one) => [basename(one.file), applyEdits(readFileSync(one.file, 'utf8'), one.edits)])),
    reorders: result.review.some((one) => /changes? something outside/.test(one)),
  };
}

const SIDES = ['before', 'after'] as const;

/** What a run did that somebody outside can see. */
interface Seen {
  stdout: string;
  code: number;
  written: string;
}

async function compareBatch(folder: string, data: string, batch: Rewritten[], outcomes: Outcomes): Promise<void> {
  for (const { program, after, id } of batch)
    for (const side of SIDES) {
      const place = join(folder, String(id), side);
      mkdirSync(place, { recursive: true });
      for (const [name, text] of Object.entries(program.files))
        writeFileSync(join(place, name), (side === 'after' ? (after.get(name) ?? text) : text).replaceAll('${DATA}', data));
    }
  const mains = batch.flatMap(({ program, id }) => SIDES.map((side) => join(folder, String(id), side, program.main)));
  const seen = await runAll(mains);
  for (const { program, reorders, id } of batch) {
    const [before, after] = SIDES.map((side) => wordsOf(seen[join(folder, String(id), side, program.main)]!, reorders));
    if (before !== after) outcomes.differences.push({ program, before: before!, after: after! });
    else if (id % ALONE === 0) await compareAlone(folder, { program, id, reorders }, outcomes);
  }
  rmSync(folder, { recursive: true, force: true });
}

async function compareAlone(folder: string, { program, id, reorders }: Omit<Rewritten, 'after'>, outcomes: Outcomes): Promise<void> {
  const [before, after] = await Promise.all(
    SIDES.map(async (side) => {
      const place = join(folder, String(id), side);
      rmSync(join(place, 'written.txt'), { force: true });
      const { stdout, code, files } = await runProgram(place, program.main);
      return wordsOf({ stdout, code, written: files['written.txt'] ?? '' }, reorders);
    }),
  );
  outcomes.alone++;
  if (before !== after) outcomes.differences.push({ program, before: before!, after: after! });
}

function wordsOf({ stdout, code, written }: Seen, reorders: boolean): string {
  return `${stdout}\nexit ${code}\nwritten ${reorders ? written.split('\n').sort().join() : written}`;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Runs programs one after the other in one process; what each did, by its file. */
async function runAll(mains: string[]): Promise<Record<string, Seen>> {
  const runner = fileURLToPath(new URL('./many-programs.mjs', import.meta.url));
  const printed = await new Promise<string>((resolve, reject) => {
    const child = execFile(process.execPath, [runner], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stderr.slice(-3000)}`));
    });
    child.stdin?.end(JSON.stringify(mains.map((main) => pathToFileURL(main).href)));
  });
  const seen = JSON.parse(printed) as Record<string, Omit<Seen, 'written'>>;
  return Object.fromEntries(
    mains.map((main) => [main, { ...seen[pathToFileURL(main).href]!, written: readText(join(dirname(main), 'written.txt')) ?? '' }]),
  );
}

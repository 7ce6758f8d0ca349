import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { applyEdits } from '../../../../src/languages/node/refactors/edits.ts';
import { preferAsyncApi } from '../../../../src/languages/node/rules/prefer-async-api.ts';
import { programs, type Program } from './generated-programs.ts';

export interface Outcomes {
  programs: number;
  rewritten: number;
  /** Refusals by their sentence, names and numbers taken out. */
  refused: Map<string, number>;
  /** Programs that did something else after the refactor. */
  differences: { program: Program; before: string; after: string }[];
}

/** Refactors generated programs, and runs each before and after in one process; `folder` is an empty one to work in. */
export async function runGenerated(folder: string, count: number, seed: number): Promise<Outcomes> {
  for (const [index, text] of ['alpha', 'beta and gamma', 'delta'.repeat(4)].entries())
    writeFileSync(join(folder, `data${index}.txt`), text);
  const outcomes: Outcomes = { programs: count, rewritten: 0, refused: new Map(), differences: [] };
  const rewritten: { program: Program; id: number }[] = [];
  for (const [id, program] of fc.sample(programs, { numRuns: count, seed }).entries()) {
    const reason = writeBoth(folder, id, program);
    if (reason === null) rewritten.push({ program, id });
    else outcomes.refused.set(reason, (outcomes.refused.get(reason) ?? 0) + 1);
  }
  outcomes.rewritten = rewritten.length;
  const mains = rewritten.flatMap(({ program, id }) => ['before', 'after'].map((side) => join(folder, String(id), side, program.main)));
  const printed = await runAll(folder, mains);
  for (const { program, id } of rewritten) {
    const [before, after] = ['before', 'after'].map((side) => (printed[`${id}/${side}`] ?? []).join('\n'));
    if (before === '' || before !== after) outcomes.differences.push({ program, before: before!, after: after! });
  }
  return outcomes;
}

/** Writes a program as it is and as the refactor makes it; a refusal's sentence where it makes nothing. */
function writeBoth(folder: string, id: number, { files, spot }: Program): string | null {
  const write = (side: string, name: string, text: string): string => {
    const path = join(folder, String(id), side, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text.replaceAll(/\bID\b/g, `'${id}/${side}'`).replaceAll('${DATA}', folder));
    return path;
  };
  for (const [name, text] of Object.entries(files)) for (const side of ['before', 'after']) write(side, name, text);
  const file = join(folder, String(id), 'after', spot.file);
  const line =
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((one) => one.includes(spot.at)) + 1;
  const result = preferAsyncApi.refactor(
    { file, line, function: { name: 'base', file, line: 1, column: 1 }, model: 'async-api', logicalCores: 2 },
    readText,
  );
  if (!result.available) return result.reason.replaceAll(/\b(f\d|base|lib\d\.\wjs|main\.\wjs)\b/g, '…').replaceAll(/\d+/g, 'N');
  for (const one of result.files) writeFileSync(one.file, applyEdits(readFileSync(one.file, 'utf8'), one.edits));
  return null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Imports the programs one after the other in one process, and gives what each printed, by the first thing it prints. */
function runAll(folder: string, mains: string[]): Promise<Record<string, string[]>> {
  const runner = join(folder, 'runner.mjs');
  writeFileSync(
    runner,
    `const printed = {};
const show = console.log;
console.log = (id, ...rest) => (printed[id] ??= []).push(rest.map(String).join(' '));
process.on('unhandledRejection', (error) => console.error(error));
for (const url of ${JSON.stringify(mains.map((main) => pathToFileURL(main).href))}) {
  const [id, side] = url.split('/').slice(-3);
  try { await import(url); } catch (error) { (printed[id + '/' + side] ??= []).push('failed: ' + error.message); }
}
process.once('beforeExit', () => show(JSON.stringify(printed)));
`,
  );
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [runner], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(stderr.slice(-3000)));
      else resolve(JSON.parse(stdout) as Record<string, string[]>);
    });
  });
}

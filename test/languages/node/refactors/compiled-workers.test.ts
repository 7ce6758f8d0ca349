import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Rule } from '../../../../src/core/language.ts';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { moveToWorker } from '../../../../src/languages/node/rules/move-to-worker.ts';
import { parallelizeLoop } from '../../../../src/languages/node/rules/parallelize-loop.ts';

/** A TypeScript project that imports by the names of what is emitted: its worker's file must be found after tsc and after a bundler. */
const FILES = {
  'package.json': '{ "type": "module", "private": true }\n',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      outDir: 'out',
      rootDir: '.',
      types: ['node'],
      skipLibCheck: true,
    },
    include: ['*.ts'],
  }),
  'label.ts': `export const label = (lines: string[]): string => \`[\${lines.join(', ')}]\`;\n`,
  'program.ts': `import { label } from './label.js';

interface Job {
  n: number;
}

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function run(job: Job): string {
  return \`\${job.n}: \${fib(job.n)}\`;
}

const jobs: Job[] = [{ n: 10 }, { n: 12 }];
const lines = jobs.map((job) => run(job));
const grid = new Float64Array(jobs.length * 3);
let largest = 0;
const rows: number[][] = [];
for (let y = 0; y < jobs.length; y++) {
  const row: number[] = [];
  for (let x = 0; x < 3; x++) {
    grid[y * 3 + x] = x * jobs[y]!.n;
    row.push(x + y);
  }
  if (row.length > largest) largest = row.length;
  rows.push(row);
}
console.log(label(lines), grid.join(' '), rows.join(';'), largest);
`,
};

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
let root = '';
before(() => (root = mkdtempSync(join(tmpdir(), 'unblock compiled '))));
after(() => rmSync(root, { recursive: true, force: true }));

function project(name: string, refactors: [Rule, string][]): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
  symlinkSync(modules, join(folder, 'node_modules'));
  const read = (file: string): string | null => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  };
  for (const [rule, at] of refactors) {
    const file = join(folder, 'program.ts');
    const line =
      read(file)!
        .split('\n')
        .findIndex((one) => one.includes(at)) + 1;
    const result = rule.refactor(
      { file, line, function: { name: '', file, line: 1, column: 1 }, model: 'worker-threads', logicalCores: 2 },
      (one) => read(one),
    );
    assert.ok(result.available, 'reason' in result ? result.reason : '');
    for (const one of result.files) writeFileSync(one.file, applyEdits(one.create ? '' : read(one.file)!, one.edits));
  }
  return folder;
}

const run = (file: string): string => execFileSync(process.execPath, [file], { encoding: 'utf8' });
const EXPECTED = '[10: 55, 12: 144] 0 10 20 0 12 24 0,1,2;1,2,3 3\n';
const both: [Rule, string][] = [
  [moveToWorker, 'run(job))'],
  [parallelizeLoop, 'for (let y'],
];

describe('a worker file in TypeScript', () => {
  it('type-checks, and runs as tsc emits it', () => {
    const folder = project('tsc', both);
    execFileSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    assert.equal(run(join(folder, 'out/program.js')), EXPECTED);
  });

  it('runs beside the bundle where esbuild bundles it as well', async () => {
    const folder = project('esbuild', both);
    const entryPoints = ['program.ts', 'program.worker.ts', 'program.program-rounds.worker.ts'].map((one) => join(folder, one));
    await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outdir: join(folder, 'dist'), logLevel: 'error' });
    writeFileSync(join(folder, 'dist/package.json'), '{ "type": "module" }');
    assert.equal(run(join(folder, 'dist/program.js')), EXPECTED);
  });
});

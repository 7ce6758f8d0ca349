import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { parallelizeLoop } from '../../../../src/languages/node/rules/parallelize-loop.ts';
import { randomOf, type Random } from './random.ts';

/**
 * Random loops whose rounds fill all sorts of variables: what the loop leaves must be the same, to the last bit, when its rounds run in chunks of
 * any size on copies of what they are sent. The pool is left out here (fixtures run it), so that hundreds of programs take seconds.
 * `UNBLOCK_PROGRAMS=5000 UNBLOCK_SEED=7` tries more, and others.
 */
const programs = Number(process.env['UNBLOCK_PROGRAMS'] ?? 400);
const firstSeed = Number(process.env['UNBLOCK_SEED'] ?? 1);

/** What may be filled: its declaration, and statements that fill it with a value. */
const KINDS: { declare: (name: string) => string; fill: (name: string, value: string, random: Random) => string }[] = [
  { declare: (a) => `const ${a} = [];`, fill: (a, v) => `${a}.push(${v});` },
  { declare: (a) => `const ${a} = [];`, fill: (a, v) => `${a}.push([${v}, { v: ${v} }], -0);` },
  { declare: (a) => `let ${a} = 3;`, fill: (a, _, random) => [`${a}++;`, `${a} += 2;`, `++${a};`][random(3)]! },
  { declare: (a) => `let ${a} = 5;`, fill: (a) => `${a} -= 1;` },
  { declare: (a) => `let ${a} = 0.1;`, fill: (a, v) => `${a} += ${v} / 7;` },
  { declare: (a) => `let ${a} = 1;`, fill: (a, v) => `${a} *= 1 + ${v} / 1000;` },
  { declare: (a) => `let ${a} = 0;`, fill: (a, v) => `${a} += ${v} % 3 === 0 ? 2 : 1;` },
  { declare: (a) => `let ${a} = -Infinity;`, fill: (a, v) => `${a} = Math.max(${a}, ${v});` },
  { declare: (a) => `let ${a} = 100;`, fill: (a, v) => `${a} = Math.min(${v}, ${a});` },
  {
    declare: (a) => `let ${a} = 0, ${a}Of = null;`.replace(', ', ';\nlet '),
    fill: (a, v, random) => `if (${v} ${['>', '>='][random(2)]!} ${a}) {\n${a} = ${v};\n${a}Of = i;\n}`,
  },
  { declare: (a) => `let ${a} = 50;`, fill: (a, v) => `if (${v} < ${a}) ${a} = ${v};` },
  { declare: (a) => `let ${a} = false;`, fill: (a, v) => `if (${v} > 40) ${a} = true;` },
  { declare: (a) => `let ${a} = 0;`, fill: (a, v) => `${a} ^= ${v} * 7;` },
  { declare: (a) => `let ${a} = -1;`, fill: (a, v) => `${a} &= ~(1 << (${v} % 20));` },
  { declare: (a) => `let ${a} = 'begin';`, fill: (a, v) => `${a} += ${v};` },
  { declare: (a) => `const ${a} = new Set();`, fill: (a, v) => `${a}.add(${v} % 11);` },
  { declare: (a) => `const ${a} = new Map();`, fill: (a, v) => `${a}.set(${v} % 5, i);` },
  { declare: (a) => `const ${a} = new Map([[2, 7]]);`, fill: (a, v) => `${a}.set(${v} % 5, (${a}.get(${v} % 5) ?? 0) + 1);` },
  { declare: (a) => `const ${a} = {};`, fill: (a, v) => `${a}['k' + ${v} % 5] = (${a}['k' + ${v} % 5] ?? 0) + 2;` },
  { declare: (a) => `const ${a} = [];`, fill: (a, v) => `${a}[i] = ${v};` },
  { declare: (a) => `const ${a} = {};`, fill: (a, v) => `${a}[${v} % 6] = i;` },
  {
    declare: (a) => `const ${a} = new Float64Array(count);`,
    fill: (a, v, random) => [`${a}[i] = ${v} / 3;`, `${a}[i] += ${v};`][random(2)]!,
  },
  { declare: (a) => `const ${a} = new Uint8Array(count * 4);`, fill: (a, v) => `for (let j = 0; j < 4; j++) ${a}[i * 4 + j] = ${v} * j;` },
];

function programOf(random: Random): string {
  const kinds = Array.from({ length: 1 + random(4) }, () => KINDS[random(KINDS.length)]!);
  const names = kinds.map((_, index) => `filled${index}`);
  const counts = random(3) > 0;
  const value = (): string => ['x', 'weigh(x)', '(x * 13) % 41', 'weigh(i + offset)', '(i + x)'][random(5)]!;
  const body: string[] = ['let x = numbers[i];', 'for (let step = 0; step < 3; step++) x = weigh(x + step);'];
  if (random(3) === 0) body.push(`if (x % ${2 + random(4)} === 0) continue;`);
  for (const [index, kind] of kinds.entries()) {
    for (let times = 1 + random(2); times > 0; times--) {
      // Two lines in which `Math.max` and its like would take different values are two kinds of filling.
      const fill = kind.fill(names[index]!, kind.declare('a').includes('Of') ? 'x' : value(), random);
      body.push(random(3) === 0 ? `if (x % ${2 + random(3)} === ${random(2)}) {\n${fill}\n}` : fill);
      if (/Of = i|\*=|ength/.test(fill) || kind.declare('a').includes('0.1')) break;
    }
  }
  const count = random(4) === 0 ? random(3) : 5 + random(40);
  const header = counts ? 'for (let i = 0; i < count; i++) {' : 'for (const i of numbers.keys()) {';
  return [
    'function weigh(n) {\n  let sum = 0;\n  for (let i = 0; i < 5; i++) sum = (sum * 31 + n + i) % 97;\n  return sum;\n}',
    `const count = ${count};`,
    `const offset = ${random(9)};`,
    'const numbers = Array.from({ length: count }, (_, index) => (index * 37) % 61);',
    ...kinds.map((kind, index) => kind.declare(names[index]!)),
    header,
    ...body,
    '}',
    `print([${names.flatMap((name, index) => [name, ...(kinds[index]!.declare(name).includes(`${name}Of`) ? [`${name}Of`] : [])]).join(', ')}]);`,
    '',
  ].join('\n');
}

/** What a program prints. */
function run(text: string, more: Record<string, unknown> = {}): unknown {
  let printed: unknown = 'nothing';
  const print = (value: unknown): void => void (printed = structuredClone(value));
  runInNewContext(text, { print, structuredClone, ...more });
  return printed;
}

/** The refactored program with its chunks run here: in chunks of some size, on copies. */
function runInChunks(main: string, worker: string, random: Random): unknown {
  const chunk = worker.slice(worker.search(/^function programRounds\(/m), worker.search(/^\/\*\* Runs the rounds/m));
  const moved = worker.slice(
    worker.indexOf('let startedThreads = 0;\n') + 'let startedThreads = 0;\n'.length,
    worker.search(/^function programRounds\(/m),
  );
  const lists = /async function programRoundsInWorkers\((.*)\)/.exec(worker)![1]!.split(', ');
  const size = 1 + random(12);
  const counts = lists[0] === 'from';
  const sharesAt = lists.indexOf('shared');
  const call = `function programRoundsInWorkers(...given) {
  const results = [];
  const list = ${counts ? 'null' : 'Array.from(given[0])'};
  const [from, to] = ${counts ? 'given' : '[0, list.length]'};
  for (let start = from; start < to; start += ${size}) {
    const end = Math.min(start + ${size}, to);
    const args = ${counts ? '[start, end]' : '[list.slice(start, end)]'};
    const parts = given.slice(${(counts ? 2 : 1) + (sharesAt < 0 ? 0 : 1)}).map((part) => part.slice(start, end));
    const shared = ${sharesAt < 0 ? '[]' : `[given[${sharesAt}]]`};
    results.push(structuredClone(programRounds(...structuredClone([...args, ...parts, ...shared]))));
  }
  return results;
}`;
  const text = main.replace(/^import .*\n/gm, '').replace('await programRoundsInWorkers', 'programRoundsInWorkers');
  return run(`${moved}\n${chunk}\n${call}\n${text}`);
}

describe('loops leave the same in chunks', () => {
  it(`in ${programs} programs`, () => {
    let rewritten = 0;
    const refusals = new Map<string, number>();
    for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
      const random = randomOf(seed);
      const source = programOf(random);
      const file = '/nowhere/program.mjs';
      const line = source.split('\n').findIndex((one) => /^for \(.* i /.test(one)) + 1;
      const result = parallelizeLoop.refactor(
        { file, line, function: { name: '(top level)', file, line: 1, column: 1 }, model: 'worker-threads', logicalCores: 2 },
        (name) => (name === file ? source : null),
      );
      if (!result.available) {
        const reason = result.reason.replace(/\d+/g, 'N').replace(/`[^`]*`/g, '`…`');
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
        continue;
      }
      rewritten++;
      const [main, worker] = result.files.map((one) => applyEdits(one.create ? '' : source, one.edits));
      assert.deepEqual(runInChunks(main!, worker!, random), run(source), `seed ${seed}\n${source}\n${main!}\n${worker!}`);
    }
    assert.ok(rewritten > programs / 2, `${rewritten} rewritten; ${JSON.stringify([...refusals], null, 1)}`);
  });
});

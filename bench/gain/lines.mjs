// Time and memory of going through the lines of a large file: `node bench/gain/lines.mjs [--runs N]`. The figures of docs/rules/stream-large-file.md: all at once, with
// the function that the refactor adds (as its fixture has it), and with readline over a stream. Each in a process of its own, in turns; all must print the same.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const words = process.argv.slice(2);
const at = words.indexOf('--runs');
const runs = at < 0 ? 5 : Number(words.splice(at, 2)[1]);

const fixture = readFileSync(
  fileURLToPath(new URL('../../test/fixtures/rules/stream-large-file/loop-over-lines/after/program.mjs', import.meta.url)),
  'utf8',
);
const linesOf = fixture.slice(fixture.indexOf("/** The text's parts"));
const count = 'if (/\\b(?:error|lost) (\\d+) ms/.test(line)) found++;';
const imports =
  "import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';\nimport { createInterface } from 'node:readline';\nimport { StringDecoder } from 'node:string_decoder';\n";
const program = (loop, more = '') => timed(`let found = 0;\n${loop} {\n  ${count}\n}`, more);
const timed = (code, more = '') =>
  `${imports}const file = process.argv[2];\nconst begun = performance.now();\n${code}\n` +
  `console.log(JSON.stringify({ found, ms: performance.now() - begun, bytes: process.resourceUsage().maxRSS * 1024 }));\n${more}`;
const programs = {
  'all at once': program("for (const line of readFileSync(file, 'utf8').split('\\n'))"),
  '`linesOf`': program('for (const line of linesOf(file))', linesOf),
  'numbers by `filter` and `map`, all at once': timed(
    "const numbers = readFileSync(file, 'utf8').split('\\n').filter(Boolean).map((line) => Number(line.split(' ')[0]));\nconst found = numbers.length;",
  ),
  'the same by `linesOf`': timed(
    "const numbers = [];\nfor (const line of linesOf(file)) {\n  if (line) numbers.push(Number(line.split(' ')[0]));\n}\nconst found = numbers.length;",
    linesOf,
  ),
  '`readline`': program('for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity }))'),
};

const folder = mkdtempSync(join(tmpdir(), 'unblock-lines-'));
try {
  const file = join(folder, 'large.log');
  const descriptor = openSync(file, 'w');
  for (let block = 0; block < 600; block++)
    writeSync(
      descriptor,
      Array.from({ length: 1000 }, (_, i) => `${block * 1000 + i} a request for /some/page of the site, error ${i % 997} ms\n`).join(''),
    );
  closeSync(descriptor);
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, `${name.replaceAll(/\W/g, '')}.mjs`), text);
  const seen = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const name of Object.keys(programs)) {
      const printed = execFileSync(process.execPath, [join(folder, `${name.replaceAll(/\W/g, '')}.mjs`), file], { encoding: 'utf8' });
      seen[name].push(JSON.parse(printed));
    }
  if (new Set(Object.values(seen).flatMap((all) => all.map(({ found }) => found))).size > 1) throw new Error('They found different lines.');
  console.log(
    `600,000 lines, medians of ${runs} processes in turns, node ${process.version}, ${availableParallelism()} cores.\n\n| | time | memory |\n|---|---|---|`,
  );
  for (const [name, all] of Object.entries(seen))
    console.log(
      `| ${name} | ${Math.round(median(all.map(({ ms }) => ms)))} ms | ${Math.round(median(all.map(({ bytes }) => bytes)) / 1e6)} MB |`,
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

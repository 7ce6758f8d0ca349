import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place, sentences } from './command.ts';

const WORK = `exports.busy = function busy(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until) Math.sqrt(2);
};
`;
const TEST = `const { busy } = require('../work.js');
describe('work', () => {
  it('is done', () => {
    busy(200);
  });
});
`;

/** The same in one file, whose computing is in line 3. */
const OWN = TEST.replace(
  /.*/,
  '// A comment\n\nconst busy = (ms) => { const until = Date.now() + ms; while (Date.now() < until) Math.sqrt(2); };',
);

/** Runs a file as Vitest does: in a worker with options of its own, transformed, with a source map in the text that is run. */
const RUNNER = `import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
const file = process.argv.at(-1);
if (isMainThread) new Worker(new URL(import.meta.url), { argv: [file], execArgv: ['--no-warnings'] }).on('message', (options) => console.log(options));
else run();
function run() {
  const source = readFileSync(file, 'utf8');
  const url = pathToFileURL(file).href;
  const mappings = ';;;' + source.split('\\n').map((_, line) => (line === 0 ? 'AAAA' : 'AACA')).join(';');
  const map = JSON.stringify({ version: 3, sources: [url], sourcesContent: [source], names: [], mappings });
  const text = '(function (require, describe, it) {\\n\\n\\n' + source + '\\n})\\n//# sourceMappingURL=data:application/json;base64,' + Buffer.from(map).toString('base64');
  const now = (_, act) => act();
  runInThisContext(text, { filename: url })(createRequire(file), now, now);
  console.log(process.execArgv.join());
}
`;

describe('a test file is run by its runner', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place({ 'work.js': WORK, 'test/work.test.js': TEST });
  });
  afterEach(() => {
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  it('Mocha, and the time is charged to the test’s own code', async () => {
    place.write('node_modules/.keep', '');
    symlinkSync(resolve('node_modules/mocha'), place.path('node_modules/mocha'), 'dir');
    place.write('package.json', '{ "devDependencies": { "mocha": "11.0.0" } }');
    const { report, outcome } = await place.advise(['work.test.js'], { cwd: dirname(place.path('test/work.test.js')) });
    assert.match(outcome.stderr, /1 passing/);
    assert.equal(report.target.script, place.path('test/work.test.js'));
    assert.equal(report.target.runner, 'mocha');
    assert.ok(report.hotSpots.some((spot) => spot.function === 'busy' && spot.file === place.path('work.js')));
    assert.ok(!report.hotSpots.some((spot) => spot.file.includes('node_modules')));
  });

  const GROUP = `describe('sums (a+b)', () => {
  it('adds', () => {
    console.log('RAN adds');
  });
  it('adds more', () => console.log('RAN adds more'));
});
it('adds', () => console.log('RAN the other'));
`;
  const choices: [string[], RegExp[]][] = [
    [['--test', 'sums (a+b) adds'], [/RAN adds$/m]],
    [['--test-at', '3'], [/RAN adds$/m]],
    [
      ['--test-at', '1'],
      [/RAN adds$/m, /RAN adds more$/m],
    ],
  ];
  const assertRan = (stderr: string, expected: RegExp[]): void => {
    for (const words of expected) assert.match(stderr, words);
    assert.equal(stderr.match(/RAN/g)?.length, expected.length, stderr);
  };

  it('Mocha, one test of it', async () => {
    place.write('node_modules/.keep', '');
    symlinkSync(resolve('node_modules/mocha'), place.path('node_modules/mocha'), 'dir');
    place.write('package.json', '{ "devDependencies": { "mocha": "11.0.0" } }');
    const file = place.write('test/sums.test.js', GROUP);
    for (const [options, expected] of choices) assertRan((await place.advise([...options, file])).outcome.stderr, expected);
  });

  // Vitest 5 needs Node 22.
  for (const { major, path } of supportedNodes())
    for (const runner of major < 22 ? (['jest'] as const) : (['jest', 'vitest'] as const))
      it(`${runner}, all of it and one test of it (Node ${major})`, async () => {
        place.write('node_modules/.keep', '');
        symlinkSync(resolve('test/test-runners/node_modules', runner), place.path(`node_modules/${runner}`), 'dir');
        place.write('package.json', `{ "devDependencies": { "${runner}": "1.0.0" } }`);
        if (runner === 'vitest') place.write('vitest.config.js', 'module.exports = { test: { globals: true } };');
        const file = place.write('test/sums.test.js', GROUP);
        const { report } = await place.advise(['--node', path, place.path('test/work.test.js')]);
        assert.equal(report.target.runner, runner);
        const busy = report.hotSpots.find((spot) => spot.function === 'busy');
        assert.deepEqual([busy?.file, busy?.line], [place.path('work.js'), 1]);
        assert.deepEqual(
          report.hotSpots.filter(({ file }) => file.includes('node_modules')),
          [],
        );
        for (const [options, expected] of choices.slice(1)) {
          const { outcome } = await place.advise(['--node', path, ...options, file]);
          assertRan(outcome.stderr, expected);
        }
        // Both keep what they transformed.
        const keptBy = {
          jest: [join(place.temporary, 'jest_0')],
          vitest: ['.vite', '.vitest-cache'].map((name) => place.path(`node_modules/${name}`)),
        };
        for (const kept of keptBy[runner]) rmSync(kept, { recursive: true, force: true });
      });

  for (const { major, path } of supportedNodes())
    it(`node:test, one test of it (Node ${major})`, async () => {
      const file = place.write('test/sums.test.js', `const { describe, it } = require('node:test'); ${GROUP}`);
      for (const [options, expected] of choices) {
        const { outcome } = await place.advise(['--node', path, ...options, file]);
        // Node 20 knows a test by its own title.
        assertRan(outcome.stderr, major < 22 && expected.length === 1 ? [...expected, /RAN the other/] : expected);
      }
    });

  it('and says in one sentence where there is no such test', async () => {
    const file = place.write('test/sums.test.js', `const { describe, it } = require('node:test');\n${GROUP}`);
    const none = await place.run(['advise', '--test-at', '1', file]);
    assert.deepEqual(sentences(none), [
      'unblock: There is no test in line 1 of sums.test.js: put the cursor into one, or name it with --test NAME.',
    ]);
    const other = await place.run(['advise', '--test', 'adds', place.path('work.js')]);
    assert.match(
      sentences(other).join('\n'),
      /^unblock: work\.js is no test file of node:test, nor of a Vitest, Jest or Mocha that its project has/,
    );
  });

  for (const { major, path } of supportedNodes())
    it(`one that transforms what it loads, in a worker: lines are the file's own (Node ${major})`, async () => {
      place.write('node_modules/vitest/vitest.mjs', RUNNER);
      const file = place.write('test/own.test.js', OWN);
      place.write('vitest.config.js', '');
      const { report, outcome } = await place.advise(['--node', path, file]);
      assert.match(outcome.stderr, /^--no-warnings$/m);
      assert.equal(report.target.runner, 'vitest');
      const spot = report.hotSpots.find((one) => one.file === file && one.lines.some(({ line }) => line === 3));
      assert.ok(spot, JSON.stringify(report.hotSpots.map(({ function: name, line, lines }) => [name, line, lines.map((one) => one.line)])));
    });
});

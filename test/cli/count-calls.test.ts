import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Recording } from '../../src/core/recording.ts';
import type { Report } from '../../src/core/report/report.ts';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';

/** Calls of every kind, on two threads, with an ending that leaves nothing time to be written. */
const SCRIPT = `import { Worker, isMainThread } from 'node:worker_threads';
const burn = () => { const until = performance.now() + 4; while (performance.now() < until); };
class Sheet {
  static make() { burn(); return new Sheet(); }
  get total() { burn(); return 1; }
}
function small(n) { burn(); return n; }
async function page(n) { await null; burn(); return n; }
for (let i = 0; i < 12; i++) small(i);
if (isMainThread) {
  for (let i = 0; i < 7; i++) await page(i);
  for (let i = 0; i < 3; i++) Sheet.make().total;
  const worker = new Worker(new URL(import.meta.url));
  worker.on('exit', () => {
    console.log('once');
    process.exit(3);
  });
}
`;

describe('--count-calls', () => {
  let place: Place;
  before(() => {
    place = new Place({
      'script.mjs': SCRIPT,
      'killed.js': `const until = Date.now() + 100; while (Date.now() < until);
require('node:child_process').execFileSync('kill', ['-9', String(process.pid)]);`,
    });
  });
  afterEach(() => place.assertNoTraces());
  after(() => place.remove());

  for (const { major, path } of supportedNodes())
    it(`counts every call on all threads, in a run that nobody sees (node ${major})`, async () => {
      const { report, outcome } = await place.advise(['--count-calls', '--node', path, 'script.mjs']);
      const calls = Object.fromEntries(report.hotSpots.map((spot) => [spot.function, spot.calls]));
      assert.deepEqual({ burn: calls['burn'], '(top level)': calls['(top level)'] }, { burn: 12 * 2 + 7 + 3 * 2, '(top level)': null });
      for (const [name, count] of Object.entries({ small: 24, page: 7, make: 3 }))
        assert.ok(!(name in calls) || calls[name] === count, `${name}: ${calls[name]}`);
      assert.equal(outcome.stderr.match(/^once$/gm)?.length, 1);
      assert.equal(report.run.exitCode, 3);
    });

  it('says why calls were not counted', async () => {
    const { report } = await place.advise(['--count-calls', 'killed.js']);
    assert.ok(report.hotSpots.every(({ calls }) => calls === null));
    assert.ok(report.verdict.evidence.includes('Calls could not be counted: the second run left no counts.'));
  });
});

describe('count-calls of a saved run', () => {
  let place: Place;
  let saved = '';
  before(async () => {
    place = new Place({
      'work.cjs': `function draw(frame) { const until = performance.now() + 5; while (performance.now() < until); return frame * 2; }
for (let i = 0; i < Number(process.argv[2]); i++) draw(i);
console.log('drawn');`,
      'killed.cjs': `const until = performance.now() + 100; while (performance.now() < until);
require('node:child_process').execFileSync('kill', ['-9', String(process.pid)]);`,
    });
    saved = join(place.temporary, 'saved');
    await place.advise(['--save', saved, 'work.cjs', '30']);
  });
  after(() => place.remove());

  const count = (folder: string) => place.run(['count-calls', '--json', folder]);

  it('adds calls and sizes to its report and to its recording, and changes nothing else', async () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(join(saved, name), 'utf8'));
    const before = read('report.json') as Report;
    const { code, stdout, stderr } = await count(saved);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /drawn/);
    const counted = JSON.parse(stdout) as Report;
    assert.deepEqual(read('report.json'), counted);
    const draw = counted.hotSpots.find((spot) => spot.function === 'draw');
    assert.equal(draw?.calls, 30);
    assert.ok(draw.callSizes!.argumentBytes! < 20);
    assert.deepEqual([counted.run, counted.time, counted.machine], [before.run, before.time, before.machine]);
    assert.equal((read('recording.json') as Recording).callSizes?.length, 1);
  });

  it('refuses what was changed meanwhile', async () => {
    place.write('work.cjs', `${readFileSync(place.path('work.cjs'), 'utf8')}\n`);
    assert.match((await count(saved)).stderr, /^unblock: Calls can't be counted: work\.cjs was changed after work\.cjs was profiled/);
  });

  it('says why there are none, and leaves the report as it was', async () => {
    const killed = join(place.temporary, 'killed');
    await place.advise(['--save', killed, 'killed.cjs']);
    const report = readFileSync(join(killed, 'report.json'), 'utf8');
    const { code, stderr } = await count(killed);
    assert.equal(code, 1);
    assert.match(stderr, /^unblock: Calls could not be counted: the second run left no counts\.$/m);
    assert.equal(readFileSync(join(killed, 'report.json'), 'utf8'), report);
    assert.match((await count(place.folder)).stderr, /holds no recording: name the folder/);
  });
});

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
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

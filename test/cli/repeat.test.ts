import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';

describe('--repeat', () => {
  let place: Place;
  before(() => {
    place = new Place({
      'short.cjs': `function work() { const until = performance.now() + 20; while (performance.now() < until); }
work();
console.log('ran');
`,
      'killed.cjs': `const fs = require('node:fs');
fs.appendFileSync(process.env.TMPDIR + '/runs', '.');
console.log('ran');
if (fs.readFileSync(process.env.TMPDIR + '/runs', 'utf8').length === 2) {
  fs.rmSync(process.env.TMPDIR + '/runs');
  process.kill(process.pid, 'SIGKILL');
}
`,
      'long.mjs': `import { stat } from 'node:fs/promises';
for (let i = 0; i < 1500; i++) await Promise.all(Array.from({ length: 50 }, () => stat('.')));
console.log('ran');
`,
    });
  });
  afterEach(() => place.assertNoTraces());
  after(() => place.remove());

  for (const { major, path } of supportedNodes())
    it(`adds up runs one after another (node ${major})`, async () => {
      const { report, outcome } = await place.advise(['--repeat', '6', '--node', path, 'short.cjs']);
      assert.equal(report.run.repeats, 6);
      assert.equal(outcome.stderr.match(/^ran$/gm)?.length, 6);
      const work = report.hotSpots.find((spot) => spot.function === 'work');
      assert.ok(work && work.totalMs > 6 * 18, `${work?.totalMs}`);
      assert.equal(report.verdict.bound, 'cpu-js');
      assert.equal(report.lanes.length, 1);
    });

  it('leaves a run that was summed up while it ran as it is', async () => {
    const { report, outcome } = await place.advise(['--repeat', '6', 'long.mjs']);
    assert.equal(report.run.repeats, undefined);
    assert.equal(outcome.stderr.match(/^ran$/gm)?.length, 1);
    assert.ok(report.verdict.evidence.includes('It was not repeated: a run this long tells enough by itself.'));
  });

  it('ends with a run that does not end by itself', async () => {
    const { report, outcome } = await place.advise(['--repeat', '6', 'killed.cjs']);
    assert.equal(report.run.repeats, 2);
    assert.equal(report.run.ended, 'killed');
    assert.equal(outcome.stderr.match(/^ran$/gm)?.length, 2);
  });
});

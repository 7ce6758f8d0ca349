import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Recording } from '../../src/core/recording.ts';
import type { TimedProfile } from '../../src/core/profile/timed-profile.ts';
import { sampleReport } from '../webview/sample-report.ts';
import { Place } from './command.ts';
import { assertReport } from './report-shape.ts';

const SCRIPT = `
console.log('hello from the script');
console.error('and its errors');
// Of a core's time, so that a busy machine leaves as many samples.
function busy() {
 const until = process.cpuUsage().user + 150e3;
 do for (let i = 0; i < 3e5; i++) Math.sqrt(i); while (process.cpuUsage().user < until);
}
busy();
console.log(process.argv.slice(2).join('|'), process.env.UNBLOCK_SESSION ?? 'no session', process.env.UNBLOCK_TARGET ?? 'no target');
`;

describe('the contract of the command line', () => {
  let place: Place;
  let script: string;
  before(() => {
    place = new Place();
    script = place.write('script.js', SCRIPT);
  });
  afterEach(() => place.assertNoTraces());
  after(() => place.remove());

  for (const engine of ['v8', '0x'])
    it(`${engine}: --json gives pure JSON on stdout, and the script's output on stderr`, async () => {
      const { report, outcome } = await place.advise(['--engine', engine, 'script.js', 'a b', '--json', '--', '-x']);
      assertReport(report);
      assert.equal(report.target.script, script);
      assert.equal(report.target.cwd, place.folder);
      assert.deepEqual(report.target.args, ['a b', '--json', '--', '-x']);
      assert.deepEqual({ ...report.run, wallMs: 0 }, { engine, wallMs: 0, exitCode: 0, signal: null, ended: 'exit' });
      assert.match(outcome.stderr, /^hello from the script$/m);
      assert.match(outcome.stderr, /^and its errors$/m);
      assert.match(outcome.stderr, /^a b\|--json\|--\|-x no session no target$/m);
      assert.equal(report.hotSpots[0]?.function, 'busy');
      assert.equal(report.verdict.bound, 'cpu-js');
    });

  it("without --json the script's output goes where it always goes, and the report follows", async () => {
    const outcome = await place.run(['advise', 'script.js', 'x']);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /^hello from the script\nx no session no target\n/);
    assert.match(outcome.stdout, /busy/);
    assert.equal(outcome.stderr, 'and its errors\n');
  });

  it('options end at the script, and -- ends them too', async () => {
    const { report } = await place.advise(['--engine=v8', '--', 'script.js', '--help']);
    assert.deepEqual(report.target.args, ['--help']);
  });

  it('bad usage is 2, with one line', async () => {
    for (const args of [[], ['advise'], ['advise', '--nonsense', 'script.js'], ['fix'], ['nonsense']]) {
      const outcome = await place.run(args);
      assert.equal(outcome.code, 2, args.join(' '));
      assert.equal(outcome.stdout, '');
      assert.match(outcome.stderr, /^unblock: [^\n]+\n$/);
    }
  });

  it('says how it is used, and its version', async () => {
    const help = await place.run(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /unblock advise \[options\] SCRIPT/);
    const version = await place.run(['--version']);
    const { version: expected } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    assert.equal(version.stdout, `${expected}\n`);
  });

  it('--save, --sarif and --html keep what was found; open draws it again', async () => {
    const saved = join(place.temporary, 'saved');
    const html = join(place.temporary, 'page.html');
    const sarif = join(place.temporary, 'advice.sarif');
    const { report } = await place.advise(['--save', saved, '--html', html, '--sarif', sarif, 'script.js']);
    assert.deepEqual(JSON.parse(readFileSync(join(saved, 'report.json'), 'utf8')), report);
    const recording = JSON.parse(readFileSync(join(saved, 'recording.json'), 'utf8')) as Recording;
    assert.equal(recording.schema, 'unblock/recording/1');
    const profile = JSON.parse(readFileSync(join(saved, 'profile.cpuprofile'), 'utf8')) as TimedProfile;
    assert.equal(profile.samples.length, profile.sampleKinds.length);
    assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'busy'));
    assert.match(readFileSync(html, 'utf8'), /^<!DOCTYPE html>[\s\S]*busy/);
    assert.equal((JSON.parse(readFileSync(sarif, 'utf8')) as { version: string }).version, '2.1.0');

    for (const [args, contents] of [
      [['open', saved], /busy/],
      [['open', join(saved, 'profile.cpuprofile')], /busy/],
      [['open', '--engine', '0x', join(saved, 'profile.cpuprofile')], /busy/],
    ] as const) {
      const page = join(place.temporary, 'drawn.html');
      const outcome = await place.run([...args, '--html', page]);
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.equal(outcome.stdout, `${page}\n`);
      assert.match(readFileSync(page, 'utf8'), contents);
      place.discard('drawn.html');
    }
    for (const name of ['saved', 'page.html', 'advice.sarif']) place.discard(name);
    assert.ok(!existsSync(saved));
  });

  for (const [name, args, words] of [
    ['a report that is missing', ['fix', 'none.json', '--advice', 'a'], /none\.json can't be read: check that it is there/],
    ['a report that is none', ['fix', 'other.json', '--advice', 'a'], /other\.json is not a report of Unblock: /],
    ['an advice that is not in the report', ['fix', 'report.json', '--advice', 'advice-9'], /no advice/],
    ['a profile that is missing', ['open', 'none.cpuprofile'], /none\.cpuprofile can't be read/],
    ['a profile that is none', ['open', 'other.json'], /other\.json is not a V8 CPU profile: /],
  ] as const)
    it(`says in one line what is wrong with ${name}`, async () => {
      place.write('other.json', '{"some": "thing"}');
      place.write('report.json', JSON.stringify({ ...sampleReport(), advice: [] }));
      const outcome = await place.run(args);
      assert.equal(outcome.code, 1);
      assert.equal(outcome.stdout, '');
      assert.match(outcome.stderr, /^unblock: [^\n]+\n$/);
      assert.match(outcome.stderr, words);
    });
});

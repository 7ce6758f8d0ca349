import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { sampleProfile, sampleReport } from '../webview/sample-report.ts';
import { Place } from './command.ts';

const NODE = { id: 1, callFrame: { functionName: 'main', scriptId: '1', url: 'file:///a.js', lineNumber: 0, columnNumber: 0 } };

describe('a file that somebody else wrote', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => {
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  /** In the temporary folder, as the user's own is read after each test. */
  const temporary = (name: string): string => join(place.temporary, name);

  async function refused(args: string[], words: RegExp): Promise<void> {
    const outcome = await place.run(args);
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.match(outcome.stderr, /^unblock: [^\n]+\.\n$/);
    assert.match(outcome.stderr, words);
  }

  const profiles: [string, object | string, RegExp][] = [
    ['that is empty', '', /: it is empty\. Save it again/],
    ['that was cut off', JSON.stringify(sampleProfile()).slice(0, -500), /it is not JSON \(perhaps it was cut off\)/],
    ['that is nested a million deep', '['.repeat(1_000_000) + ']'.repeat(1_000_000), /it is not an object/],
    ['of another tool', { traceEvents: [] }, /it has no nodes/],
    ['whose ids are texts', { nodes: [{ ...NODE, id: '1' }], samples: ['1'], timeDeltas: ['9'] }, /node 0 has no id/],
  ];
  for (const [name, contents, words] of profiles)
    for (const engine of ['own', '0x'])
      it(`refuses a profile ${name} (${engine})`, () => {
        const file = place.write('a.cpuprofile', typeof contents === 'string' ? contents : JSON.stringify(contents));
        return refused(['open', file, ...(engine === '0x' ? ['--engine', engine] : [])], words);
      });

  it('draws a hostile profile as far as it makes sense', async () => {
    const nodes = [
      { ...NODE, children: [2, 2, 1, 99, '3', null] },
      { ...NODE, id: 2, children: [1, 3], callFrame: { functionName: '__proto__', url: 'javascript:alert(1)' } },
      { ...NODE, id: 3, children: [2], callFrame: { functionName: '</script><script>alert(1)</script>' } },
      { ...NODE, id: 2, callFrame: { functionName: 'again' } },
    ];
    const file = place.write(
      'a.cpuprofile',
      JSON.stringify({ nodes, startTime: 5, endTime: -5, samples: [3, 77, 'x', 2], timeDeltas: [1000, -500, 'x'], unblock: { lane: {} } }),
    );
    for (const engine of [[], ['--engine', '0x']]) {
      const outcome = await place.run(['open', file, '--html', temporary('page.html'), ...engine]);
      assert.equal(outcome.code, 0, outcome.stderr);
      place.discard('page.html');
    }
  });

  it('refuses a profile of 1 GB by its size, and one without end', async () => {
    const file = temporary('large.cpuprofile');
    writeFileSync(file, '{"nodes":[');
    truncateSync(file, 1_000_000_000);
    await refused(['open', file], /large\.cpuprofile is 1\.0 GB long, more than Unblock reads \(150 MB\): record a shorter run\./);
    await refused(['fix', file, '--advice', 'a'], /is 1\.0 GB long, more than Unblock reads \(64 MB\)/);
    if (process.platform === 'linux') await refused(['fix', '/dev/zero', '--advice', 'a'], /\/dev\/zero is over 64 MB long/);
    place.discard('large.cpuprofile');
  });

  const report = sampleReport();
  const reports: [string, unknown, RegExp][] = [
    ['that is empty', '', /it is empty/],
    ['that was cut off', JSON.stringify(report).slice(0, -20), /it is not JSON/],
    ['of another version', { ...report, schema: 'unblock/report/9' }, /schema is no word that Unblock knows/],
    ['without hot spots', { ...report, hotSpots: undefined }, /hotSpots is no list/],
    ['with an advice that is none', { ...report, advice: [null] }, /advice\[0\] is no object/],
    [
      'with a line that is a text',
      { ...report, hotSpots: [{ ...report.hotSpots[0], line: '3' }] },
      /hotSpots\[0\]\.line is no line or column/,
    ],
    ['whose figures are too large', JSON.stringify(report).replace(/"wallMs":[\d.]+/, '"wallMs":1e999'), /run\.wallMs is no number/],
    ['whose keys are not its own', '{"__proto__":{"schema":"unblock/report/1"}}', /schema is no word/],
  ];
  for (const [name, contents, words] of reports)
    it(`refuses a report ${name}`, async () => {
      const text = typeof contents === 'string' ? contents : JSON.stringify(contents);
      const file = place.write('report.json', text);
      await refused(['fix', file, '--advice', 'advice-1'], words);
      const folder = temporary('saved');
      mkdirSync(folder);
      writeFileSync(join(folder, 'report.json'), text);
      writeFileSync(join(folder, 'profile.cpuprofile'), JSON.stringify(sampleProfile()));
      await refused(['open', folder], words);
      place.discard('saved');
    });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Failure } from '../../src/core/failure.ts';
import { readSavedResults } from '../../src/extension/saved-results.ts';
import { sampleProfile, sampleReport } from '../webview/sample-report.ts';

describe('results that were saved', () => {
  let folder: string;
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unblock-saved-'));
    write('profile.cpuprofile', JSON.stringify(sampleProfile('main')));
    write('profile-2.cpuprofile', JSON.stringify(sampleProfile('worker 1')));
    write('report.json', JSON.stringify(sampleReport()));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are read, with the names of their lanes', async () => {
    const { report, profiles } = await readSavedResults(folder);
    assert.deepEqual(report, sampleReport());
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['main', 'worker 1'],
    );
  });

  const spoil: [string, () => void][] = [
    ['are gone', () => rmSync(join(folder, 'report.json'))],
    ['were cut off', () => write('report.json', JSON.stringify(sampleReport()).slice(0, -9))],
    ['are of another shape', () => write('report.json', JSON.stringify({ ...sampleReport(), verdict: null }))],
    ['are hostile', () => write('report.json', '{"schema":"unblock/report/1","__proto__":{"hotSpots":[]},"hotSpots":[null]}')],
    ['are 1 GB long', () => truncateSync(join(folder, 'report.json'), 1_000_000_000)],
  ];
  for (const [name, act] of spoil)
    it(`say so in one sentence where they ${name}`, async () => {
      act();
      await assert.rejects(
        readSavedResults(folder),
        (error) => error instanceof Failure && error.message === 'The report of this run could not be read: profile again.',
      );
    });
});

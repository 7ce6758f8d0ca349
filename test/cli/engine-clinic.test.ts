import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';
import { assertReport } from './report-shape.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** Each tool on a program that it has something to say of. */
const cases = [
  {
    engine: 'clinic-doctor',
    script: 'sequential-requests/fetch-prices.mjs',
    bound: 'async-wait',
    hot: 'fetchPrice',
    rule: 'overlap-awaits',
    says: /^clinic doctor finds /,
  },
  {
    engine: 'clinic-flame',
    script: 'hash-passwords/hash-passwords.cjs',
    bound: 'cpu-native',
    hot: 'hashPasswords',
    rule: 'prefer-async-api',
    says: /^clinic flame draws pbkdf2Sync .* hottest, on top in (9\d|100) %/,
  },
  {
    engine: 'clinic-bubbleprof',
    script: 'sequential-requests/fetch-prices.mjs',
    bound: 'async-wait',
    hot: 'fetchPrice',
    rule: 'overlap-awaits',
    says: /^clinic bubbleprof followed \d+ asynchronous operations: those begun in (fetchPrice|startService)/,
  },
] as const;

describe('the engines of clinic', () => {
  for (const { major, path } of supportedNodes())
    for (const { engine, script, bound, hot, rule, says } of cases)
      it(`node ${major}, ${engine}: ${script}`, async () => {
        const place = new Place();
        try {
          const { report } = await place.advise(['--engine', engine, '--node', path, join(EXAMPLES, script)]);
          assertReport(report);
          assert.equal(report.run.engine, engine);
          assert.equal(report.verdict.bound, bound, report.verdict.evidence.join(' '));
          assert.equal(report.hotSpots[0]?.function, hot);
          assert.equal(report.advice[0]?.rule, rule);
          const { secondOpinion } = report.verdict;
          assert.match(secondOpinion?.verdict ?? report.verdict.evidence.join(' '), says);
          assert.equal(secondOpinion?.tool, engine);
          place.assertNoTraces();
        } finally {
          place.remove();
        }
      });
});

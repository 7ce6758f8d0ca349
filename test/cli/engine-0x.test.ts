import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';
import { assertReport } from './report-shape.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** What the report of 0x says is what the report of our own engine says. */
const cases = [
  {
    script: 'sequential-requests/fetch-prices.mjs',
    bound: 'async-wait',
    hot: 'fetchPrice',
    line: 5,
    rule: 'overlap-awaits',
    api: 'fetch',
    calls: 40,
  },
  {
    script: 'hash-passwords/hash-passwords.cjs',
    bound: 'cpu-native',
    hot: 'hashPasswords',
    line: 9,
    rule: 'prefer-async-api',
    api: 'crypto.pbkdf2Sync',
    calls: 24,
  },
] as const;

describe('the engine 0x', () => {
  for (const { major, path } of supportedNodes())
    for (const { script, bound, hot, line, rule, api, calls } of cases)
      it(`node ${major}: ${script}`, async () => {
        const place = new Place();
        try {
          const { report } = await place.advise(['--engine', '0x', '--node', path, join(EXAMPLES, script)]);
          assertReport(report);
          assert.equal(report.verdict.bound, bound, report.verdict.evidence.join(' '));
          const [spot] = report.hotSpots;
          assert.equal(spot?.function, hot);
          const operation = spot.operations.find((one) => one.api === api);
          assert.deepEqual({ line: operation?.line, calls: operation?.calls }, { line, calls });
          assert.equal(report.advice[0]?.rule, rule);
          assert.deepEqual(readdirSync(place.temporary), []);
          place.assertNoTraces();
        } finally {
          place.remove();
        }
      });
});

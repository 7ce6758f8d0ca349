import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';
import { assertReport } from './report-shape.ts';

/** Its pause is long: on a busy machine V8's sampler may take up to some 200 ms to see that a thread sleeps, and nothing else tells here. */
const PROGRAM = `import { execFileSync } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
function commands() {
  for (let i = 0; i < 3; i++) execFileSync('sleep', ['0.1']);
}
function hashes() {
  for (let i = 0; i < 8; i++) pbkdf2Sync('a', 'b', 40_000, 32, 'sha512');
}
async function pause() {
  await sleep(2000);
}
commands();
hashes();
await pause();
`;

describe('a report without the system’s accounts of a thread, as on macOS and Windows', () => {
  for (const { major, path } of supportedNodes()) {
    it(`tells the same by what was called, and what is less certain (node ${major})`, async () => {
      const place = new Place({ 'program.mjs': PROGRAM });
      try {
        const env = place.environment({ UNBLOCK_TRACK: 'off' });
        const { report } = await place.advise(['--node', path, place.path('program.mjs')], { env });
        assertReport(report);
        const bounds = Object.fromEntries(report.hotSpots.map((spot) => [spot.function, spot.bound]));
        assert.deepEqual(
          [bounds['commands'], bounds['hashes'], bounds['pause']],
          ['blocking-io', 'cpu-native', 'async-wait'],
          JSON.stringify(bounds),
        );
        assert.ok(report.verdict.evidence.some((sentence) => sentence.startsWith('Less certain here')));
      } finally {
        place.remove();
      }
    });
  }
});

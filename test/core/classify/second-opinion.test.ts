import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opinionSentence, secondOpinion } from '../../../src/core/classify/second-opinion.ts';
import type { HotSpot, TimeSplit } from '../../../src/core/profile/hot-spots.ts';
import type { DoctorCategory, Opinion } from '../../../src/core/recording.ts';
import type { Bound } from '../../../src/core/report/report.ts';

const NO_TIME: TimeSplit = {
  jsCpuUs: 0,
  nativeCpuUs: 0,
  blockedUs: 0,
  awaitSerialUs: 0,
  awaitOverlappedUs: 0,
  gcUs: 0,
  loadingUs: 0,
  idleUs: 0,
};

/** A second of what the bound names. */
const SPLITS: Record<Bound, TimeSplit> = {
  'cpu-js': { ...NO_TIME, jsCpuUs: 1e6 },
  'cpu-native': { ...NO_TIME, nativeCpuUs: 1e6 },
  'blocking-io': { ...NO_TIME, blockedUs: 1e6 },
  'async-wait': { ...NO_TIME, awaitSerialUs: 9e5, jsCpuUs: 1e5 },
  gc: { ...NO_TIME, gcUs: 5e5, jsCpuUs: 5e5 },
  mixed: { ...NO_TIME, jsCpuUs: 4e5, blockedUs: 3e5, awaitSerialUs: 3e5 },
  'insufficient-data': { ...NO_TIME, jsCpuUs: 1000 },
};

const SPOT = { function: 'load', file: '/app/load.js', line: 3, lines: [{ line: 5, time: NO_TIME }] } as unknown as HotSpot;

function judged(opinion: Opinion, bound: Bound): { agrees: boolean | null; sentence: string } {
  const second = secondOpinion(opinion, { bound, time: SPLITS[bound], hotSpots: [SPOT], cwd: '/app' });
  return { agrees: second.agrees, sentence: opinionSentence(second) };
}

const doctor = (category: DoctorCategory, samples = 120): Opinion => ({ tool: 'clinic-doctor', category, samples });
const flame = (name: string, file: string, line: number): Opinion => ({
  tool: 'clinic-flame',
  hottest: { function: name, file, line, share: 0.8 },
  samples: 900,
});
const bubbleprof = (name: string, file: string, line: number): Opinion => ({
  tool: 'clinic-bubbleprof',
  longest: { function: name, file, line, asyncMs: 850, operations: 40 },
  operations: 200,
});

const cases: [Opinion, Bound, boolean | null, RegExp][] = [
  [doctor('event-loop'), 'cpu-js', true, /^clinic doctor finds a potential event loop issue in its 120 samples\.$/],
  [doctor('event-loop'), 'cpu-native', true, /event loop issue/],
  [doctor('event-loop'), 'blocking-io', true, /It can’t tell a loop that computes from one that is blocked/],
  [doctor('event-loop'), 'gc', true, /collecting garbage/],
  [doctor('event-loop'), 'async-wait', false, /Unblock measured otherwise: 900 ms \(90 %\) were waiting/],
  [doctor('event-loop'), 'mixed', null, /names one cause/],
  [doctor('io'), 'async-wait', true, /What it calls I\/O is waiting for one operation at a time: 900 ms \(90 %\)\.$/],
  [doctor('io'), 'blocking-io', false, /Unblock measured otherwise: .*synchronous calls/],
  [doctor('io'), 'cpu-js', false, /1\.00 s \(100 %\) were computing/],
  [doctor('io'), 'gc', false, /were computing/],
  [doctor('io'), 'mixed', null, /names one cause/],
  [doctor('gc'), 'gc', true, /garbage collection issue in its 120 samples\.$/],
  [doctor('gc'), 'cpu-js', false, /collecting garbage took 0 ms \(0 %\)/],
  [doctor('none'), 'cpu-js', null, /finds no issue .* symptoms/],
  [doctor('data', 1), 'cpu-js', null, /too little data .* a timer, which never fires while the script doesn’t yield/],
  [doctor('data'), 'async-wait', null, /needs a longer run/],
  [doctor('data'), 'mixed', null, /needs a longer run/],
  [doctor('unknown'), 'cpu-js', null, /can’t name in its 120 samples\.$/],
  [doctor('new-in-14' as DoctorCategory), 'cpu-js', null, /an issue it calls new-in-14/],
  [doctor('io'), 'insufficient-data', null, /I\/O issue in its 120 samples\.$/],
  [flame('load', '/app/load.js', 3), 'cpu-js', true, /^clinic flame draws load \(load\.js:3\) hottest, on top in 80 % of 900 samples\.$/],
  [flame('pbkdf2Sync', 'node:internal/crypto/pbkdf2', 62), 'cpu-native', true, /It was called from load/],
  [flame('other', '/app/load.js', 40), 'cpu-js', false, /load is larger/],
  [flame('load', '/app/load.js', 3), 'async-wait', false, /samples running code only, and 900 ms \(90 %\) were waiting/],
  [flame('load', '/app/load.js', 3), 'blocking-io', false, /can’t tell computing from being blocked/],
  [{ tool: 'clinic-flame', hottest: null, samples: 0 }, 'async-wait', null, /no sample of the script running/],
  [
    bubbleprof('load', '/app/load.js', 5),
    'async-wait',
    true,
    /followed 200 asynchronous operations: those begun in load \(load\.js:5\) were open longest, 850 ms\.$/,
  ],
  [
    bubbleprof('serve', '/app/serve.js', 2),
    'async-wait',
    false,
    /waited for or not, and what the run had to wait for most was begun in load/,
  ],
  [
    bubbleprof('load', '/app/load.js', 5),
    'cpu-js',
    false,
    /follows asynchronous operations only, and 1\.00 s \(100 %\) were computing or blocked/,
  ],
  [{ tool: 'clinic-bubbleprof', longest: null, operations: 0 }, 'cpu-js', false, /saw no asynchronous operation/],
];

describe('clinic’s verdict beside ours', () => {
  for (const [opinion, bound, agrees, words] of cases)
    it(`${JSON.stringify(opinion).slice(0, 60)} and ${bound}`, () => {
      const result = judged(opinion, bound);
      assert.match(result.sentence, words);
      assert.equal(result.agrees, agrees);
    });
});

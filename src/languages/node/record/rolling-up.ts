import type { Language } from '../../../core/language.ts';
import { rollUp } from '../../../core/roll-up/roll-up.ts';
import { joinBuckets } from '../../../core/roll-up/shares.ts';
import type { RollingUp } from './rolled-track.ts';
import type { FollowedThread } from './scheduler-track.ts';
import type { AsyncRow, ThreadRecording } from './thread-recording.ts';

/** Of a thread no more samples (75 s of work) and operations are in full; once there are more, all but the newest are rolled up. */
const SAMPLES = { most: 75_000, newest: 60_000 };
const OPERATIONS = { most: 10_000, newest: 5000 };
/** Within this much time like is put beside like; twice as much whenever there are too many shares: about 10 MB. */
const FIRST_BUCKET_US = 100_000;
const MOST_SHARES = 30_000;

/** Rolls up what of a thread is too much to keep. */
export function rollUpThread(thread: ThreadRecording, track: FollowedThread | null, language: Language): void {
  const count = tooMany(thread);
  if (count === 0) return;
  const { profile, operations, rounds, start } = thread;
  thread.rolling ??= {
    fromUs: start.atUs,
    before: { untilUs: start.atUs, operations: [], pool: { fullUs: 0, most: 0 }, loop: null },
    buckets: [],
    bucketUs: FIRST_BUCKET_US,
  };
  const { rolling } = thread;
  const fromUs = rolling.before.untilUs;
  const all = profile.takeOut(count);
  const first = all.atUs.findIndex((at) => at > fromUs);
  if (first < 0) return;
  const [sampleNode, sampleAtUs] = [all.node.subarray(first), all.atUs.subarray(first)];
  const untilUs = sampleAtUs.at(-1)!;
  const rows = rowsUntil(thread, untilUs);
  const column = (name: keyof AsyncRow): number[] => rows.map(([, row]) => row[name]);
  const part = {
    nodes: profile.nodes(),
    sampleNode,
    sampleAtUs,
    fromUs,
    lane: {
      operations: {
        ...operations,
        async: { api: column('api'), site: column('site'), startUs: column('startUs'), endUs: column('endUs') },
      },
      rounds,
      onCpu: track?.readings() ?? null,
      poolThreads: start.poolThreads,
    },
  };
  rolling.buckets.push(...rollUp(part, rolling.before, rolling.bucketUs, language, process.platform));
  while (rolling.buckets.reduce((sum, shares) => sum + shares.length, 0) > MOST_SHARES && rolling.buckets.length > 1) joinPairs(rolling);
  thread.older = new Map(rows.filter(([, { endUs }]) => endUs < 0 || endUs >= untilUs));
  track?.forget(untilUs);
  if (rounds) forgetRounds(rounds, untilUs);
}

/** How many of the oldest samples are to be rolled up. */
function tooMany({ profile, operations }: ThreadRecording): number {
  const { startUs } = operations.async;
  const samples = profile.sampleCount > SAMPLES.most ? profile.sampleCount - SAMPLES.newest : 0;
  return startUs.length > OPERATIONS.most ? Math.max(samples, profile.samplesUntil(startUs.at(-OPERATIONS.newest)!)) : samples;
}

/** Takes out the operations that began before a moment, with their numbers. */
function rowsUntil(thread: ThreadRecording, untilUs: number): [number, AsyncRow][] {
  const { api, site, startUs, endUs } = thread.operations.async;
  const later = startUs.findIndex((at) => at >= untilUs);
  const count = later < 0 ? startUs.length : later;
  const rows = [...thread.older];
  for (let row = 0; row < count; row++) {
    rows.push([thread.rowsBefore + row, { api: api[row]!, site: site[row]!, startUs: startUs[row]!, endUs: endUs[row]! }]);
  }
  for (const column of [api, site, startUs, endUs]) column.splice(0, count);
  thread.rowsBefore += count;
  return rows;
}

function joinPairs(rolling: RollingUp): void {
  rolling.bucketUs *= 2;
  const { buckets } = rolling;
  rolling.buckets = buckets.filter((_, index) => index % 2 === 0).map((shares, pair) => joinBuckets(shares, buckets[pair * 2 + 1] ?? []));
}

function forgetRounds(rounds: NonNullable<ThreadRecording['rounds']>, untilUs: number): void {
  const later = rounds.endUs.findIndex((at) => at > untilUs);
  const count = later < 0 ? rounds.endUs.length : later;
  rounds.startUs.splice(0, count);
  rounds.endUs.splice(0, count);
}

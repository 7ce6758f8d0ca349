import type { HotSpot, TimeSplit } from '../profile/hot-spots.ts';
import { relativeTo } from '../profile/find-hot-spots.ts';
import { sumOf } from '../profile/time-split.ts';
import type { DoctorCategory, Opinion } from '../recording.ts';
import { capitalised, formatDuration, formatShare } from '../report/format.ts';
import type { Bound, SecondOpinion } from '../report/report.ts';
import { DOMINANT_SHARE } from './thresholds.ts';

export interface Measured {
  bound: Bound;
  /** Of the whole run. */
  time: TimeSplit;
  /** The largest first. */
  hotSpots: readonly HotSpot[];
  cwd: string;
}

/** Another tool's verdict on the same run held against ours: whether they agree and, in one sentence, why not or with what difference. */
export function secondOpinion(opinion: Opinion, measured: Measured): SecondOpinion {
  const { verdict, agrees, why } = OF[opinion.tool](opinion as never, measured);
  return measured.bound === 'insufficient-data'
    ? { tool: opinion.tool, verdict, agrees: null, why: null }
    : { tool: opinion.tool, verdict, agrees, why };
}

/** The second opinion as one line of evidence. */
export function opinionSentence({ verdict, agrees, why }: SecondOpinion): string {
  if (why === null) return verdict;
  return agrees === false ? `${verdict} Unblock measured otherwise: ${why}` : `${verdict} ${capitalised(why)}`;
}

type Judged = Pick<SecondOpinion, 'verdict' | 'agrees' | 'why'>;
type Judge<Tool extends Opinion['tool']> = (opinion: Extract<Opinion, { tool: Tool }>, measured: Measured) => Judged;

const OF: { [Tool in Opinion['tool']]: Judge<Tool> } = { 'clinic-doctor': doctor, 'clinic-flame': flame, 'clinic-bubbleprof': bubbleprof };

/** clinic's own titles. */
const CATEGORIES: Record<DoctorCategory, string> = {
  'event-loop': 'a potential event loop issue',
  io: 'a potential I/O issue',
  gc: 'a potential garbage collection issue',
  none: 'no issue',
  data: 'too little data',
  unknown: 'an issue that it can’t name',
};

/** With fewer of them it does not begin to judge. */
const DOCTORS_FEWEST_SAMPLES = 4;

const COMPUTING: readonly Bound[] = ['cpu-js', 'cpu-native'];

function doctor({ category, samples }: Extract<Opinion, { tool: 'clinic-doctor' }>, measured: Measured): Judged {
  const title = CATEGORIES[category] as string | undefined;
  const verdict = `clinic doctor finds ${title ?? `an issue it calls ${category}`} in its ${counted(samples, 'sample')}.`;
  return { verdict, ...doctorAgainst(category, samples, measured) };
}

/** How doctor comes to each category is in its analysis: delay at least 10 ms in the median or 100 ms once, CPU use, steps of handles and memory. */
function doctorAgainst(category: DoctorCategory, samples: number, { bound, time }: Measured): Omit<Judged, 'verdict'> {
  const known = (why: string | null = null): Omit<Judged, 'verdict'> => ({ agrees: true, why });
  const otherwise = (why: string): Omit<Judged, 'verdict'> => ({ agrees: false, why });
  const open = (why: string | null = null): Omit<Judged, 'verdict'> => ({ agrees: null, why });
  const waits = `${amount(time.awaitSerialUs + time.awaitOverlappedUs, time)} were waiting, which leaves the event loop free`;
  switch (category) {
    case 'event-loop':
      if (COMPUTING.includes(bound)) return known();
      if (bound === 'blocking-io')
        return known('it can’t tell a loop that computes from one that is blocked: Unblock measured the synchronous calls.');
      if (bound === 'gc') return known('what held the loop was collecting garbage.');
      if (bound === 'async-wait') return otherwise(`${waits}, and for that verdict one delay of 100 ms is enough.`);
      return open('it names one cause, and no single kind of time dominates this run.');
    case 'io':
      if (bound === 'async-wait')
        return known(
          time.awaitSerialUs >= time.awaitOverlappedUs
            ? `what it calls I/O is waiting for one operation at a time: ${amount(time.awaitSerialUs, time)}.`
            : null,
        );
      if (bound === 'blocking-io')
        return otherwise('it infers asynchronous I/O from idle processor time, and a thread blocked in synchronous calls is as idle.');
      if (COMPUTING.includes(bound) || bound === 'gc')
        return otherwise(
          `${amount(time.jsCpuUs + time.nativeCpuUs + time.gcUs, time)} were computing, and it infers I/O from samples of the processor use, which a busy machine lowers.`,
        );
      return open('it names one cause, and no single kind of time dominates this run.');
    case 'gc':
      return bound === 'gc'
        ? known()
        : otherwise(
            `collecting garbage took ${amount(time.gcUs, time)}, and it judges by the memory’s ups and downs, not by the time they cost.`,
          );
    case 'none':
      return open('it looks for a server’s symptoms (delays, idle processors, growing memory), not for what a run’s time went into.');
    case 'data':
      return open(
        samples < DOCTORS_FEWEST_SAMPLES && bound !== 'async-wait'
          ? 'its sampler is a timer, which never fires while the script doesn’t yield.'
          : 'it needs a longer run, of some seconds.',
      );
    default:
      return open();
  }
}

function flame({ hottest, samples }: Extract<Opinion, { tool: 'clinic-flame' }>, { bound, time, hotSpots, cwd }: Measured): Judged {
  if (!hottest)
    return { verdict: 'clinic flame has no sample of the script running.', agrees: null, why: 'it sees computing only, not waiting.' };
  const place = hottest.file === '' ? '' : ` (${relativeTo(cwd, hottest.file)}:${hottest.line})`;
  const verdict = `clinic flame draws ${hottest.function}${place} hottest, on top in ${formatShare(hottest.share)} of ${counted(samples, 'sample')}.`;
  if (bound === 'async-wait')
    return {
      verdict,
      agrees: false,
      why: `it samples running code only, and ${amount(time.awaitSerialUs + time.awaitOverlappedUs, time)} were waiting.`,
    };
  const [first] = hotSpots;
  const same = first !== undefined && hottest.file === first.file && hottest.function === first.function;
  if (bound === 'blocking-io')
    return {
      verdict,
      agrees: false,
      why: `it can’t tell computing from being blocked: ${amount(time.blockedUs, time)} were blocked in synchronous I/O.`,
    };
  if (same || first === undefined) return { verdict, agrees: true, why: null };
  const inOwnCode = hotSpots.some((spot) => spot.file === hottest.file);
  return inOwnCode
    ? { verdict, agrees: false, why: `with what its own lines had core and dependencies do, ${first.function} is larger.` }
    : {
        verdict,
        agrees: true,
        why: `it was called from ${first.function}: Unblock charges core and dependencies to the code that called them.`,
      };
}

function bubbleprof(
  { longest, operations }: Extract<Opinion, { tool: 'clinic-bubbleprof' }>,
  { bound, time, hotSpots, cwd }: Measured,
): Judged {
  const verdict =
    longest === null
      ? 'clinic bubbleprof saw no asynchronous operation of the script take any time.'
      : `clinic bubbleprof followed ${counted(operations, 'asynchronous operation')}: those begun in ${longest.function} (${relativeTo(cwd, longest.file)}:${longest.line}) were open longest, ${formatDuration(longest.asyncMs)}.`;
  const awaitedUs = time.awaitSerialUs + time.awaitOverlappedUs;
  if (bound !== 'async-wait') {
    if (awaitedUs >= sumOf(time) * DOMINANT_SHARE) return { verdict, agrees: null, why: null };
    const busyUs = time.jsCpuUs + time.nativeCpuUs + time.blockedUs + time.gcUs + time.loadingUs;
    return {
      verdict,
      agrees: false,
      why: `it follows asynchronous operations only, and ${amount(busyUs, time)} were computing or blocked.`,
    };
  }
  const [first] = hotSpots;
  if (longest === null || first === undefined) return { verdict, agrees: null, why: null };
  if (first.file === longest.file && first.lines.some(({ line }) => line === longest.line)) return { verdict, agrees: true, why: null };
  return {
    verdict,
    agrees: false,
    why: `it counts how long an operation is open, waited for or not, and what the run had to wait for most was begun in ${first.function}.`,
  };
}

function amount(us: number, time: TimeSplit): string {
  return `${formatDuration(us / 1000)} (${formatShare(us / Math.max(1, sumOf(time)))})`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

import { formatBytes, formatDuration, formatSpeedup } from '../report/format.ts';
import type { Cloning, HotSpot } from '../profile/hot-spots.ts';
import type { Model, ReportAdvice } from '../report/report.ts';
import type { AdviceContext } from './advice.ts';
import { poolOf } from './pools.ts';

/** Waits in flight at once that a refactor asks for: enough to hide most of a wait, few enough not to trouble a server. */
export const DEFAULT_BOUND = 8;

/** libuv's thread pool has four threads unless UV_THREADPOOL_SIZE says otherwise. */
const POOL_THREADS = 4;

/** Measured on two cores with Node 20: from `new Worker` to its first message. */
const WORKER_START_US = 28_000;

/** Measured on two cores with Node 20 to 24: what a call with small arguments takes of the main thread where many are on their way, and where each waits for the one before. */
const WORKER_CALL_US = 15;
const LONE_WORKER_CALL_US = 70;

/** Measured on two busy cores with Node 20: from `fork` to the first message, and what a small call takes of the main thread where many are on their way, and where each waits for the one before. */
const PROCESS_START_US = 95_000;
const PROCESS_CALL_US = 35;
const LONE_PROCESS_CALL_US = 45;

/** Measured with Node 20: resident memory that an idle worker and an idle node process add. */
const WORKER_BYTES = 8_000_000;
const PROCESS_BYTES = 40_000_000;

export type Prediction = ReportAdvice['predicted'];

/** Speed-ups that the same wait may see: `low` supposes that the other side serves our requests only partly at once. */
interface Range {
  low: number;
  high: number;
  basis: string;
}

/** Waits that now run one after another, and what the thread does for them. */
export interface Waits {
  /** µs that the thread had nothing to do but to wait for them. */
  waitUs: number;
  operations: number;
  /** Of these µs, the longest for a single one. */
  longestUs: number;
  /** µs that the thread computes on the lines that wait: sending requests, reading answers. It stays on the one thread. */
  computeUs: number;
}

/** So much of each further operation in flight shortens the wait where the other side serves our requests only partly at once. */
const SERVED_AT_ONCE = 0.35;

/**
 * What is left of n waits when at most `bound` (k) of them are in flight, W their sum, C the computing that goes with them.
 * - At best the time of both, C + W, comes down to the largest of what nothing can shorten: the longest single wait (the critical
 *   path), the computing of the one thread, and an equal share for each of the k in flight: max(longest, C, (C + W) / k). These are the asymptotic
 *   bounds of a closed system with k customers (Denning and Buzen, The operational analysis of queueing network models, 1978).
 * - At worst no computing hides behind a wait, and it comes to C + the larger of two: W / k + (1 − 1/k) × longest, which handing out jobs
 *   in order never exceeds (Graham, Bounds on multiprocessing timing anomalies, 1969), and W / (1 + (k − 1) × 0.35), for another side that
 *   does not serve all at once: with 8 in flight 3.5, the middle of what sequential awaits reached by hand (1.9 to 4.4×).
 * All other computing of the run is left as it is.
 */
export function predictOverlap(wallUs: number, waits: Waits, bound = DEFAULT_BOUND): Prediction {
  const { waitUs, operations, computeUs } = waits;
  const flights = Math.max(1, Math.min(bound, operations));
  const longestUs = Math.min(waitUs, waits.longestUs);
  const bestUs = Math.max(longestUs, computeUs, (computeUs + waitUs) / flights);
  const inOrderUs = waitUs / flights + (1 - 1 / flights) * longestUs;
  const worstUs = Math.min(waitUs, Math.max(inOrderUs, waitUs / (1 + (flights - 1) * SERVED_AT_ONCE)));
  return prediction(wallUs, {
    low: wallUs / (wallUs - waitUs + worstUs),
    high: wallUs / (wallUs - waitUs - computeUs + Math.min(bestUs, waitUs + computeUs)),
    basis: `${formatDuration(waitUs / 1000)} of waiting in ${operations} operations, the longest ${formatDuration(longestUs / 1000)}; ${flights} at a time leave ${formatDuration(Math.max(longestUs, waitUs / flights) / 1000)} to ${formatDuration(worstUs / 1000)} of it`,
  });
}

/**
 * How many waits to have under way at once: with C µs of computing for each W of waiting, 1 + W / C of them keep the one thread busy, and any more wait for
 * it alone (the knee of the asymptotic bounds, see `predictOverlap`). Half as many again, as what the first of them compiled and loaded is computing that the others are spared. At
 * least 2, and at most the default bound.
 */
export function boundOf({ waitUs, computeUs }: Waits): number {
  return computeUs <= 0 ? DEFAULT_BOUND : Math.min(DEFAULT_BOUND, Math.max(2, Math.ceil((1.5 * (computeUs + waitUs)) / computeUs)));
}

/** The waits that a function is answerable for, `operations` of them one after another. */
export function waitsOf(hotSpot: HotSpot, operations: number): Waits {
  const waiting = hotSpot.operations.filter((one) => one.kind === 'async' && one.time.awaitSerialUs > 0);
  const lines = new Set(waiting.map((one) => one.line));
  const computeUs = hotSpot.lines
    .filter(({ line }) => lines.has(line))
    .reduce((sum, { time }) => sum + time.jsCpuUs + time.nativeCpuUs + time.gcUs, 0);
  return {
    waitUs: hotSpot.time.awaitSerialUs,
    operations,
    longestUs: Math.max(0, ...waiting.map((one) => one.longestWaitUs ?? one.maxUs)),
    computeUs,
  };
}

/** Commands that now block one after another. The high end supposes that they wait; the low end that they compute, so that cores are the limit. */
export function predictCommands(
  wallUs: number,
  blockedUs: number,
  calls: number,
  maxUs: number,
  cores: number,
  bound = DEFAULT_BOUND,
): Prediction {
  const flights = Math.max(1, Math.min(bound, calls));
  const best = Math.max(blockedUs / flights, Math.min(blockedUs, maxUs));
  const worst = Math.max(blockedUs / Math.max(1, Math.min(flights, cores) * 0.75), best);
  return prediction(wallUs, {
    low: wallUs / (wallUs - blockedUs + worst),
    high: wallUs / (wallUs - blockedUs + best),
    basis: `${formatDuration(blockedUs / 1000)} blocked in ${calls} commands; ${flights} at a time leave ${formatDuration(best / 1000)} if they wait, ${formatDuration(worst / 1000)} if they compute on ${cores} cores`,
  });
}

/** Native computing moved to libuv's thread pool, `calls` of them at once. */
export function predictThreadPool(wallUs: number, nativeUs: number, calls: number, cores: number): Prediction {
  const threads = Math.max(1, Math.min(POOL_THREADS, cores, calls));
  const best = nativeUs / threads;
  const worst = nativeUs / Math.max(1, threads * 0.75);
  return prediction(wallUs, {
    low: wallUs / (wallUs - nativeUs + worst),
    high: wallUs / (wallUs - nativeUs + best),
    basis: `${formatDuration(nativeUs / 1000)} of native computing in ${calls} calls on ${threads} of libuv's threads at a time (${cores} cores)`,
  });
}

/** Calls that a worker would take over. */
export interface MovedCalls {
  /** Null where they were not counted. */
  calls: number | null;
  /** Null where none were sampled. */
  cloning: Cloning | null;
  /** What they are in words, where they aren't calls. */
  noun?: string;
  /** µs that a call may take and no less, where they were not counted: the low end supposes that all are as short. */
  shortestUs?: number;
  /** What copies of an unknown size may take besides at the low end, as a share of the computing that moves. */
  unpricedShare?: number;
}

/**
 * Computing moved to worker threads. On N cores the ceiling is N over the cores that the process keeps busy already (GC and JIT run on
 * threads of their own), measured as process CPU time over wall time: not N, and not told by the hot share alone. The low end gives a
 * third of that away to each worker's warm-up, copies and memory bandwidth. Each call's messages take the main thread's time, and so does writing
 * the clone of its arguments and reading that of its result; the other half of cloning is the workers' and counts as computing.
 */
export function predictWorkers(
  wallUs: number,
  computeUs: number,
  cores: number,
  processCpuUs: number | null,
  moved: MovedCalls,
): Prediction {
  return predictPool(wallUs, computeUs, cores, processCpuUs, moved, THREADS);
}

/** The same for processes, which take longer to start and to talk to. */
export function predictProcesses(
  wallUs: number,
  computeUs: number,
  cores: number,
  processCpuUs: number | null,
  moved: MovedCalls,
): Prediction {
  return predictPool(wallUs, computeUs, cores, processCpuUs, moved, PROCESSES);
}

const THREADS = { word: 'worker', startUs: WORKER_START_US, callUs: WORKER_CALL_US, loneCallUs: LONE_WORKER_CALL_US };
const PROCESSES = { word: 'process', startUs: PROCESS_START_US, callUs: PROCESS_CALL_US, loneCallUs: LONE_PROCESS_CALL_US };

function predictPool(
  wallUs: number,
  computeUs: number,
  cores: number,
  processCpuUs: number | null,
  { calls, cloning, noun = 'calls', shortestUs, unpricedShare = 0 }: MovedCalls,
  { word, startUs, callUs, loneCallUs }: typeof THREADS,
): Prediction {
  const busy = processCpuUs === null ? 1.1 : Math.max(1, processCpuUs / wallUs);
  const threads = calls === null ? cores : Math.min(cores, calls);
  const ceiling = Math.max(1, threads / busy);
  const moved = computeUs + (calls ?? 0) * (cloning?.workerUs ?? 0);
  const cloneUs = (calls ?? 0) * (cloning?.callerUs ?? 0);
  const best = Math.max(moved / ceiling, (calls ?? 0) * callUs + cloneUs) + startUs;
  const mostCalls = calls ?? (shortestUs === undefined ? 0 : computeUs / shortestUs);
  const worst = moved / Math.max(1, 1 + (ceiling - 1) * 0.4) + 2 * startUs + mostCalls * loneCallUs + cloneUs + computeUs * unpricedShare;
  return prediction(wallUs, {
    low: wallUs / (wallUs - computeUs + worst),
    high: wallUs / (wallUs - computeUs + best),
    basis:
      `${formatDuration(computeUs / 1000)} of computing on ${cores} cores, of which the process keeps ${busy.toFixed(2)} busy ` +
      `${processCpuUs === null ? '(supposed)' : '(measured)'}: at most ${formatSpeedup(ceiling)} there; a ${word} takes ${startUs / 1000} ms to start` +
      (calls === null
        ? shortestUs === undefined
          ? ''
          : `; a call's messages take ${callUs} to ${loneCallUs} µs, and calls as short as ${shortestUs} µs would lose`
        : `; the messages of ${calls} ${noun} take ${formatDuration((calls * callUs) / 1000)} to ${formatDuration((calls * loneCallUs) / 1000)}`) +
      (calls === null || cloning === null
        ? ''
        : `, cloning what they hold ${formatDuration(cloneUs / 1000)} here and ${formatDuration((calls * cloning.workerUs) / 1000)} in the workers`),
  });
}

/** How much of a measured time a change takes away, 0 to 1: at the low end of a range, and at the high end. */
export interface Saving {
  least: number;
  most: number;
}

/**
 * Work that a change takes away: of `costUs` measured µs between `least` and `most`. Nothing else of the run becomes faster, so that the gain is
 * wall / (wall − saved) (Amdahl, Validity of the single processor approach, 1967), with all of it saved as the bound that nothing exceeds.
 */
export function predictSaving(wallUs: number, costUs: number, { least, most }: Saving, basis: string): Prediction {
  // Two clocks and a sampler may give a function slightly more than the run.
  const cost = Math.min(costUs, 0.99 * wallUs);
  return prediction(wallUs, { low: wallUs / (wallUs - cost * least), high: wallUs / (wallUs - cost * most), basis });
}

/** Freeing the event loop shortens other requests, not this run. */
export function predictUnblocked(basis: string): Prediction {
  return { speedup: 1, low: 0.95, high: 1.1, basis };
}

/**
 * Requests a second of a server that fills its thread, with a process for each core. As for workers the ceiling is the cores over those that the process keeps
 * busy already; the low end has 0.4 of what each further core could add, as memory bandwidth, the client on the same machine and an uneven spread take their part.
 * @param measured what was measured, in words
 */
export function predictCluster(wallUs: number, cores: number, processCpuUs: number | null, measured: string): Prediction {
  const busy = processCpuUs === null || wallUs <= 0 ? 1.1 : Math.max(1, processCpuUs / wallUs);
  const ceiling = Math.max(1, cores / busy);
  return prediction(wallUs, {
    low: 1 + (ceiling - 1) * 0.4,
    high: ceiling,
    basis: `${measured}; the process keeps ${busy.toFixed(2)} of ${cores} cores busy ${processCpuUs === null ? '(supposed)' : '(measured)'}, so at most ${formatSpeedup(ceiling)} the requests a second`,
  });
}

/**
 * A loop that makes room for others: what they wait for gets shorter, not the run. A little is lost to looking at the clock in each round.
 * @param longestUs the longest that the loop held the event loop
 * @param turnUs after which it makes room
 */
export function predictTurns(longestUs: number, turnUs: number): Prediction {
  return {
    ...{ speedup: 1, low: 0.95, high: 1 },
    basis: `others wait up to ${formatDuration(turnUs / 1000)} and one round instead of up to ${formatDuration(longestUs / 1000)} (measured); the loop itself gets no faster`,
  };
}

function prediction(wallUs: number, range: Range): Prediction {
  const low = round(Math.min(range.low, range.high));
  const high = round(Math.max(range.low, range.high));
  return { speedup: round(Math.sqrt(low * high)), low, high, basis: wallUs > 0 ? range.basis : 'nothing was measured' };
}

function round(factor: number): number {
  return Number.isFinite(factor) && factor > 0 ? Number(factor.toPrecision(3)) : 1;
}

/**
 * Every model of the decision matrix, priced for one hot spot in time, memory and complexity; null where nothing measured tells it.
 * `edits` are the places in the text that the refactor of the chosen model changes.
 */
export function priceModels(
  hotSpot: HotSpot,
  context: AdviceContext,
  chosen: { model: Model; speedup: number; edits: number | null },
): ReportAdvice['alternatives'] {
  const { wallUs } = context;
  const cores = context.machine.logicalCores;
  const { time } = hotSpot;
  const computeUs = time.jsCpuUs + time.nativeCpuUs;
  const calls = operationCalls(hotSpot);
  const offThread = time.blockedUs + time.nativeCpuUs;
  // What a pool shares already, another one would not make faster, and how much a larger one would is not measured.
  const pooled = poolOf(hotSpot, context) !== null;
  const workers = pooled ? null : predictWorkers(wallUs, computeUs + time.blockedUs, cores, context.processCpuUs, hotSpot).speedup;
  const rows: ReportAdvice['alternatives'] = [
    { model: 'leave-alone', speedup: 1, memoryBytes: 0, edits: 0 },
    {
      model: 'async-api',
      speedup: offThread > 0 ? predictThreadPool(wallUs, offThread, calls, cores).speedup : 1,
      memoryBytes: 0,
      edits: null,
    },
    {
      model: 'concurrent-awaits',
      speedup: time.awaitSerialUs > 0 ? predictOverlap(wallUs, waitsOf(hotSpot, calls)).speedup : 1,
      memoryBytes: 0,
      edits: null,
    },
    { model: 'worker-threads', speedup: workers, memoryBytes: cores * WORKER_BYTES, edits: null },
    { model: 'child-processes', speedup: workers, memoryBytes: cores * PROCESS_BYTES, edits: null },
    { model: 'native-api', speedup: null, memoryBytes: null, edits: null },
    { model: 'stream', speedup: null, memoryBytes: null, edits: null },
    { model: 'cache', speedup: null, memoryBytes: null, edits: null },
    { model: 'algorithm', speedup: null, memoryBytes: null, edits: null },
  ];
  return rows.map((row) => (row.model === chosen.model ? { ...row, speedup: chosen.speedup, edits: chosen.edits } : row));
}

/** `≈320 MB for 8 processes`, for the words of an advice. */
export function processMemory(cores: number): string {
  return `≈${formatBytes(cores * PROCESS_BYTES)} for ${cores} processes`;
}

/** `≈64 MB for 8 workers`, for the words of an advice. */
export function workerMemory(cores: number): string {
  return `≈${formatBytes(cores * WORKER_BYTES)} for ${cores} workers`;
}

function operationCalls(hotSpot: HotSpot): number {
  return hotSpot.operations.reduce((sum, operation) => sum + operation.calls, 0);
}

import type { RepeatedCalls } from '../recording.ts';
import type { Bound } from '../report/report.ts';

/** A user function ranked by the wall time it is answerable for. Times in µs; lines and columns 1-based. */
export interface HotSpot {
  id: string;
  function: string;
  file: string;
  line: number;
  column: number;
  /** Of the run's wall time; above 1 where several threads were in it at once. */
  share: number;
  /** How many threads and processes were in it. */
  threads: number;
  selfUs: number;
  totalUs: number;
  time: TimeSplit;
  calls: number | null;
  /** Null where no calls were sampled. */
  cloning: Cloning | null;
  /** Null where no calls in a row were compared. */
  again: RepeatedCalls | null;
  bound: Bound;
  /** Sentences with figures that support `bound`. */
  evidence: string[];
  /** Every line the function is answerable for, by time, longest first. */
  lines: HotLine[];
  /** The core calls made from the function's lines, by time, longest first. */
  operations: SiteOperations[];
  /** How much of its computing (JavaScript and native) ran in which thread or process, by the lane's id. */
  computing: { lane: string; us: number }[];
  /** User functions that called this one, by the time they spent in it, longest first. */
  callers: Caller[];
}

/** What it takes to send a function's arguments to another thread and its result back: the mean of the calls that were sampled. */
export interface Cloning {
  /** Calls whose arguments were seen, and calls whose result was. */
  sampledArguments: number;
  sampledResults: number;
  /** Null where they can't be cloned, were not seen, or could not be measured. */
  argumentBytes: number | null;
  resultBytes: number | null;
  /** µs a call on the thread that calls (arguments written, result read), and on the one that computes. */
  callerUs: number;
  workerUs: number;
  /** Of the bytes, those in large ArrayBuffers, which a message can move in place of copying them. */
  transferableBytes: number;
  /** What keeps it from another thread, as the end of a sentence about the function: `its argument 2 (db) holds a function (db.query)`; null where nothing does. */
  obstacle: string | null;
}

/** A function as the run that counted saw it, hot itself or not. */
export interface CalledFunction {
  function: string;
  file: string;
  line: number;
  column: number;
  calls: number;
  /** Of the run that measured time, µs: all its calls. */
  totalUs: number;
  cloning: Cloning | null;
  /** Null where no calls in a row were compared. */
  again: RepeatedCalls | null;
}

/** In µs, one part for each of TIME_KINDS. */
export interface TimeSplit {
  jsCpuUs: number;
  nativeCpuUs: number;
  blockedUs: number;
  awaitSerialUs: number;
  awaitOverlappedUs: number;
  gcUs: number;
  loadingUs: number;
  idleUs: number;
}

export interface HotLine {
  line: number;
  time: TimeSplit;
}

/** One core API called from one user line, directly or through dependencies. */
export interface SiteOperations {
  api: string;
  kind: 'sync' | 'async';
  line: number;
  /** Of the call, where the stack gave it; else null. */
  column: number | null;
  /** The threads and processes that made the calls, by their lanes' ids. */
  lanes: readonly string[];
  calls: number;
  /** Sum of the calls' durations: for async operations more than the wall time where they overlap. */
  totalUs: number;
  maxUs: number;
  /** Async: the longest that the thread waited for one of them, without what it computed meanwhile; null for sync. */
  longestWaitUs: number | null;
  /** How the wall time charged to this site splits. */
  time: TimeSplit;
  /** Async: operations in flight anywhere in the lane while one of these was; 1 means nothing else ran. Null for sync. */
  meanInFlight: number | null;
  peakInFlight: number | null;
}

export interface Caller {
  function: string;
  file: string;
  /** Of the call, where it is known; else of the calling function's beginning. */
  line: number;
  totalUs: number;
}

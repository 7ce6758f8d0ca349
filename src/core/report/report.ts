/**
 * The report: the stable contract `unblock/report/1` of the command line (docs/report.md). Times in ms; `share` is of the
 * run's wall time, 0 to 1; lines and columns 1-based; files absolute; an unknown number is null, never 0.
 */
export interface Report {
  schema: 'unblock/report/1';
  /** `runner` is the test runner, only where `script` is a test file that needs one. */
  target: { script: string; args: string[]; cwd: string; node: string; runner?: string };
  run: {
    engine: string;
    wallMs: number;
    exitCode: number | null;
    signal: string | null;
    ended: 'exit' | 'stopped' | 'killed' | 'crashed';
    /** The command that put it under load, only where there was one. */
    load?: string[];
    /** Only where it was attached to while it ran: `wallMs` is from then until it was let go or ended. */
    attached?: true;
    /** How many runs were made one after another, only where there were several: all times and counts are sums over them. */
    repeats?: number;
  };
  machine: { logicalCores: number; physicalCores: number | null; memoryBytes: number; platform: string; load: number | null };
  /** Of the main lane; the parts add up to the run's wall time. */
  time: TimeSplitMs;
  /** Every thread and process that was measured, the main one first. */
  lanes: ReportLane[];
  /** Of the main thread; null where it was not measured, or the program never waited for anything. */
  eventLoop: ReportEventLoop | null;
  verdict: {
    bound: Bound;
    evidence: string[];
    /**
     * The threads and processes that the verdict and the headline speak for, by their ids, where the main one waited or idled for most of the run
     * (`waitedMs`) while they worked; null where the main one speaks for itself.
     */
    speaksFor: { waitedMs: number; lanes: string[] } | null;
    /** What the engine's own analysis says of the run: only of engines that have one, null where it came to no verdict. */
    secondOpinion?: SecondOpinion | null;
  };
  hotSpots: ReportHotSpot[];
  /** Best first. */
  advice: ReportAdvice[];
  leftAlone: LeftAlone[];
}

/** A thread or a process. */
export interface ReportLane {
  /** `main`, `worker-1`, `process-1`, `process-1-worker-1`. */
  id: string;
  /** `worker 1`, `process 1: server.js`. */
  name: string;
  kind: 'main' | 'worker' | 'process';
  /** From when it was first measured to its end. */
  wallMs: number;
  /** Adds up to `wallMs`. */
  time: TimeSplitMs;
  /** Null where it was not measured, where nothing was waited for, and for others than the main lane where they don't serve. */
  eventLoop: ReportEventLoop | null;
}

export interface TimeSplitMs {
  jsCpuMs: number;
  nativeCpuMs: number;
  blockedMs: number;
  awaitedMs: number;
  gcMs: number;
  loadingMs: number;
  idleMs: number;
}

/** The event loop from the first moment that something was waited for: until then nothing can come late. */
export interface ReportEventLoop {
  /** Share of the time that the thread did not sleep, 0 to 1. */
  utilisation: number;
  /** Whether the program listens, repeats (`setInterval`) or watches: then it matters to others when it is late. */
  serving: boolean;
  /** Requests that its http and https servers got; null where there were too many to list. */
  requests: number | null;
  /** How long an event waits that comes at any moment of the run, in ms. Below 5 ms it is an estimate. */
  delayMs: { mean: number; p50: number; p90: number; p99: number; max: number };
  /** Share of the moments, 0 to 1, at which an event would have waited longer than `overMs`. */
  histogram: { overMs: number; share: number }[];
  /** All blockages of 10 ms or more. `heldUp`: a request that several held up counts for each. */
  blocked: { times: number; totalMs: number; heldUp: number | null };
  /** The longest 20, longest first. */
  blockages: Blockage[];
}

/** One turn of the event loop that took long: nothing else could run meanwhile. */
export interface Blockage {
  /** After the run's beginning. */
  startMs: number;
  durationMs: number;
  /** The innermost function of the user's that was on the stack for at least half of it, at its costliest line; null where none was. */
  function: string | null;
  file: string | null;
  line: number | null;
  /** Innermost first: the heaviest path through what ran, down to functions with a tenth of the blockage. At most 24. */
  stack: BlockageFrame[];
  /** Requests to the program's http and https servers that were unanswered meanwhile or came in; null where there were too many to list. */
  heldUp: number | null;
}

/** A function on a blockage's stack, or several calls inside one package, inside the runtime, or of one recursive function. */
export interface BlockageFrame {
  function: string;
  /** Absolute; `node:…` for the runtime's own; null for native code. */
  file: string | null;
  /** Where it called the next one or where its own time went, as far as that is known, else where it begins; null for native code. */
  line: number | null;
  /** So much of the blockage it was on the stack for. */
  ms: number;
  owner: 'user' | 'dependency' | 'core' | 'native';
  /** How many calls it stands for. */
  calls: number;
}

export interface SecondOpinion {
  /** An engine: `clinic-doctor`. */
  tool: string;
  /** A sentence with its figures. */
  verdict: string;
  /** Null where the two can't be compared. */
  agrees: boolean | null;
  /** Why not, or with what difference; null where there is nothing to add. */
  why: string | null;
}

export const BOUNDS = ['cpu-js', 'cpu-native', 'blocking-io', 'async-wait', 'gc', 'mixed', 'insufficient-data'] as const;
export type Bound = (typeof BOUNDS)[number];

export const MODELS = [
  'leave-alone',
  'async-api',
  'concurrent-awaits',
  'worker-threads',
  'child-processes',
  'native-api',
  'stream',
  'cache',
  'algorithm',
] as const;
export type Model = (typeof MODELS)[number];

export interface ReportHotSpot {
  id: string;
  /** `(top level)` for a module's own code. */
  function: string;
  file: string;
  /** Where the function begins; 1 for top-level code. */
  line: number;
  column: number;
  /** What the function is answerable for, of the run: the sum of `time` over the wall time. Above 1 where several threads were in it at once. */
  share: number;
  /** How many threads and processes were in it; left out for one. */
  threads?: number;
  /** Samples with the function itself on top of the stack. */
  selfMs: number;
  /** With everything it called or awaited; recursion counts once. */
  totalMs: number;
  /** What the function's own lines are answerable for: their computing, the core and dependency work and the waits they started. */
  time: TimeSplitMs;
  /** On all threads, from a second run that counted; null where none did. */
  calls: number | null;
  /** From the same second run; only where calls of it were sampled. */
  callSizes?: CallSizes;
  bound: Bound;
  lines: { line: number; time: TimeSplitMs }[];
  /** The core calls made from the function's lines, by time, longest first: `fs.readFileSync` from line 12, 120 calls. */
  operations: { api: string; line: number; calls: number; totalMs: number }[];
}

/** What it takes to send a function's arguments to another thread and its result back, on average over a sample of its calls. */
export interface CallSizes {
  /** Calls that were sampled. */
  samples: number;
  /** Of the structured clone of a call's arguments, and of its result; null where there is none or none was seen. */
  argumentBytes: number | null;
  resultBytes: number | null;
  /** To write and to read both clones, each on its side; null where neither could be measured. */
  cloneMs: number | null;
  /** Of the bytes, those in large ArrayBuffers, which can be transferred in place of copying them. */
  transferableBytes: number;
  /** `its argument 2 (db) holds a function (db.query), which can't be copied`: what keeps it from another thread; null where nothing does. */
  obstacle: string | null;
}

export interface ReportAdvice {
  id: string;
  rule: string;
  /** Id of a hot spot. */
  hotSpot: string;
  model: Model;
  file: string;
  /** The call that costs. */
  line: number;
  /** What that line held, without white space at its ends: where it is in a text that has changed since. Absent where it was not read. */
  text?: string;
  message: string;
  why: string;
  /** Of the whole run: wall time before over wall time after. */
  predicted: { speedup: number; low: number; high: number; basis: string };
  alternatives: { model: Model; speedup: number | null; memoryBytes: number | null; edits: number | null }[];
  /**
   * `atOnce`: how many waits it has under way at once, where that was measured. `choices`: other ways to make the change, on request. `untilProfiled`: what was
   * measured is the reason, and not what the files held then.
   */
  refactor:
    | { available: true; safety: 'safe' | 'review'; atOnce?: number; choices?: RefactorChoice[] }
    | { available: false; reason: string; untilProfiled?: true };
}

/** Another way to make a change. `shared-memory`: threads share typed arrays (SharedArrayBuffer) in place of getting copies. */
export type RefactorChoice = { id: 'shared-memory' } & (
  { available: true; safety: 'safe' | 'review' } | { available: false; reason: string }
);

export interface LeftAlone {
  function: string;
  file: string;
  line: number;
  share: number;
  /** As in a hot spot. */
  threads?: number;
  reason: string;
}

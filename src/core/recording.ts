/**
 * A recording: what a run left behind, exactly as an engine measured it. Times are µs on the machine's monotonic clock
 * (CLOCK_MONOTONIC on Linux): the clock of V8's `startTime` and of `process.hrtime()`, so lanes need no alignment.
 * Lines and columns are 1-based, but inside `cpuProfile`, which is V8's own format (0-based).
 */
export interface Recording {
  schema: 'unblock/recording/1';
  language: string;
  engine: EngineId;
  target: Target;
  machine: Machine;
  run: Run;
  /** The main thread first. Empty when nothing could be measured. */
  lanes: Lane[];
  /** From a run of its own that counted them; null or missing where none did. */
  calls?: CallCounts | null;
  /** From the same run: what it takes to clone arguments and results of the functions that compute most. */
  callSizes?: CallSizes[];
  /** Sentences for the reader about what could not be measured, and why. */
  notes: string[];
  /** What another tool that looked at the same run says of it; null where none did or none could. */
  opinion?: Opinion | null;
}

/** A tool's own verdict, in its own terms. */
export type Opinion =
  | {
      tool: 'clinic-doctor';
      /** Its issue category. */
      category: DoctorCategory;
      /** Its samples of CPU, memory, delay and handles, one every 10 ms while the event loop turns. */
      samples: number;
    }
  | {
      tool: 'clinic-flame';
      /** The function it draws hottest: most often on top of the stack, of its samples. Null where it had none. */
      hottest: { function: string; file: string; line: number; share: number } | null;
      samples: number;
    }
  | {
      tool: 'clinic-bubbleprof';
      /** The line of the user's whose asynchronous operations were in flight longest, overlaps counted once. Null where it saw none. */
      longest: { function: string; file: string; line: number; asyncMs: number; operations: number } | null;
      /** Asynchronous operations it followed. */
      operations: number;
    };

export type DoctorCategory = 'event-loop' | 'io' | 'gc' | 'none' | 'data' | 'unknown';

export type EngineId = 'v8' | '0x' | 'clinic-doctor' | 'clinic-flame' | 'clinic-bubbleprof';

/** What is run. */
export interface Target {
  /** Absolute path. */
  script: string;
  args: string[];
  /** Absolute path. */
  cwd: string;
  /** Absolute path of the node binary, and what `node --version` answered without its `v`. */
  node: { path: string; version: string };
  /** Options for node itself, before the script. */
  nodeOptions: string[];
  /** Variables set on top of the inherited environment. Values stay out of reports. */
  env: Record<string, string>;
  /** The installed program that runs `script`, a test file, in place of node itself: `args` hold the script already. */
  runner?: { name: string; script: string; args: string[] };
}

/** An unknown number is null. */
export interface Machine {
  logicalCores: number;
  physicalCores: number | null;
  memoryBytes: number;
  platform: string;
  /** Share of all cores busy when the run began, 0 to 1. */
  load: number | null;
}

export interface Run {
  /** From the first line of the script, or from when it was attached to, until its end or when it was let go, without the time it takes to start node and to attach. */
  wallUs: number;
  exitCode: number | null;
  signal: string | null;
  ended: 'exit' | 'stopped' | 'killed' | 'crashed';
  /** The command that put it under load meanwhile, if any: the wall time then begins when the script opened its first port. */
  load?: string[];
  /** The program ran already: it was attached to, and let go. */
  attached?: true;
  /** How many runs it is made of, one after another, where there were several: then its times are sums. */
  repeats?: number;
}

/** One thread or process. */
export interface Lane {
  id: string;
  name: string;
  kind: 'main' | 'worker' | 'process';
  pid: number;
  /** V8's own profile format: `timeDeltas` in µs, 0-based positions, `positionTicks` where V8 gave them. */
  cpuProfile: CpuProfile;
  operations: OperationLog;
  /** Null or missing where they were not noted. */
  rounds?: LoopRounds | null;
  /** Null where the platform has no per-thread scheduler statistics. */
  onCpu: OnCpuTrack | null;
  /** Missing where all of the lane is in full. */
  rolledUp?: RolledUp;
  /** How many operations libuv's thread pool runs at once in this process; left out where it is not known. */
  poolThreads?: number;
  /** CPU time of the whole process (all threads, user and system) over the lane's wall time; null when unknown. */
  processCpuUs: number | null;
  /** Generated script URL → its source map's JSON text, read by the recorder, as the core opens no files. */
  sourceMaps: Record<string, string>;
}

export interface CpuProfile {
  nodes: CpuProfileNode[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
}

export interface CpuProfileNode {
  id: number;
  callFrame: { functionName: string; scriptId: string; url: string; lineNumber: number; columnNumber: number };
  hitCount: number;
  children?: number[];
  /** Lines are 1-based here, V8's one exception. */
  positionTicks?: { line: number; ticks: number }[];
  /** In time that was rolled up: for which operations the thread slept, or worked without code of the user's on the stack. */
  awaits?: Awaits;
}

/** Operations of one API from one site, as indexes into `apis` and `sites`. */
export interface Awaits {
  api: number;
  site: number;
  /** Others were in flight beside it. */
  overlapped: boolean;
}

/**
 * The beginning of a lane that was recorded for long, summed up while the run went on. In `cpuProfile` and `onCpu` like stands beside like there,
 * within stretches of some seconds: sums are exact, and what was when is known to a stretch. Its ended operations and its rounds of
 * the event loop are here instead of in the lists.
 */
export interface RolledUp {
  /** What begins later is in full. */
  untilUs: number;
  operations: RolledUpOperations[];
  /** How long libuv's thread pool was full while the thread waited, and how many operations were in flight then at most. */
  pool: { fullUs: number; most: number };
  /** Null where nothing was waited for, or rounds were not noted. */
  loop: RolledUpLoop | null;
}

/** Ended operations of one API from one site. */
export interface RolledUpOperations {
  api: number;
  site: number;
  /** Timers that only limit how long other operations may take. */
  guards: boolean;
  calls: number;
  totalUs: number;
  maxUs: number;
  longestWaitUs: number;
  meanInFlight: number;
  peakInFlight: number;
}

export interface RolledUpLoop {
  /** When something was first waited for. */
  startUs: number;
  endUs: number;
  busyUs: number;
  /** Since when the thread had run without looking at what came, at `endUs`; null where it slept then. Not among the following. */
  openUs: number | null;
  /** How often it had run for how long, to three digits. */
  stretches: { us: number; times: number }[];
  /** The longest blockages, in order of time; `node` of the profile held the loop, or null. */
  blockages: { startUs: number; endUs: number; node: number | null; heldUp: number | null }[];
  /** The others. */
  shorter: { times: number; us: number; heldUp: number };
}

/** The calls of core APIs that wait, or that keep a native thread or the main thread busy. */
export interface OperationLog {
  /** API names as a user writes them: `fs.readFileSync`, `child_process.execSync`, `fetch`, `fs.promises.readFile`, `setTimeout`. */
  apis: string[];
  /** Where calls came from, each distinct stack once. */
  sites: CallSite[];
  sync: SyncCalls[];
  async: AsyncOperations;
}

/** Frames innermost first, without node's own and the agent's; empty when the stack was not taken. */
export interface CallSite {
  frames: SiteFrame[];
}

export interface SiteFrame {
  function: string;
  /** As V8 prints it: `file://…` or a path. */
  url: string;
  line: number;
  column: number;
  /** Reached across an await (`at async` in a stack). */
  async: boolean;
}

/** All calls of one synchronous API from one site. */
export interface SyncCalls {
  /** Index into `apis`. */
  api: number;
  /** Index into `sites`; -1 where no stack was taken. */
  site: number;
  calls: number;
  totalUs: number;
  maxUs: number;
}

/** Columns: one entry an asynchronous operation, in the order they began. */
export interface AsyncOperations {
  api: number[];
  site: number[];
  startUs: number[];
  /** -1 while still in flight when the recording ended. */
  endUs: number[];
}

/** Readings of the thread's scheduler statistics, cumulative, on the recording's clock. */
export interface OnCpuTrack {
  atUs: number[];
  cpuUs: number[];
  /** Time spent runnable but without a core. */
  runQueueUs: number[];
}

/**
 * The rounds of the event loop that took 5 ms or more, in order. A round ends right after the loop has taken what came from outside and
 * called its callbacks; it holds all that runs until the next time, sleeping included.
 */
export interface LoopRounds {
  startUs: number[];
  endUs: number[];
  /** Until when long rounds were listed. What follows is one round that was still going on; where the list was full, it is not known. */
  notedUntilUs: number;
  full: boolean;
}

/** Requests to the program's own servers are listed among the operations up to this many. */
export const MOST_REQUESTS = 100_000;

/** How often each function was called that was called at all, over all threads. Positions are those of the scripts as they were run. */
export interface CallCounts {
  scripts: {
    url: string;
    functions: { name: string; line: number; column: number; endLine: number; endColumn: number; calls: number }[];
  }[];
}

/** A sample of the calls of one function on the main thread: what it takes to send their arguments to another thread, and their results back. */
export interface CallSizes {
  /** Where the function begins in the script as it was run, as V8 places it; 1-based. */
  url: string;
  line: number;
  column: number;
  /** The names of its parameters, as far as the source gives them one; null for a pattern. */
  parameters: (string | null)[];
  /** In the order of the calls, of which results are not always the same. */
  arguments: CloneSample[];
  results: CloneSample[];
  /** Null where no two calls in a row were looked at. */
  again: RepeatedCalls | null;
}

/** Calls in a row, each compared with those before it; calls that V8 inlined into their caller are none of them. */
export interface RepeatedCalls {
  calls: number;
  /** Of them those with the same arguments as one before. */
  again: number;
  /** Of them those given something that is not compared by its value: an object, a function, a symbol, a text of 1,000 characters or more. */
  byReference: number;
  /** Of the sampled results those that are primitive values, which nobody can change. */
  primitiveResults: number;
}

/** One value (all arguments of a call together) as a structured clone. */
export interface CloneSample {
  /** Null where it can't be cloned, or reading it would run the program's code (getters). */
  bytes: number | null;
  /** µs to write the clone, and to read it: the sender's and the receiver's work. */
  writeUs: number;
  readUs: number;
  /** Of these bytes, those in ArrayBuffers that a message could move instead. */
  transferableBytes: number;
  /** The first thing in it that a clone has not, or not whole; null where there is none. */
  obstacle: CloneObstacle | null;
}

export interface CloneObstacle {
  /** `uncloneable`: sending it throws. `class`: an instance arrives without its class's methods. */
  kind: 'uncloneable' | 'class';
  /** `a function`, `a promise`, `a Sheet`. */
  what: string;
  /** The way to it: of arguments the number first (`0`), then keys. Empty: the value itself. */
  path: string[];
}

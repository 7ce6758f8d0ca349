import type { CallSite, CloneSample, CpuProfile, RepeatedCalls } from '../../../../core/recording.ts';

/**
 * What the agent tells the recorder: JSON, one message a line, cut into chunks (see channel.ts). Times are µs on the monotonic clock.
 * `thread` is 0 for the main thread, else the worker's number.
 */
export type FromAgent =
  /** The first word of a child process, on a socket of its own. `direct`: its parent started it as node, not by way of a shell. */
  | { type: 'hello'; secret: string; direct: boolean }
  /** Sent before the first line of the thread's script. */
  | {
      type: 'start';
      name: string;
      pid: number;
      tid: number | null;
      atUs: number;
      profiling: { beforeUs: number; afterUs: number } | null;
      /** Of libuv's pool. */
      poolThreads: number;
    }
  /** What came since the last part, so that a run killed from outside still leaves a recording. */
  | ({ type: 'part'; slice: CpuProfile | null } & Progress)
  /** The last of it. Nothing follows. */
  | ({
      type: 'end';
      slice: CpuProfile | null;
      crashed: boolean;
      exitCode: number | null;
      unmeasuredWorkers: number;
      sampled?: SampledCalls[];
    } & Progress)
  /** A server of the thread accepts connections on this TCP port. Sent only where `untilPort` is set. */
  | { type: 'listening'; port: number }
  /** This process is about to send another one a signal that ends it, and waits for `flushed`. */
  | { type: 'killing'; pid: number }
  /** Measuring could not begin. */
  | { type: 'failed'; detail: string };

/** What the sampled calls of one function took and gave back. */
export interface SampledCalls {
  arguments: CloneSample[];
  results: CloneSample[];
  again: RepeatedCalls;
}

interface Progress {
  atUs: number;
  /** CPU time of the whole process since the start, µs. */
  cpuUs: number;
  operations: OperationsDelta;
  /** Null where they are not noted: but on a process's main thread. */
  rounds: RoundsDelta | null;
  /** Source maps that were not sent before: script URL → JSON text. */
  sourceMaps: Record<string, string>;
  /** How many processes of node this thread has started so far, each to be measured. */
  children: number;
}

/** What changed in an operation log since it was last asked. */
export interface OperationsDelta {
  /** New names; their indexes follow on those sent before. */
  apis: string[];
  /** New sites, likewise. */
  sites: CallSite[];
  /** Rows that changed, whole. */
  sync: { api: number; site: number; calls: number; totalUs: number; maxUs: number }[];
  /** New rows; `first` is the index of the first of them. */
  async: { first: number; api: number[]; site: number[]; startUs: number[]; endUs: number[] };
  /** Ends of rows sent before: index and time. */
  ended: [number, number][];
  /** Asynchronous operations so far that were too many to be listed. */
  unlisted: number;
}

/** Rounds of the event loop that were worth noting, since the last time. */
export interface RoundsDelta {
  startUs: number[];
  endUs: number[];
  /** When the last round ended, noted or not. */
  lastUs: number;
  /** No more are noted. */
  full: boolean;
}

/**
 * What the recorder tells the agent, one word a line. `begin`: measure from now on, where `untilPort` is set. `stop`: hand out everything, as
 * the process is about to be ended. `flushed`: the process that is about to be killed has sent what it measured. A child process, or one that was attached to, only:
 * `go`: measure; `leave`: don't; `flush`: send what came since the last time; `release`: hand out everything and run on unmeasured, as the
 * recording is over.
 */
export type ToAgent = 'begin' | 'flushed' | 'flush' | 'stop' | 'go' | 'leave' | 'release';

/** Holds the {@link ChannelSettings} as JSON. Removed from the environment before the script sees it. */
export const CHANNEL_VARIABLE = 'UNBLOCK_CHANNEL';

/** Of the script's own process. */
export interface ScriptSettings {
  /** File descriptors. */
  out: number;
  input: number;
  /** The file URL of tsx, which is loaded ahead of the script: measuring begins with BEGIN_EVENT after it. Else null: at once. */
  loader: string | null;
  /** Measuring begins when the recorder says so, which it does at the first open port. */
  untilPort: boolean;
  /** Null: the script's child processes are not measured. */
  children: ChildChannel | null;
  /** A test runner transforms what it loads: the source maps are asked of V8 at the end. */
  transforms: boolean;
  /** Functions of which a sample of calls is looked at: what their arguments and results would take to clone. */
  probes: Probe[];
}

/** A function whose calls are sampled, by its place in the script as it is run: V8's, 0-based. */
export interface Probe {
  url: string;
  lineNumber: number;
  columnNumber: number;
  /** What gives a list of its arguments when evaluated at its beginning. */
  argumentsExpression: string;
}

/** Where the child processes of the script, and theirs, find the recorder. */
export interface ChildChannel {
  /** The path of a socket. */
  address: string;
  secret: string;
  /** Whether the recorder wants to know of open ports. */
  ports: boolean;
  /** As in {@link ScriptSettings}. */
  transforms: boolean;
  /** What becomes of the process when the recorder is gone before it has said `release`: with true it runs on unmeasured, else it is ended. */
  runsOn: boolean;
}

export type ChildSettings = ChildChannel & {
  direct: boolean;
  /** It runs already, and did so without us: measuring begins with the word `go`, for which nothing waits, and at `release` it is put back. */
  attached: boolean;
};

export type ChannelSettings = ScriptSettings | ChildSettings;

/** A property of `process` while it is measured. */
export const MEASURED = 'unblock.measured';

/** Emitted on `process` when the loader is ready. The script never gets it. */
export const BEGIN_EVENT = 'unblock:begin';

/** The name of a symbol: under it the global object holds the function that compares arguments, while calls are sampled. */
export const COMPARE = 'unblock.compare';

/**
 * Where the interrupter finds a thread's functions: a property of the global object. Also the name of the function by which it calls
 * them, so that what the interrupts themselves took is known in a profile.
 */
export const HANDLE = '__unblock';

/** The functions that wrap `node:sqlite` are called this and the name of what they wrap, in a minified bundle too: their own samples are those calls'. */
export const SQLITE_FRAME = '__sqlite_';

/** The options of node by which sampling lets a sleeping main thread sleep: ahead of all others, or not given. */
export const UNDISTURBED: readonly string[] = ['--prof', '--no-prof'];

import type { AdviceContext, Finding, RefactorResult, RefactorSpot, ReadSource } from './advise/advice.ts';
import type { HotSpot } from './profile/hot-spots.ts';

/** What a language brings to the pipeline. Node.js is the first; Python comes as a sibling. */
export interface Language {
  id: string;
  /**
   * Whose code a frame is. A program that is itself installed as a dependency (a compiler, a test runner) is its own user code.
   * @param script the run's script
   */
  owner(url: string, script?: string): FrameOwner;
  /** What the time of a core or native frame on top of the stack is spent on, by name: `fs.readFileSync`, `gzipSync`, `(garbage collector)`, `require`. */
  nature(functionName: string, url: string): FrameNature;
  /** What an asynchronous core API waits for, by the name of the recording's operations. */
  waitsFor(api: string): WaitNature;
  /** Whether an operation is the life or an answer of another thread or process: what waits for it waits for what is done there. */
  isLane(api: string): boolean;
  /** Whether a synchronous call is how a worker thread sleeps until it is given work. */
  waitsForWork(api: string): boolean;
  /** Whether the operations of an API are run by the process's thread pool, a few at a time, whatever else is in flight. */
  usesThreadPool(api: string): boolean;
  /** Whether an operation is a request that the program itself serves. */
  isRequest(api: string): boolean;
  rules: readonly Rule[];
}

/**
 * What may be behind a wait, in the order in which it is believed where several are in flight.
 * `io`: one answer from outside or from another thread. `watch`: the end of something that is under way (`events.once`, `pipeline`).
 * `session`: something that lives on while other things are done with it (a child process, a socket, a stream, a worker). `timer`: a moment.
 * `serving`: what may come or not (a listening server, an interval): never counts as waiting.
 */
export type WaitNature = 'io' | 'watch' | 'session' | 'timer' | 'serving';

/** `user`: what the user wrote; `dependency`: below node_modules; `core`: the runtime's own; `native`: no source. */
export type FrameOwner = 'user' | 'dependency' | 'core' | 'native';

/** `native-io` computes in native code and may block; where nothing tells the two apart it is taken to compute. */
export type FrameNature = 'compute' | 'native-compute' | 'native-io' | 'blocking' | 'gc' | 'loading' | 'idle';

/** One file a rule: evidence in, advice out, and its refactor or its refusal. The id is also file name, doc page, fixture folder and diagnostic code. */
export interface Rule {
  id: string;
  /** What this rule says about a hot spot; empty when it has nothing to say. */
  advise(hotSpot: HotSpot, context: AdviceContext): Finding[];
  /** Minimal edits for the source as it is now, or the reason why not. Never guesses. */
  refactor(spot: RefactorSpot, read: ReadSource): RefactorResult;
}

import type { EngineId, Machine, Recording, Target } from '../../../core/recording.ts';
import type { ProbedFunction } from './probed-functions.ts';

/** An engine that runs a target and leaves a recording: one file an engine in this folder. */
export interface Recorder {
  id: EngineId;
  /**
   * Runs the target and resolves when it has ended and what it left has been read. Throws a Failure when nothing could be recorded.
   * Leaves no process and no file behind, however it ends.
   */
  record(request: RecordRequest): Promise<Recording>;
}

export interface RecordRequest {
  target: Target;
  machine: Machine;
  /** Aborted: end the script and return what was measured so far (`run.ended` is `stopped`). */
  stop: AbortSignal;
  /** Aborted: end the script, throw away what was measured, throw a Failure. */
  cancel: AbortSignal;
  /** Where the script's output goes: our own stdout and stderr, or all of it to our stderr (so that stdout stays pure JSON). Its stdin is ours then. With `none` it has neither. */
  output: 'inherit' | 'stderr' | 'none';
  /** The folder that holds the bundled programs (`agent.cjs`). */
  distFolder: string;
  /**
   * Measure from the moment on at which the script opens its first TCP port, which this is called with. The engine v8 alone can; without it,
   * measuring begins with the script's first line.
   */
  onPort?: ((port: number) => void) | undefined;
  /** Functions whose arguments and results are looked at in a few calls (`callSizes` of the recording). The engine v8 alone can; it takes time. */
  probes?: ProbedFunction[];
  /** Called when measuring begins and then about every 500 ms. */
  onProgress(elapsedMs: number): void;
}

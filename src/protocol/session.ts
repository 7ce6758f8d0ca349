/**
 * Between the extension and the `unblock` command that it runs in a terminal: one JSON object a line over a loopback socket.
 * The command connects to `UNBLOCK_SESSION=port:secret` and must say the secret first; the variable is never passed on to the script.
 */
export const SESSION_VARIABLE = 'UNBLOCK_SESSION';

/** What the command line has no words for: JSON of {@link TargetOptions}, set beside the session, never passed on to the script either. */
export const TARGET_VARIABLE = 'UNBLOCK_TARGET';

export interface TargetOptions {
  /** Options for node itself, before the script. */
  nodeOptions: string[];
  /** Variables for the script alone. */
  env: Record<string, string>;
  /** Share of the run's wall time, 0 to 1, below which nothing is advised. */
  minShare: number;
}

export type FromCommand =
  | { type: 'hello'; secret: string }
  | { type: 'progress'; phase: 'starting' | 'running' | 'counting' | 'analysing'; elapsedMs: number }
  /**
   * The folder holds what `--save` writes. The extension then closes the socket; in a terminal (stdin a TTY) the command
   * says "Press any key to close this terminal." and waits for the key, so that the script's output stays readable.
   */
  | { type: 'done'; folder: string }
  | { type: 'failed'; message: string; detail: string };

export type ToCommand =
  /** End the script and make the report of what was measured. */
  | { type: 'stop' }
  /** End the script and throw away what was measured. */
  | { type: 'cancel' };

/** What `--save DIR` writes. */
export const SAVED = {
  report: 'report.json',
  recording: 'recording.json',
  /** The main lane's timed profile; other lanes are `profile-2.cpuprofile` and on. */
  profile: 'profile.cpuprofile',
} as const;

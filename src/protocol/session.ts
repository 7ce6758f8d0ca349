/**
 * Between the extension and the `unblock` command that it runs in a terminal: one JSON object a line over a loopback socket.
 * The command connects to `UNBLOCK_SESSION=port:secret` and must say the secret first; the variable is never passed on to the script.
 */
export const SESSION_VARIABLE = 'UNBLOCK_SESSION';

export type FromCommand =
  | { type: 'hello'; secret: string }
  | { type: 'progress'; phase: 'starting' | 'running' | 'analysing'; elapsedMs: number }
  /** The folder holds what `--save` writes. */
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

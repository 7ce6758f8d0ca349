import type { OperationLog } from '../../../../core/recording.ts';

/** Holds the {@link AgentSettings} as JSON. Removed from the environment before the script sees it. */
export const SETTINGS_VARIABLE = 'UNBLOCK_0X';

/** Holds the folder in which the script is to run, for a 0x that runs in another. */
export const FOLDER_VARIABLE = 'UNBLOCK_0X_FOLDER';

export interface AgentSettings {
  /** Where the agent writes the {@link ScriptStatus}. */
  statusFile: string;
  /** What the script is to see as its node's options. */
  nodeOptions: string[];
  /** The file URL of tsx, which is loaded ahead of the script: its loading is not the script's. Else null. */
  loader: string | null;
  /** NODE_OPTIONS for the script's children, null where there is none. */
  nodeOptionsVariable: string | null;
}

/** What the agent wrote; `endUs` is 0 as long as the script runs, or when it was killed. */
export interface ScriptStatus {
  pid: number;
  /** About when the script began on the clock of V8's log. */
  beginTickUs: number;
  /** On the recording's clock; 0 as long as the script's first line is still to come. */
  beginUs: number;
  endUs: number;
  exitCode: number | null;
  signal: string | null;
  threw: boolean;
  cpuUs: number;
  /** Null when the script was killed. */
  operations: OperationLog | null;
  /** Script URL → its source map's JSON text, where a loader left one with node. */
  sourceMaps: Record<string, string>;
}

/** The name of the function in which the agent waits for the ticks to see the script begin. */
export const MARK = 'markBegin';

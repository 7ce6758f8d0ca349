import type { OperationLog } from '../../../../core/recording.ts';

/** Holds the {@link AgentSettings} as JSON. Removed from the environment before the script sees it. */
export const SETTINGS_VARIABLE = 'UNBLOCK_0X';

export interface AgentSettings {
  /** Where the agent writes the {@link ScriptStatus}. */
  statusFile: string;
  /** What the script is to see as its node's options. */
  nodeOptions: string[];
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
}

/** The name of the function in which the agent waits for the ticks to see the script begin. */
export const MARK = 'markBegin';

/** Holds the {@link InjectSettings} as JSON. Removed from the environment before the script sees it. */
export const SETTINGS_VARIABLE = 'UNBLOCK_CLINIC';

/** What the script's process is told: which of clinic's own collectors to load, and where it may write. */
export interface InjectSettings {
  /** clinic's module that collects inside the script's process. */
  collector: string;
  /** Variables the collector reads while it is loaded. */
  variables: Record<string, string>;
  /** Where it is said why the collector could not be loaded: the script runs on without it. */
  failureFile: string;
  /** What was put ahead of NODE_OPTIONS, so that the collector is loaded before the measurement begins. */
  nodeOptions: string;
}

export type ClinicTool = 'doctor' | 'flame' | 'bubbleprof';

/** What the analysis program is asked for, as its one argument. It answers with an Opinion as JSON. */
export interface AnalysisRequest {
  tool: ClinicTool;
  /** The tool's own folder, the one with its package.json. */
  packageFolder: string;
  /** What the run left, and where the program may write. */
  folder: string;
  script: string;
  /** Of the bundled programs, whose frames are not the script's. */
  ownFolder: string;
}

/** The name under which clinic's files of a run are kept: it would be the process id. */
export const RUN = 'run';

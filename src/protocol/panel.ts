import type { Report } from '../core/report/report.ts';

/** Messages between the extension and the flame graph page: plain data, a typed union each way. */
export type ToPanel =
  | {
      type: 'show';
      /** Null for a profile of another tool, opened without a report. */
      report: Report | null;
      title: string;
      /** How the run compares with the one before, in words. */
      compared: string | null;
      lanes: PanelLane[];
    }
  | { type: 'stale'; stale: boolean }
  /** Zooms to the function that encloses a source line. */
  | { type: 'focus'; file: string; line: number };

export interface PanelLane {
  name: string;
  /** A timed profile (see core/profile/timed-profile.ts) or any V8 .cpuprofile: its JSON text in UTF-8. */
  bytes: Uint8Array;
}

export type FromPanel =
  | { type: 'ready' }
  /** 1-based line and column. */
  | { type: 'openSource'; file: string; line: number; column: number }
  /** Open the source of an advice and its light bulb. */
  | { type: 'fix'; advice: string }
  /** Profile again; so many times in a row where it says so. */
  | { type: 'repeat'; runs?: number }
  /** Run the script a second time to count calls and sizes. */
  | { type: 'countCalls' }
  | { type: 'failed'; message: string };

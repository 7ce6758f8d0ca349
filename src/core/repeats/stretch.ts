import type { Lane } from '../recording.ts';

/** What of a lane belongs to one run, and where that stands on the clock of all runs. */
export interface Stretch {
  lane: Lane;
  /** On the run's own clock. */
  fromUs: number;
  toUs: number;
  /** To be added for the clock on which the runs follow each other without a pause. */
  shiftUs: number;
  /** Whether its last run is this one. */
  last: boolean;
}

import type { KindTimes } from './time-split.ts';

/** What a user function is answerable for, over all lanes. */
export interface FunctionCharges {
  /** How many lanes it was charged in. */
  lanes: number;
  lines: Map<number, KindTimes>;
  /** Samples with the function itself on top. */
  selfUs: number;
  operations: Map<string, OperationCharge>;
  /** Its computing, by the lane's id. */
  computing: Map<string, number>;
}

export interface OperationCharge {
  api: string;
  kind: 'sync' | 'async';
  line: number;
  column: number | null;
  /** The ids of the lanes that made the calls. */
  lanes: Set<string>;
  calls: number;
  totalUs: number;
  maxUs: number;
  /** 0 for sync. */
  longestWaitUs: number;
  times: KindTimes;
  /** Weighted by `totalUs`; 0 for sync. */
  inFlightSum: number;
  peakInFlight: number;
}

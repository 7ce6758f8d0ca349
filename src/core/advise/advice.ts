import type { CalledFunction, HotSpot, TimeSplit } from '../profile/hot-spots.ts';
import type { Machine } from '../recording.ts';
import type { Model, RefactorChoice, ReportAdvice } from '../report/report.ts';

/** What rules may know besides the hot spot itself. */
export interface AdviceContext {
  wallUs: number;
  /** Of the main lane. */
  time: TimeSplit;
  machine: Machine;
  /** CPU time of the whole process over the run; null when unknown. */
  processCpuUs: number | null;
  /** Every thread and process, the main one first. */
  lanes: readonly LaneUse[];
  /** See `isLane` of Language. */
  isLane: (api: string) => boolean;
  hotSpots: readonly HotSpot[];
  /** Requests to the program's own servers, and how many there are at once while it is busy; null where it got none, or they are not known. */
  served: { requests: number; atOnce: number } | null;
  /** Of the main thread; null where nothing was waited for. */
  eventLoop: EventLoopUse | null;
  /** The user's functions whose calls were counted, hot themselves or not; none where nothing was counted. */
  called: readonly CalledFunction[];
  read: ReadSource;
}

/** What the event loop of the main thread was like, as far as rules ask. */
export interface EventLoopUse {
  /** Whether the program listens, repeats or watches: then it matters to others when it is late. */
  serving: boolean;
  /** Share of the time that the thread did not sleep, 0 to 1. */
  utilisation: number;
  /** Requests that its servers got; null where there were too many to list. */
  requests: number | null;
  /** What held the loop for 10 ms or more, and which function of the user's it was; longest first. */
  blockages: readonly { function: string; file: string; line: number; us: number; heldUp: number | null }[];
}

/** How much of its life a thread or process was busy: it computed, was blocked, collected garbage or loaded. */
export interface LaneUse {
  id: string;
  kind: 'main' | 'worker' | 'process';
  /** The same for those that may share the same work: the workers of one process, the child processes that run one script. */
  pool: string;
  wholeUs: number;
  busyUs: number;
}

/** A file's text as the user sees it (unsaved editors included); null when it can't be read. */
export type ReadSource = (file: string) => string | null;

/** What a rule found: the report's advice without what the pipeline adds. */
export type Finding =
  Omit<ReportAdvice, 'id' | 'rule' | 'hotSpot'> | { leaveAlone: true; file: string; line: number; reason: string; models: Model[] };

/** Where a refactor is asked for: taken from a report, so all that is known are positions. */
export interface RefactorSpot {
  file: string;
  /** The call that costs. */
  line: number;
  /** The hot spot's function. */
  function: { name: string; file: string; line: number; column: number };
  model: Model;
  logicalCores: number;
  /** How many waits to have under way at once, as the advice says; the default bound where it says nothing. */
  atOnce?: number;
  /** A way to make the change that a person asks for, of those that the advice offers. */
  choice?: RefactorChoice['id'];
}

export type RefactorResult =
  | {
      available: true;
      title: string;
      safety: 'safe' | 'review';
      /** Why a person should look at it: parts of sentences, each naming its place. Empty when it is safe. */
      review: string[];
      files: FileEdits[];
    }
  | Refused;

export interface Refused {
  available: false;
  /** One sentence that a user can act on. */
  reason: string;
  /** The reason is in what was measured, so that asking again tells nothing new until the next profile. */
  untilProfiled?: true;
}

/** Edits of one file in offsets (UTF-16 units) of the text that was read, in ascending order without overlap; a file to create has one edit at 0. */
export interface FileEdits {
  file: string;
  create: boolean;
  edits: { start: number; end: number; newText: string; why: string }[];
}

import type { Report } from '../../core/report/report.ts';
import type { Graph } from '../profile/layout.ts';
import { ALL_KINDS } from '../profile/kinds.ts';
import type { Frames } from '../profile/parsed.ts';
import { readProfile, type ProfileReader } from '../profile/reader.ts';
import type { Timeline } from '../profile/timeline.ts';

/** The lane that is shown: its profile once it is read, what it is narrowed to, or why it can't be shown. */
export interface LaneState {
  frames: Frames | null;
  /** Left-heavy, of the chosen kinds of time only. */
  graph: Graph | null;
  /** Of all kinds: what the nodes of the timeline are in. */
  whole: Graph | null;
  timeline: Timeline | null;
  /** In µs. */
  timeOfKind: readonly number[];
  /** The chosen kinds; empty for all. */
  only: ReadonlySet<number>;
  /** A sentence. */
  failure: string | null;
  /** These resolve with false when another lane was opened meanwhile: then nothing is to be shown. */
  open(bytes: Uint8Array | null): Promise<boolean>;
  toggleKind(kind: number): Promise<boolean>;
  readTimeline(): Promise<boolean>;
}

/** The index of the lane that is shown first: where others speak for a main thread that only waits, the one of them that was busiest. */
export function laneToOpen(report: Pick<Report, 'lanes' | 'verdict'> | null, shown: number): number {
  const speakers = report?.verdict.speaksFor?.lanes ?? [];
  let first = 0;
  let most = -1;
  for (const [index, { id, time }] of (report?.lanes ?? []).slice(0, shown).entries()) {
    const busyMs = time.jsCpuMs + time.nativeCpuMs + time.blockedMs + time.gcMs + time.loadingMs;
    if (!speakers.includes(id) || busyMs <= most) continue;
    first = index;
    most = busyMs;
  }
  return first;
}

export function laneState(): LaneState {
  let reader: ProfileReader | null = null;
  let turn = 0;
  const state: LaneState = {
    frames: null,
    graph: null,
    whole: null,
    timeline: null,
    timeOfKind: [],
    only: new Set(),
    failure: null,

    async open(bytes) {
      const mine = ++turn;
      reader?.close();
      reader = null;
      state.frames = state.graph = state.whole = state.timeline = state.failure = null;
      state.timeOfKind = [];
      state.only = new Set();
      if (bytes === null) {
        state.failure = 'Nothing was measured, so there is nothing to draw.';
        return true;
      }
      try {
        const read = await readProfile(bytes);
        if (mine !== turn) {
          read.close();
          return false;
        }
        reader = read;
        state.frames = read.loaded.frames;
        state.graph = state.whole = read.loaded.graph;
        state.timeOfKind = read.loaded.timeOfKind;
      } catch (error) {
        state.failure = error instanceof Error ? error.message : String(error);
      }
      return mine === turn;
    },

    async toggleKind(kind) {
      const mine = turn;
      const only = new Set(state.only);
      if (!only.delete(kind)) only.add(kind);
      state.only = only;
      const mask = only.size === 0 ? ALL_KINDS : [...only].reduce((bits, one) => bits | (1 << one), 0);
      const graph = reader === null || mask === ALL_KINDS ? state.whole : await reader.layOut(mask);
      if (mine !== turn || only !== state.only) return false;
      state.graph = graph;
      return true;
    },

    async readTimeline() {
      const mine = turn;
      if (state.timeline === null && reader !== null) {
        const timeline = await reader.timeline();
        if (mine !== turn) return false;
        state.timeline = timeline;
      }
      return mine === turn;
    },
  };
  return state;
}

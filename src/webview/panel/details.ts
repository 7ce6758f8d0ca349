import { cloneWords } from '../../core/report/words-of-calls.ts';
import { formatDuration, formatShare } from '../../core/report/format.ts';
import { KIND } from '../../core/profile/time-kind.ts';
import type { Report } from '../../core/report/report.ts';
import type { Graph } from '../profile/layout.ts';
import { KINDS } from '../profile/kinds.ts';
import { displayName, frameName, type Frames } from '../profile/parsed.ts';
import { heaviestLeaf } from '../graph/navigate.ts';
import { hotSpotOf, shortPath, whereText } from './source.ts';
import { kindLabel } from './split.ts';

/** Everything worth saying about a box, as text; times in ms. */
export interface BoxDetails {
  name: string;
  where: string;
  totalMs: number;
  /** Of this box alone, in the order of time. */
  hereMs: number | null;
  selfMs: number;
  share: number;
  /** Of the function in all its boxes, when there are others; recursion counts once. */
  everywhereMs: number | null;
  calls: number | null;
  /** `5.0 ms to clone 4.1 MB of arguments`; null where no call was sampled. */
  cloning: string | null;
  kind: number;
  /** `blocked in synchronous I/O 1.44 s in readFileSync`. */
  kindText: string;
  /** For each kind, in ms. */
  split: number[];
}

/** What a box is part of: its report, if any, and the time that shares are of. */
export interface Run {
  report: Report | null;
  wholeUs: number;
}

export function detailsOf(graph: Graph, frames: Frames, run: Run, node: number, hereUs: number | null = null): BoxDetails {
  const { report } = run;
  const frame = graph.frame[node]!;
  const total = graph.total[node]!;
  const kind = graph.kind[node]!;
  const split = Array.from(graph.totalOfKind.subarray(node * KINDS, node * KINDS + KINDS), (us) => us / 1000);
  const spot = hotSpotOf(report, frames, frame);
  const leaf = heaviestLeaf(graph, node, kind, KINDS);
  const operation = kind === KIND.jsCpu ? undefined : spot?.operations[0];
  const inside =
    operation !== undefined
      ? ` in ${operation.api}${operation.calls > 1 ? ` ×${operation.calls}` : ''}`
      : leaf === node
        ? ''
        : ` in ${frameName(frames, graph.frame[leaf]!)}`;
  const everywhere = graph.frameTotal[frame]!;
  return {
    name: displayName(frames, frame),
    where:
      node === 0
        ? report === null
          ? ''
          : shortPath(report.target.script, report.target.cwd)
        : whereText(frames, frame, report?.target.cwd ?? null),
    totalMs: total / 1000,
    hereMs: hereUs === null ? null : hereUs / 1000,
    selfMs: graph.self[node]! / 1000,
    share: total / run.wholeUs,
    everywhereMs: everywhere > total * 1.001 ? everywhere / 1000 : null,
    calls: spot?.calls ?? null,
    cloning: cloneWords(spot?.callSizes),
    kind,
    kindText: `${kindLabel(kind).label} ${formatDuration(split[kind]!)}${inside}`,
    split,
  };
}

/** One sentence for a screen reader. */
export function announcement(details: BoxDetails): string {
  return `${details.name}, ${formatShare(details.share)}, ${formatDuration(details.totalMs)}, ${details.kindText}`;
}

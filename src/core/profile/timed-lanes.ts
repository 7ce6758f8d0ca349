import { TOP_LEVEL } from './frames.ts';
import type { FrameTable } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import type { CpuProfileNode } from '../recording.ts';
import type { TimedProfile } from './timed-profile.ts';
import type { Timeline } from './timeline.ts';

/**
 * The timeline as a V8 profile. As its readers have it, a sample begins at the sum of the deltas up to its own and lasts the next one:
 * a last sample of no length closes the profile, so that the deltas add up to the lane's wall time. What stands next to each other in
 * the same place and kind is one sample.
 */
export function timedProfile({ lane, profile, table }: LaneModel, timeline: Timeline): TimedProfile {
  const { tree } = timeline;
  const samples: number[] = [];
  const sampleKinds: number[] = [];
  const weights: number[] = [];
  for (const { node, kind, us } of timeline.slices) {
    if (samples.at(-1) === node && sampleKinds.at(-1) === kind) weights[weights.length - 1]! += us;
    else {
      samples.push(node);
      sampleKinds.push(kind);
      weights.push(us);
    }
  }
  if (samples.length > 0) {
    samples.push(samples.at(-1)!);
    sampleKinds.push(sampleKinds.at(-1)!);
  }
  const { nodes, idOf } = usedNodes(table, tree, samples);
  const startTime = Math.round(profile.startUs);
  return {
    unblock: { schema: 'unblock/timed-profile/1', lane: lane.name },
    nodes,
    startTime,
    endTime: startTime + Math.round(profile.endUs - profile.startUs),
    samples: samples.map((node) => idOf[node]!),
    timeDeltas: wholeDeltas(weights, samples.length),
    sampleKinds,
  };
}

/** Whole µs whose sums stay within half a µs of the true ones. */
function wholeDeltas(weights: readonly number[], count: number): number[] {
  const deltas = count > 0 ? [0] : [];
  let exact = 0;
  let written = 0;
  for (const us of weights) {
    exact += us;
    const delta = Math.round(exact) - written;
    written += delta;
    deltas.push(delta);
  }
  return deltas;
}

function usedNodes(table: FrameTable, tree: Timeline['tree'], samples: readonly number[]): { nodes: CpuProfileNode[]; idOf: Int32Array } {
  const hits = new Int32Array(tree.frame.length);
  for (const node of samples) hits[node]!++;
  const used = new Uint8Array(tree.frame.length);
  used[0] = 1;
  hits.forEach((count, node) => {
    for (let at = node; count > 0 && at > 0 && used[at] === 0; at = tree.parent[at]!) used[at] = 1;
  });
  const idOf = new Int32Array(tree.frame.length);
  const nodes: CpuProfileNode[] = [];
  const scripts = new Map<string, number>();
  tree.frame.forEach((id, node) => {
    if (used[node] === 0) return;
    idOf[node] = nodes.length + 1;
    const frame = id < 0 ? null : table.frames[id]!;
    const file = frame?.file ?? '';
    if (!scripts.has(file)) scripts.set(file, scripts.size);
    const [lineNumber, columnNumber] =
      !frame || file === '' ? [-1, -1] : frame.function === TOP_LEVEL ? [0, 0] : [frame.line - 1, frame.column - 1];
    nodes.push({
      id: idOf[node],
      callFrame: {
        functionName: frame?.function ?? '(root)',
        scriptId: String(file === '' ? 0 : scripts.get(file)!),
        url: file === '' ? '' : fileUrl(file),
        lineNumber,
        columnNumber,
      },
      hitCount: hits[node]!,
    });
    const parent = tree.parent[node]!;
    if (parent >= 0) (nodes[idOf[parent]! - 1]!.children ??= []).push(idOf[node]);
  });
  return { nodes, idOf };
}

/** An absolute path as a file URL; anything else (`node:fs`) as it is. */
export function fileUrl(file: string): string {
  const windows = /^[A-Za-z]:[\\/]/.test(file);
  if (!windows && !file.startsWith('/')) return file;
  const path = windows ? `/${file.replaceAll('\\', '/')}` : file;
  return `file://${path.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':')}`;
}

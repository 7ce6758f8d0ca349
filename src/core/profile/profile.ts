import type { Language } from '../language.ts';
import type { Awaits, CpuProfile, CpuProfileNode, Lane } from '../recording.ts';
import { internCallFrame } from './frames.ts';
import type { FrameTable } from './frames.ts';
import type { SourcePositions } from './source-positions.ts';
import type { SourceFunctions } from './source-text.ts';

/**
 * A lane's CPU profile, normalised once: nodes in preorder (a parent comes before its children; node 0 is the root), samples in order of
 * time with a weight in µs, positions those of the source. What is wrong with a recording is put right here; the model is trusted after.
 */
export interface Profile {
  /** On the recording's clock. */
  startUs: number;
  endUs: number;
  nodeFrame: Int32Array;
  /** -1 for the root. */
  nodeParent: Int32Array;
  /** For each node the source lines its own samples fell on; empty where V8 gave none. */
  nodeTicks: LineTicks[][];
  /** Of a node's id in the recording its number here. */
  nodeOf: ReadonlyMap<number, number>;
  /** Of a node of rolled-up time what it was found to be for; sparse. */
  nodeAwaits: Awaits[];
  /** Node of each sample. */
  sampleNode: Int32Array;
  /** When each sample's time begins; it lasts `sampleUs`. The weights add up to `endUs - startUs`. */
  sampleStartUs: Float64Array;
  sampleUs: Float64Array;
}

export interface LineTicks {
  /** Of another file than the function's: a bundler put the two together, and the compiler or the module's end made them one. */
  file?: string;
  line: number;
  ticks: number;
}

const EMPTY_ROOT: CpuProfileNode = {
  id: 1,
  callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
  hitCount: 0,
};

/**
 * @param wallUs the length the profile is brought to: what V8 recorded before the script began is cut off at the front, and time after the
 *   profile's end is given to the last sample's place as time that nobody measured (node 0); null keeps the profile's own length.
 */
export function normalise(
  lane: Lane,
  wallUs: number | null,
  table: FrameTable,
  positions: SourcePositions,
  language: Language,
  functionsOf: (file: string) => SourceFunctions | null,
): Profile {
  const cpuProfile = lane.cpuProfile.nodes.length > 0 ? lane.cpuProfile : { ...lane.cpuProfile, nodes: [EMPTY_ROOT] };
  const { order, parents, indexOf } = preorder(cpuProfile);
  const nodeFrame = new Int32Array(order.length);
  const nodeTicks: LineTicks[][] = [];
  const nodeAwaits: Awaits[] = [];
  order.forEach((node, index) => {
    const { callFrame, positionTicks = [], awaits } = cpuProfile.nodes[node]!;
    if (awaits) nodeAwaits[index] = awaits;
    nodeFrame[index] = internCallFrame(table, callFrame, positions, language, functionsOf);
    const { file } = table.frames[nodeFrame[index]]!;
    const ticks: LineTicks[] = [];
    for (const { line, ticks: count } of positionTicks) {
      const source = callFrame.url === '' ? null : positions.line(callFrame.url, line);
      if (source !== null && count > 0) ticks.push({ ...(source.file !== file && { file: source.file }), line: source.line, ticks: count });
    }
    nodeTicks.push(ticks);
  });
  return { ...samplesOf(cpuProfile, indexOf, wallUs), nodeFrame, nodeParent: parents, nodeTicks, nodeOf: indexOf, nodeAwaits };
}

/** Nodes in preorder by an explicit stack: recordings are deeper than any call stack. A node without a parent hangs below the root. */
function preorder(profile: CpuProfile): { order: number[]; parents: Int32Array; indexOf: Map<number, number> } {
  const byId = new Map<number, number>();
  profile.nodes.forEach((node, index) => byId.set(node.id, index));
  const parentOf = new Int32Array(profile.nodes.length).fill(-1);
  profile.nodes.forEach((node, index) => {
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined && child !== 0 && child !== index && parentOf[child] === -1) parentOf[child] = index;
    }
  });
  const children: number[][] = profile.nodes.map(() => []);
  for (let index = profile.nodes.length - 1; index > 0; index--) children[Math.max(0, parentOf[index]!)]!.push(index);
  const order: number[] = [];
  const parents: number[] = [];
  const indexOf = new Map<number, number>();
  const seen = new Uint8Array(profile.nodes.length);
  const visit = (start: number): void => {
    const stack = [{ node: start, parent: order.length === 0 ? -1 : 0 }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (seen[next.node]) continue;
      seen[next.node] = 1;
      const index = order.length;
      order.push(next.node);
      parents.push(next.parent);
      indexOf.set(profile.nodes[next.node]!.id, index);
      for (const child of children[next.node]!) stack.push({ node: child, parent: index });
    }
  };
  for (let index = 0; index < profile.nodes.length; index++) if (!seen[index]) visit(index);
  return { order, parents: Int32Array.from(parents), indexOf };
}

type Samples = Pick<Profile, 'startUs' | 'endUs' | 'sampleNode' | 'sampleStartUs' | 'sampleUs'>;

/**
 * V8's `timeDeltas[i]` is the time before sample i. It is given to sample i, not to the one before: while the kernel does not interrupt
 * a call (a read of a big file), the sample is taken when the call returns, so that the one after a gap names what the gap was.
 */
function samplesOf(profile: CpuProfile, indexOf: ReadonlyMap<number, number>, wallUs: number | null): Samples {
  const count = Math.min(profile.samples.length, profile.timeDeltas.length);
  const first = Number.isFinite(profile.startTime) ? profile.startTime : 0;
  // V8 writes a few samples out of order: their deltas are negative.
  const times = new Float64Array(count);
  let clock = first;
  for (let index = 0; index < count; index++) {
    clock += finite(profile.timeDeltas[index]);
    times[index] = clock;
  }
  const byTime = [...times.keys()].sort((a, b) => times[a]! - times[b]! || a - b);
  const last = count > 0 ? times[byTime[count - 1]!]! : first;
  const endUs = Math.max(first, finite(profile.endTime), last);
  const from = wallUs === null ? first : Math.max(first, endUs - wallUs);
  const until = wallUs === null ? endUs : from + Math.max(wallUs, endUs - from);
  const node: number[] = [];
  const starts: number[] = [];
  const weights: number[] = [];
  let before = from;
  const push = (index: number, end: number): void => {
    if (end <= before) return;
    node.push(index);
    starts.push(before);
    weights.push(end - before);
    before = end;
  };
  for (const index of byTime) push(indexOf.get(profile.samples[index]!) ?? 0, Math.min(times[index]!, until));
  const tail = count > 0 ? (indexOf.get(profile.samples[byTime[count - 1]!]!) ?? 0) : 0;
  push(tail, endUs);
  push(0, until);
  return {
    startUs: from,
    endUs: Math.max(from, until),
    sampleNode: Int32Array.from(node),
    sampleStartUs: Float64Array.from(starts),
    sampleUs: Float64Array.from(weights),
  };
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

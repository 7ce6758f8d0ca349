import type { Awaits, CpuProfile, CpuProfileNode } from '../../../core/recording.ts';
import type { Share } from '../../../core/roll-up/shares.ts';
import { BEGIN_EVENT, HANDLE, SQLITE_FRAME } from './agent/messages.ts';
import { growingSamples, type Samples } from './growing-samples.ts';
import { sampleTimes } from './sample-times.ts';

/** A thread's profile, put together while it is sampled: each call path once, a sample as its node's number and its time. */
export interface GrowingProfile {
  /** Adds what was sampled next. `shiftUs` is added to its times. */
  add(slice: CpuProfile, shiftUs: number): void;
  readonly sampleCount: number;
  /** How many samples were taken up to a moment. */
  samplesUntil(atUs: number): number;
  /** Takes the oldest samples out, in order of time. */
  takeOut(count: number): Samples;
  /** All call paths so far; a parent comes before its children. */
  nodes(): { frame: CpuProfileNode['callFrame']; parent: number }[];
  /** What lies between two moments on the recording's clock, µs, with what was taken out and rolled up; call paths without samples are left out. */
  between(fromUs: number, toUs: number, rolledUp: readonly Share[]): { profile: CpuProfile; idOf: (node: number) => number };
}

/**
 * @param ownUrl frames of this script, the agent, and of what loads it in a child process are taken out: their time goes to the core call that
 *   they measure, else to their callers
 */
export function growingProfile(ownUrl: string): GrowingProfile {
  const root: Node = newNode(ROOT_FRAME, 0, -1);
  const nodes: Node[] = [root];
  const samples = growingSamples();
  /** The core call that was measured last, by who made it. */
  const measured = new Map<Node, Node>();
  // Rolling up finds work outside of functions in what V8 calls idle time.
  childOf(nodes, root, PROGRAM_FRAME);
  return {
    get sampleCount() {
      return samples.count;
    },
    add(slice, shiftUs) {
      const { became, own, calls } = graft(nodes, slice, ownUrl);
      const atUs = sampleTimes(slice);
      slice.samples.forEach((id, index) => {
        const node = became.get(id);
        if (!node) return;
        const call = calls.get(id);
        if (call) measured.set(call.caller, call.callee);
        samples.push((own.has(id) ? (measured.get(node) ?? node) : node).index, atUs[index]! + shiftUs);
      });
    },
    samplesUntil(atUs) {
      let count = 0;
      while (count < samples.count && samples.atUs[count]! <= atUs) count++;
      return count;
    },
    takeOut: (count) => samples.takeOut(count),
    nodes: () => nodes.map(({ frame, parent }) => ({ frame, parent })),
    between(fromUs, toUs, rolledUp) {
      const sampled: Node[] = [];
      const times: number[] = [];
      let at = fromUs;
      for (const node of nodes) node.hits = 0;
      const push = (node: Node, hits: number, time: number): void => {
        node.hits += hits;
        sampled.push(node);
        times.push(time);
        at = time;
      };
      for (const { node, awaits, samples: hits, us, gc } of rolledUp) {
        const of = nodes[node]!;
        push(awaits ? childOf(nodes, nodes[of.parent]!, of.frame, awaits) : of, Math.max(1, Math.round(hits)), at + us);
        if (gc) push(nodes[gc.node]!, 1, at + gc.us);
      }
      for (let index = 0; index < samples.count; index++) {
        const time = samples.atUs[index]!;
        if (time >= fromUs && time <= toUs) push(nodes[samples.node[index]!]!, 1, time);
      }
      countBelow(nodes);
      const written: CpuProfileNode[] = [];
      number(root, written);
      return {
        profile: {
          nodes: written,
          startTime: Math.round(fromUs),
          endTime: Math.round(toUs),
          samples: sampled.map((node) => node.id),
          timeDeltas: times.map((time, index) => Math.round(time) - Math.round(index === 0 ? fromUs : times[index - 1]!)),
        },
        idOf: (node) => nodes[node]!.id,
      };
    },
  };
}

const PROGRAM_FRAME = { functionName: '(program)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
/** In the URL of the module that loads a loader for us. */
const ANNOUNCES = encodeURIComponent(BEGIN_EVENT);

const ROOT_FRAME = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };

interface Node {
  frame: CpuProfileNode['callFrame'];
  /** Among all nodes: a parent's is smaller than its child's. */
  index: number;
  parent: number;
  awaits: Awaits | null;
  children: Map<string, Node>;
  ticks: Map<number, number>;
  hits: number;
  /** Samples here and below. */
  below: number;
  id: number;
}

function newNode(frame: Node['frame'], index: number, parent: number, awaits: Awaits | null = null): Node {
  return { frame, index, parent, awaits, children: new Map(), ticks: new Map(), hits: 0, below: 0, id: 0 };
}

interface Grafted {
  /** By the profile's ids, as all others. */
  became: Map<number, Node>;
  /** Frames of ours. */
  own: Set<number>;
  /** The call of a core function that one of our frames made last on the way here, and who called ours. */
  calls: Map<number, { caller: Node; callee: Node }>;
}

/**
 * Adds a profile's call paths to the tree and says which node of the tree each of its nodes became; none for our interrupts: V8 takes a
 * sample of its own whenever a profile begins or ends, which would be given the time since the sample before it.
 */
function graft(all: Node[], { nodes }: CpuProfile, ownUrl: string): Grafted {
  const preload = ownUrl.replace(/agent\.cjs$/, 'preload.cjs');
  const isOwn = (url: string): boolean => url === ownUrl || url === preload || (url.startsWith('data:') && url.includes(ANNOUNCES));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const became = new Map<number, Node>();
  const own = new Set<number>();
  const calls: Grafted['calls'] = new Map();
  const first = nodes[0];
  if (!first) return { became, own, calls };
  const waiting: [CpuProfileNode, Node][] = [[first, all[0]!]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, here] = next;
    became.set(node.id, here);
    for (const { line, ticks } of isOwn(node.callFrame.url) ? [] : (node.positionTicks ?? []))
      here.ticks.set(line, (here.ticks.get(line) ?? 0) + ticks);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (!child || (child.callFrame.functionName === HANDLE && child.callFrame.url === '')) continue;
      const isOurs = isOwn(child.callFrame.url);
      const shown = isOurs ? inPlaceOf(child.callFrame) : child.callFrame;
      const there = shown ? childOf(all, here, shown) : here;
      const measures = own.has(node.id) && here.index > 0 && !isOurs && isCore(child.callFrame.url);
      const call = measures ? { caller: here, callee: there } : calls.get(node.id);
      if (!shown) own.add(child.id);
      else if (call) calls.set(child.id, call);
      waiting.push([child, there]);
    }
  }
  return { became, own, calls };
}

function isCore(url: string): boolean {
  return url === '' || url.startsWith('node:');
}

/** The call that V8 shows no frame for, of the one of ours around it; null for our other functions. */
function inPlaceOf({ functionName, scriptId }: Node['frame']): Node['frame'] | null {
  if (!functionName.startsWith(SQLITE_FRAME)) return null;
  return { functionName: functionName.slice(SQLITE_FRAME.length), scriptId, url: 'node:sqlite', lineNumber: 0, columnNumber: 0 };
}

function childOf(all: Node[], node: Node, frame: Node['frame'], awaits: Awaits | null = null): Node {
  const call = `${frame.functionName} ${frame.scriptId} ${frame.lineNumber} ${frame.columnNumber} ${frame.url}`;
  const key = awaits ? `${call} awaits ${awaits.api} ${awaits.site} ${awaits.overlapped}` : call;
  let child = node.children.get(key);
  if (!child) {
    node.children.set(key, (child = newNode(frame, all.length, node.index, awaits)));
    all.push(child);
  }
  return child;
}

function countBelow(nodes: readonly Node[]): void {
  for (const node of nodes.toReversed()) {
    node.below = node.hits;
    for (const child of node.children.values()) node.below += child.below;
  }
}

/** Ids in depth-first order from 1; subtrees without samples are left out. */
function number(root: Node, nodes: CpuProfileNode[]): void {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    node.id = nodes.length + 1;
    nodes.push({ id: node.id, callFrame: node.frame, hitCount: node.hits, ...(node.awaits && { awaits: node.awaits }) });
    const children = [...node.children.values()].filter((child) => child.below > 0);
    waiting.push(...children.reverse());
  }
  const link: Node[] = [root];
  for (let node = link.pop(); node; node = link.pop()) {
    const written = nodes[node.id - 1]!;
    const children = [...node.children.values()].filter((child) => child.below > 0);
    if (children.length > 0) written.children = children.map((child) => child.id);
    if (node.ticks.size > 0 && node.hits > 0)
      written.positionTicks = [...node.ticks].map(([line, ticks]) => ({ line, ticks })).sort((a, b) => a.line - b.line);
    link.push(...children);
  }
}

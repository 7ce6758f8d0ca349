import type { CpuProfile, CpuProfileNode } from '../../../core/recording.ts';
import { HANDLE, SQLITE_FRAME } from './agent/messages.ts';

interface Cut {
  /** Frames of this script, the agent, and of what loads it in a child process are taken out: their time goes to their callers. */
  ownUrl: string;
  /** On the profile's clock, µs. */
  fromUs: number;
  toUs: number;
}

/**
 * One profile from one or several that follow each other: cut to the script's own time, without the agent's frames, each call path once,
 * and only those that hold samples.
 */
export function normaliseProfile(parts: readonly CpuProfile[], { ownUrl, fromUs, toUs }: Cut): CpuProfile {
  const root: Node = { frame: ROOT_FRAME, children: new Map(), hits: 0, ticks: new Map(), below: 0, id: 0 };
  const sampled: Node[] = [];
  const times: number[] = [];
  for (const part of parts) {
    const nodes = graft(root, part, ownUrl);
    let at = part.startTime;
    part.samples.forEach((id, index) => {
      at += part.timeDeltas[index] ?? 0;
      const node = nodes.get(id);
      if (!node || at < fromUs || at > toUs) return;
      node.hits++;
      sampled.push(node);
      times.push(at);
    });
  }
  countBelow(root);
  const nodes: CpuProfileNode[] = [];
  number(root, nodes);
  return {
    nodes,
    startTime: Math.round(fromUs),
    endTime: Math.round(toUs),
    samples: sampled.map((node) => node.id),
    timeDeltas: times.map((at, index) => Math.round(at) - Math.round(index === 0 ? fromUs : times[index - 1]!)),
  };
}

const ROOT_FRAME = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };

interface Node {
  frame: CpuProfileNode['callFrame'];
  children: Map<string, Node>;
  hits: number;
  ticks: Map<number, number>;
  /** Samples here and below. */
  below: number;
  id: number;
}

/**
 * Adds a profile's call paths to the tree and says which node of the tree each of its nodes became; none for our interrupts: V8 takes a
 * sample of its own whenever a profile begins or ends, which would be given the time since the sample before it.
 */
function graft(root: Node, { nodes }: CpuProfile, ownUrl: string): Map<number, Node> {
  const preload = ownUrl.replace(/agent\.cjs$/, 'preload.cjs');
  const isOwn = (url: string): boolean => url === ownUrl || url === preload;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const became = new Map<number, Node>();
  const first = nodes[0];
  if (!first) return became;
  const waiting: [CpuProfileNode, Node][] = [[first, root]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, here] = next;
    became.set(node.id, here);
    for (const { line, ticks } of isOwn(node.callFrame.url) ? [] : (node.positionTicks ?? []))
      here.ticks.set(line, (here.ticks.get(line) ?? 0) + ticks);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (!child || (child.callFrame.functionName === HANDLE && child.callFrame.url === '')) continue;
      const shown = isOwn(child.callFrame.url) ? inPlaceOf(child.callFrame) : child.callFrame;
      waiting.push([child, shown ? childOf(here, shown) : here]);
    }
  }
  return became;
}

/** The call that V8 shows no frame for, of the one of ours around it; null for our other functions. */
function inPlaceOf({ functionName, scriptId }: Node['frame']): Node['frame'] | null {
  if (!functionName.startsWith(SQLITE_FRAME)) return null;
  return { functionName: functionName.slice(SQLITE_FRAME.length), scriptId, url: 'node:sqlite', lineNumber: 0, columnNumber: 0 };
}

function childOf(node: Node, frame: Node['frame']): Node {
  const key = `${frame.functionName} ${frame.scriptId} ${frame.lineNumber} ${frame.columnNumber} ${frame.url}`;
  let child = node.children.get(key);
  if (!child) node.children.set(key, (child = { frame, children: new Map(), hits: 0, ticks: new Map(), below: 0, id: 0 }));
  return child;
}

function countBelow(root: Node): void {
  const order: Node[] = [root];
  for (const node of order) order.push(...node.children.values());
  for (const node of order.reverse()) {
    node.below = node.hits;
    for (const child of node.children.values()) node.below += child.below;
  }
}

/** Ids in depth-first order from 1; subtrees without samples are left out. */
function number(root: Node, nodes: CpuProfileNode[]): void {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    node.id = nodes.length + 1;
    nodes.push({ id: node.id, callFrame: node.frame, hitCount: node.hits });
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

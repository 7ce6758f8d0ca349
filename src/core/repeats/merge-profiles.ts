import type { CpuProfile, CpuProfileNode } from '../recording.ts';
import type { Stretch } from './stretch.ts';

/** The profiles of several runs as one: a function called by the same path is one node. Between two stretches nothing was measured. */
export function mergeProfiles(stretches: readonly Stretch[]): CpuProfile {
  const nodes: CpuProfileNode[] = [
    {
      id: 1,
      callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
      hitCount: 0,
    },
  ];
  const known = new Map<string, number>();
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  const startTime = stretches[0]!.fromUs + stretches[0]!.shiftUs;
  let clock = startTime;
  const push = (node: number, atUs: number): void => {
    samples.push(node);
    timeDeltas.push(atUs - clock);
    clock = atUs;
  };
  for (const { lane, fromUs, toUs, shiftUs } of stretches) {
    const { cpuProfile } = lane;
    const idOf = graft(cpuProfile, nodes, known);
    if (fromUs + shiftUs > clock) push(1, fromUs + shiftUs);
    let atUs = cpuProfile.startTime;
    let before = 1;
    cpuProfile.samples.forEach((sample, index) => {
      atUs += cpuProfile.timeDeltas[index] ?? 0;
      before = idOf.get(sample) ?? 1;
      if (atUs > fromUs && atUs <= toUs) push(before, atUs + shiftUs);
    });
    if (cpuProfile.endTime + shiftUs > clock) push(before, Math.min(toUs, cpuProfile.endTime) + shiftUs);
    if (toUs + shiftUs > clock) push(1, toUs + shiftUs);
  }
  return { nodes, startTime, endTime: clock, samples, timeDeltas };
}

/** Adds a profile's nodes to the merged ones. Returns the merged node of each of its own. */
function graft(profile: CpuProfile, nodes: CpuProfileNode[], known: Map<string, number>): Map<number, number> {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const idOf = new Map<number, number>();
  const root = profile.nodes[0];
  if (!root) return idOf;
  const stack: { node: CpuProfileNode; into: number }[] = [];
  const enter = (node: CpuProfileNode, into: number): void => {
    if (idOf.has(node.id)) return;
    idOf.set(node.id, into);
    addTicks(nodes[into - 1]!, node);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child && !idOf.has(id)) stack.push({ node: child, into });
    }
  };
  enter(root, 1);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { functionName, url, lineNumber, columnNumber } = next.node.callFrame;
    const key = `${next.into} ${lineNumber}:${columnNumber} ${url} ${functionName}`;
    let id = known.get(key);
    if (id === undefined) {
      id = nodes.push({ id: nodes.length + 1, callFrame: next.node.callFrame, hitCount: 0 });
      (nodes[next.into - 1]!.children ??= []).push(id);
      known.set(key, id);
    }
    enter(next.node, id);
  }
  return idOf;
}

function addTicks(to: CpuProfileNode, from: CpuProfileNode): void {
  to.hitCount += from.hitCount;
  for (const { line, ticks } of from.positionTicks ?? []) {
    to.positionTicks ??= [];
    const same = to.positionTicks.find((one) => one.line === line);
    if (same) same.ticks += ticks;
    else to.positionTicks.push({ line, ticks });
  }
}

import type { CpuProfile } from '../../src/core/recording.ts';

/** A profile of one line a sample: `a;b;c` is a stack from the outside in, each sample 1 ms. Names may be told apart by a place: `a@file:line`. */
export function profileOf(stacks: readonly string[]): CpuProfile {
  const nodes: CpuProfile['nodes'] = [];
  const known = new Map<string, number>();
  const nodeOf = (stack: string): number => {
    const seen = known.get(stack);
    if (seen !== undefined) return seen;
    const id = nodes.length + 1;
    known.set(stack, id);
    const cut = stack.lastIndexOf(';');
    const [name = '', place = ''] = (stack === '' ? '(root)' : stack.slice(cut + 1)).split('@');
    const [, url = '', line = '0'] = /^(.*):(\d+)$/.exec(place) ?? [];
    const callFrame = { functionName: name, scriptId: '1', url, lineNumber: Number(line) - 1, columnNumber: -1 };
    const node = { id, callFrame, hitCount: 0, children: [] as number[] };
    nodes.push(node);
    if (stack !== '') nodes[nodeOf(cut < 0 ? '' : stack.slice(0, cut)) - 1]!.children!.push(id);
    return id;
  };
  nodeOf('');
  const samples = stacks.map(nodeOf);
  for (const sample of samples) nodes[sample - 1]!.hitCount++;
  return {
    nodes,
    startTime: 5000,
    endTime: 5000 + samples.length * 1000,
    samples,
    timeDeltas: samples.map((_, i) => (i === 0 ? 0 : 1000)),
  };
}

/** Recursion so deep that no stack of ours would hold it. */
export function recursion(depth: number): CpuProfile {
  const frame = (functionName: string, lineNumber: number): CpuProfile['nodes'][0]['callFrame'] => ({
    functionName,
    scriptId: '7',
    url: 'file:///r.js',
    lineNumber,
    columnNumber: 0,
  });
  const nodes: CpuProfile['nodes'] = [
    { id: 1, callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }, hitCount: 0, children: [2] },
  ];
  for (let i = 2; i <= depth + 1; i++)
    nodes.push({ id: i, callFrame: frame('f', 3), hitCount: 1, ...(i <= depth ? { children: [i + 1] } : {}) });
  const samples = nodes.slice(1).map((node) => node.id);
  return { nodes, startTime: 0, endTime: samples.length * 100, samples, timeDeltas: samples.map((_, i) => (i === 0 ? 0 : 100)) };
}

export function bytesOf(value: unknown, space?: number): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value, null, space));
}

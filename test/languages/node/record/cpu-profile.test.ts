import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CpuProfile } from '../../../../src/core/recording.ts';
import { growingProfile } from '../../../../src/languages/node/record/cpu-profile.ts';

const frame = (functionName: string, url = 'file:///a.js') => ({ functionName, scriptId: '1', url, lineNumber: 0, columnNumber: 0 });

/** `[name, children…]`; ids are given in depth-first order from 1. Samples are ids, 1 ms apart. */
type Tree = [string, ...Tree[]];
function profile(tree: Tree, samples: number[], startTime = 0): CpuProfile {
  const nodes: CpuProfile['nodes'] = [];
  const add = ([name, ...children]: Tree): number => {
    const id = nodes.length + 1;
    const node: CpuProfile['nodes'][0] = {
      id,
      callFrame: frame(name, urlOf(name)),
      hitCount: 0,
    };
    nodes.push(node);
    const ids = children.map(add);
    if (ids.length > 0) node.children = ids;
    node.positionTicks = [{ line: id, ticks: 1 }];
    return id;
  };
  add(tree);
  return { nodes, startTime, endTime: startTime + samples.length * 1000, samples, timeDeltas: samples.map(() => 1000) };
}

function urlOf(name: string): string {
  if (/^agent|^__sqlite_/.test(name)) return 'file:///agent.cjs';
  if (name === 'preload') return 'file:///preload.cjs';
  return name.startsWith('core ') ? 'node:fs' : 'file:///a.js';
}

/** `a;b 2` for each node with samples. */
function stacks({ nodes }: CpuProfile): string[] {
  const parent = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const path = (node: CpuProfile['nodes'][0]): string => {
    const above = parent.get(node.id);
    return above ? `${path(above)};${node.callFrame.functionName}` : node.callFrame.functionName;
  };
  return nodes.filter((node) => node.hitCount > 0).map((node) => `${path(node)} ${node.hitCount}`);
}

function normalised(parts: readonly CpuProfile[], { ownUrl, fromUs, toUs }: typeof all): CpuProfile {
  const growing = growingProfile(ownUrl);
  for (const part of parts) growing.add(part, 0);
  return growing.between(fromUs, toUs, []).profile;
}

const all = { ownUrl: 'file:///agent.cjs', fromUs: 0, toUs: 1_000_000 };

const cases: { name: string; parts: CpuProfile[]; cut?: Partial<typeof all>; expected: string[] }[] = [
  {
    name: 'takes the agent out: its time goes to its callers',
    parts: [profile(['(root)', ['main', ['agent wrapper', ['readFileSync'], ['agent inner']]]], [2, 3, 4, 4, 5])],
    expected: ['(root);main 3', '(root);main;readFileSync 2'],
  },
  {
    name: 'gives what the agent does for a core call to that call',
    parts: [profile(['(root)', ['main', ['agent wrapper', ['core read', ['core open']], ['agent stack']]]], [3, 4, 5, 6, 6])],
    expected: ['(root);main 1', '(root);main;core read 3', '(root);main;core read;core open 1'],
  },
  {
    name: 'takes out what loads the agent in a child process',
    parts: [profile(['(root)', ['require', ['preload', ['require'], ['agent']]]], [2, 3, 5])],
    expected: ['(root);require 3'],
  },
  {
    name: 'joins what the agent kept apart',
    parts: [profile(['(root)', ['main', ['read'], ['agent', ['read', ['open']]]]], [3, 5, 6])],
    expected: ['(root);main;read 2', '(root);main;read;open 1'],
  },
  {
    name: "shows calls of node:sqlite in the agent's place, what the agent does meanwhile included",
    parts: [profile(['(root)', ['main', ['__sqlite_get', ['agent inner'], ['callback']]]], [2, 3, 4, 5])],
    expected: ['(root);main 1', '(root);main;get 2', '(root);main;get;callback 1'],
  },
  {
    name: 'cuts to the time of the script',
    parts: [profile(['(root)', ['before'], ['during'], ['after']], [2, 2, 3, 3, 3, 4])],
    cut: { fromUs: 2500, toUs: 5500 },
    expected: ['(root);during 3'],
  },
  {
    name: 'puts slices one after the other',
    parts: [profile(['(root)', ['a']], [2, 2]), profile(['(root)', ['b'], ['a']], [2, 3], 3000)],
    expected: ['(root);a 3', '(root);b 1'],
  },
];

for (const { name, parts, cut, expected } of cases) {
  it(name, () => {
    const result = normalised(parts, { ...all, ...cut });
    assert.deepEqual(stacks(result), expected);
    const { fromUs, toUs } = { ...all, ...cut };
    assert.deepEqual([result.startTime, result.endTime], [fromUs, toUs]);
    assert.equal(result.samples.length, result.timeDeltas.length);
    assert.deepEqual(
      result.nodes.map((node) => node.id),
      result.nodes.map((_, index) => index + 1),
    );
  });
}

it('gives a valid profile of nothing', () => {
  assert.deepEqual(
    normalised([], all).nodes.map((node) => node.callFrame.functionName),
    ['(root)'],
  );
});

import type { CallSite, CpuProfileNode, Lane, Recording, SiteFrame } from '../../src/core/recording.ts';

export const PROJECT = '/project';

/**
 * Samples as text, a stack, outermost first, and its µs: `main /project/a.js:1:1 > read 250`. A function is its name and place (1-based), native
 * code a bare name; ` @7` behind the innermost says which of its lines was running.
 */
export function lane(samples: string[], more: Partial<Lane> = {}): Lane {
  const nodes: CpuProfileNode[] = [{ id: 1, callFrame: frame('(root)'), hitCount: 0 }];
  const ids = new Map<string, number>([['', 1]]);
  const sampled: number[] = [];
  const timeDeltas: number[] = [];
  for (const text of samples) {
    const [, stack = '', us = '0'] = /^(.*?)\s+(\d+)$/.exec(text) ?? [];
    let path = '';
    let parent = 1;
    let tick: number | null = null;
    for (const part of stack.split(' > ')) {
      const [where = '', at] = part.split(' @');
      path += `>${where}`;
      let id = ids.get(path);
      if (id === undefined) {
        id = nodes.length + 1;
        ids.set(path, id);
        nodes.push({ id, callFrame: frame(where), hitCount: 0 });
        (nodes[parent - 1]!.children ??= []).push(id);
      }
      parent = id;
      tick = at === undefined ? null : Number(at);
    }
    const node = nodes[parent - 1]!;
    node.hitCount++;
    if (tick !== null) {
      node.positionTicks ??= [];
      const known = node.positionTicks.find((one) => one.line === tick);
      if (known) known.ticks++;
      else node.positionTicks.push({ line: tick, ticks: 1 });
    }
    sampled.push(parent);
    timeDeltas.push(Number(us));
  }
  const endTime = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  return {
    id: '1',
    name: 'main',
    kind: 'main',
    pid: 1,
    cpuProfile: { nodes, startTime: 0, endTime, samples: sampled, timeDeltas },
    operations: { apis: [], sites: [], sync: [], async: { api: [], site: [], startUs: [], endUs: [] } },
    onCpu: null,
    processCpuUs: null,
    sourceMaps: {},
    ...more,
  };
}

function frame(text: string): CpuProfileNode['callFrame'] {
  const place = /^(.*) (\S+):(\d+):(\d+)$/.exec(text);
  if (!place) return { functionName: text, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
  const [, name = '', url = '', line, column] = place;
  return {
    functionName: name === '(top level)' ? '' : name,
    scriptId: '1',
    url,
    lineNumber: Number(line) - 1,
    columnNumber: Number(column) - 1,
  };
}

export interface Started {
  api: string;
  /** Innermost first: `main /project/a.js:4:3`, with `async ` before what was reached across an await. */
  stack: string[];
  startUs: number;
  endUs: number;
}

/** The asynchronous operations of a lane, each distinct stack once. */
export function operations(
  started: Started[],
  sync: { api: string; stack: string[]; calls: number; totalUs: number; maxUs: number }[] = [],
): Lane['operations'] {
  const apis: string[] = [];
  const sites: CallSite[] = [];
  const stacks: string[] = [];
  const api = (name: string): number => (apis.includes(name) ? apis.indexOf(name) : apis.push(name) - 1);
  const site = (stack: string[]): number => {
    if (stack.length === 0) return -1;
    const key = stack.join('\n');
    if (stacks.includes(key)) return stacks.indexOf(key);
    sites.push({ frames: stack.map(siteFrame) });
    return stacks.push(key) - 1;
  };
  return {
    apis,
    sites,
    sync: sync.map((one) => ({ api: api(one.api), site: site(one.stack), calls: one.calls, totalUs: one.totalUs, maxUs: one.maxUs })),
    async: {
      api: started.map((one) => api(one.api)),
      site: started.map((one) => site(one.stack)),
      startUs: started.map((one) => one.startUs),
      endUs: started.map((one) => one.endUs),
    },
  };
}

function siteFrame(text: string): SiteFrame {
  const [, async, name = '', url = '', line, column] = /^(async )?(.*) (\S+):(\d+):(\d+)$/.exec(text) ?? [];
  return { function: name === '(top level)' ? '' : name, url, line: Number(line), column: Number(column), async: async !== undefined };
}

export function recording(lanes: Lane[], more: Partial<Recording> = {}): Recording {
  const main = lanes[0];
  return {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: 'v8',
    target: {
      script: `${PROJECT}/a.js`,
      args: [],
      cwd: PROJECT,
      node: { path: '/usr/bin/node', version: '20.0.0' },
      nodeOptions: [],
      env: {},
    },
    machine: { logicalCores: 4, physicalCores: 4, memoryBytes: 8e9, platform: 'linux', load: null },
    run: { wallUs: main ? main.cpuProfile.endTime - main.cpuProfile.startTime : 0, exitCode: 0, signal: null, ended: 'exit' },
    lanes,
    notes: [],
    ...more,
  };
}

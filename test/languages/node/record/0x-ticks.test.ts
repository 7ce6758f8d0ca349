import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitOptions } from '../../../../src/languages/node/record/0x/run.ts';
import type { Code, Tick, TickLog } from '../../../../src/languages/node/record/0x/tick-log.ts';
import { ticksToProfile } from '../../../../src/languages/node/record/0x/ticks-to-profile.ts';

/** `main` begins in line 1, `hot` in line 3; each line is ten characters long. */
const source = { script: 7, start: 0, end: 60, positions: 'C0O0C10O35C20O12I0C30O45', inlined: 'F0O15', fns: [2] };
const code: Code[] = [
  { name: '/usr/bin/node', type: 'SHARED_LIB' },
  { name: 'main /a b/x.js:1:1', type: 'JS', kind: 'Opt', func: 0, source },
  { name: 'hot /a b/x.js:3:5', type: 'JS', kind: 'Opt', func: 1, source },
  { name: 'readFileSync node:fs:441:22', type: 'JS', kind: 'Unopt', func: 3 },
  { name: 'LoadIC', type: 'CODE', kind: 'Builtin' },
];
const functions = ['main /a b/x.js:1:1', 'hot /a b/x.js:3:5', ' file:///a%20b/y.mjs:2:9', 'readFileSync node:fs:441:22'].map((name) => ({
  name,
  codes: [],
}));
const lines = [0, 10, 20, 30, 40, 50];

/** `from` 1000 to `until` 9000 µs. */
function profileOf(ticks: Tick[]): string[] {
  const log: TickLog = { code, functions, ticks, scripts: [] };
  const profile = ticksToProfile(log, { fromUs: 1000, untilUs: 9000, shiftUs: 0, ownFile: '/own/agent.cjs' }, () => lines);
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const stack = (id: number): string => {
    const { functionName, url, lineNumber } = profile.nodes[id - 1]!.callFrame;
    const name = url === '' ? functionName : `${functionName}@${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`;
    const parent = parents.get(id);
    return parent === undefined || parent === 1 ? name : `${stack(parent)};${name}`;
  };
  return profile.samples.map((id, index) => {
    const at = profile.nodes[id - 1]!.positionTicks?.map(({ line, ticks: count }) => `${line}×${count}`).join(' ') ?? '';
    return `${stack(id)} ${profile.timeDeltas[index] ?? 0}${at === '' ? '' : ` at ${at}`}`;
  });
}

const cases: [string, Tick[], string[]][] = [
  ['node starting is cut off', [{ tm: 500, vm: 0, s: [1, 0] }], ['(idle) 8000']],
  [
    'a tick weighs the time since the one before',
    [
      { tm: 3000, vm: 0, s: [1, 30] },
      { tm: 9000, vm: 8, s: [] },
    ],
    ['main@x.js:1 2000 at 5×1', '(idle) 6000'],
  ],
  [
    'native code belongs to the core function that called it',
    [{ tm: 9000, vm: 6, s: [0, 4, -1, 5, 3, 0, 1, 0] }],
    ['main@x.js:1;readFileSync@node:fs:441 8000'],
  ],
  ['an inlined function comes back', [{ tm: 9000, vm: 0, s: [2, 25] }], ['hot@x.js:3;@y.mjs:2 8000 at 2×1']],
  ['a line before the function is not believed', [{ tm: 9000, vm: 0, s: [2, 0] }], ['hot@x.js:3 8000']],
  ['garbage collection', [{ tm: 9000, vm: 1, s: [1, 0] }], ['(garbage collector) 8000']],
  ['code of nobody', [{ tm: 9000, vm: 5, s: [-1, 0] }], ['(program) 8000']],
  [
    'writing the log is the time of what was interrupted',
    [
      { tm: 4000, vm: 0, s: [1, 30] },
      { tm: 9000, vm: 9, s: [0, 0] },
    ],
    ['main@x.js:1 3000 at 5×1', 'main@x.js:1 5000 at 5×1'],
  ],
  [
    'ticks after the end are cut off',
    [
      { tm: 10000, vm: 0, s: [1, 30] },
      { tm: 11000, vm: 0, s: [2, 0] },
    ],
    ['main@x.js:1 8000 at 5×1'],
  ],
];

describe('ticks of 0x as a profile', () => {
  for (const [name, ticks, expected] of cases) it(name, () => assert.deepEqual(profileOf(ticks), expected));
});

const variables: [string, string[]][] = [
  ['', []],
  [' --a  --b=c ', ['--a', '--b=c']],
  ['--require "./with space.js" --x', ['--require', './with space.js', '--x']],
  ['--require="a \\"b\\".js"', ['--require=a "b".js']],
];

describe('NODE_OPTIONS given as options', () => {
  for (const [variable, expected] of variables)
    it(variable === '' ? 'none' : variable, () => assert.deepEqual(splitOptions(variable), expected));
});

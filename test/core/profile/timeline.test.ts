import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const MAIN = `const a = 1;
await import('typescript');
`;
const TOP = `(top level) ${PROJECT}/a.js:1:1`;
const LOADER = 'resolve node:internal/modules/esm/resolve:1:1 20000';
const READ = 'readFileHandle node:internal/fs/promises:1:1 20000';

/** What each line has, in ms. */
function lines(samples: string[]): Record<number, Record<string, number>> {
  const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, () => MAIN);
  const told = (time: object): Record<string, number> =>
    Object.fromEntries(Object.entries(time as Record<string, number>).filter(([, ms]) => ms > 0));
  return Object.fromEntries(report.hotSpots.flatMap((spot) => spot.lines.map(({ line, time }) => [line, told(time)])));
}

it('counts what the loader does and waits for between two pieces of loading as loading', () => {
  assert.deepEqual(lines([`${TOP} @1 20000`, LOADER, READ, '(program) 20000', '(idle) 20000', LOADER, `${TOP} @1 20000`]), {
    1: { jsCpuMs: 40 },
    2: { loadingMs: 100 },
  });
});

it('does not take what comes after loading, or between user code, for loading', () => {
  assert.deepEqual(lines([`${TOP} @1 20000`, LOADER, READ, `${TOP} @1 20000`, READ, LOADER, `${TOP} @1 20000`]), {
    1: { jsCpuMs: 60 },
    2: { loadingMs: 40 },
  });
});

it('gives a collection to the code on both sides of it', () => {
  assert.deepEqual(lines([`${TOP} @1 20000`, '(garbage collector) 20000', `other ${PROJECT}/a.js:2:7 @2 20000`]), {
    1: { jsCpuMs: 20, gcMs: 10 },
    2: { jsCpuMs: 20, gcMs: 10 },
  });
});

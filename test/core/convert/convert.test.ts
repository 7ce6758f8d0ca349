import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { collapsedStacks } from '../../../src/core/convert/collapsed-stacks.ts';
import { readCpuProfile } from '../../../src/core/convert/cpuprofile.ts';
import { Failure } from '../../../src/core/failure.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const NODE = { id: 1, callFrame: { functionName: 'a', scriptId: '1', url: '', lineNumber: 0, columnNumber: 0 } };

describe('readCpuProfile', () => {
  it('reads what the timed profile of an analysis holds', () => {
    const profile = { nodes: [{ ...NODE, hitCount: 1 }], startTime: 1, endTime: 3, samples: [1, 1], timeDeltas: [1, 1] };
    assert.deepEqual(readCpuProfile(JSON.stringify(profile)), profile);
  });

  it('makes samples of hit counts and children of parents where a tool wrote those', () => {
    const old = {
      nodes: [
        { ...NODE, hitCount: 1 },
        { ...NODE, id: 2, parent: 1, hitCount: 2 },
      ],
      startTime: 0,
      endTime: 3000,
    };
    const read = readCpuProfile(JSON.stringify(old));
    assert.deepEqual(read.samples, [1, 2, 2]);
    assert.deepEqual(read.timeDeltas, [1000, 1000, 1000]);
    assert.deepEqual(read.nodes[0]?.children, [2]);
  });

  for (const [what, text] of [
    ['empty', ''],
    ['cut off', '{"nodes": [{"id": 1'],
    ['of another kind', '{"traceEvents": []}'],
    ['a list', '[]'],
    ['with a broken node', '{"nodes": [{"id": "x"}]}'],
  ]) {
    it(`says what is wrong with text that is ${what!}`, () => {
      assert.throws(
        () => readCpuProfile(text!, 'x.cpuprofile'),
        (error) => error instanceof Failure && /^x\.cpuprofile is not a V8 CPU profile: .*\. Save it again/.test(error.message),
      );
    });
  }
});

describe('the timed profile', () => {
  it('has waits below the functions that await them, and work after an await there too', () => {
    const started = [
      { api: 'fetch', stack: ['load /project/a.js:2:9', 'async main /project/a.js:6:9'], startUs: 0, endUs: 20_000 },
      { api: 'fetch', stack: ['load /project/a.js:2:9', 'async main /project/a.js:6:9'], startUs: 25_000, endUs: 45_000 },
    ];
    const text = 'async function load() {\n  await fetch();\n  work();\n}\nasync function main() {\n  await load();\n}\n';
    const samples = ['(idle) 20000', 'load /project/a.js:1:20 > gzipSync node:zlib:1:1 @3 5000', '(idle) 20000', '(program) 1000'];
    const { lanes } = analyze(recording([lane(samples, { operations: operations(started) })]), { ...node, rules: [] }, () => text);
    assert.equal(
      collapsedStacks(lanes[0]!.profile),
      ['(program) [native-cpu] 1000\n', 'main;load;await fetch [await-serial] 40000\n', 'main;load;gzipSync [native-cpu] 5000\n'].join(''),
    );
  });
});

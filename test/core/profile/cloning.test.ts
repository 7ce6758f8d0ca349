import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cloningOf } from '../../../src/core/profile/cloning.ts';
import type { CallSizes, CloneObstacle, CloneSample } from '../../../src/core/recording.ts';

const sample = (bytes: number | null, writeUs = 0, readUs = 0, obstacle: CloneObstacle | null = null): CloneSample => ({
  ...{ bytes, writeUs, readUs, obstacle },
  transferableBytes: 0,
});
const sizes = (more: Partial<CallSizes>): CallSizes => ({
  ...{ url: 'file:///a.js', line: 1, column: 1, parameters: ['page', null, 'db'], arguments: [], results: [], again: null },
  ...more,
});
const obstacle = (path: string[], kind: CloneObstacle['kind'] = 'uncloneable', what = 'a function'): CloneObstacle => ({
  kind,
  what,
  path,
});

describe('what cloning takes', () => {
  it('is the median of the times, each on its side, and the mean of the bytes', () => {
    const { callerUs, workerUs, argumentBytes, resultBytes } = cloningOf(
      sizes({ arguments: [sample(10, 900, 70), sample(20, 3, 7), sample(30, 4, 8)], results: [sample(5, 100, 50)] }),
    );
    assert.deepEqual(
      { callerUs, workerUs, argumentBytes, resultBytes },
      { callerUs: 4 + 50, workerUs: 8 + 100, argumentBytes: 20, resultBytes: 5 },
    );
  });

  it('is unknown where nothing could be measured', () => {
    const { argumentBytes, resultBytes } = cloningOf(sizes({ arguments: [sample(null, 0, 0, obstacle(['2']))] }));
    assert.deepEqual([argumentBytes, resultBytes], [null, null]);
  });

  const SENTENCES: { name: string; of: Partial<CallSizes>; obstacle: string | null }[] = [
    { name: 'nothing', of: { arguments: [sample(1)], results: [sample(1)] }, obstacle: null },
    {
      name: 'an argument',
      of: { arguments: [sample(null, 0, 0, obstacle(['2']))] },
      obstacle: "its argument 3 (db) is a function, which can't be copied",
    },
    {
      name: 'something in an argument',
      of: { arguments: [sample(1), sample(null, 0, 0, obstacle(['2', 'pools', '0', 'on-end']))] },
      obstacle: 'its argument 3 (db) holds a function (db.pools[0]["on-end"]), which can\'t be copied',
    },
    {
      name: 'something far inside an argument without a name',
      of: { arguments: [sample(1, 1, 1, obstacle(['1', 'a', 'b', 'c', 'd', 'e'], 'class', 'a Sheet'))] },
      obstacle: 'its argument 2 holds a Sheet (….a.b.….e), whose methods a copy lacks',
    },
    {
      name: 'a result that throws before an argument that only loses',
      of: { arguments: [sample(1, 1, 1, obstacle(['0'], 'class', 'a Sheet'))], results: [sample(null, 0, 0, obstacle([]))] },
      obstacle: "its result is a function, which can't be copied",
    },
  ];
  for (const { name, of, obstacle: sentence } of SENTENCES)
    it(`names ${name}`, () => assert.equal(cloningOf(sizes(of)).obstacle, sentence));
});

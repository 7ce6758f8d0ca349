import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { cloneSample } from '../../../../../src/languages/node/record/agent/clone-sizes.ts';

class Sheet {
  rows: unknown;
  constructor(rows: unknown) {
    this.rows = rows;
  }
  get total(): number {
    return 1;
  }
}
class Plain {
  value = 1;
}

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;
const deep = { rows: [{ cells: new Map([['a', { paint: () => 1 }]]) }] };

const CASES: { name: string; value: unknown; obstacle: [string, string[]] | null }[] = [
  { name: 'numbers, strings, null', value: [1, 'a', null, undefined, 1n], obstacle: null },
  { name: 'dates, maps, sets, errors', value: [new Date(0), new Map([[1, 2]]), new Set([1]), new TypeError('x'), /a/], obstacle: null },
  { name: 'a cycle', value: cycle, obstacle: null },
  { name: 'a class without methods', value: [new Plain()], obstacle: null },
  { name: 'objects of another realm', value: runInNewContext('[{ a: [1] }, new Map([[1, [2]]])]'), obstacle: null },
  { name: 'an object without a prototype', value: Object.create(null), obstacle: null },
  { name: 'a function', value: () => 1, obstacle: ['a function', []] },
  { name: 'a function far inside', value: [deep], obstacle: ['a function', ['0', 'rows', '0', 'cells', 'a', 'paint']] },
  { name: 'a symbol', value: [{ tag: Symbol('x') }], obstacle: ['a symbol', ['0', 'tag']] },
  { name: 'a promise', value: [Promise.resolve()], obstacle: ['a promise', ['0']] },
  { name: 'a proxy', value: [new Proxy({}, {})], obstacle: ['a proxy', ['0']] },
  { name: 'an instance of a class with methods', value: [{ sheet: new Sheet(1) }], obstacle: ['a Sheet', ['0', 'sheet']] },
  { name: 'a function behind an instance', value: [new Sheet({ f: () => 1 })], obstacle: ['a function', ['0', 'rows', 'f']] },
];

describe('a value as a structured clone', () => {
  for (const { name, value, obstacle } of CASES)
    it(`tells what it would lose: ${name}`, () => {
      const found = cloneSample(value, Array.isArray(value)).obstacle;
      assert.deepEqual(found && [found.what, found.path], obstacle);
    });

  it('has the bytes and the time of its message, and those of its buffers', () => {
    const pixels = new Float64Array(100_000);
    const sample = cloneSample([pixels, new Uint8Array(10), new Uint8Array(pixels.buffer)], true);
    assert.ok(sample.bytes! >= 800_000 && sample.bytes! < 1_700_000, `${sample.bytes}`);
    assert.equal(sample.transferableBytes, 800_000);
    assert.ok(sample.writeUs + sample.readUs > 0);
  });

  it('runs no code of the program', () => {
    let ran = 0;
    const watched = {
      get value() {
        ran++;
        return 1;
      },
    };
    assert.deepEqual(cloneSample([watched], true), { bytes: null, writeUs: 0, readUs: 0, transferableBytes: 0, obstacle: null });
    assert.equal(ran, 0);
  });
});

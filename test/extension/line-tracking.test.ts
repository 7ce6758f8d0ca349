import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyChange, isTouched, trackLines, type TextChange } from '../../src/extension/line-tracking.ts';

const change = (from: [number, number], to: [number, number], text: string): TextChange => ({
  range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } },
  text,
});

/** Ten lines are tracked, 1 to 10; 0-based positions in changes. */
const cases: { what: string; change: TextChange; now: Record<number, number>; touched: number[] }[] = [
  { what: 'typing in a line touches it', change: change([4, 3], [4, 3], 'x'), now: { 4: 4, 5: 5, 6: 6 }, touched: [5] },
  { what: 'whole lines pasted before a line move it', change: change([4, 0], [4, 0], 'a\nb\n'), now: { 4: 4, 5: 7, 10: 12 }, touched: [] },
  { what: 'Enter inside a line', change: change([4, 3], [4, 3], '\n'), now: { 5: 5, 6: 7 }, touched: [5] },
  { what: 'deleting whole lines', change: change([2, 0], [4, 0], ''), now: { 2: 2, 3: 3, 4: 3, 5: 3, 6: 4 }, touched: [3, 4] },
  { what: 'joining two lines', change: change([2, 5], [3, 0], ''), now: { 3: 3, 4: 3, 5: 4 }, touched: [3, 4] },
  { what: 'replacing lines by whole lines keeps the next', change: change([2, 4], [4, 0], 'x\n'), now: { 3: 3, 5: 4 }, touched: [3, 4] },
];

describe('applyChange', () => {
  for (const one of cases) {
    it(one.what, () => {
      const tracked = trackLines([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      applyChange(tracked, one.change);
      for (const [origin, line] of Object.entries(one.now)) assert.equal(tracked.lines.get(Number(origin)), line, `line ${origin}`);
      assert.deepEqual(
        [...tracked.touched].sort((a, b) => a - b),
        one.touched,
      );
    });
  }

  it('an untouched line still has its text, whatever is changed', () => {
    const word = fc.constantFrom('', 'x', '\n', 'a\n', '\nb', 'a\nb\n', '\n\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), word), { maxLength: 12 }), (edits) => {
        const names = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
        let text = names.join('\n');
        const tracked = trackLines(names.map((_, index) => index + 1));
        for (const [one, other, replacement] of edits) {
          const [start, end] = [one % (text.length + 1), other % (text.length + 1)].sort((a, b) => a - b) as [number, number];
          applyChange(tracked, { range: { start: positionAt(text, start), end: positionAt(text, end) }, text: replacement });
          text = text.slice(0, start) + replacement + text.slice(end);
        }
        const lines = text.split('\n');
        for (const [origin, line] of tracked.lines) if (!tracked.touched.has(origin)) assert.equal(lines[line - 1], names[origin - 1]);
      }),
    );
  });
});

describe('isTouched', () => {
  it('a function is touched when lines are added between those that are tracked', () => {
    const tracked = trackLines([1, 9]);
    applyChange(tracked, change([4, 0], [4, 0], 'x\n'));
    assert.equal(isTouched(tracked, 1, 9), true);
    assert.equal(isTouched(tracked, 9, 9), false);
  });

  it('a function that only moved is not', () => {
    const tracked = trackLines([4, 9]);
    applyChange(tracked, change([0, 0], [0, 0], 'x\n'));
    assert.equal(isTouched(tracked, 4, 9), false);
    assert.equal(tracked.lines.get(4), 5);
  });
});

function positionAt(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdviceContext, Finding } from '../../../src/core/advise/advice.ts';
import { decide } from '../../../src/core/advise/decision-matrix.ts';
import type { Rule } from '../../../src/core/language.ts';
import { hotSpot, operation } from '../../languages/node/rules/hand-made-spots.ts';

/** What rules say: about which hot spot, on which line, how much it gains, and whether it can be applied. */
type Said = [rule: string, spot: string, line: number, speedup: number, available: boolean];

function ordered(said: Said[]): string[] {
  const rules = said.map(([id, spot, line, speedup, available]): Rule => {
    const finding: Finding = {
      ...{ model: 'algorithm', file: '/a.js', line, message: id, why: '', alternatives: [] },
      predicted: { speedup, low: speedup, high: speedup, basis: '' },
      refactor: available ? { available, safety: 'safe' } : { available, reason: 'It uses `db`.' },
    };
    return {
      id,
      advise: (hot) => (hot.id === spot ? [finding] : []),
      refactor: () => ({ available: false, reason: 'It is not asked for.' }),
    };
  });
  const hotSpots = [...new Set(said.map(([, spot]) => spot))].map((name) => hotSpot(name, 1, { jsCpuUs: 500_000 }));
  const context = { wallUs: 1_000_000, hotSpots } as unknown as AdviceContext;
  return decide(rules, context).advice.map(({ rule }) => rule);
}

describe('the order of advice', () => {
  it('is that of the gains', () =>
    assert.deepEqual(
      ordered([
        ['small', 'a', 1, 1.2, true],
        ['large', 'b', 2, 1.9, true],
        ['middle', 'c', 3, 1.5, true],
      ]),
      ['large', 'middle', 'small'],
    ));

  it('has first what can be applied, where several are about one hot spot', () =>
    assert.deepEqual(
      ordered([
        ['refused', 'a', 1, 1.9, false],
        ['applied', 'a', 7, 1.7, true],
        ['less', 'a', 8, 1.1, true],
      ]),
      ['applied', 'less', 'refused'],
    ));

  it('has first what can be applied, where several are about one line', () =>
    assert.deepEqual(
      ordered([
        ['refused', 'a', 4, 1.9, false],
        ['applied', 'b', 4, 1.2, true],
      ]),
      ['applied', 'refused'],
    ));

  it('keeps a larger gain of another place ahead, whether it can be applied or not', () =>
    assert.deepEqual(
      ordered([
        ['applied', 'a', 1, 1.2, true],
        ['refused', 'b', 2, 3, false],
        ['beside', 'a', 1, 1.8, false],
      ]),
      ['refused', 'applied', 'beside'],
    ));
});

describe('what is left alone', () => {
  it('names the call whose native code took the time', () => {
    const written = { operations: [operation('fs.writeFileSync', 1, 1, { nativeCpuUs: 500_000 })] };
    const reasons = [{}, written].map((more) => {
      const spot = hotSpot('a', 1, { nativeCpuUs: 500_000 }, { bound: 'cpu-native', ...more });
      return decide([], { wallUs: 1_000_000, hotSpots: [spot] } as unknown as AdviceContext).leftAlone[0]?.reason;
    });
    assert.deepEqual(reasons, [
      'It computes in native code that has no asynchronous twin.',
      'Its time goes into the native code of `fs.writeFileSync`, and nothing was found that could go on meanwhile.',
    ]);
  });
});

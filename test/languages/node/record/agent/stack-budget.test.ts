import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StackBudget } from '../../../../../src/languages/node/record/agent/stack-budget.ts';

/** Pays for so many stacks at the most that one may cost, 0.1 ms. */
function paidFor(stacks: number): StackBudget {
  const budget = new StackBudget();
  for (let stack = 0; stack < stacks; stack++) budget.pay(0);
  return budget;
}

describe('the budget for stacks', () => {
  it('takes the first stacks of an API with several callers whatever they cost', () => {
    assert.ok(paidFor(299).allows(false, 0));
    // 10 s of stacks: a hundredth of what this process would have to compute for that.
    assert.equal(paidFor(100_000).allows(false, 0), false);
  });

  it('takes few of an API that is always called from the same place', () => {
    assert.ok(paidFor(9).allows(true, 0));
    assert.equal(paidFor(100_000).allows(true, 0), false);
  });

  it('is tight once neither is left', () => {
    assert.deepEqual([paidFor(299).isTight, paidFor(300).isTight], [false, true]);
  });
});

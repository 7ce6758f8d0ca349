import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCallSites } from '../../../../../src/languages/node/record/agent/call-sites.ts';

/** A core API that is asked for its caller, called by a helper that has two callers of its own. */
function asked() {
  const callSites = createCallSites('agent.cjs');
  const api = (nowUs: number): number => callSites.here(api, nowUs);
  const helper = (nowUs: number): number => api(nowUs);
  const first = (nowUs: number): number => helper(nowUs);
  const second = (nowUs: number): number => helper(nowUs);
  return { first, second, callerOf: (site: number) => callSites.sites[site]!.frames[1]!.function };
}

describe('call sites', () => {
  it('tell callers of a helper apart', () => {
    const { first, second, callerOf } = asked();
    assert.equal(callerOf(first(0)), 'first');
    assert.equal(callerOf(second(1)), 'second');
    assert.equal(callerOf(first(2)), 'first');
  });

  it('believe a caller that was always the same for some ms, then look again', () => {
    const { first, second, callerOf } = asked();
    for (let at = 0; at < 6; at++) first(at);
    assert.equal(callerOf(second(100)), 'first');
    assert.equal(callerOf(second(10_000)), 'second');
    assert.equal(callerOf(first(10_001)), 'first');
  });
});

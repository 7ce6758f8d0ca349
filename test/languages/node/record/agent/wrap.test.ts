import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { OperationLog } from '../../../../../src/languages/node/record/agent/operation-log.ts';
import { wrapCallback, wrapIterator, wrapPromisified } from '../../../../../src/languages/node/record/agent/wrap.ts';

/** Keeps what wrappers tell: `+api` when an operation begins, `-api` when it ends. */
function told(): { log: OperationLog; events: string[] } {
  const apis: string[] = [];
  const events: string[] = [];
  const open: string[] = [];
  const log = {
    busy: false,
    api: (name: string) => apis.push(name) - 1,
    begin(api: number) {
      events.push(`+${apis[api]!}`);
      return open.push(apis[api]!) - 1;
    },
    end: (operation: number) => void events.push(`-${open[operation]!}`),
  };
  return { log: log as unknown as OperationLog, events };
}

describe('wrapped core APIs', () => {
  it('measure the form that util.promisify takes although Node fixed it for good', async () => {
    const { log, events } = told();
    const run = (_: string, done: (error: null, out: string) => void) => void setImmediate(done, null, 'out');
    Object.defineProperty(run, promisify.custom, { value: () => Promise.resolve({ stdout: 'out' }) });
    const owner = { run };
    wrapCallback(log, owner, 'run', 'run');
    wrapPromisified(log, owner, 'run', 'run');
    assert.deepEqual(await promisify(owner.run)('x'), { stdout: 'out' });
    assert.deepEqual(events, ['+run', '-run']);
  });

  it('measure each step of an async iterator', async () => {
    const { log, events } = told();
    const owner = {
      async *tick() {
        await Promise.resolve();
        yield 1;
      },
    };
    wrapIterator(log, owner, 'tick', 'tick');
    const seen: number[] = [];
    for await (const value of owner.tick()) seen.push(value);
    assert.deepEqual(seen, [1]);
    assert.deepEqual(events, ['+tick', '-tick', '+tick', '-tick']);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { busyIdleTime } from '../../../src/core/profile/on-cpu.ts';
import { laneModel } from '../../../src/core/profile/lane-model.ts';
import { frameTable } from '../../../src/core/profile/frames.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const CODE = `main ${PROJECT}/a.js:1:1 1000`;
const IDLE = '(idle) 1000';

/** @param cpuUs what the thread computed in each sample's time */
function busyIdle(samples: string[], cpuUs: number[]): number[] {
  const atUs = [0];
  const sums = [0];
  for (const us of cpuUs) {
    atUs.push(atUs.at(-1)! + 1000);
    sums.push(sums.at(-1)! + us);
  }
  const one = lane(samples, { onCpu: { atUs, cpuUs: sums, runQueueUs: sums.map(() => 0) } });
  const model = laneModel(one, null, frameTable(), recording([one]), node, () => null);
  return [...(busyIdleTime(model.profile, model.natures, one.onCpu) ?? [])].map(Math.round);
}

it('finds what was computed while V8 called the thread idle', () => {
  assert.deepEqual(busyIdle([CODE, IDLE, IDLE, CODE], [1000, 800, 200, 1000]), [0, 800, 200, 0]);
});

it('does not find again what samples of running code stand for', () => {
  // Every 2 ms the thread runs for 1 ms, and each sample's time holds half of both.
  assert.deepEqual(busyIdle([CODE, IDLE, CODE, IDLE, CODE], [500, 500, 500, 500, 500]), [0, 0, 0, 0, 0]);
});

it('takes little for what wakes a sleeping thread', () => {
  const sleeping = Array.from({ length: 40 }, () => IDLE);
  assert.deepEqual(
    busyIdle([CODE, ...sleeping, CODE], [1000, ...sleeping.map(() => 50), 1000]),
    Array.from({ length: 42 }, () => 0),
  );
});

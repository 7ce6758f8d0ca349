import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HANDLE } from '../../../../src/languages/node/record/agent/messages.ts';
import { growingProfile } from '../../../../src/languages/node/record/cpu-profile.ts';

const frame = (functionName: string, url: string) => ({ functionName, url, scriptId: '1', lineNumber: 0, columnNumber: 0 });

it('gives the time of our own interrupts to the script that was interrupted', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), hitCount: 0, children: [2] },
      { id: 2, callFrame: frame('crunch', 'file:///a.js'), hitCount: 2, children: [3] },
      { id: 3, callFrame: frame(HANDLE, ''), hitCount: 1, children: [4] },
      { id: 4, callFrame: frame('flush', 'agent.cjs'), hitCount: 1 },
    ],
    startTime: 0,
    endTime: 4000,
    samples: [2, 3, 4, 2],
    timeDeltas: [1000, 900, 100, 2000],
  };
  const growing = growingProfile('agent.cjs');
  growing.add(profile, 0);
  const normalised = growing.between(0, 4000, []).profile;
  assert.deepEqual(
    normalised.nodes.map(({ callFrame }) => callFrame.functionName),
    ['(root)', 'crunch'],
  );
  assert.deepEqual(normalised.timeDeltas, [1000, 3000]);
});

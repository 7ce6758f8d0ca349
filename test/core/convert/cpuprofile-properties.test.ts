import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { analyze } from '../../../src/core/analyze.ts';
import { readCpuProfile, type ReadProfile } from '../../../src/core/convert/cpuprofile.ts';
import { Failure } from '../../../src/core/failure.ts';
import { node } from '../../../src/languages/node/index.ts';
import { openProfile } from '../../../src/webview/profile/load.ts';
import { UnreadableProfile } from '../../../src/webview/profile/parsed.ts';
import { lane, recording } from '../hand-made.ts';

const NAMES = ['', 'main', '__proto__', 'constructor', '(root)', '(idle)', '\u0000', '<script>'];
const id = fc.integer({ min: -1, max: 8 });
/** What a number may be in a file that somebody wrote by hand. */
const odd = fc.oneof(fc.integer({ min: -5, max: 3000 }), fc.constantFrom<unknown>(null, '3', 1e300, -1e300, 0.5, [], {}, true));

const nodes = fc.array(
  fc.record(
    {
      id: fc.oneof({ weight: 9, arbitrary: id }, { weight: 1, arbitrary: odd }),
      callFrame: fc.record(
        { functionName: fc.constantFrom(...NAMES), scriptId: odd, url: fc.oneof(fc.webUrl(), odd), lineNumber: odd, columnNumber: odd },
        { requiredKeys: ['functionName'] },
      ),
      parent: id,
      hitCount: odd,
      children: fc.oneof(fc.array(fc.oneof(id, odd), { maxLength: 4 }), odd),
      positionTicks: fc.oneof(fc.array(fc.oneof(fc.record({ line: odd, ticks: odd }), odd), { maxLength: 3 }), odd),
    },
    { requiredKeys: ['id', 'callFrame'] },
  ),
  { maxLength: 9 },
);

const profiles = fc.record(
  {
    nodes,
    startTime: odd,
    endTime: odd,
    samples: fc.oneof(fc.array(fc.oneof(id, odd), { maxLength: 20 }), odd),
    timeDeltas: fc.oneof(fc.array(odd, { maxLength: 20 }), odd),
    sampleKinds: fc.oneof(fc.array(odd, { maxLength: 20 }), odd),
    unblock: fc.oneof(fc.record({ lane: fc.oneof(fc.constantFrom(...NAMES), odd) }), odd),
  },
  { requiredKeys: ['nodes'] },
);

/** Null where it was refused: in one sentence. */
function read(text: string): ReadProfile | null {
  try {
    return readCpuProfile(text, 'x.cpuprofile');
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.match(error.message, /^x\.cpuprofile is not a V8 CPU profile: [^.\n]+\. Save it again, [^\n]+\.$/);
    return null;
  }
}

function assertTree({ nodes: list }: ReadProfile): void {
  const parents = new Map<number, number>();
  const ids = new Set(list.map((one) => one.id));
  assert.equal(ids.size, list.length, 'ids are unique');
  for (const { id: parent, children = [] } of list)
    for (const child of children) {
      assert.ok(ids.has(child) && !parents.has(child), 'a node has one parent');
      parents.set(child, parent);
    }
  assert.equal(parents.size, list.length - 1, 'one root');
  for (const { id: start } of list) {
    let steps = 0;
    for (let at = start; at !== list[0]!.id; at = parents.get(at)!) assert.ok(steps++ < list.length, 'every node is below the root');
  }
}

describe('the importer, whatever the file', () => {
  it('refuses any text that is no profile, in one sentence', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(read(text), null)),
      { numRuns: 300 },
    );
  });

  it('makes one tree of any nodes, with finite numbers, that everything after it can read', () => {
    fc.assert(
      fc.property(profiles, (from) => {
        const profile = read(JSON.stringify(from));
        if (profile === null) return;
        assertTree(profile);
        const known = new Set(profile.nodes.map((one) => one.id));
        assert.ok(profile.samples.every((sample) => known.has(sample)));
        assert.equal(profile.timeDeltas.length, profile.samples.length);
        assert.ok([profile.startTime, profile.endTime, ...profile.timeDeltas].every(Number.isFinite));
        assert.ok(profile.endTime >= profile.startTime);
        const again = JSON.stringify(profile);
        assert.deepEqual(readCpuProfile(again), profile, 'what it read, it reads as it is');
        try {
          openProfile(new TextEncoder().encode(again));
        } catch (error) {
          assert.ok(error instanceof UnreadableProfile && /has no samples/.test(error.message), String(error));
        }
        analyze(recording([{ ...lane(['main 1000']), cpuProfile: profile }]), { ...node, rules: [] }, () => null);
      }),
      { numRuns: 500 },
    );
  });

  it('reads calls very deep below each other', () => {
    const deep = 300_000;
    const list = Array.from({ length: deep }, (_, index) => ({
      id: index + 1,
      callFrame: { functionName: 'f' },
      ...(index + 1 < deep && { children: [index + 2] }),
    }));
    const profile = readCpuProfile(JSON.stringify({ nodes: list, startTime: 0, endTime: 2, samples: [deep, 1], timeDeltas: [1, 1] }));
    assert.equal(profile.nodes.length, deep);
    assert.deepEqual(profile.samples, [deep, 1]);
  });

  it('refuses brackets a million deep', () => assert.equal(read('['.repeat(1_000_000) + ']'.repeat(1_000_000)), null));
});

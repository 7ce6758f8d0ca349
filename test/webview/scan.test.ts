import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CpuProfile } from '../../src/core/recording.ts';
import { profileFromJson } from '../../src/webview/profile/from-json.ts';
import { frameCount, frameName, frameUrl, type ParsedProfile } from '../../src/webview/profile/parsed.ts';
import { scanProfile } from '../../src/webview/profile/scan.ts';
import { bytesOf, profileOf, recursion } from './profiles.ts';
import { sampleProfile } from './sample-report.ts';

/** Everything a profile says, in plain values. */
function told(profile: ParsedProfile | null): unknown {
  if (profile === null) return null;
  const { frames } = profile;
  return {
    ...profile,
    frames: Array.from({ length: frameCount(frames) }, (_, i) => [
      frameName(frames, i),
      frameUrl(frames, i),
      frames.line[i],
      frames.column[i],
    ]),
    parent: [...profile.parent],
    frame: [...profile.frame],
    samples: [...profile.samples],
    durations: [...profile.durations],
    sampleKinds: profile.sampleKinds && [...profile.sampleKinds],
  };
}

function sameBothWays(bytes: Uint8Array): void {
  const scanned = scanProfile(bytes);
  assert.notEqual(scanned, null, 'the fast way should read it');
  assert.deepEqual(told(scanned), told(profileFromJson(bytes)));
}

const plain = profileOf(['a;b', 'a;b;c', 'a', 'x@file:///x.js:3;y@file:///y.js:9', 'a;b']);

describe('scanProfile reads what JSON.parse reads', () => {
  for (const [name, profile] of [
    ['a plain profile', plain],
    ['one with kinds of time and a lane', sampleProfile('worker 1')],
    ['recursion 2,000 deep', recursion(2000)],
    ['keys in another order', Object.fromEntries(Object.entries(sampleProfile()).reverse())],
    ['keys it doesn’t know', { $vscode: { rootPath: '/a', nested: [1, { b: '}]"' }] }, ...plain, more: null }],
    ['a node’s keys in another order', { ...plain, nodes: plain.nodes.map((node) => Object.fromEntries(Object.entries(node).reverse())) }],
    ['call frames with a brace in a name', renamed('[Symbol(a})] {')],
    ['call frames with quotes and backslashes', renamed('say "hi\\" </script><!--')],
    ['names that imitate the end of a call frame', renamed('x9}')],
    ['names beyond ASCII', renamed('größe😀\u2028日本')],
    ['names of lone surrogates', renamed('a\ud800')],
    ['very long names', renamed('long'.repeat(5000))],
    ['no samples, hits alone', { nodes: plain.nodes, startTime: 0, endTime: 10_000 }],
    ['deltas that run backwards', { ...plain, timeDeltas: [0, 2000, -1500, 3000, 10] }],
    ['no deltas', { ...plain, timeDeltas: undefined }],
    [
      'lines of ticks',
      {
        ...plain,
        nodes: plain.nodes.map((node) => ({
          ...node,
          positionTicks: [
            { line: 1, ticks: 2 },
            { line: 3, ticks: 4 },
          ],
        })),
      },
    ],
    ['ids far apart', spread(1_000_003)],
    ['ids with gaps', spread(3)],
    ['parents instead of children', parents()],
    [
      'scripts’ ids that differ',
      { ...plain, nodes: plain.nodes.map((node, i) => ({ ...node, callFrame: { ...node.callFrame, scriptId: `${i}` } })) },
    ],
  ] as const) {
    it(name, () => sameBothWays(bytesOf(profile)));
    it(`${name}, printed with indents`, () => sameBothWays(bytesOf(profile, 2)));
  }

  it('with a byte order mark', () => {
    const bytes = bytesOf(plain);
    assert.deepEqual(told(scanProfile(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]))), told(profileFromJson(bytes)));
  });

  it('inside a larger buffer', () => {
    const bytes = bytesOf(plain);
    const buffer = new Uint8Array(bytes.length + 7);
    buffer.set(bytes, 3);
    assert.deepEqual(told(scanProfile(buffer.subarray(3, 3 + bytes.length))), told(profileFromJson(bytes)));
  });

  it('with any names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }), fc.string(), (names, url) => {
        const profile = profileOf(names.map((_, i) => `n${i}`));
        profile.nodes.forEach((node, i) => (node.callFrame = { ...node.callFrame, functionName: names[i % names.length]!, url }));
        const bytes = bytesOf(profile);
        const scanned = scanProfile(bytes);
        // Null is allowed, as JSON.parse then reads it; another meaning is not.
        if (scanned !== null) assert.deepEqual(told(scanned), told(profileFromJson(bytes)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('scanProfile leaves to JSON.parse', () => {
  const whole = new TextDecoder().decode(bytesOf(sampleProfile()));
  for (const [name, text] of [
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['another file', '{"traceEvents":[]}'],
    ['an empty tree', '{"nodes":[],"samples":[],"timeDeltas":[]}'],
    ['deltas with decimals', JSON.stringify({ ...plain, timeDeltas: [0.5, 1, 1, 1, 1] })],
    ['samples of no node', JSON.stringify({ ...plain, samples: [99, 1, 1, 1, 1] })],
    ['something after the end', `${JSON.stringify(plain)} x`],
    ['a missing value', JSON.stringify(plain).replace('"samples":[', '"samples":[,')],
    ['names that imitate the end of a call frame and what follows', JSON.stringify(renamed('x9},'))],
    ['numbers past 32 bits', JSON.stringify({ ...plain, timeDeltas: [0, 3_000_000_000, 1, 1, 1] })],
  ] as const)
    it(name, () => {
      assert.equal(scanProfile(bytesOf(text)), null);
    });

  it('a text that was cut anywhere', () => {
    for (let length = 0; length < whole.length; length += 97)
      assert.equal(scanProfile(bytesOf(whole.slice(0, length))), null, `cut at ${length}`);
  });
});

function renamed(name: string): CpuProfile {
  return {
    ...plain,
    nodes: plain.nodes.map((node, i) => ({
      ...node,
      callFrame: { ...node.callFrame, functionName: `${name}${i}`, url: i % 2 === 0 ? name : '' },
    })),
  };
}

function spread(step: number): CpuProfile {
  const id = (old: number): number => old * step;
  return {
    ...plain,
    nodes: plain.nodes.map((node) => ({ ...node, id: id(node.id), children: node.children!.map(id) })),
    samples: plain.samples.map(id),
  };
}

function parents(): unknown {
  const parentOf = new Map(plain.nodes.flatMap((node) => node.children!.map((child) => [child, node.id])));
  return {
    ...plain,
    nodes: plain.nodes.map(({ id, callFrame, hitCount }) => ({
      id,
      callFrame,
      hitCount,
      ...(parentOf.has(id) ? { parent: parentOf.get(id) } : {}),
    })),
  };
}

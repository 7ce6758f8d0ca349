import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KIND } from '../../src/core/profile/time-kind.ts';
import type { Graph } from '../../src/webview/profile/layout.ts';
import { openProfile, type OpenProfile } from '../../src/webview/profile/load.ts';
import { frameName, UnreadableProfile } from '../../src/webview/profile/parsed.ts';
import { extentOf, sampleAt } from '../../src/webview/profile/timeline.ts';
import { answer } from '../../src/webview/profile/worker-messages.ts';
import { bytesOf, profileOf, recursion } from './profiles.ts';
import { sampleProfile } from './sample-report.ts';

/** The graph as a person would draw it: depth, name, from–to in ms. */
function drawn(open: OpenProfile, graph: Graph = open.loaded.graph): string[] {
  return Array.from(
    graph.frame,
    (frame, i) =>
      `${'  '.repeat(graph.depth[i]!)}${frameName(open.loaded.frames, frame)} ${graph.start[i]! / 1000}–${(graph.start[i]! + graph.total[i]!) / 1000}`,
  );
}

describe('the left-heavy graph', () => {
  it('merges siblings, longest first', () => {
    assert.deepEqual(drawn(openProfile(bytesOf(profileOf(['a;b', 'c', 'a;d', 'c', 'a;d', 'a;d', 'a'])))), [
      '(root) 0–7',
      '  a 0–5',
      '    d 0–3',
      '    b 3–4',
      '  c 5–7',
    ]);
  });

  it('merges nodes that V8 keeps apart for one function', () => {
    const profile = profileOf(['a;x', 'b;x']);
    const b = profile.nodes.find((node) => node.callFrame.functionName === 'b')!;
    b.callFrame = { ...profile.nodes.find((node) => node.callFrame.functionName === 'a')!.callFrame, scriptId: '99' };
    assert.deepEqual(drawn(openProfile(bytesOf(profile))), ['(root) 0–2', '  a 0–2', '    x 0–2']);
  });

  it('puts several roots below one', () => {
    const profile = profileOf(['a', 'b']);
    profile.nodes[0]!.children = [];
    const names = drawn(openProfile(bytesOf(profile)));
    assert.equal(names.length, 3);
  });

  it('counts recursion once in a function’s total', () => {
    const open = openProfile(bytesOf(profileOf(['f;f;f', 'f;g;f', 'g', 'f'])));
    const total = (name: string): number => open.loaded.graph.frameTotal[frameOf(open, name)]!;
    assert.equal(total('f'), 3000);
    assert.equal(total('g'), 2000);
    assert.equal(open.loaded.graph.frameSelf[frameOf(open, 'f')], 3000);
  });

  it('holds recursion of any depth', () => {
    const depth = 100_000;
    const open = openProfile(bytesOf(recursion(depth)));
    const { graph } = open.loaded;
    assert.equal(graph.maxDepth, depth);
    assert.equal(graph.frameTotal[frameOf(open, 'f')], graph.total[0]);
  });

  it('narrows to a kind of time', () => {
    const open = openProfile(bytesOf(sampleProfile()));
    assert.deepEqual(
      drawn(open, open.layOut(1 << KIND.blocked)).map((line) => line.trim().split(' ')[0]),
      ['(root)', 'main', 'loadAll', 'readFileSync'],
    );
    assert.equal(open.loaded.timeOfKind[KIND.blocked], 1_440_000);
  });

  it('colours a box by most of its total', () => {
    const open = openProfile(bytesOf(sampleProfile()));
    const kinds = new Map(
      Array.from(open.loaded.graph.frame, (frame, i) => [frameName(open.loaded.frames, frame), open.loaded.graph.kind[i]]),
    );
    assert.equal(kinds.get('loadAll'), KIND.blocked);
    assert.equal(kinds.get('render'), KIND.jsCpu);
    assert.equal(kinds.get('await fetch all'), KIND.awaitOverlapped);
  });

  it('tells idle time and garbage collection in profiles of other tools', () => {
    const { timeOfKind } = openProfile(bytesOf(profileOf(['(idle)', '(garbage collector)', '(program)', 'work@file:///a.js:1']))).loaded;
    assert.deepEqual(
      [KIND.idle, KIND.gc, KIND.nativeCpu, KIND.jsCpu].map((kind) => timeOfKind[kind]),
      [1000, 1000, 1000, 1000],
    );
  });

  it('reads nodes whose children come before them', () => {
    const profile = profileOf(['a;b', 'a;c']);
    profile.nodes.reverse();
    assert.deepEqual(drawn(openProfile(bytesOf(profile))).length, 4);
  });
});

describe('the timeline', () => {
  const open = openProfile(bytesOf(profileOf(['a;b', 'a;b;c', 'a', 'd', 'a;b'])));
  const timeline = open.timeline()!;
  const nodeOf = (name: string): number => [...open.loaded.graph.frame].findIndex((frame) => frameName(open.loaded.frames, frame) === name);

  it('finds the sample at a time', () => {
    assert.deepEqual(
      [0, 999, 1000, 4999, 99_999].map((us) => sampleAt(timeline, us)),
      [0, 0, 1, 4, 4],
    );
  });
  it('tells exactly how long a call stayed on the stack', () => {
    assert.deepEqual(extentOf(timeline, open.loaded.graph, nodeOf('a'), 1), { start: 0, end: 3000 });
    assert.deepEqual(extentOf(timeline, open.loaded.graph, nodeOf('b'), 4), { start: 4000, end: 5000 });
  });
  it('is missing where there are hits alone', () => {
    const { nodes } = profileOf(['a', 'b']);
    assert.equal(openProfile(bytesOf({ nodes, startTime: 0, endTime: 2000 })).timeline(), null);
  });
});

describe('what can’t be read is told in a sentence', () => {
  const whole = JSON.stringify(profileOf(['a;b', 'a']));
  const looping = profileOf(['a;b', 'a']);
  looping.nodes[0]!.children = [];
  looping.nodes[1]!.children = [3];
  for (const [name, text, sentence] of [
    ['nothing', '', /empty/],
    ['no JSON', 'hello', /damaged or incomplete/],
    ['a text that was cut', whole.slice(0, -40), /damaged or incomplete/],
    ['another file', '{"traceEvents":[]}', /not a V8 CPU profile/],
    ['a list', '[1]', /not a V8 CPU profile/],
    ['no samples', '{"nodes":[],"samples":[]}', /no samples/],
    ['nodes that are none', '{"nodes":[1,2],"samples":[1]}', /damaged/],
    ['a sample of no node', whole.replace('"samples":[', '"samples":[77,'), /damaged/],
    ['a tree that loops', JSON.stringify(looping), /damaged/],
    ['no time at all', JSON.stringify({ ...profileOf(['a']), startTime: 0, endTime: 0, timeDeltas: [0] }), null],
  ] as const)
    it(name, () => {
      if (sentence === null) {
        openProfile(bytesOf(text));
        return;
      }
      assert.throws(
        () => openProfile(bytesOf(text)),
        (error) => error instanceof UnreadableProfile && sentence.test(error.message) && error.message.endsWith('.'),
      );
    });
});

describe('the worker', () => {
  it('answers with arrays to hand over, and sentences for failures', () => {
    const opened = answer({ type: 'open', bytes: bytesOf(profileOf(['a;b'])) }, null, openProfile);
    assert.equal(opened.message.type, 'opened');
    assert.equal(new Set(opened.transfer).size, opened.transfer.length);
    assert.ok(opened.transfer.length > 10);
    const timeline = answer({ type: 'timeline' }, opened.opened, openProfile);
    assert.equal(timeline.message.type, 'timeline');
    const failed = answer({ type: 'open', bytes: bytesOf('{') }, null, openProfile);
    assert.deepEqual(failed.message, { type: 'failed', sentence: 'This profile is damaged or incomplete: record it again.' });
  });
});

function frameOf(open: OpenProfile, name: string): number {
  for (let frame = 0; frame < open.loaded.frames.nameEnds.length; frame++) if (frameName(open.loaded.frames, frame) === name) return frame;
  return -1;
}

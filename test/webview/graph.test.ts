import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boxAt, collectLeftHeavy, collectTimeline, noBoxes, type Boxes } from '../../src/webview/graph/boxes.ts';
import { contrast, mix, textOn, type Rgb } from '../../src/webview/graph/colour.ts';
import { labels } from '../../src/webview/graph/label.ts';
import { heaviestLeaf, heaviestOf, step, stepInTime } from '../../src/webview/graph/navigate.ts';
import { tickStep } from '../../src/webview/graph/ruler.ts';
import { matchFrames, matchNumber, nextMatch, sumMatches } from '../../src/webview/graph/search.ts';
import { between, clampView, panBy, zoomAround } from '../../src/webview/graph/viewport.ts';
import { KINDS } from '../../src/webview/profile/kinds.ts';
import { openProfile } from '../../src/webview/profile/load.ts';
import { frameName } from '../../src/webview/profile/parsed.ts';
import { bytesOf, profileOf, recursion } from './profiles.ts';

const open = openProfile(bytesOf(profileOf(['a;b', 'a;b', 'a;b;x', 'a;c', 'd', 'd;b', 'a'])));
const { graph, frames } = open.loaded;
const timeline = open.timeline()!;
const nameAt = (node: number): string => frameName(frames, graph.frame[node]!);
const nodeOf = (...path: string[]): number =>
  path.reduce((node, name) => {
    for (let child = node + 1; child < graph.end[node]!; child = graph.end[child]!) if (nameAt(child) === name) return child;
    throw new Error(`no ${name}`);
  }, 0);
const told = (boxes: Boxes): string[] =>
  Array.from({ length: boxes.count }, (_, i) => `${boxes.row[i]} ${nameAt(boxes.node[i]!)} ${boxes.x[i]}+${boxes.width[i]}`).sort();
const all = { width: 700, firstRow: 0, lastRow: 99 };

describe('boxes', () => {
  const boxes = noBoxes();
  it('stand left-heavy', () => {
    collectLeftHeavy(graph, { view: { start: 0, end: 7000 }, ...all }, boxes);
    assert.deepEqual(told(boxes), ['0 (root) 0+700', '1 a 0+500', '1 d 500+200', '2 b 0+300', '2 b 500+100', '2 c 300+100', '3 x 0+100']);
  });
  it('stand in the order of time', () => {
    collectTimeline(timeline, graph, { view: { start: 0, end: 7000 }, ...all }, boxes);
    assert.deepEqual(told(boxes), [
      '0 (root) 0+700',
      '1 a 0+400',
      '1 a 600+100',
      '1 d 400+200',
      '2 b 0+300',
      '2 b 500+100',
      '2 c 300+100',
      '3 x 200+100',
    ]);
  });
  it('are cut at the edges of what is seen', () => {
    collectLeftHeavy(graph, { view: { start: 2500, end: 6000 }, ...all }, boxes);
    assert.deepEqual(told(boxes), ['0 (root) 0+700', '1 a 0+500', '1 d 500+200', '2 b 0+100', '2 b 500+200', '2 c 100+200']);
  });
  it('are left out above and below', () => {
    collectLeftHeavy(graph, { view: { start: 0, end: 7000 }, width: 700, firstRow: 1, lastRow: 1 }, boxes);
    assert.deepEqual(told(boxes), ['1 a 0+500', '1 d 500+200']);
    collectTimeline(timeline, graph, { view: { start: 0, end: 7000 }, width: 700, firstRow: 1, lastRow: 1 }, boxes);
    assert.deepEqual(told(boxes), ['1 a 0+400', '1 a 600+100', '1 d 400+200']);
  });
  it('are left out where they are narrower than half a pixel, with all above them', () => {
    collectLeftHeavy(graph, { view: { start: 0, end: 7000 }, width: 2, firstRow: 0, lastRow: 99 }, boxes);
    assert.deepEqual(
      told(boxes).map((line) => line.split(' ')[1]),
      ['(root)', 'a', 'd', 'b'],
    );
  });
  it('are found at a point', () => {
    collectLeftHeavy(graph, { view: { start: 0, end: 7000 }, ...all }, boxes);
    assert.equal(nameAt(boxes.node[boxAt(boxes, 550, 1)]!), 'd');
    assert.equal(boxAt(boxes, 650, 3), -1);
  });
  it('never come twice per pixel in a timeline of many samples', () => {
    const many = openProfile(bytesOf(profileOf(Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? 'a;b' : 'a;c')))));
    collectTimeline(
      many.timeline()!,
      many.loaded.graph,
      { view: { start: 0, end: 5_000_000 }, width: 100, firstRow: 0, lastRow: 9 },
      boxes,
    );
    assert.ok(boxes.count <= 2 + 200, `${boxes.count} boxes on 100 pixels`);
    assert.equal(boxes.width[[...boxes.row.subarray(0, boxes.count)].indexOf(0)], 100);
  });
  it('of deep recursion are drawn as far as they can be seen', () => {
    const deep = openProfile(bytesOf(recursion(50_000)));
    collectLeftHeavy(
      deep.loaded.graph,
      { view: { start: 0, end: deep.loaded.graph.total[0]! }, width: 1000, firstRow: 0, lastRow: 40 },
      boxes,
    );
    assert.equal(boxes.count, 41);
    collectTimeline(
      deep.timeline()!,
      deep.loaded.graph,
      { view: { start: 0, end: deep.loaded.graph.total[0]! }, width: 1000, firstRow: 0, lastRow: 40 },
      boxes,
    );
    assert.equal(boxes.count, 41);
  });
});

describe('arrow keys', () => {
  for (const [from, direction, to] of [
    [[], 'down', ['a']],
    [['a'], 'down', ['a', 'b']],
    [['a'], 'right', ['d']],
    [['d'], 'left', ['a']],
    [['a', 'b'], 'right', ['a', 'c']],
    [['a', 'c'], 'left', ['a', 'b']],
    [['a', 'c'], 'right', ['a', 'c']],
    [['a', 'b', 'x'], 'up', ['a', 'b']],
    [['a', 'b', 'x'], 'down', ['a', 'b', 'x']],
    [[], 'up', []],
    [[], 'left', []],
  ] as const)
    it(`${direction} from /${from.join('/')} leads to /${to.join('/')}`, () => {
      assert.equal(step(graph, nodeOf(...from), direction), nodeOf(...to));
    });

  it('lead through time in the timeline', () => {
    const a = { node: nodeOf('a'), sample: 0 };
    const d = stepInTime(timeline, graph, a, 'right');
    assert.deepEqual(d, { node: nodeOf('d'), sample: 4 });
    assert.deepEqual(stepInTime(timeline, graph, d, 'right'), { node: nodeOf('a'), sample: 6 });
    assert.deepEqual(stepInTime(timeline, graph, d, 'left').node, nodeOf('a'));
    assert.deepEqual(stepInTime(timeline, graph, d, 'down'), { node: nodeOf('d', 'b'), sample: 5 });
    assert.deepEqual(stepInTime(timeline, graph, d, 'up').node, 0);
    assert.deepEqual(stepInTime(timeline, graph, { node: nodeOf('a'), sample: 6 }, 'right'), { node: nodeOf('a'), sample: 6 });
  });
});

describe('the heaviest', () => {
  it('box of a frame', () => {
    assert.equal(
      heaviestOf(graph, (frame) => frameName(frames, frame) === 'b'),
      nodeOf('a', 'b'),
    );
    assert.equal(
      heaviestOf(graph, () => false),
      -1,
    );
  });
  it('frame inside a box', () => {
    assert.equal(heaviestLeaf(graph, nodeOf('a'), graph.kind[nodeOf('a')]!, KINDS), nodeOf('a', 'b'));
  });
});

describe('search', () => {
  it('finds names, whatever their case', () => {
    const matched = matchFrames(frames, ' B ')!;
    assert.deepEqual(sumMatches(graph, matched), { boxes: 2, us: 4000 });
  });
  it('counts a box inside a matching one once', () => {
    const nested = openProfile(bytesOf(profileOf(['f;f;f', 'f', 'g']))).loaded;
    assert.deepEqual(sumMatches(nested.graph, matchFrames(nested.frames, 'f')!), { boxes: 3, us: 2000 });
  });
  it('goes round, forwards and backwards', () => {
    const matched = matchFrames(frames, 'b')!;
    const first = nextMatch(graph, matched, 0, 1);
    const second = nextMatch(graph, matched, first, 1);
    assert.deepEqual([first, second], [nodeOf('a', 'b'), nodeOf('d', 'b')]);
    assert.equal(nextMatch(graph, matched, second, 1), first);
    assert.equal(nextMatch(graph, matched, first, -1), second);
    assert.equal(matchNumber(graph, matched, second), 2);
  });
  it('finds files', () => {
    const { loaded } = openProfile(bytesOf(profileOf(['a@file:///lib/Load.js:3', 'b'])));
    assert.deepEqual(
      [...matchFrames(loaded.frames, 'load.js')!],
      [...loaded.frames.nameEnds].map((_, i) => (frameName(loaded.frames, i) === 'a' ? 1 : 0)),
    );
  });
  it('is off without words', () => {
    assert.equal(matchFrames(frames, '  '), null);
    assert.equal(nextMatch(graph, matchFrames(frames, 'nothing like this')!, 0, 1), -1);
  });
});

describe('the view', () => {
  for (const [name, got, expected] of [
    ['stays inside', clampView({ start: -50, end: 50 }, 1000), { start: 0, end: 100 }],
    ['is no wider than the whole', clampView({ start: -50, end: 5000 }, 1000), { start: 0, end: 1000 }],
    ['is no narrower than it can be read', clampView({ start: 500, end: 500 }, 1000), { start: 500, end: 510 }],
    ['zooms around a point', zoomAround({ start: 0, end: 1000 }, 2, 0.5, 1000), { start: 250, end: 750 }],
    ['keeps the point in place', zoomAround({ start: 200, end: 600 }, 4, 0.25, 1000), { start: 275, end: 375 }],
    ['pans', panBy({ start: 0, end: 100 }, 0.5, 1000), { start: 50, end: 150 }],
    ['pans to the edge', panBy({ start: 900, end: 1000 }, 0.5, 1000), { start: 900, end: 1000 }],
    ['glides from', between({ start: 0, end: 10 }, { start: 5, end: 6 }, 0), { start: 0, end: 10 }],
    ['glides to', between({ start: 0, end: 10 }, { start: 5, end: 6 }, 1), { start: 5, end: 6 }],
  ] as const)
    it(name, () => {
      assert.deepEqual(got, expected);
    });

  it('has round marks', () => {
    assert.deepEqual([tickStep(1000, 10), tickStep(1000, 7), tickStep(900, 2), tickStep(0.1, 5)], [100, 200, 500, 0.02]);
  });
});

describe('labels', () => {
  const fitting = labels((text) => text.length * 10);
  for (const [text, width, expected] of [
    ['loadAll', 70, 'loadAll'],
    ['loadAll', 69, 'loadA…'],
    ['loadAll', 30, 'lo…'],
    ['loadAll', 25, ''],
    ['日本語', 200, '日本語'],
    ['', 100, ''],
  ] as const)
    it(`${text} on ${width} pixels is ${expected === '' ? 'left out' : expected}`, () => {
      assert.equal(fitting.fit(text, width), expected);
    });
  it('never cut a character in two', () => {
    assert.equal(labels((text) => (text === '😀' ? 20 : 10)).fit('😀😀😀😀', 60), '😀😀…');
  });
});

describe('colours', () => {
  // charts.* and the editor's background of VS Code's own dark, light and high contrast themes.
  const kinds: Rgb[] = [
    [0xd1, 0x86, 0x16],
    [0xcc, 0xa7, 0x00],
    [0xf1, 0x4c, 0x4c],
    [0x37, 0x94, 0xff],
    [0xb1, 0x80, 0xd7],
    [0x89, 0xd1, 0x85],
    [0xe5, 0x14, 0x00],
    [0x1a, 0x85, 0xff],
    [0x65, 0x2d, 0x90],
    [0x38, 0x8a, 0x34],
  ];
  const backgrounds: Rgb[] = [
    [0x1f, 0x1f, 0x1f],
    [0xff, 0xff, 0xff],
    [0, 0, 0],
  ];
  it('leave every label readable', () => {
    for (const background of backgrounds)
      for (const kind of kinds)
        for (const strength of [1, 0.84, 0.79, 0.74, 0.5, 0.42, 0.28]) {
          const fill = mix(kind, background, strength);
          assert.ok(contrast(textOn(fill), fill) >= 4.5, `${kind.join()} at ${strength} on ${background.join()}`);
        }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KIND } from '../../src/core/profile/time-kind.ts';
import type { Report } from '../../src/core/report/report.ts';
import { announcement, detailsOf } from '../../src/webview/panel/details.ts';
import { banners } from '../../src/webview/panel/faces.ts';
import { adviceOf, enclosingFrame, filePath, frameOf, hotSpotOf, shortPath } from '../../src/webview/panel/source.ts';
import { splitOf } from '../../src/webview/panel/split.ts';
import { openProfile } from '../../src/webview/profile/load.ts';
import { frameName } from '../../src/webview/profile/parsed.ts';
import { bytesOf } from './profiles.ts';
import { sampleProfile, sampleReport } from './sample-report.ts';

const { graph, frames } = openProfile(bytesOf(sampleProfile())).loaded;
const report = sampleReport();
const nodeOf = (name: string): number => [...graph.frame].findIndex((frame) => frameName(frames, frame) === name);
const nameOf = (frame: number): string => (frame < 0 ? '' : frameName(frames, frame));

describe('file names', () => {
  for (const [url, path] of [
    ['file:///home/a%20b/%23x.js', '/home/a b/#x.js'],
    ['file:///C:/work/a.js', 'C:/work/a.js'],
    ['file://server/share/a.js', '//server/share/a.js'],
    ['file:///bad%zz.js', '/bad%zz.js'],
    ['/home/a.js', '/home/a.js'],
    ['C:\\work\\a.js', 'C:\\work\\a.js'],
    ['node:fs', null],
    ['https://example.com/a.js', null],
    ['', null],
  ] as const)
    it(`${url} is ${path}`, () => {
      assert.equal(filePath(url), path);
    });
  for (const [file, cwd, short] of [
    ['/home/dev/shop/lib/a.js', '/home/dev/shop', 'lib/a.js'],
    ['/home/dev/shop/lib/a.js', '/home/dev/shop/', 'lib/a.js'],
    ['/home/dev/shopping/lib/a.js', '/home/dev/shop', 'lib/a.js'],
    ['/x/node_modules/left-pad/index.js', '/home', 'left-pad/index.js'],
    ['C:\\work\\lib\\a.js', 'C:\\work', 'lib/a.js'],
    ['/a.js', null, '/a.js'],
  ] as const)
    it(`${file} is ${short} from ${cwd}`, () => {
      assert.equal(shortPath(file, cwd), short);
    });
});

describe('frames and the report', () => {
  it('find each other', () => {
    const frame = graph.frame[nodeOf('loadAll')]!;
    assert.equal(hotSpotOf(report, frames, frame)?.id, 'h1');
    assert.equal(adviceOf(report, frames, frame)?.id, 'a1');
    assert.equal(frameOf(frames, report.hotSpots[0]!), frame);
    assert.equal(hotSpotOf(report, frames, graph.frame[nodeOf('readFileSync')]!), null);
  });
  it('know the function around a line', () => {
    const file = '/home/dev/shop/lib/render.js';
    assert.deepEqual(
      [8, 30, 31, 54, 900].map((line) => nameOf(enclosingFrame(frames, file, line))),
      ['render', 'render', 'row', 'row', 'escape'],
    );
    assert.equal(enclosingFrame(frames, file, 1), -1);
  });
});

describe('a box', () => {
  it('tells name, share and kind', () => {
    assert.equal(
      announcement(detailsOf(graph, frames, { report, wholeUs: graph.total[0]! }, nodeOf('loadAll'))),
      'loadAll, 66 %, 1.58 s, blocked in synchronous I/O 1.44 s in fs.readFileSync ×120',
    );
  });
});

describe('the time split', () => {
  it('comes from the report, its waits divided as in the profile', () => {
    const us = new Array<number>(8).fill(0);
    us[KIND.awaitSerial] = 30;
    us[KIND.awaitOverlapped] = 10;
    const split = splitOf({ jsCpuMs: 1, nativeCpuMs: 2, blockedMs: 3, awaitedMs: 40, gcMs: 5, loadingMs: 6, idleMs: 7 }, us);
    assert.deepEqual(split, [1, 2, 3, 30, 10, 5, 6, 7]);
  });
});

describe('banners', () => {
  const run = (change: Partial<Report['run']>): Report => ({
    ...report,
    run: { ...report.run, ...change },
  });
  for (const [name, given, stale, expected] of [
    ['none for a good run', report, false, []],
    ['none without a report', null, false, []],
    ['stale', report, true, ['The source has changed since this was measured: lines may be off. Profile it again.']],
    ['stopped', run({ ended: 'stopped', wallMs: 12_000 }), false, ['You stopped it after 12.0 s: this is what was measured until then.']],
    [
      'killed',
      run({ ended: 'killed', signal: 'SIGTERM', exitCode: null }),
      false,
      ['SIGTERM ended it after 2.41 s: this is what was measured until then.'],
    ],
    [
      'crashed',
      run({ ended: 'crashed', exitCode: 1 }),
      false,
      ['The script crashed after 2.41 s (exit code 1): this is the report up to the crash. Its output is in the terminal.'],
    ],
  ] as const)
    it(name, () => {
      assert.deepEqual(
        banners(given, stale).map(({ text }) => text),
        expected,
      );
    });
});

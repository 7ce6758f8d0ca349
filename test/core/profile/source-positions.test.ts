import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filePath, sourcePositions } from '../../../src/core/profile/source-positions.ts';
import { fileUrl } from '../../../src/core/profile/timed-lanes.ts';

const PATHS: [url: string, platform: string, path: string][] = [
  ['file:///a/b.js', 'linux', '/a/b.js'],
  ['file:///a%20b/%23c%25.js', 'linux', '/a b/#c%.js'],
  ['file:///a/b.mjs?v=1#x', 'linux', '/a/b.mjs'],
  ['file:///a/100%.js', 'linux', '/a/100%.js'],
  ['file:///C:/a/b.js', 'win32', 'C:\\a\\b.js'],
  ['/plain/path?.js', 'linux', '/plain/path?.js'],
  ['node:fs', 'linux', 'node:fs'],
  ['', 'linux', ''],
];

describe('filePath', () => {
  for (const [url, platform, path] of PATHS) it(`${url} on ${platform}`, () => assert.equal(filePath(url, platform), path));

  it('is what fileUrl turns round', () => {
    for (const path of ['/a b/#c%?.js', '/ü/日本.mjs', '/a:b.js']) assert.equal(filePath(fileUrl(path), 'linux'), path);
  });
});

describe('sourcePositions', () => {
  // Two lines of `src/a.ts` on two lines of `out/a.js`, the first two lines down.
  const map = JSON.stringify({ version: 3, sources: ['../src/a.ts'], names: [], mappings: 'AAEA;AACA' });

  it('maps a place back to what the user wrote', () => {
    const positions = sourcePositions({ 'file:///p/out/a.js': map }, 'linux');
    assert.deepEqual(positions.at('file:///p/out/a.js', 2, 5), { file: '/p/src/a.ts', line: 4, column: 1 });
    assert.deepEqual(positions.at('/p/out/a.js', 1, 1), { file: '/p/src/a.ts', line: 3, column: 1 });
    assert.deepEqual(positions.line('file:///p/out/a.js', 1), { file: '/p/src/a.ts', line: 3 });
    assert.equal(positions.module('file:///p/out/a.js'), '/p/src/a.ts');
  });

  it('says nothing of a line that holds many lines of the source', () => {
    const positions = sourcePositions(
      { 'file:///m.js': JSON.stringify({ version: 3, sources: ['m.ts'], names: [], mappings: 'AAAA,EAyBA' }) },
      'linux',
    );
    assert.equal(positions.line('file:///m.js', 1), null);
  });

  it('keeps the generated place without a readable map', () => {
    const positions = sourcePositions({ 'file:///x.js': 'not a map' }, 'linux');
    assert.deepEqual(positions.at('file:///x.js', 7, 3), { file: '/x.js', line: 7, column: 3 });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEdits, type Edit } from '../../../../src/languages/node/refactors/text/edits.ts';
import { unifiedDiff } from '../../../../src/languages/node/refactors/text/unified-diff.ts';

const edit = (start: number, end: number, newText: string): Edit => ({ start, end, newText, why: '' });

describe('applyEdits', () => {
  const cases: [string, Edit[], string][] = [
    ['abc', [], 'abc'],
    ['abc', [edit(0, 0, '>'), edit(1, 2, 'B'), edit(3, 3, '<')], '>aBc<'],
    ['abc', [edit(0, 3, '')], ''],
    ['', [edit(0, 0, 'new file')], 'new file'],
    ['a𝒳b\r\nc', [edit(3, 4, 'B')], 'a𝒳B\r\nc'],
  ];
  for (const [text, edits, expected] of cases) it(JSON.stringify(expected), () => assert.equal(applyEdits(text, edits), expected));

  it('refuses edits that overlap, go back or lie outside', () => {
    for (const edits of [[edit(0, 2, ''), edit(1, 3, '')], [edit(2, 3, ''), edit(0, 1, '')], [edit(0, 9, '')]])
      assert.throws(() => applyEdits('abc', edits), RangeError);
  });
});

describe('unifiedDiff', () => {
  it('shows changed and new files as git does', () => {
    const files = [
      { file: '/p/a.js', create: false, edits: [edit(2, 3, 'B')] },
      { file: '/p/b.js', create: true, edits: [edit(0, 0, 'new\n')] },
    ];
    const diff = unifiedDiff(
      files,
      () => 'a\nb\nc\n',
      (file) => file.slice('/p/'.length),
    );
    assert.equal(diff, '--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n--- /dev/null\n+++ b/b.js\n@@ -0,0 +1,1 @@\n+new\n');
  });
});

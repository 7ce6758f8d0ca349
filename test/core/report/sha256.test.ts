import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { sha256Base64 } from '../../../src/core/report/sha256.ts';

for (const [name, text] of [
  ['nothing', ''],
  ['a word', 'abc'],
  ['just over a block', 'x'.repeat(56)],
  ['exactly a block', 'x'.repeat(64)],
  ['letters of all lengths', 'aé€😀'.repeat(50)],
  ['a lone surrogate', 'a\ud800b'],
  ['a long text', 'The quick brown fox. '.repeat(5000)],
] as const)
  it(`hashes ${name} as node does`, () => {
    assert.equal(sha256Base64(text), createHash('sha256').update(text).digest('base64'));
  });

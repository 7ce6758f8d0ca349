import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeTestOptions, pattern } from '../../../../src/languages/node/launch/one-test.ts';
import { testsIn } from '../../../../src/languages/node/launch/tests-in.ts';

const TEXT = `const named = 'a constant';
describe('sums (a+b)', () => {
  it('adds 1/2 [x]', () => {
    work();
  });
  describe.only(\`of \${kind}s\`, function () {
    test.each([[1]])('adds %i to $b', (n) => { work(n); });
    it.concurrent(named, async () => {});
    it('one ' + two + ' three', { timeout: 5 }, () => {});
  });
});
test('parent', async (t) => {
  await t.test('child', async (t2) => {
    await t2.test('grandchild', () => {});
  });
});
expect('no test', () => {});
describe(Shape, () => { it.skip.each\`a\`('$a', () => {}); });
`;

const expected: [line: number, full: string | null][] = [
  [1, null],
  [2, '^sums \\(a\\+b\\)(?: >)? '],
  [4, '^sums \\(a\\+b\\)(?: >)? adds 1\\/2 \\[x\\]$'],
  [6, '^sums \\(a\\+b\\)(?: >)? of .*s(?: >)? '],
  [7, '^sums \\(a\\+b\\)(?: >)? of .*s(?: >)? adds .* to .*$'],
  [8, '^sums \\(a\\+b\\)(?: >)? of .*s(?: >)? a constant$'],
  [9, '^sums \\(a\\+b\\)(?: >)? of .*s(?: >)? one .* three$'],
  [12, '^parent$'],
  [14, '^parent(?: >)? child(?: >)? grandchild$'],
  [17, null],
  [18, '^.*(?: >)? .*$'],
];

describe('the test around a line', () => {
  const tests = testsIn('a.test.ts', TEXT);
  for (const [line, full] of expected)
    it(`of line ${line}: ${full ?? 'none'}`, () => {
      const found = tests.findLast(({ first, last }) => first <= line && line <= last);
      assert.equal(found ? pattern(found) : null, full);
    });

  it('of node:test has the tests around it run too, by their own titles on Node 20', () => {
    const child = tests.find(({ first }) => first === 14)!;
    const options = (major: number): string[] => nodeTestOptions(child, major).map((one) => one.replace('--test-name-pattern=', ''));
    assert.deepEqual(options(22), ['^parent$', '^parent child$', '^parent(?: >)? child(?: >)? grandchild$']);
    assert.deepEqual(options(20), ['^parent$', '^child$', '^grandchild$']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HotSpot } from '../../../../src/core/profile/hot-spots.ts';
import { decided, hotSpot, operation, second, time } from './hand-made-spots.ts';

/** Where concurrency is not the cure: a hot spot whose time was measured on single lines, given as shares of the run. */
function onLines(name: string, line: number, shares: Record<number, number>, more: Partial<HotSpot> = {}): HotSpot {
  const lines = Object.entries(shares).map(([at, share]) => ({ line: Number(at), time: time({ jsCpuUs: share * second }) }));
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return hotSpot(name, line, { jsCpuUs: all * second }, { lines, ...more });
}

/** What a rule says, in short: without the other rules, and with the range that it predicts. */
function said(
  rule: string,
  source: string,
  spots: HotSpot[],
): [line: number, message: string, refactor: string, low: number, high: number][] {
  const { advice } = decided(source, spots);
  return advice
    .filter((one) => one.rule === rule)
    .map(({ line, message, refactor, predicted }) => [
      line,
      message,
      refactor.available ? refactor.safety : refactor.reason,
      predicted.low,
      predicted.high,
    ]);
}

describe('avoid-json-clone', () => {
  const source = `function noted(order, note) {
  const copy = JSON.parse(JSON.stringify(order));
  copy.note = note;
  return copy;
}
export { noted };
`;

  const about = (text: string, shares: Record<number, number>) => said('avoid-json-clone', text, [onLines('noted', 1, shares)]);

  it('advises on the measured line, with the whole of its time as the most that can be gained', () =>
    assert.deepEqual(about(source, { 2: 0.5, 3: 0.01 }), [[2, 'Copy only what is changed of `order` (≈1.6×)', 'review', 1.33, 2]]));

  it('is silent where other lines took the time', () => assert.deepEqual(about(source, { 2: 0.04, 3: 0.5 }), []));

  it('says what to do where it can not be told who changes the copy', () =>
    assert.deepEqual(about(source.replace('  copy.note = note;\n', ''), { 2: 0.5 }), [
      [
        2,
        "Don't copy `order` through JSON (≈1.5×)",
        'The copy is returned in line 3, and whoever gets it may change it: use `order` itself where nobody does, or copy only what is changed there.',
        1.11,
        2,
      ],
    ]));
});

describe('hoist-invariant', () => {
  const source = `function count(lines, word) {
  let found = 0;
  for (const line of lines) {
    if (new RegExp(word).test(line)) found++;
    const row = JSON.parse('{"a":1}');
    found += row.a;
  }
  return found;
}
export { count };
`;
  const about = (shares: Record<number, number>, more: Partial<HotSpot> = {}) =>
    said('hoist-invariant', source, [onLines('count', 1, shares, more)]);

  it('advises on the line that makes the same again and again', () =>
    assert.deepEqual(about({ 4: 0.5 }), [[4, 'Make a regular expression once instead of each time (≈1.5×)', 'review', 1.11, 2]]));

  it('expects little of what may have been made a few times only, unless that was counted', () => {
    const message = 'Make a value parsed from JSON once instead of each time';
    assert.deepEqual(about({ 5: 0.5 }), [[5, `${message} (≈1.4×)`, 'safe', 1.05, 2]]);
    assert.deepEqual(about({ 5: 0.5 }, { calls: 1000 }), [[5, `${message} (≈1.6×)`, 'safe', 1.33, 2]]);
  });

  it('is silent where the time went elsewhere', () => assert.deepEqual(about({ 4: 0.04, 6: 0.6 }), []));

  it('leaves a copy through JSON to the rule for copies', () => {
    const copies = source.replace(`JSON.parse('{"a":1}')`, 'JSON.parse(JSON.stringify(lines))');
    assert.deepEqual(said('hoist-invariant', copies, [onLines('count', 1, { 5: 0.5 })]), []);
  });
});

describe('fix-quadratic', () => {
  const about = (source: string, spot: HotSpot) => said('fix-quadratic', source, [spot]);

  it('advises in the callback that copies', () =>
    assert.deepEqual(
      about(
        'export const byId = (rows) =>\n  rows.reduce((all, row) => ({ ...all, [row.id]: row }), {});\n',
        onLines('(anonymous)', 2, { 2: 0.8 }, { column: 15 }),
      ),
      [[2, 'Add to `all` in place of copying it (≈2.9×)', 'review', 1.67, 5]],
    ));

  const search = `export function known(words, all) {
  all.sort();
  let found = 0;
  for (const word of words) {
    if (all.includes(word)) found++;
  }
  return found;
}
`;
  it('advises on a search that a loop repeats', () =>
    assert.deepEqual(about(search, onLines('known', 1, { 2: 0.1, 5: 0.5 })), [
      [5, 'Look it up in a Set in place of searching `all` (≈1.5×)', 'safe', 1.18, 2],
    ]));

  it('advises where the callback of the search took the time', () =>
    assert.deepEqual(
      about(
        'export const join = (ids, users) => {\n  return ids.map((id) => {\n    return users.find((user) => user.id === id);\n  });\n};\n',
        onLines('(anonymous)', 3, { 3: 0.5 }, { column: 24 }),
      ),
      [[3, 'Look it up in a Map in place of searching `users` (≈1.5×)', 'review', 1.18, 2]],
    ));

  it('is silent on what may be a search in a text, and on what is no loop', () => {
    assert.deepEqual(about(search.replace('all.sort();', ''), onLines('known', 1, { 5: 0.5 })), []);
    assert.deepEqual(
      about('const all = [1, 2].map(String);\nconsole.log(all.includes("1"));\n', onLines('(top level)', 1, { 2: 0.5 })),
      [],
    );
  });

  it('says what to do where it makes no change itself', () =>
    assert.deepEqual(
      about(
        'let all = Buffer.alloc(0);\nfor (const one of pieces()) {\n  all = Buffer.concat([all, one]);\n}\n',
        onLines('(top level)', 1, { 3: 0.5 }),
      ),
      [
        [
          3,
          'Join the pieces once in place of each time (≈1.5×)',
          'Gather the pieces in a list with `push`, and call `Buffer.concat` once after the loop; copy a piece whose buffer is read into again (line 3).',
          1.18,
          2,
        ],
      ],
    ));
});

describe('cache-pure-call', () => {
  const source = `function slug(title) {
  let out = '';
  for (const letter of title) out += letter.toLowerCase();
  return out;
}
export { slug };
`;
  const about = (again: HotSpot['again'], more: Partial<HotSpot> = {}) =>
    said('cache-pure-call', source, [onLines('slug', 1, { 3: 0.5 }, { totalUs: 0.5 * second, calls: 10_000, again, ...more })]);
  const compared = { calls: 2000, again: 1000, byReference: 0, primitiveResults: 20 };

  it('advises where calls in a row were given the same again, from what was compared to what it may be at most', () =>
    assert.deepEqual(about(compared), [[1, 'Keep what slug gives for the same argument (≈1.6×)', 'review', 1.33, 1.82]]));

  it('is silent where nothing was compared, nothing came again, or objects were given', () => {
    assert.deepEqual(about(null), []);
    assert.deepEqual(about({ ...compared, again: 100 }), []);
    assert.deepEqual(about({ ...compared, byReference: 1 }), []);
  });

  it('is silent where a call takes as long as looking it up', () => assert.deepEqual(about(compared, { calls: 1_000_000 }), []));
});

describe('use-native-api', () => {
  const source = `import md5 from 'md5';
import clone from 'rfdc';
export const keyOf = (text) => md5(text + '');
export const copyOf = (value) => clone(value);
`;

  it('advises where the package took the time', () =>
    assert.deepEqual(said('use-native-api', source, [onLines('keyOf', 3, { 3: 0.6 })]), [
      [3, 'Use `crypto.createHash` in place of `md5` (≈1.9×)', 'safe', 1.43, 2.5],
    ]));

  it('says where the package is as fast', () => {
    const { advice, leftAlone } = decided(source, [onLines('copyOf', 4, { 4: 0.6 })]);
    assert.deepEqual(advice, []);
    assert.match(
      leftAlone[0]!.reason,
      /`rfdc` is about as fast as Node's own, or faster: `structuredClone` takes 3 to 9 times as long\. Copy only what is changed\./,
    );
  });
});

describe('decisions where concurrency is not the cure', () => {
  it('leave alone what would gain too little, and say how much', () => {
    const source = `export function run(items, known) {
  known.sort();
  for (const item of items) {
    if (known.includes(item)) return item;
  }
}
`;
    const { advice, leftAlone } = decided(source, [onLines('run', 1, { 2: 0.3, 4: 0.06 })]);
    assert.deepEqual(
      advice.filter(({ rule }) => rule === 'fix-quadratic'),
      [],
    );
    assert.match(
      leftAlone[0]!.reason,
      /Look it up in a Set in place of searching `known` \(line 4\): that would gain about 1\.04× \(60 ms on its lines, of which 30 % to all go\), and below 1\.05× nobody notices\./,
    );
  });

  it('price the model for the other rules', () => {
    const source = `export function run(items) {
  return items.map((item) => hot(item));
}
function hot(item) {
  let found = 0;
  for (let at = 0; at < 1000; at++) {
    if (new RegExp('^a+' + 'b').test(String(item + at))) found++;
  }
  return found;
}
`;
    const { advice } = decided(source, [onLines('hot', 4, { 7: 0.9 })]);
    const worker = advice.find(({ rule }) => rule === 'move-to-worker');
    const algorithm = worker?.alternatives.find(({ model }) => model === 'algorithm');
    const hoisted = advice.find(({ rule }) => rule === 'hoist-invariant');
    assert.equal(algorithm?.speedup, hoisted?.predicted.speedup);
    assert.equal(algorithm?.edits, 2);
  });
});

describe('files that are read as a whole', () => {
  const lines = `import { readFileSync } from 'node:fs';
export function count(name) {
  let all = 0;
  for (const line of readFileSync(\`\${name}.log\`, 'utf8').split('\\n')) all += line.length;
  return all;
}
`;
  const reading = (line: number, calls: number, ms: number): Partial<HotSpot> => ({
    operations: [operation('fs.readFileSync', line, calls, { nativeCpuUs: calls * ms * 1000 })],
  });

  it('are read line by line where they are large, which saves memory first', () => {
    assert.deepEqual(said('stream-large-file', lines, [onLines('count', 2, { 4: 0.6 }, reading(4, 2, 50))]), [
      [4, 'Read the file line by line, and hold a piece of it in memory in place of all (≈1.3×)', 'safe', 1, 1.56],
    ]);
    assert.deepEqual(said('stream-large-file', lines, [onLines('count', 2, { 4: 0.6 }, reading(4, 1000, 0.2))]), []);
  });

  it('are read to where they are looked at', () => {
    const source = `import { readFileSync } from 'node:fs';
export const magic = (name) => readFileSync(name).readUInt32BE(0);
`;
    assert.deepEqual(said('read-part-of-file', source, [onLines('magic', 2, { 2: 0.8 }, reading(2, 20, 10))]), [
      [2, 'Read the 4 bytes of the file that are looked at (≈2.9×)', 'review', 1.67, 5],
    ]);
    assert.deepEqual(said('read-part-of-file', source, [onLines('magic', 2, { 2: 0.8 }, reading(2, 2000, 0.04))]), []);
    assert.deepEqual(
      said('read-part-of-file', source.replace('readUInt32BE(0)', 'length'), [onLines('magic', 2, { 2: 0.8 }, reading(2, 20, 10))]),
      [],
    );
  });
});

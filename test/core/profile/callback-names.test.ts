import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameCallbacks } from '../../../src/core/profile/callback-names.ts';
import { ANONYMOUS, frameTable, intern } from '../../../src/core/profile/frames.ts';
import { sourceFunctions } from '../../../src/core/profile/source-text.ts';

/** `§` stands right before the function. */
const CASES: [source: string, name: string][] = [
  [`app.get('/login', §(request, response) => { response.end(); });`, `app.get('/login') callback`],
  [`const sums = items.map(§(item) => { return item + 1; });`, 'items.map callback'],
  [`router.route("/a").post(check(b), §function (request) { next(); });`, 'post callback'],
  [`new Promise(§(resolve) => { resolve(); });`, 'Promise callback'],
  [`test(\`adds\`, { timeout: 5 }, §() => { run(); });`, `test('adds') callback`],
  [`setTimeout(§() => { go(); }, 5);`, 'setTimeout callback'],
  [`const list = [§() => { go(); }];`, ANONYMOUS],
  [`if (§() => { go(); }) stop();`, ANONYMOUS],
  [`§(() => { go(); })();`, ANONYMOUS],
];

describe('nameless functions', () => {
  for (const [marked, expected] of CASES) {
    it(`${marked} is ${expected}`, () => {
      const source = sourceFunctions(marked.replace('§', ''));
      const [range] = source.functions;
      assert.ok(range);
      const table = frameTable();
      const place = { file: '/a.js', line: range.line, column: range.column, synthetic: false };
      const user = intern(table, { function: ANONYMOUS, ...place, owner: 'user' });
      const dependency = intern(table, { function: ANONYMOUS, ...place, file: '/node_modules/b.js', owner: 'dependency' });
      nameCallbacks(table, () => source);
      assert.equal(table.frames[user]?.function, expected);
      assert.equal(table.frames[dependency]?.function, ANONYMOUS);
    });
  }
});

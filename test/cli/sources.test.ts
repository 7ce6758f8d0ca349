import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Place, sentences } from './command.ts';

const SHOW = `const until = Date.now() + 150; while (Date.now() < until) Math.sqrt(2);
console.log(JSON.stringify([process.argv.slice(2), process.env.MINE, process.cwd(), process.execArgv]));`;

describe('what is run can be named', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place({
      'package.json': JSON.stringify({
        scripts: { work: 'MINE=yes node --no-warnings src/work.js "a b"', both: 'node a.js && node b.js' },
      }),
      'src/work.js': SHOW,
      '.vscode/launch.json': `{ // a comment
        "configurations": [{ "type": "node", "request": "launch", "name": "Work", "program": "\${file}", "args": ["a b"],
          "env": { "MINE": "yes" }, "runtimeArgs": ["--no-warnings"] }] }`,
    });
  });
  afterEach(() => {
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  const sources: [string, string[]][] = [
    ['by a script of package.json', ['--script', 'work', 'c']],
    ['by a configuration of launch.json', ['--launch', 'Work', '--file', 'work.js', 'c']],
  ];
  for (const [name, words] of sources)
    it(name, async () => {
      const { report, outcome } = await place.advise(words, { cwd: join(place.folder, 'src') });
      assert.equal(report.target.script, place.path('src/work.js'));
      assert.deepEqual(report.target.args, ['a b', 'c']);
      assert.deepEqual(JSON.parse(outcome.stderr.trim()), [['a b', 'c'], 'yes', place.folder, ['--no-warnings']]);
    });

  it('and what needs a shell is refused in one sentence', async () => {
    const outcome = await place.run(['advise', '--script', 'both']);
    assert.equal(outcome.code, 1);
    assert.deepEqual(sentences(outcome), ['unblock: The npm script both needs a shell for &&: profile the file that it runs.']);
  });
});

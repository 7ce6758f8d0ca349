import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { supportedNodes } from '../node-versions/index.ts';
import { Place, sentences } from './command.ts';

/** Loads something for longer than it serves, then computes for each request. */
const SERVER = `const { createServer } = require('node:http');
function busy(ms) { const until = Date.now() + ms; while (Date.now() < until) Math.sqrt(2); }
function startUp() { busy(400); }
function answer() { busy(10); return 'answer'; }
startUp();
createServer((request, response) => response.end(answer())).listen(0, '127.0.0.1');
`;
const ASK = `const [port, times] = process.argv.slice(2);
for (let time = 0; time < times; time++) await (await fetch('http://127.0.0.1:' + port)).text();
console.log('asked', times);
`;
const ASK_20 = 'node ask.mjs {port} 20';

describe('a server under load', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place({ 'server.js': SERVER, 'ask.mjs': ASK });
  });
  afterEach(() => {
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  for (const { major, path } of supportedNodes())
    it(`is measured from its first port until the load has ended (Node ${major})`, async () => {
      const { report, outcome } = await place.advise(['--node', path, '--load', ASK_20, 'server.js']);
      assert.match(outcome.stderr, /^asked 20$/m);
      assert.deepEqual(report.run.load, ['node', 'ask.mjs', '{port}', '20']);
      assert.equal(report.run.ended, 'stopped');
      assert.ok(['busy', 'answer'].includes(report.hotSpots[0]?.function ?? ''), 'what is asked for is hot');
      assert.ok(!report.hotSpots.some((spot) => spot.function === 'startUp'), 'the time before the port is left out');
    });

  it('in a worker thread counts', async () => {
    place.write('main.js', "new (require('node:worker_threads').Worker)('./server.js');");
    const { report } = await place.advise(['--load', ASK_20, 'main.js']);
    assert.ok(report.hotSpots.some((spot) => ['busy', 'answer'].includes(spot.function)));
  });

  it('runs a command that a package installed', async () => {
    place.write('node_modules/asker/ask.mjs', `#!/usr/bin/env node\n${ASK}`);
    place.write('node_modules/.bin/asker', '#!/bin/sh\nexec node  "$basedir/../asker/ask.mjs" "$@"\n');
    const { outcome } = await place.advise(['--load', 'asker {port} 3', 'server.js']);
    assert.match(outcome.stderr, /^asked 3$/m);
  });

  it('is stopped in time, and its load with it', async () => {
    const { report } = await place.advise(['--stop-after', '0.5', '--load', 'node ask.mjs {port} 100000', 'server.js']);
    assert.equal(report.run.ended, 'stopped');
  });

  it('that dies meanwhile has a report that says so', async () => {
    place.write('dies.js', SERVER.replace("'answer'", 'process.exit(3)'));
    const { report } = await place.advise(['--load', ASK_20, 'dies.js']);
    assert.equal(report.run.exitCode, 3);
    assert.ok(report.verdict.evidence.includes('The server ended before the load command did.'), report.verdict.evidence.join('\n'));
  });

  const failing: [string, string[], RegExp][] = [
    [
      'the load is missing',
      ['--load', 'no-such-load {port}', 'server.js'],
      /^unblock: The load command no-such-load is neither on the PATH/,
    ],
    ['the load fails', ['--load', "node -e 'process.exit(3)'", 'server.js'], /^unblock: The load command failed \(exit code 3\): see/],
    ['no port is opened', ['--load', ASK_20, 'no-server.js'], /^unblock: no-server\.js ended before it opened a port \(exit code 0\)/],
    ['another engine is asked', ['--engine', '0x', '--load', ASK_20, 'server.js'], /^unblock: The engine 0x can't measure under load/],
  ];
  for (const [name, args, words] of failing)
    it(`is refused in one sentence when ${name}`, async () => {
      place.write('no-server.js', 'console.log(1);');
      const outcome = await place.run(['advise', '--json', ...args]);
      assert.equal(outcome.code, 1);
      assert.equal(outcome.stdout, '');
      assert.equal(sentences(outcome).length, 1, outcome.stderr);
      assert.match(sentences(outcome)[0] ?? '', words);
    });
});

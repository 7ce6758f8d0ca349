import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { tooOldNode } from '../node-versions/index.ts';
import { COMMAND, outcomeOf, Place, sentences } from './command.ts';

let place: Place;
const BUSY = 'const until = Date.now() + 150; while (Date.now() < until) Math.sqrt(2);';

describe('what can be wrong with a script', () => {
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => {
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  const noReport: [string, () => string[], RegExp][] = [
    ['it does not exist', () => [place.path('missing.js')], /missing\.js/],
    ['it is a folder', () => [place.folder], /workspace/],
    ['it is no JavaScript, by its name', () => [place.write('notes.txt', 'hello')], /notes\.txt/],
    ['it is JSON', () => [place.write('data.json', '{}')], /data\.json/],
    ['the node binary is missing', () => ['--node', '/no/such/node', place.write('a.js', BUSY)], /\/no\/such\/node/],
    ['the node binary is not node', () => ['--node', '/bin/true', place.write('a.js', BUSY)], /\/bin\/true/],
  ];
  for (const [name, args, words] of noReport)
    it(name, async () => {
      const outcome = await place.run(['advise', '--json', ...args()]);
      assert.equal(outcome.code, 1);
      assert.equal(outcome.stdout, '');
      assert.equal(sentences(outcome).length, 1, outcome.stderr);
      assert.equal(outcome.stderr.trim().split('\n').length, 1, outcome.stderr);
      assert.match(outcome.stderr, words);
    });

  it('the node binary is too old', async (test) => {
    const node = tooOldNode();
    if (node === null) {
      test.skip('no node 18 installed');
      return;
    }
    const outcome = await place.run(['advise', '--node', node, place.write('a.js', BUSY)]);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /^unblock: Node 18\S* is too old for Unblock \(20 or newer\)\..*\n$/);
  });

  for (const engine of ['v8', '0x']) {
    it(`${engine}: a syntax error`, async () => {
      const outcome = await place.run(['advise', '--engine', engine, '--json', place.write('a.js', 'let x = ;\n')]);
      assert.match(outcome.stderr, /SyntaxError/);
      assert.match(outcome.stderr, /a\.js:1/);
      if (outcome.code === 1) assert.equal(sentences(outcome).length, 1, outcome.stderr);
      else assert.equal((JSON.parse(outcome.stdout) as { run: { ended: string } }).run.ended, 'crashed');
    });

    it(`${engine}: it throws`, async () => {
      const { report, outcome } = await place.advise(['--engine', engine, place.write('a.js', `${BUSY} throw new Error('out of paper');`)]);
      assert.deepEqual({ ...report.run, wallMs: 0 }, { engine, wallMs: 0, exitCode: 1, signal: null, ended: 'crashed' });
      assert.match(outcome.stderr, /Error: out of paper/);
      assert.ok(report.run.wallMs > 100);
    });

    it(`${engine}: it exits with 3`, async () => {
      const { report } = await place.advise(['--engine', engine, place.write('a.js', `${BUSY} process.exit(3);`)]);
      assert.deepEqual({ ...report.run, wallMs: 0 }, { engine, wallMs: 0, exitCode: 3, signal: null, ended: 'exit' });
    });

    it(`${engine}: it needs stdin`, async () => {
      const script = place.write(
        'a.mjs',
        `let all = ''; for await (const chunk of process.stdin) all += chunk; console.log('got', all.trim()); ${BUSY}`,
      );
      const { report, outcome } = await place.advise(['--engine', engine, script], { input: 'a line\n' });
      assert.match(outcome.stderr, /got a line/);
      assert.equal(report.run.exitCode, 0);
    });

    it(`${engine}: it is killed`, async () => {
      const { report } = await place.advise([
        '--engine',
        engine,
        place.write('a.js', `${BUSY} process.kill(process.pid, 'SIGKILL'); for (;;);`),
      ]);
      assert.equal(report.run.ended, 'killed');
      assert.equal(report.run.exitCode, null);
    });

    for (const [kind, text] of [
      ['an endless loop', 'for (;;) Math.sqrt(2);'],
      ['a server', "require('node:http').createServer(() => {}).listen(0, '127.0.0.1');"],
    ] as const)
      it(`${engine}: it never ends: ${kind}`, async () => {
        const { report } = await place.advise(['--engine', engine, '--stop-after', '0.7', place.write('a.js', text)]);
        assert.equal(report.run.ended, 'stopped');
        assert.ok(report.run.wallMs >= 600, `${report.run.wallMs} ms`);
      });

    it(`${engine}: it forks children`, async () => {
      place.write('child.js', "console.log('child', process.argv[2]); process.exit(Number(process.argv[2]));");
      const script = place.write(
        'a.js',
        `const { fork } = require('node:child_process');
         for (const code of [4, 5]) fork('./child.js', [String(code)]).on('exit', (answer) => console.log('answer', answer)); ${BUSY}`,
      );
      const { report, outcome } = await place.advise(['--engine', engine, script]);
      assert.equal(report.run.exitCode, 0);
      for (const line of ['child 4', 'child 5', 'answer 4', 'answer 5']) assert.match(outcome.stderr, new RegExp(`^${line}$`, 'm'));
    });

    for (const name of ['späces and #1/größe %41 ✓.js', 'späces and #1/größe %41 ✓.mjs'])
      it(`${engine}: it lives under an odd path: ${name}`, async () => {
        const script = place.write(name, `function busy() { ${BUSY} }\nbusy();\n`);
        const { report } = await place.advise(['--engine', engine, script, 'an argument', '#2']);
        assert.deepEqual(report.target.args, ['an argument', '#2']);
        assert.equal(report.target.script, script);
        const hot = report.hotSpots.find((spot) => spot.function === 'busy');
        assert.equal(hot?.file, script);
        assert.equal(hot.line, 1);
      });
  }

  it('it prints 200 MB', async () => {
    const script = place.write(
      'a.js',
      `const block = Buffer.alloc(1 << 20, 'x'.repeat(99) + '\\n'); let left = 200;
       (function more() { while (left-- > 0) if (!process.stdout.write(block)) return process.stdout.once('drain', more); })();`,
    );
    const { report, outcome } = await place.advise([script]);
    assert.ok(outcome.stderrBytes >= 200 * (1 << 20), `${outcome.stderrBytes} bytes`);
    assert.equal(report.run.exitCode, 0);
  });

  for (const engine of ['v8', '0x'])
    it(`${engine}: its workspace is read-only`, async (test) => {
      // Permissions don't bind root, so the folder is mounted read-only where the test may do that.
      const lock = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && ! touch "$0/x" 2> /dev/null && cd "$0" && exec "$@"';
      const locked = (args: string[]): [string, string[]] => ['unshare', ['--mount', 'sh', '-c', lock, place.folder, ...args]];
      if (spawnSync(...locked(['true'])).status !== 0) {
        test.skip('unshare --mount is not permitted');
        return;
      }
      const script = place.write('a.js', BUSY);
      const child = spawn(...locked([process.execPath, COMMAND, 'advise', '--json', '--engine', engine, script]), {
        env: place.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const outcome = await outcomeOf(child);
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stdout, /"schema": "unblock\/report\/1"/);
    });

  it('its results can not be written', async () => {
    const script = place.write('a.js', BUSY);
    for (const option of ['--save', '--html', '--sarif']) {
      const outcome = await place.run(['advise', '--json', option, '/proc/nowhere/x', script]);
      assert.equal(outcome.code, 1, option);
      assert.match(outcome.stderr, /^unblock: Nothing can be written to \/proc\/nowhere.*\n$/);
    }
  });

  // The engine opens none; an editor that can't be reached is in session.test.ts.
  it('no port can be had', async (test) => {
    // A network namespace of its own, in which not even the loopback device is up.
    const available = spawnSync('unshare', ['--net', 'true']).status === 0;
    if (!available) {
      test.skip('unshare --net is not permitted');
      return;
    }
    const script = place.write('a.js', BUSY);
    const child = spawn('unshare', ['--net', process.execPath, COMMAND, 'advise', '--json', script], {
      cwd: place.folder,
      env: place.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome = await outcomeOf(child);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /"schema": "unblock\/report\/1"/);
  });

  it('two profiles run at once', async () => {
    const script = place.write('a.js', `function busy() { ${BUSY} }\nbusy();\n`);
    const reports = await Promise.all(['v8', 'v8', '0x'].map((engine) => place.advise(['--engine', engine, script, engine])));
    for (const { report } of reports) assert.equal(report.run.exitCode, 0);
  });

  for (const [name, signal] of [
    ['the terminal is closed', 'SIGHUP'],
    ['the command is told to end', 'SIGTERM'],
  ] as const)
    it(`${name}: nothing stays`, async () => {
      const child = place.start(['advise', '--json', place.write('a.js', "console.log('begun'); for (;;) Math.sqrt(2);")]);
      const ended = outcomeOf(child);
      await once(child.stderr!, 'data');
      child.kill(signal);
      assert.equal((await ended).code, 1);
    });

  it('Ctrl+C twice, where the script ends at neither: nothing stays', async () => {
    const script = place.write('a.js', "process.on('SIGINT', () => {}); console.error('begun'); setInterval(() => {}, 50);");
    const child = place.start(['advise', '--json', script]);
    const ended = outcomeOf(child);
    await said(child, 'begun');
    child.kill('SIGINT');
    await said(child, 'Interrupted');
    child.kill('SIGINT');
    assert.equal((await ended).code, 1);
  });

  it('0x is told to end while it draws: nothing stays', async () => {
    const profile = place.write(
      'a.cpuprofile',
      JSON.stringify({
        nodes: [{ id: 1, callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }, hitCount: 0 }],
        startTime: 0,
        endTime: 1,
        samples: [1],
        timeDeltas: [0],
      }),
    );
    const child = place.start(['open', '--engine', '0x', '--html', `${place.temporary}/page.html`, profile]);
    const ended = outcomeOf(child);
    while (readdirSync(place.temporary).length === 0) await setTimeout(10);
    child.kill('SIGTERM');
    assert.equal((await ended).code, 1);
  });

  it('Ctrl+C once: the report of what was measured', async () => {
    const child = place.start(['advise', '--json', place.write('a.js', "console.log('begun'); for (;;) Math.sqrt(2);")]);
    const ended = outcomeOf(child);
    await once(child.stderr!, 'data');
    child.kill('SIGINT');
    const outcome = await ended;
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /"schema": "unblock\/report\/1"/);
  });
});

/** Resolves when a word was said on stderr. */
function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(word)) resolve();
    });
  });
}

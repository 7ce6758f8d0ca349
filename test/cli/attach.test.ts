import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { AddressInfo } from 'node:net';
import type { Recording } from '../../src/core/recording.ts';
import type { Report } from '../../src/core/report/report.ts';
import { listeningPorts } from '../../src/languages/node/attach/listening-ports.ts';
import { supportedNodes, tooOldNode } from '../node-versions/index.ts';
import { outcomeOf, type Outcome, Place } from './command.ts';

/** Says at each line on stdin which of node's functions are no longer those that they were at the first, and what else is about that was not. */
const CHANGES = `
  const modules = ['fs', 'fs/promises', 'http', 'https', 'net', 'tls', 'stream', 'stream/promises', 'child_process', 'crypto', 'zlib', 'dns', 'dns/promises', 'events', 'timers', 'timers/promises', 'worker_threads']
    .flatMap((name) => { const exported = builtin(name); return [[name, exported], ...Object.entries(exported).filter(([, value]) => typeof value === 'function' && value.prototype).map(([key, value]) => [name + '.' + key + '.prototype', value.prototype])]; });
  const owners = [...modules, ['globalThis', globalThis], ['process', process], ['Atomics', Atomics], ['Timeout.prototype', Object.getPrototypeOf(setTimeout(() => {}, 0))]];
  const functions = ([name, owner]) => Reflect.ownKeys(owner).flatMap((key) => { const { value } = Object.getOwnPropertyDescriptor(owner, key); return typeof value === 'function' ? [[name + '.' + String(key), value]] : []; });
  const state = () => new Map([...owners.flatMap(functions), ...process.eventNames().map((event) => ['on ' + String(event), process.listenerCount(event)]), ...Object.keys(process.env).map((key) => ['env ' + key, process.env[key]]), ...Reflect.ownKeys(globalThis).map((key) => ['global ' + String(key), true])]);
  let began = null;
  process.stdin.on('data', () => { const now = state(); began ??= now; console.log('changes ' + JSON.stringify([...new Set([...began.keys(), ...now.keys()])].filter((key) => began.get(key) !== now.get(key)))); });`;

const LOOP = `function burn(ms) { let x = 0; for (const end = Date.now() + ms; Date.now() < end;) x++; return x; }
console.log('begins');
burn(1e6);`;

const BURN = `function burn(ms) { let x = 0; for (const end = Date.now() + ms; Date.now() < end;) x++; return x; }`;

const SERVER = `${BURN}
const http = require('node:http'), fs = require('node:fs');
const builtin = (name) => require('node:' + name);
${CHANGES}
async function handle(request, response) {
  burn(3);
  fs.readFileSync(__filename);
  await fs.promises.readFile(__filename);
  await new Promise((done) => setTimeout(done, 2));
  response.end('answer');
}
const server = http.createServer(handle).listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;

const ES_SERVER = `${BURN}
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
const builtin = createRequire(import.meta.url);
${CHANGES}
async function handle(request, response) {
  burn(3);
  readFileSync(process.argv[1]);
  await readFile(process.argv[1]);
  await new Promise((done) => setTimeout(done, 2));
  response.end('answer');
}
const server = createServer(handle).listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;

const EXIT = `${BURN} console.log('begins'); process.stdin.once('data', () => { burn(300); process.exit(3); })`;

const FAMILY = `${BURN}
const threads = require('node:worker_threads');
if (threads.workerData === 'early') setInterval(() => burn(20), 30);
else if (!threads.isMainThread || process.argv[2]) burn(300);
else {
  new threads.Worker(__filename, { workerData: 'early' });
  console.log('begins');
  process.stdin.once('data', () => {
    const worker = new threads.Worker(__filename).on('exit', () => {
      console.log('worker');
      require('node:child_process').fork(__filename, ['child']).on('exit', (code) => console.log('child ' + code));
    });
    console.log('thread ' + worker.threadId);
  });
}`;

const OWN_SIGNAL = `process.on('SIGUSR1', () => console.log('heard')); setInterval(() => {}, 1000); console.log('begins')`;

let place: Place;
const started: ChildProcess[] = [];
before(() => {
  place = new Place({
    'server.cjs': SERVER,
    'server.mjs': ES_SERVER,
    'loop.cjs': LOOP,
    'exit.cjs': EXIT,
    'family.cjs': FAMILY,
    'own-signal.cjs': OWN_SIGNAL,
  });
});
afterEach(async () => {
  const ended = started.splice(0).filter((one) => one.exitCode === null && one.signalCode === null);
  for (const one of ended) one.kill('SIGKILL');
  await Promise.all(ended.map((one) => once(one, 'exit')));
});
after(() => place.remove());

interface Running {
  child: ChildProcess;
  pid: number;
  /** Resolves with what follows `word` on a line of its output. */
  said(word: string): Promise<string>;
  stderr(): string;
}

/** Its inspector's port is any, so that two tests never meet. */
function run(node: string, args: string[], options: { uid?: number } = {}): Running {
  const child = spawn(node, ['--inspect-port=0', ...args], { cwd: place.folder, env: place.environment(), stdio: 'pipe', ...options });
  started.push(child);
  let stdout = '';
  let stderr = '';
  let look = () => {};
  let failed = () => {};
  child.once('exit', () => failed());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    child,
    pid: child.pid!,
    stderr: () => stderr,
    said: (word) =>
      new Promise((resolve, reject) => {
        failed = () => reject(new Error(`it ended: ${stderr}`));
        look = () => {
          const line = stdout.split('\n').find((one, index, all) => index < all.length - 1 && one.startsWith(word));
          if (line === undefined) return;
          stdout = stdout.slice(stdout.indexOf(line) + line.length + 1);
          resolve(line.slice(word.length).trim());
        };
        look();
      }),
  };
}

async function changesIn(running: Running): Promise<string> {
  running.child.stdin!.write('?\n');
  return running.said('changes');
}

/** Asks a server again and again, three at a time, until `stop`; a request that fails rejects. */
function ask(port: number): { stop(): Promise<number> } {
  let over = false;
  let answers = 0;
  const one = async (): Promise<void> => {
    while (!over) {
      assert.equal(await answerOf(port), 'answer');
      answers++;
    }
  };
  const all = Promise.all([one(), one(), one()]);
  all.catch(() => undefined);
  return {
    async stop() {
      over = true;
      await all;
      return answers;
    },
  };
}

function answerOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** How many threads a process has, and what it has open but for connections and what it reads. */
function holdings(pid: number): string {
  const folder = `/proc/${pid}`;
  const open = readdirSync(`${folder}/fd`).flatMap((name) => {
    try {
      return readlinkSync(`${folder}/fd/${name}`).replace(/\[\d+\]/, '');
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
  return [
    `${readdirSync(`${folder}/task`).length} threads`,
    ...open.filter((one) => !one.startsWith('socket') && !one.startsWith(place.folder)).sort(),
  ].join('\n');
}

async function attach(to: string | number, ...options: string[]): Promise<Report> {
  const { report } = await place.advise([...options, '--attach', String(to)]);
  return report;
}

/** Starts the command and resolves when it has attached. */
async function attached(to: number, ...options: string[]): Promise<{ command: ChildProcess; outcome: Promise<Outcome> }> {
  const command = place.start(['advise', '--json', ...options, '--attach', String(to)]);
  const outcome = outcomeOf(command);
  await new Promise<void>((resolve, reject) => {
    command.stderr!.on('data', (text: Buffer) => String(text).includes('Attached to') && resolve());
    void outcome.then(({ stderr }) => reject(new Error(stderr)));
  });
  return { command, outcome };
}

const hot = (report: Report, name: string) => report.hotSpots.find((one) => one.function === name);

for (const { major, path: node } of supportedNodes()) {
  describe(`attached to a running Node ${major}`, { skip: process.platform !== 'linux' }, () => {
    for (const file of ['server.cjs', 'server.mjs'])
      it(`${file} answers meanwhile and afterwards, and is as it was`, async () => {
        const server = run(node, [file]);
        const port = Number(await server.said('port'));
        assert.equal(await changesIn(server), '[]');
        const load = ask(port);
        const report = await attach(server.pid, '--stop-after', '1');
        assert.ok((await load.stop()) > 20);
        assert.equal(await answerOf(port), 'answer');

        assert.deepEqual(
          { ended: report.run.ended, attached: report.run.attached, exitCode: report.run.exitCode },
          { ended: 'stopped', attached: true, exitCode: null },
        );
        assert.ok(report.run.wallMs > 800 && report.run.wallMs < 10_000);
        assert.equal(report.target.script, place.path(file));
        assert.equal(report.target.cwd, place.folder);
        const apis = hot(report, 'handle')?.operations.map(({ api }) => api);
        for (const api of ['fs.readFileSync', 'fs.promises.readFile', 'setTimeout'])
          assert.ok(apis?.includes(api), `${api} in ${apis?.join(', ')}`);
        assert.ok((report.eventLoop?.requests ?? 0) > 20);

        assert.equal(await changesIn(server), '[]');
        assert.deepEqual(listeningPorts(server.pid), [port]);
      });

    it('again and again, which leaves neither threads nor files', async () => {
      const server = run(node, ['server.cjs']);
      const port = Number(await server.said('port'));
      await answerOf(port);
      const before = holdings(server.pid);
      for (let times = 0; times < 3; times++) await attach(server.pid, '--stop-after', '0.2');
      // Our thread ends when the event loop has turned some times.
      while (holdings(server.pid) !== before) await answerOf(port);
    });

    it('in an endless loop', async () => {
      const loop = run(node, ['loop.cjs']);
      await loop.said('begins');
      const report = await attach(loop.pid, '--stop-after', '0.7');
      assert.equal(report.run.ended, 'stopped');
      assert.equal(report.verdict.bound, 'cpu-js');
      assert.equal(report.hotSpots[0]?.file, place.path('loop.cjs'));
      assert.equal(loop.child.exitCode, null);
    });

    it('that exits meanwhile', async () => {
      const ending = run(node, ['exit.cjs']);
      await ending.said('begins');
      const { outcome } = await attached(ending.pid);
      ending.child.stdin!.write('end\n');
      const [code] = (await once(ending.child, 'exit')) as [number];
      assert.equal(code, 3);
      const report = JSON.parse((await outcome).stdout) as Report;
      assert.deepEqual([report.run.ended, report.run.exitCode], ['exit', 3]);
      assert.ok(hot(report, 'burn'));
    });

    it('that is killed meanwhile', async () => {
      const ending = run(node, ['loop.cjs']);
      await ending.said('begins');
      const { outcome } = await attached(ending.pid);
      await new Promise((resolve) => setTimeout(resolve, 1200));
      ending.child.kill('SIGKILL');
      const report = JSON.parse((await outcome).stdout) as Report;
      assert.deepEqual([report.run.ended, report.run.exitCode], ['killed', null]);
      assert.equal(report.hotSpots[0]?.file, place.path('loop.cjs'));
    });

    it('that outlives us', async () => {
      const server = run(node, ['server.cjs']);
      const port = Number(await server.said('port'));
      const load = ask(port);
      const { command, outcome } = await attached(server.pid);
      command.kill('SIGKILL');
      await outcome;
      assert.ok((await load.stop()) > 0);
      // It hears of it by its socket.
      while ((await changesIn(server)) !== '[]');
      assert.equal(await answerOf(port), 'answer');
      assert.deepEqual(listeningPorts(server.pid), [port]);
      const report = await attach(server.pid, '--stop-after', '0.3');
      assert.equal(report.run.ended, 'stopped');
    });

    it('until Ctrl+C, by one of us at a time', async () => {
      const server = run(node, ['server.cjs']);
      await server.said('port');
      const { command, outcome } = await attached(server.pid);
      const second = await place.run(['advise', '--attach', String(server.pid)]);
      assert.match(second.stderr, /unblock: Process \d+ is being measured already: wait until that run has ended\.\n$/);
      assert.equal(second.code, 1);
      command.kill('SIGINT');
      const report = JSON.parse((await outcome).stdout) as Report;
      assert.equal(report.run.ended, 'stopped');
      assert.equal(await changesIn(server), '[]');
    });

    it('by the port of an inspector, which stays open', async () => {
      const server = run(node, ['--inspect=127.0.0.1:0', 'server.cjs']);
      const port = Number(await server.said('port'));
      const inspector = Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(server.stderr())?.[1]);
      assert.equal((await attach(`:${inspector}`, '--stop-after', '0.3')).run.ended, 'stopped');
      // By its id as well, as it listens already.
      assert.equal((await attach(server.pid, '--stop-after', '0.3')).run.ended, 'stopped');
      assert.deepEqual(listeningPorts(server.pid).sort(), [port, inspector].sort());
    });

    it('with its workers, and those and the child processes that begin meanwhile', async () => {
      const family = run(node, ['--max-old-space-size=400', 'family.cjs']);
      await family.said('begins');
      const { command, outcome } = await attached(family.pid, '--save', join(place.temporary, 'family'));
      family.child.stdin!.write('go\n');
      assert.equal(await family.said('child'), '0');
      command.kill('SIGINT');
      assert.equal((await outcome).code, 0);
      const recording = JSON.parse(readFileSync(join(place.temporary, 'family', 'recording.json'), 'utf8')) as Recording;
      place.discard('family');
      assert.deepEqual(recording.lanes.map(({ name }) => name).sort(), ['main', 'process 1: family.cjs', 'worker 1', 'worker 3']);
      const early = recording.lanes.find(({ name }) => name === 'worker 1')!.cpuProfile.nodes;
      // Node 20 does not know what was inlined before it was attached to.
      assert.ok(
        early.some(
          ({ callFrame: { functionName, url }, hitCount }) => /family\.cjs$/.test(url) && functionName !== '(root)' && hitCount > 10,
        ),
      );
      assert.deepEqual(recording.notes, []);
    });
  });
}

describe('what can’t be attached to', { skip: process.platform !== 'linux' }, () => {
  const { path: node } = supportedNodes().at(-1)!;
  const refusal = async (to: string | number, ...options: string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.run(['advise', ...options, '--attach', String(to)]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    return stderr.trim();
  };

  it('no process', async () => {
    const gone = spawn('true');
    await once(gone, 'exit');
    assert.match(await refusal(gone.pid!), /^unblock: There is no process \d+: name the id of a node that runs\.$/);
  });

  it('a program that is not node, which a signal would end', async () => {
    const other = spawn('sleep', ['100']);
    started.push(other);
    assert.match(await refusal(other.pid!), /is sleep, not node/);
    assert.deepEqual([other.exitCode, other.signalCode], [null, null]);
  });

  it('another user’s process', { skip: process.getuid?.() !== 0 }, async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { uid: 65_534, cwd: '/' });
    started.push(other);
    await once(other, 'spawn');
    assert.match(await refusal(other.pid!), /belongs to another user: run Unblock as the user that runs it/);
  });

  it('a node that is too old', { skip: tooOldNode() === null }, async () => {
    const old = run(tooOldNode()!, ['server.cjs']);
    const port = Number(await old.said('port'));
    assert.match(await refusal(old.pid), /is Node 18\.\d+, too old for Unblock \(20 or newer\)/);
    assert.deepEqual(listeningPorts(old.pid), [port]);
  });

  it('a script that handles the signal itself, and hears it', async () => {
    const own = run(node, ['own-signal.cjs']);
    await own.said('begins');
    assert.match(
      await refusal(own.pid),
      /did not open its inspector when it got SIGUSR1: it handles that signal itself, or is in a long native call/,
    );
    await own.said('heard');
  });

  it('a node that the signal would end', async () => {
    const deaf = run(node, ['--disable-sigusr1', 'server.cjs']);
    const port = Number(await deaf.said('port'));
    assert.match(await refusal(deaf.pid), /does not listen to SIGUSR1, which would end it/);
    assert.equal(await answerOf(port), 'answer');
  });

  it('a node whose inspector’s port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const server = run(node, [`--inspect-port=${port}`, 'server.cjs']);
    await server.said('port');
    assert.match(await refusal(server.pid), new RegExp(`could not open its inspector, as another program uses port ${port}`));
    taken.close();
  });

  it('a node that is held', async () => {
    const held = run(node, ['server.cjs']);
    await held.said('port');
    held.child.kill('SIGSTOP');
    while (!/^State:\s*T/m.test(readFileSync(`/proc/${held.pid}/status`, 'utf8')));
    assert.match(await refusal(held.pid), /is stopped by a signal: let it go on with kill -CONT \d+/);
  });

  it('a port on which nothing, or no inspector, listens', async () => {
    const server = run(node, ['server.cjs']);
    const port = Number(await server.said('port'));
    assert.match(await refusal(`:${port}`), /What listens on 127\.0\.0\.1:\d+ is no inspector/);
    server.child.kill();
    await once(server.child, 'exit');
    assert.match(await refusal(`127.0.0.1:${port}`), /Nothing listens on 127\.0\.0\.1:\d+: start node with --inspect=/);
  });
});

it('leaves no trace', () => place.assertNoTraces());

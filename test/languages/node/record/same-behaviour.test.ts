import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { supportedNodes } from '../../../node-versions/index.ts';
import { openWorkbench, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('same behaviour');
});
after(() => bench.remove());

/** What each prints is the same with and without us. */
const scripts: { name: string; file: string; source: string; args?: string[]; stdin?: string; nodeOptions?: string[]; since?: number }[] = [
  {
    name: 'its options, arguments and environment',
    file: 'options.cjs',
    nodeOptions: ['--no-warnings', '--stack-size=900'],
    args: ['--flag', 'a b', '#é'],
    source: `console.log(process.execArgv, process.argv.slice(2), __filename === process.argv[1], Object.keys(process.env).filter((n) => /UNBLOCK|TSX/.test(n)));
      console.log(Object.getOwnPropertyNames(globalThis).filter((n) => /unblock/i.test(n)), process.listenerCount('exit'), Error.stackTraceLimit);`,
  },
  {
    name: 'forked children, their options and exit codes',
    file: 'forks.cjs',
    source: `const { fork, execFileSync, spawn } = require('node:child_process');
      if (process.argv[2]) { console.log(process.execArgv, process.env.NODE_OPTIONS); process.exitCode = 5; }
      else {
        console.log(execFileSync(process.execPath, ['-p', 'process.execArgv.length'], { encoding: 'utf8' }));
        fork(__filename, ['child']).on('exit', (code) => { console.log('exit', code); spawn(process.execPath, ['-e', 'process.exit(2)']).on('exit', (c) => console.log(c)); });
      }`,
  },
  {
    name: 'a cluster',
    file: 'cluster.cjs',
    source: `const cluster = require('node:cluster');
      if (cluster.isPrimary) cluster.fork().on('exit', (code) => console.log('worker', code)); else process.exit(3);`,
  },
  {
    name: 'worker threads and their ids',
    file: 'threads.mjs',
    source: `import { Worker, isMainThread, threadId, parentPort } from 'node:worker_threads';
      if (isMainThread) {
        process.on('worker', (worker) => console.log('event', worker.threadId));
        const first = new Worker(new URL(import.meta.url));
        console.log(first.threadId, first instanceof Worker, first.constructor === Worker, Worker.name);
        first.on('message', (message) => console.log(message)).on('exit', (code) => {
          console.log('exit', code, first.threadId);
          const second = new Worker('setInterval(() => {}, 1000)', { eval: true });
          second.on('online', async () => console.log(second.threadId, await second.terminate()));
        });
      } else { parentPort.postMessage([threadId, process.execArgv.length, process.argv.length]); process.exitCode = 0; }`,
  },
  {
    name: 'names, lengths and identities of core functions',
    file: 'functions.mjs',
    source: `import fs, { readFile, readFileSync } from 'node:fs';
      import * as promises from 'node:fs/promises';
      import childProcess, { exec } from 'node:child_process';
      import zlib from 'node:zlib'; import crypto from 'node:crypto'; import dns from 'node:dns'; import http from 'node:http';
      import timers from 'node:timers'; import timersPromises from 'node:timers/promises';
      import { promisify } from 'node:util';
      for (const owner of [fs, fs.promises, childProcess, zlib, crypto, dns, http, timersPromises, globalThis])
        console.log(Object.getOwnPropertyNames(owner).filter((n) => typeof Object.getOwnPropertyDescriptor(owner, n).value === 'function').map((n) => [n, owner[n].name, owner[n].length].join(' ')).join());
      console.log(readFile === fs.readFile, readFileSync === fs.readFileSync, promises.readFile === fs.promises.readFile, timers.setTimeout === setTimeout, exec === childProcess.exec);
      const running = promisify(exec)('echo hello');
      console.log(typeof running.child.pid, (await running).stdout);
      console.log(await promisify(fs.exists)('/'), (await promisify(fs.read)(fs.openSync(process.argv[1]), Buffer.alloc(3), 0, 3, 0)).bytesRead);
      console.log(await promisify(setTimeout)(1, 'value'), promisify(setTimeout) === timersPromises.setTimeout);
      console.log(typeof fs.realpathSync.native('/'), await new Promise((r) => fs.realpath.native('/', (e, p) => r(p))));`,
  },
  {
    name: 'results, this and errors of core functions',
    file: 'results.cjs',
    source: `const fs = require('node:fs'), crypto = require('node:crypto'), zlib = require('node:zlib');
      for (const bad of [() => fs.readFile(), () => fs.readFile('x', 'y'), () => fs.readFileSync(), () => setTimeout(), () => crypto.randomBytes(-1), () => fs.promises.readFile(1.5)])
        try { const r = bad(); if (r?.catch) r.catch((e) => console.log('rejected', e.code)); } catch (e) { console.log(e.name, e.code, e.message); }
      console.log(crypto.randomBytes(4).length, zlib.gunzipSync(zlib.gzipSync('text')).toString());
      // One after the other: which of several comes first is up to the machine.
      const read = () => fs.readFile(__filename, function () { console.log(this === undefined || this === globalThis || typeof this, arguments.length); });
      const t = setTimeout(function (a) { console.log(this === t, a); clearTimeout(t); const i = setInterval(() => { console.log('tick'); clearInterval(i); read(); }, 1); }, 1, 'argument');
      console.log(t.hasRef(), t.unref().hasRef(), t.ref().hasRef(), typeof t[Symbol.toPrimitive]());
      try { fs.statSync('/does/not/exist'); } catch (e) { console.log(e.code, e.syscall, e.path); }`,
  },
  {
    name: 'a script that fakes clocks and stack traces',
    file: 'fakes.cjs',
    source: `const fs = require('node:fs'); performance.now = () => 1; Date.now = () => 2; Error.stackTraceLimit = 1; process.hrtime.bigint = () => 3n;
      Error.prepareStackTrace = (e, frames) => frames.length; JSON.stringify = () => 'faked'; Promise.prototype.then = Promise.prototype.then;
      fs.readFileSync(__filename); fs.readFile(__filename, () => { console.log(new Error().stack, Error.stackTraceLimit, typeof Error.prepareStackTrace); });`,
  },
  {
    name: 'the stacks of callbacks and of what comes after an await',
    file: 'stacks.cjs',
    source: `const fs = require('node:fs'), zlib = require('node:zlib'), net = require('node:net');
      const show = (what) => console.log(what, new Error('here').stack.replace(/ \\[as .*\\]/g, ''));
      fs.readFile(__filename, function read() { show('callback');
        zlib.gzip('text', function zip(error, zipped) { show(typeof error + zipped.length); setTimeout(function later() { show('timer'); promised(); }, 1); }); });
      async function promised() { await fs.promises.stat(__filename); show('promise');
        fs.stat('/does/not/exist', (error) => { console.log(error.stack); talk(); }); }
      function talk() { const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
        const socket = net.connect(server.address().port, '127.0.0.1', function connected() { show('connected'); socket.write('x', function written() { show('written'); }); });
        socket.on('data', function answered() { show('answered'); socket.destroy(); server.close(); }); }); }`,
  },
  {
    name: 'the stacks of caught errors of core functions',
    file: 'errors.cjs',
    source: `const fs = require('node:fs'), zlib = require('node:zlib'), crypto = require('node:crypto'), http = require('node:http'), net = require('node:net'), childProcess = require('node:child_process');
      // V8 finds a method's second name by asking its object, which has ours.
      const show = (error) => console.log(error.stack.replace(/ \\[as .*\\]/g, ''), Object.keys(error).join());
      const { prepareStackTrace: format } = Error;
      console.log(typeof format, format.name, format.length, Object.keys(Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')).join());
      const deep = (n, act) => (n === 0 ? act() : deep(n - 1, act));
      for (const bad of [() => fs.readFileSync('/does/not/exist'), () => fs.statSync('/does/not/exist'), () => fs.readFileSync(1.5), () => fs.readFile('x', 'y'), () => fs.stat(), () => zlib.gunzipSync('text'),
        () => crypto.randomBytes(-1), () => crypto.pbkdf2Sync(), () => http.get('nonsense'), () => net.connect(-1), () => setTimeout('text'), () => childProcess.execFileSync('/does/not/exist'), () => childProcess.spawn(''),
        () => fs.mkdtempSync('/does/not/exist/x'), () => fs.rmSync('/does/not/exist'), () => fs.cpSync('/does/not/exist', 'y'), () => fs.opendirSync('/does/not/exist'), () => new net.Socket().write(null)])
        for (const act of [bad, () => deep(3, bad), () => deep(20, bad), () => [1].forEach(bad)]) try { act(); } catch (error) { show(error); }
      for (const limit of [0, 1, 2, 3, 50]) { Error.stackTraceLimit = limit; try { deep(5, () => fs.readFileSync('/does/not/exist')); } catch (error) { show(error); } }
      Error.stackTraceLimit = 10;
      (async function later() {
        for (const bad of [() => fs.promises.readFile('/does/not/exist'), () => fs.promises.readFile(1.5), () => fs.promises.stat('/does/not/exist'), () => fetch('nonsense'), () => fs.promises.open('/does/not/exist')])
          await (async function inner() { await bad(); })().catch(show);
        await new Promise((done) => fs.readFile('/does/not/exist', (error) => { show(error); done(); }));
        class Own extends Error {} ; show(new Own('mine')); const kept = {}; Error.captureStackTrace(kept); console.log(kept.stack);
        Error.prepareStackTrace = (error, frames) => frames.length; console.log(new Error().stack); Error.prepareStackTrace = format; show(new Error('back'));
      })();`,
  },
  {
    name: 'streams, sockets, their order of events and their errors',
    file: 'streams.mjs',
    source: `import net from 'node:net'; import tls from 'node:tls'; import stream, { Readable, PassThrough } from 'node:stream'; import { once } from 'node:events';
      for (const owner of [net.Socket.prototype, Readable.prototype, stream, tls])
        console.log(Reflect.ownKeys(owner).filter((n) => n !== 'write' && typeof Object.getOwnPropertyDescriptor(owner, n).value === 'function').map((n) => [String(n), owner[n].name, owner[n].length].join(' ')).join());
      console.log(net.Socket.prototype.write.name, net.Socket.prototype.write.length, 'write' in net.Socket.prototype);
      const iterator = Readable.from(['a', 'b'])[Symbol.asyncIterator]();
      console.log(await iterator.next(), await iterator.return(), await iterator.next(), Object.prototype.toString.call(iterator), iterator.next.name, iterator.next.length);
      try { for await (const x of new Readable({ read() { this.destroy(new Error('torn')); } })) console.log(x); } catch (e) { console.log(e.message); }
      const through = new PassThrough(); through.end('text'); console.log((await through.toArray()).length);
      await new Promise((done) => stream.pipeline(Readable.from(['a']), new PassThrough().resume(), function (...args) { console.log(args.length, typeof this); done(); }));
      const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1'); await once(server, 'listening');
      const socket = net.connect(server.address().port, '127.0.0.1'); await once(socket, 'connect');
      const order = []; socket.on('data', (data) => order.push('data ' + data));
      console.log(socket.write('one', () => order.push('written')), socket.eventNames().map(String).join(), socket.listenerCount('data'));
      await once(socket, 'data'); console.log(order.sort().join());
      for (const bad of [() => socket.write(null), () => socket.write(5), () => net.connect(-1)]) try { bad(); } catch (e) { console.log(e.code, e.message); }
      socket.on('error', () => {}); socket.end('two'); await once(socket, 'close'); server.close(); console.log(order.at(-1), socket.bytesRead, socket.bytesWritten);`,
  },
  ...['cjs', 'mjs'].map((kind) => ({
    name: `node:sqlite, its warning and its errors (${kind})`,
    file: `sqlite.${kind}`,
    since: 22,
    nodeOptions: ['--no-warnings'],
    source: `process.on('warning', (warning) => console.log(warning.name, warning.message));
      ${kind === 'cjs' ? "const sqlite = require('node:sqlite'), { StatementSync, DatabaseSync } = sqlite" : "import * as sqlite from 'node:sqlite'; const { StatementSync, DatabaseSync } = sqlite"};
      setImmediate(() => {
        const db = new DatabaseSync(':memory:');
        for (const { prototype } of [DatabaseSync, StatementSync])
          console.log(Object.getOwnPropertyNames(prototype).filter((n) => typeof Object.getOwnPropertyDescriptor(prototype, n).value === 'function').map((n) => [n, prototype[n].name, prototype[n].length, 'prototype' in prototype[n]].join(' ')).join());
        db.exec('create table item (n)');
        db.function('twice', (n) => n * 2);
        db.prepare('insert into item values (?)').run(4);
        console.log([...db.prepare('select twice(n) m from item').iterate()], db.prepare('select n from item').get());
        for (const bad of [() => db.exec('nonsense'), () => db.prepare(), () => db.exec.call({}, '')]) try { bad(); } catch (e) { console.log(e.name, e.code, e.message); }
        console.log(Object.keys(sqlite), typeof sqlite.backup, Object.getOwnPropertyDescriptor(sqlite, 'DatabaseSync').writable);
      });`,
  })),
  {
    name: 'what it reads from stdin',
    file: 'stdin.cjs',
    stdin: 'one\ntwo\n',
    source: "process.stdin.on('data', (d) => console.log(String(d).toUpperCase())).on('end', () => console.log('end'));",
  },
  {
    name: 'what it reads from stdin at once',
    file: 'stdin-sync.cjs',
    stdin: 'one\ntwo\n',
    source: "console.log(require('node:fs').readFileSync(0, 'utf8').length);",
  },
  {
    name: 'a lot of output',
    file: 'output.cjs',
    source: "const line = 'x'.repeat(1023) + '\\n'; for (let i = 0; i < 20_000; i++) process.stdout.write(line);",
  },
  {
    name: 'top-level await and dynamic import',
    file: 'modules.mjs',
    source:
      "const { readFileSync } = await import('fs'); const { createRequire } = await import('node:module'); console.log(typeof readFileSync, createRequire(import.meta.url)('fs').readFileSync === readFileSync);",
  },
];

for (const { major, path: node } of supportedNodes()) {
  describe(`on Node ${major} a recorded script keeps`, () => {
    for (const { name, file, source, args = [], stdin = '', nodeOptions = [], since = 20 } of scripts) {
      it(name, { skip: major < since }, async () => {
        const script = bench.write(file, source);
        const options = { node, args, stdin, nodeOptions };
        const plain = await bench.plain(script, options);
        const { recording, ...recorded } = await bench.recorded(script, options);
        assert.equal(recorded.stderr, plain.stderr);
        assert.equal(recorded.stdout, plain.stdout);
        assert.notEqual(plain.stdout, '');
        assert.equal(recording?.run.exitCode, plain.exitCode);
        assert.deepEqual(recording.notes, []);
      });
    }
  });
}

const { path: node } = supportedNodes()[0]!;

it("keeps the editor's variables and debuggers from the script", async () => {
  const script = bench.write(
    'environment.cjs',
    'console.log(Object.keys(process.env).filter((n) => /^(VSCODE|ELECTRON|UNBLOCK)/.test(n)), process.env.NODE_OPTIONS, process.env.MINE);',
  );
  const environment = {
    VSCODE_INSPECTOR_OPTIONS: '{}',
    ELECTRON_RUN_AS_NODE: '1',
    UNBLOCK_SESSION: '1:secret',
    NODE_OPTIONS: '--require "/x/ms-vscode.js-debug/bootloader.js" --inspect-brk=0 --no-warnings',
  };
  const { stdout, stderr } = await bench.recorded(script, { node, environment, env: { MINE: 'yes' }, nodeOptions: ['--inspect'] });
  assert.deepEqual([stdout, stderr], ['[] --no-warnings yes\n', '']);
});

it("sends the script's output to stderr when asked to, in order", async () => {
  const script = bench.write('order.cjs', "console.log('1'); console.error('2'); console.log('3');");
  const { stdout, stderr } = await bench.recorded(script, { node, output: 'stderr' });
  assert.deepEqual([stdout, stderr], ['', '1\n2\n3\n']);
});

it('leaves a daemon of the script alone and does not wait for it', async () => {
  const script = bench.write(
    'daemon.cjs',
    "const c = require('node:child_process').spawn('sleep', ['30'], { detached: true, stdio: 'ignore' }); c.unref(); console.log(c.pid);",
  );
  const { recording, stdout } = await bench.recorded(script, { node });
  assert.ok(recording!.run.wallUs < 25_000_000);
  process.kill(Number(stdout), 'SIGKILL');
});

it('keeps a terminal a terminal: stdin, size and one Ctrl+C', { skip: !existsSync('/usr/bin/script') }, () => {
  const script = bench.write(
    'terminal.cjs',
    `process.stdin.setRawMode(true); process.stdin.setRawMode(false);
     let signals = 0; process.on('SIGINT', () => { if (++signals === 1) setTimeout(() => { console.log('SIGINTs ' + signals); process.exit(4); }, 200); });
     process.stdin.on('data', (line) => console.log('read', String(line).trim()));
     console.log([process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY, 'ready'].join(' '));`,
  );
  const result = `${bench.folder}/terminal.json`;
  const request = JSON.stringify({
    target: { script, args: [], nodePath: node },
    output: 'inherit',
    distFolder: `${process.cwd()}/dist`,
    result,
  });
  // The shell in the terminal types for us, once the script is ready.
  const typescript = `${bench.folder}/typescript`;
  const program = bench.write(
    'type.cjs',
    `const { spawn } = require('node:child_process');
     const child = spawn('script', ['-qefc', process.argv[2], ${JSON.stringify(typescript)}], { stdio: ['pipe', 'pipe', 'inherit'] });
     let seen = '';
     child.stdout.on('data', (d) => { seen += d; if (/ready/.test(seen)) { seen = seen.replace('ready', ''); child.stdin.write('hello\\n'); } if (/read hello/.test(seen)) { seen = ''; child.stdin.write('\\x03'); } });`,
  );
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const command = [process.execPath, `${bench.folder}/driver.mjs`, request].map(quoted).join(' ');
  spawnSync(process.execPath, [program, command], { timeout: 60_000, env: { ...process.env, NODE_OPTIONS: '' } });
  const shown = readFileSync(typescript, 'utf8');
  assert.match(shown, /true true true ready/);
  assert.match(shown, /read hello/);
  assert.match(shown, /SIGINTs 1\b/);
  const { recording } = JSON.parse(readFileSync(result, 'utf8')) as { recording: { run: { exitCode: number; ended: string } } };
  assert.deepEqual([recording.run.exitCode, recording.run.ended], [4, 'exit']);
});

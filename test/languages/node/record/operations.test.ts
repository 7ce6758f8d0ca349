import assert from 'node:assert/strict';
import { existsSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { supportedNodes } from '../../../node-versions/index.ts';
import { openWorkbench, operationsOf, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('operations');
});
after(() => bench.remove());

/** What is noted of a run, and from where: `function:line < its caller:line`. */
const cases: { name: string; file: string; source: string; expected: string[]; since?: number }[] = [
  {
    name: 'named imports of blocking calls, in nested calls once',
    file: 'blocking.mjs',
    source: `import { readFileSync, cpSync, rmSync } from 'node:fs';
import { execSync } from 'node:child_process';
function load() { return readFileSync(process.argv[1]); }
load();
execSync('true');
cpSync(process.argv[1], process.argv[1] + '.copy'); rmSync(process.argv[1] + '.copy');`,
    expected: ['fs.readFileSync from load:3 < -:4', 'child_process.execSync from -:5', 'fs.cpSync from -:6', 'fs.rmSync from -:6'],
  },
  {
    name: 'waits, at the line that began them, across awaits',
    file: 'waits.mjs',
    source: `import { readFile } from 'node:fs/promises';
import { setTimeout as rest } from 'node:timers/promises';
async function inner() {
  await rest(5);
  return readFile(process.argv[1]);
}
async function outer() { await inner(); }
await outer();`,
    expected: ['timers.promises.setTimeout from inner:4 < outer:7 < -:8', 'fs.promises.readFile from inner:5 < await outer:7 < await -:8'],
  },
  {
    name: 'callbacks, timers, processes and native work',
    file: 'callbacks.cjs',
    source: `const fs = require('node:fs'), zlib = require('node:zlib'), crypto = require('node:crypto'), { exec, spawn } = require('node:child_process');
fs.readFile(__filename, () => {});
zlib.gzip('text', () => {});
crypto.pbkdf2('a', 'b', 1, 8, 'sha1', () => {});
exec('true', () => {});
spawn('true');
setTimeout(function later() {}, 3);
crypto.randomBytes(8);`,
    expected: [
      'crypto.randomBytes from -:8',
      'fs.readFile from -:2',
      'zlib.gzip from -:3',
      'crypto.pbkdf2 from -:4',
      'child_process.exec from -:5',
      'child_process.spawn from -:6',
      'setTimeout from -:7',
    ],
  },
  {
    name: 'requests until their answer is read',
    file: 'requests.mjs',
    source: `import http from 'node:http';
const server = http.createServer((q, r) => r.end('{}')).listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  const answer = await fetch(url);
  await answer.json();
  http.get(url, (r) => r.resume().on('end', () => { server.closeAllConnections(); server.close(); }));
});`,
    expected: ['fetch from -:4', 'http.Server.request from ?', 'Response.json from -:5', 'http.get from -:6', 'http.Server.request from ?'],
  },
  {
    name: 'answers of workers',
    file: 'workers.mjs',
    source: `import { Worker } from 'node:worker_threads';
const worker = new Worker("require('node:worker_threads').parentPort.on('message', (m) => m ? process.exit() : require('node:worker_threads').parentPort.postMessage(m))", { eval: true });
worker.on('message', () => worker.postMessage(1));
worker.postMessage(0);`,
    expected: ['worker_threads.Worker from -:2', 'Worker.postMessage from -:4', 'Worker.postMessage from -:3'],
  },
  {
    name: 'calls of node:sqlite, steps through rows among them',
    file: 'sqlite.cjs',
    since: 22,
    source: `process.removeAllListeners('warning');
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(':memory:');
db.exec('create table item (name)');
const insert = db.prepare('insert into item values (?)');
function add(name) { insert.run(name); }
add('a'); add('b');
for (const row of db.prepare('select * from item').iterate()) if (!row.name) throw row;
db.close();`,
    expected: [
      'DatabaseSync.exec from -:4',
      'DatabaseSync.prepare from -:5',
      'StatementSync.run from add:6 < -:7',
      'StatementSync.run from add:6 < -:7',
      'DatabaseSync.prepare from -:8',
      'StatementSync.iterate from -:8',
      'StatementSync.iterate from -:8',
      'DatabaseSync.close from -:9',
    ],
  },
  {
    name: 'waits for streams, and for the answers of sockets but not for what a server is asked',
    file: 'streams.mjs',
    source: `import net from 'node:net';
import { Readable, Writable, pipeline } from 'node:stream';
import { once } from 'node:events';
const later = () => new Readable({ read() { setImmediate(() => this.push(null)); } });
for await (const part of later()) part.length;
await new Promise((done) => pipeline(later(), new Writable({ write(c, e, next) { next(); } }), done));
const server = net.createServer((socket) => socket.on('data', (data) => socket.write(data, () => {}))).listen(0, '127.0.0.1');
await once(server, 'listening');
const socket = net.connect(server.address().port, '127.0.0.1', () => socket.write('hello'));
socket.on('data', () => { socket.destroy(); server.close(); });`,
    expected: ['stream.Readable.next from -:5', 'stream.pipeline from -:6 < -:6', 'events.once from -:8', 'net.Socket.write from -:9'],
  },
  {
    name: 'no reading of modules',
    file: 'modules.cjs',
    source: "require('./module-of-it.cjs'); import('./module-of-it.mjs');",
    expected: [],
  },
];

for (const { major, path: node } of supportedNodes()) {
  describe(`on Node ${major} a recording holds`, () => {
    for (const { name, file, source, expected, since = 20 } of cases) {
      it(name, { skip: major < since }, async () => {
        bench.write('module-of-it.cjs', 'exports.a = 1;');
        bench.write('module-of-it.mjs', 'export const b = 2;');
        const { recording, stderr } = await bench.recorded(bench.write(file, source), { node });
        assert.equal(stderr, '');
        const [main] = recording!.lanes;
        // `net.connect` and `dns.lookup` come and go with Node's own connection pools.
        assert.deepEqual(
          operationsOf(main!).filter((one) => !/^(?:net\.(?:connect|Server)|dns)\b/.test(one)),
          expected,
        );
        const { startUs, endUs } = main!.operations.async;
        startUs.forEach((start, index) => assert.ok(endUs[index]! >= start, `${name}: an operation that ended`));
      });
    }

    // It computes longer than it need: on a busy machine the sampler comes too late for part of it.
    it('times of computing, blocking and waiting on one clock', async () => {
      const script = bench.write(
        'times.cjs',
        `const { spawnSync } = require('node:child_process');
function compute() { const end = Date.now() + 500; let x = 0; while (Date.now() < end) x++; return x; }
function block() { spawnSync('sleep', ['0.15']); }
compute(); block(); setTimeout(() => {}, 150);`,
      );
      const { recording } = await bench.recorded(script, { node });
      const { run, lanes } = recording!;
      const [{ cpuProfile, operations, onCpu, processCpuUs }] = lanes as [(typeof lanes)[0]];
      assert.ok(processCpuUs! > 0);
      for (const name of ['compute', 'block', '(idle)']) {
        const ids = new Set(
          cpuProfile.nodes.filter((one) => one.callFrame.functionName === name || parents(cpuProfile, one.id, name)).map((one) => one.id),
        );
        const us = cpuProfile.samples.reduce((sum, id, index) => sum + (ids.has(id) ? cpuProfile.timeDeltas[index]! : 0), 0);
        assert.ok(us > 75_000, `${name} has ${us} µs`);
      }
      assert.ok(cpuProfile.nodes.every((one) => !/agent\.cjs|interrupter\.cjs/.test(one.callFrame.url)));
      assert.ok(operations.sync[0]!.totalUs > 140_000 && operations.sync[0]!.totalUs < run.wallUs);
      assert.ok(operations.async.startUs[0]! >= cpuProfile.startTime && operations.async.endUs[0]! <= cpuProfile.endTime + 5000);
      if (process.platform === 'linux') {
        assert.ok(onCpu!.atUs.length > 2);
        assert.ok(onCpu!.atUs[0]! < cpuProfile.startTime + 100_000 && onCpu!.atUs.at(-1)! > cpuProfile.endTime - 300_000);
        assert.ok(onCpu!.cpuUs.at(-1)! - onCpu!.cpuUs[0]! < run.wallUs);
      }
    });

    it('worker threads as lanes, terminated ones too', async () => {
      const script = bench.write(
        'lanes.mjs',
        `import { Worker, isMainThread, parentPort } from 'node:worker_threads';
function burn(ms) { const end = Date.now() + ms; let x = 0; while (Date.now() < end) x++; return x; }
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.once('message', () => worker.terminate());
} else { burn(150); parentPort.postMessage('done'); function spin() { for (;;) burn(10); } spin(); }`,
      );
      const { recording } = await bench.recorded(script, { node });
      const [, worker] = recording!.lanes;
      assert.deepEqual([recording!.lanes.length, worker?.kind, worker?.name], [2, 'worker', 'worker 1']);
      assert.ok(worker!.cpuProfile.nodes.some((one) => one.callFrame.functionName === 'burn'));
      if (process.platform === 'linux') assert.notEqual(worker!.onCpu, null);
    });

    it('so many operations that they are bounded, and says so', async () => {
      const script = bench.write(
        'many.cjs',
        'let left = 30000; const fs = require("node:fs"); for (let i = 0; i < 30000; i++) fs.access(__filename, () => left--);',
      );
      const { recording, failure, stderr } = await bench.recorded(script, { node });
      assert.ok(recording, failure ?? stderr);
      assert.ok(recording.lanes[0]!.operations.async.api.length < 25_000);
      assert.match(recording.notes.join(), /asynchronous operations/);
    });

    it('TypeScript through what the node or the project has', async () => {
      const source = `interface Thing {\n  n: number;\n}\n\nfunction burn(ms: number): Thing {\n  const end: number = Date.now() + ms;\n  let n = 0;\n  while (Date.now() < end) {\n    n++;\n  }\n  return { n };\n}\nconsole.log(burn(200).n > 0);\n`;
      const script = bench.write('typed script #é.mts', source);
      const { recording, failure, stdout } = await bench.recorded(script, { node });
      if (major === 20) {
        assert.match(failure!, /^Node 20\.\d+ can't run typed script #é\.mts: add tsx/);
        return;
      }
      assert.equal(stdout, 'true\n');
      const burn = recording!.lanes[0]!.cpuProfile.nodes.find((one) => one.callFrame.functionName === 'burn');
      assert.deepEqual([burn?.callFrame.url, burn?.callFrame.lineNumber], [pathToFileURL(script).href, 4]);
    });

    it("TypeScript through the project's tsx, with its lines and its source map", async () => {
      const source = `interface Thing {\n  n: number;\n}\nenum Kind {\n  A,\n}\n\nfunction burn(ms: number): Thing {\n  const end: number = Date.now() + ms;\n  let n = Kind.A;\n  while (Date.now() < end) {\n    n++;\n  }\n  return { n };\n}\nconsole.log(burn(200).n > 0, process.env.TSX_DISABLE_CACHE, process.execArgv.length);\n`;
      const script = bench.write('with tsx/typed.mts', source);
      bench.write('with tsx/node_modules/.keep', '');
      if (!existsSync(join(bench.folder, 'with tsx/node_modules/tsx')))
        symlinkSync(resolve('node_modules/tsx'), join(bench.folder, 'with tsx/node_modules/tsx'), 'dir');
      const { recording, stdout, stderr } = await bench.recorded(script, { node });
      assert.deepEqual([stdout, stderr], ['true undefined 2\n', '']);
      const [main] = recording!.lanes;
      const { href } = pathToFileURL(script);
      const burn = main!.cpuProfile.nodes.find((one) => one.callFrame.functionName === 'burn' && one.positionTicks);
      assert.equal(burn?.callFrame.url, href);
      assert.ok(
        burn.positionTicks!.every(({ line }) => line > burn.callFrame.lineNumber + 1),
        'lines of their own',
      );
      assert.ok(main!.sourceMaps[href]);
      const { version, sources } = JSON.parse(main!.sourceMaps[href]) as { version: number; sources: string[] };
      assert.deepEqual([version, sources.length], [3, 1]);
    });
  });
}

function parents(
  profile: { nodes: { id: number; callFrame: { functionName: string }; children?: number[] }[] },
  id: number,
  name: string,
): boolean {
  const parent = profile.nodes.find((one) => one.children?.includes(id));
  return parent !== undefined && (parent.callFrame.functionName === name || parents(profile, parent.id, name));
}

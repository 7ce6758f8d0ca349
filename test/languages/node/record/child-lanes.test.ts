import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Lane, Recording } from '../../../../src/core/recording.ts';
import { supportedNodes, tooOldNode } from '../../../node-versions/index.ts';
import { openWorkbench, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('child lanes');
});
after(() => bench.remove());

const BURN = 'function burn(ms) { let x = 0; for (const end = Date.now() + ms; Date.now() < end;) x++; return x; }';

/** Which functions of interest each lane's samples are in: `name: burn`. */
const cases: { name: string; file: string; source: string; lanes: string[]; notes?: RegExp[] }[] = [
  {
    name: 'fork, its messages, own variables and own options',
    file: 'fork.cjs',
    source: `${BURN} const { fork } = require('node:child_process');
      if (process.argv[2]) {
        console.log(process.execArgv, process.env, process.argv.slice(2), process.connected);
        process.on('message', (message) => { burn(80); process.send({ answer: message }); });
      } else {
        const child = fork(__filename, ['child', 'a b'], { env: { ONLY: 'this', NODE_OPTIONS: '--no-deprecation  --trace-warnings' }, execArgv: ['--no-warnings'] });
        child.on('message', (message) => { console.log(message); child.disconnect(); }).on('exit', (code, signal) => console.log(code, signal));
        child.send('hello');
      }`,
    lanes: ['main', 'process 1: fork.cjs: burn'],
  },
  {
    name: 'spawn of node with pipes of its own, and its worker',
    file: 'spawn.cjs',
    source: `${BURN} const { spawn } = require('node:child_process'), fs = require('node:fs'), { Worker, isMainThread, threadId } = require('node:worker_threads');
      if (!isMainThread) { burn(80); console.log('worker', threadId, process.env.NODE_OPTIONS); }
      else if (process.argv[2]) {
        fs.writeSync(4, 'on four'); burn(80); console.log(fs.readFileSync(3, 'utf8'));
        new Worker(__filename); process.exitCode = 7;
      } else {
        const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] });
        child.stdio[3].end('on three'); child.stdio[4].on('data', (d) => console.log(String(d)));
        child.on('close', (code) => console.log(code));
      }`,
    lanes: ['main', 'process 1: spawn.cjs: burn', 'process 1: spawn.cjs, worker 1: burn'],
  },
  {
    name: 'node by way of a shell, and by way of that',
    file: 'shell.cjs',
    source: `${BURN} const { exec, execSync } = require('node:child_process'); const command = (depth) => '"' + process.execPath + '" "' + __filename + '" ' + depth;
      const depth = Number(process.argv[2] ?? 0); if (depth > 0) burn(80);
      if (depth === 0) exec(command(1), (error, stdout) => process.stdout.write(stdout)); else if (depth === 1) process.stdout.write(execSync(command(2))); else console.log(process.env.NODE_OPTIONS ?? 'none', Object.keys(process.env).length);`,
    lanes: ['main', 'process 1: shell.cjs: burn', 'process 2: shell.cjs: burn'],
  },
  {
    name: 'a process that is waited for at once',
    file: 'sync.mjs',
    source: `${BURN} import { execFileSync, spawnSync } from 'node:child_process';
      if (process.argv[2]) { burn(80); console.log(process.argv[2]); process.exit(3); }
      console.log(String(spawnSync(process.execPath, [process.argv[1], 'sync']).stdout));
      try { execFileSync(process.execPath, [process.argv[1], 'file'], { stdio: 'inherit' }); } catch (error) { console.log(error.status, error.message.includes('UNBLOCK')); }`,
    lanes: ['main', 'process 1: sync.mjs: burn', 'process 2: sync.mjs: burn'],
  },
  {
    name: 'a cluster that serves',
    file: 'cluster.cjs',
    source: `${BURN} const cluster = require('node:cluster'), http = require('node:http');
      if (cluster.isPrimary) {
        cluster.schedulingPolicy = cluster.SCHED_RR;
        let ready = 0;
        const get = (port) => new Promise((done) => http.get({ port, host: '127.0.0.1', agent: false }, (r) => { r.resume().on('end', () => done(r.headers.worker)); }));
        for (const id of [1, 2]) cluster.fork().on('listening', async ({ port }) => {
          if (++ready < 2) return;
          console.log((await Promise.all([get(port), get(port)])).sort().join());
          for (const worker of Object.values(cluster.workers)) worker.disconnect();
        });
        cluster.on('exit', (worker, code) => console.log(code));
      } else burn(40), http.createServer((request, response) => { burn(80); response.setHeader('worker', cluster.worker.id); response.end(); }).listen(0, '127.0.0.1');`,
    lanes: ['main', 'process 1: cluster.cjs: burn', 'process 2: cluster.cjs: burn'],
  },
  {
    name: 'programs that are not node, left alone',
    file: 'others.cjs',
    source: `const { execFileSync, execSync, spawnSync } = require('node:child_process');
      const own = (text) => text.split('\\n').filter((line) => !/^(?:_|SHLVL|PWD|OLDPWD)=/.test(line)).sort().join('\\n');
      console.log(own(execFileSync('env', { encoding: 'utf8' })), own(execSync('env', { encoding: 'utf8' })));
      console.log(spawnSync('/does/not/exist').error.code, spawnSync('sh', ['-c', 'exit 4']).status);`,
    lanes: ['main'],
  },
  {
    name: 'children that end in every way',
    file: 'ends.cjs',
    source: `${BURN} const { spawnSync } = require('node:child_process');
      const ends = { throw: () => { throw new Error('thrown'); }, exit: () => process.exit(6), abort: () => process.kill(process.pid, 'SIGKILL'), term: () => process.kill(process.pid, 'SIGTERM') };
      if (process.argv[2]) { burn(80); ends[process.argv[2]](); }
      else for (const end of Object.keys(ends)) { const { status, signal, stderr } = spawnSync(process.execPath, [__filename, end]); console.log(end, status, signal, String(stderr)); }`,
    lanes: ['main', ...[1, 2, 3, 4].map((number) => `process ${number}: ends.cjs: burn`)],
  },
];

function hotLanes({ lanes }: Recording): string[] {
  return lanes.map(({ name, cpuProfile }) => {
    const hot = cpuProfile.nodes.some((node) => node.callFrame.functionName === 'burn' && cpuProfile.samples.includes(node.id));
    return hot ? `${name}: burn` : name;
  });
}

/** On one clock: no lane begins before the script, and each has time of its own. */
function assertOneClock([main, ...others]: Lane[]): void {
  for (const { name, cpuProfile } of others) {
    assert.ok(cpuProfile.startTime > main!.cpuProfile.startTime && cpuProfile.startTime < main!.cpuProfile.endTime, name);
    assert.ok(cpuProfile.endTime > cpuProfile.startTime, name);
  }
}

for (const { major, path: node } of supportedNodes()) {
  describe(`on Node ${major} a child process is a lane of its own:`, () => {
    for (const { name, file, source, lanes } of cases) {
      it(name, async () => {
        const script = bench.write(file, source);
        const plain = await bench.plain(script, { node });
        const { recording, stdout, stderr } = await bench.recorded(script, { node });
        assert.deepEqual({ stdout, stderr }, { stdout: plain.stdout, stderr: plain.stderr });
        assert.ok(recording);
        assert.deepEqual(recording.notes, []);
        assert.deepEqual(hotLanes(recording), lanes);
        assertOneClock(recording.lanes);
        assert.deepEqual([bench.processes(), bench.leftovers()], [[], []]);
      });
    }

    it('killed from outside, with all but its last second', async () => {
      const script = bench.write(
        'killed.cjs',
        `${BURN} const { fork } = require('node:child_process');
         if (process.argv[2]) { process.send('ready'); burn(60_000); }
         else { const child = fork(__filename, ['child']); child.on('message', () => setTimeout(() => child.kill('SIGKILL'), 1500)).on('exit', (_, signal) => console.log(signal)); }`,
      );
      const { recording, stdout } = await bench.recorded(script, { node });
      assert.equal(stdout, 'SIGKILL\n');
      assert.deepEqual(hotLanes(recording!), ['main', 'process 1: killed.cjs: burn']);
      const [main, child] = recording!.lanes.map(({ cpuProfile }) => cpuProfile);
      assert.ok(main!.endTime - child!.endTime < 1_500_000, `${(main!.endTime - child!.endTime) / 1000} ms of it are missing`);
    });

    it('ended by its parent, with all that it did', async () => {
      const script = bench.write(
        'ended.cjs',
        `${BURN} const { fork } = require('node:child_process');
         if (process.argv[2]) { burn(100); process.send('done'); setInterval(() => {}, 1000); }
         else fork(__filename, ['child']).on('message', function () { this.kill(); }).on('exit', (code, signal) => console.log(code, signal));`,
      );
      const { recording, stdout } = await bench.recorded(script, { node });
      assert.equal(stdout, 'null SIGTERM\n');
      assert.deepEqual(hotLanes(recording!), ['main', 'process 1: ended.cjs: burn']);
    });

    const endless: { name: string; wait: string }[] = [
      { name: 'endless, and stopped with the script', wait: "spawn(process.execPath, [__filename, 'child'], { stdio: 'inherit' });" },
      {
        name: 'endless, while the script waits for it at once',
        wait: "execFileSync(process.execPath, [__filename, 'child'], { stdio: 'inherit' });",
      },
    ];
    for (const { name, wait } of endless) {
      it(name, async () => {
        const script = bench.write(
          'endless.cjs',
          `const { spawn, execFileSync } = require('node:child_process'); function burn() { let x = 0; for (const later = Date.now() + 100; ; x++) if (x % 1e6 === 0 && Date.now() > later) require('node:fs').writeFileSync(__filename + '.burning', ''); }
           if (process.argv[2]) burn();
           ${wait}`,
        );
        const stopAtFile = `${script}.burning`;
        rmSync(stopAtFile, { force: true });
        const { recording, stderr } = await bench.recorded(script, { node, stopAtFile });
        assert.equal(stderr, '');
        assert.equal(recording!.run.ended, 'stopped');
        assert.deepEqual(hotLanes(recording!), ['main', 'process 1: endless.cjs: burn']);
        assert.deepEqual(bench.processes(), []);
      });
    }

    it('outliving the script, which it does unmeasured', async () => {
      const script = bench.write(
        'outliving.cjs',
        `${BURN} const { spawn } = require('node:child_process'), fs = require('node:fs');
         if (process.argv[2]) { console.log('begun'); burn(200); process.stdin.on('end', () => { burn(300); fs.writeFileSync(process.argv[2], 'outlived'); }).resume(); }
         else { const child = spawn(process.execPath, [__filename, __filename + '.txt'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] }); child.stdout.once('data', () => setTimeout(() => process.exit(0), 100)); }`,
      );
      const { recording } = await bench.recorded(script, { node });
      assert.deepEqual(hotLanes(recording!), ['main', 'process 1: outliving.cjs: burn']);
      await noneOf(() => bench.processes());
      assert.equal(readFileSync(`${script}.txt`, 'utf8'), 'outlived');
    });

    it('ends with us when we are killed', async () => {
      const script = bench.write(
        'orphans.cjs',
        "const { fork } = require('node:child_process'); if (!process.argv[2]) fork(__filename, ['child']); else console.log('ready'); for (;;);",
      );
      await bench.recorded(script, { node, onOutput: (driver) => void driver.kill('SIGKILL') });
      await noneOf(() => bench.processes());
    });
  });
}

const { path: node } = supportedNodes()[0]!;

it('says that a child of a Node that is too old was not measured, and leaves it as it is', { skip: tooOldNode() === null }, async () => {
  const script = bench.write(
    'old.cjs',
    `const { spawnSync } = require('node:child_process');
     if (process.argv[2] !== 'child') console.log(String(spawnSync(process.argv[2], [__filename, 'child']).stdout)); else console.log(process.version, process.env.NODE_OPTIONS, Object.keys(process.env).filter((n) => /UNBLOCK/.test(n)));`,
  );
  const plain = await bench.plain(script, { node, args: [tooOldNode()!] });
  const { recording, stdout } = await bench.recorded(script, { node, args: [tooOldNode()!] });
  assert.equal(stdout, plain.stdout);
  assert.deepEqual(recording!.notes, ['1 of its child processes of node could not be measured: its work is missing.']);
});

async function noneOf(list: () => string[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (list().length > 0) {
    assert.ok(Date.now() < deadline, `still there: ${list().join()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

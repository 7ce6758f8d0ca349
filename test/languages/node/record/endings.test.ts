import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Run } from '../../../../src/core/recording.ts';
import { supportedNodes } from '../../../node-versions/index.ts';
import { openWorkbench, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('endings');
});
after(() => bench.remove());

const BUSY = 'let x = 0; const busy = (ms) => { const end = Date.now() + ms; while (Date.now() < end) x++; };';

/** Each ends as it does without us: same output, same exit code. */
const endings: {
  name: string;
  file?: string;
  source: string;
  nodeOptions?: string[];
  ended: Run['ended'];
  code?: number;
  signal?: string;
}[] = [
  { name: 'comes to its end', source: "console.log('out'); console.error('err');", ended: 'exit', code: 0 },
  {
    name: 'calls process.exit',
    source: "process.on('exit', (c) => console.log('bye', c)); setTimeout(() => process.exit(3), 20);",
    ended: 'exit',
    code: 3,
  },
  { name: 'sets process.exitCode', source: 'process.exitCode = 5;', ended: 'exit', code: 5 },
  { name: 'exits in an exit listener', source: "process.on('exit', () => process.exit(6));", ended: 'exit', code: 6 },
  { name: 'throws', source: "function inner() { throw new TypeError('boom'); }\nsetTimeout(inner, 5);", ended: 'crashed', code: 1 },
  { name: 'throws out of a core API', source: "require('node:fs').readFileSync('/does/not/exist');", ended: 'crashed', code: 1 },
  {
    name: 'throws in a callback of a core API',
    source: "require('node:fs').readFile(__filename, function read() { null.x; });",
    ended: 'crashed',
    code: 1,
  },
  { name: 'rejects', source: "Promise.reject(new Error('rejected'));", ended: 'crashed', code: 1 },
  {
    name: 'has a core promise rejected',
    file: 'rejected.mjs',
    source: "import { readFile } from 'node:fs/promises';\nawait readFile('/does/not/exist');",
    ended: 'crashed',
    code: 1,
  },
  {
    name: 'leaves a core promise unhandled',
    source:
      "process.on('unhandledRejection', (e, p) => { console.log(e.code, p instanceof Promise); process.exitCode = 4; });\nrequire('node:fs/promises').stat('/does/not/exist');",
    ended: 'exit',
    code: 4,
  },
  {
    name: 'handles what it throws',
    source: "process.on('uncaughtException', (e) => console.log(e.message)); setTimeout(() => { throw new Error('handled'); }, 1);",
    ended: 'exit',
    code: 0,
  },
  { name: 'has a syntax error', source: 'const = 1;', ended: 'crashed', code: 1 },
  { name: 'sends itself SIGKILL', source: `${BUSY} busy(150); process.kill(process.pid, 'SIGKILL');`, ended: 'killed', signal: 'SIGKILL' },
  { name: 'sends itself SIGTERM', source: `${BUSY} busy(150); process.kill(process.pid, 'SIGTERM');`, ended: 'killed', signal: 'SIGTERM' },
  { name: 'is hit by SIGINT', source: `${BUSY} busy(150); process.kill(process.pid, 'SIGINT');`, ended: 'killed', signal: 'SIGINT' },
  { name: 'is hit by SIGHUP', source: `${BUSY} busy(150); process.kill(process.pid, 'SIGHUP');`, ended: 'killed', signal: 'SIGHUP' },
  { name: 'crashes natively', source: `${BUSY} busy(150); process.kill(process.pid, 'SIGSEGV');`, ended: 'crashed', signal: 'SIGSEGV' },
  { name: 'aborts', source: `${BUSY} busy(50); process.abort();`, ended: 'crashed', signal: 'SIGABRT' },
  {
    name: 'handles SIGINT',
    source:
      "process.on('SIGINT', () => { console.log('interrupted'); process.exit(7); }); setTimeout(() => process.kill(process.pid, 'SIGINT'), 20); setInterval(() => {}, 1000);",
    ended: 'exit',
    code: 7,
  },
];

for (const { major, path: node } of supportedNodes()) {
  describe(`a script on Node ${major}`, () => {
    for (const [index, { name, file, source, ended, code = null, signal = null }] of endings.entries()) {
      it(`${name}: as without us, and with a recording`, async () => {
        const script = bench.write(file ?? `ending-${index}.cjs`, source);
        const plain = await bench.plain(script, { node });
        const { recording, stdout, stderr } = await bench.recorded(script, { node });
        // A native stack holds addresses.
        const comparable = (text: string) => (signal === 'SIGABRT' ? '' : text);
        assert.deepEqual({ stdout, stderr: comparable(stderr) }, { stdout: plain.stdout, stderr: comparable(plain.stderr) });
        assert.deepEqual([plain.exitCode, plain.signal], [code, signal], 'the test knows how the script ends');
        assert.ok(recording);
        const { wallUs, ...run } = recording.run;
        assert.deepEqual(run, { exitCode: code, signal, ended });
        assert.ok(wallUs > 0);
        assert.equal(recording.lanes[0]?.id, 'main');
        assert.ok(Math.abs(recording.lanes[0].cpuProfile.endTime - recording.lanes[0].cpuProfile.startTime - wallUs) <= 1);
      });
    }

    const stopped: { name: string; source: string; inProfile?: string; operation?: string; stdout?: string }[] = [
      { name: 'an endless loop', source: 'function forever() { let i = 0; for (;;) i++; }\nforever();', inProfile: 'forever' },
      { name: 'a server', source: "require('node:http').createServer(() => {}).listen(0);", inProfile: '(idle)' },
      { name: 'a thread that waits', source: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', inProfile: '(anonymous)' },
      {
        name: 'a wait for a child',
        source: "require('node:child_process').execFileSync('sleep', ['300']);",
        operation: 'child_process.execFileSync',
      },
      {
        name: 'a script that takes its leave',
        source: "process.on('SIGTERM', () => { console.log('closing'); process.exit(0); }); setInterval(() => {}, 1000);",
        stdout: 'closing\n',
      },
    ];
    for (const { name, source, inProfile, operation, stdout = '' } of stopped) {
      it(`stops ${name}`, async () => {
        const result = await bench.recorded(bench.write('stopped.cjs', source), { node, stopAfterMs: 400 });
        assert.ok(result.recording);
        assert.equal(result.recording.run.ended, 'stopped');
        assert.equal(result.stderr, '');
        assert.equal(result.stdout, stdout);
        const [main] = result.recording.lanes;
        const sampled = main!.cpuProfile.nodes.filter((one) => one.hitCount > 0).map((one) => one.callFrame.functionName || '(anonymous)');
        if (inProfile) assert.ok(sampled.includes(inProfile), `${inProfile} in ${sampled.join()}`);
        if (operation) assert.ok(main!.operations.apis.includes(operation));
        assert.deepEqual(bench.processes(), []);
      });
    }

    it('is killed from outside and leaves most of its profile', async () => {
      const script = bench.write('victim.cjs', `console.log(process.pid);\nfunction victim() { let i = 0; for (;;) i++; }\nvictim();`);
      const { recording } = await bench.recorded(script, {
        node,
        onOutput: (_, stdout) => void setTimeout(() => process.kill(Number(stdout), 'SIGKILL'), 1500),
      });
      assert.ok(recording);
      assert.deepEqual([recording.run.ended, recording.run.signal], ['killed', 'SIGKILL']);
      assert.ok(recording.lanes[0]!.cpuProfile.nodes.some((one) => one.callFrame.functionName === 'victim'));
    });

    it('runs out of memory and leaves most of its profile', async () => {
      // Slow enough to hand over what was measured before the heap is full, about a second later.
      const script = bench.write(
        'hoards.cjs',
        `const kept = [];
function hoard() {
  for (;;) {
    let sum = 0;
    for (let i = 0; i < 4e6; i++) sum += Math.sqrt(i);
    kept.push(new Array(20_000).fill(sum));
  }
}
hoard();`,
      );
      const { recording, exitCode, stderr } = await bench.recorded(script, { node, nodeOptions: ['--max-old-space-size=40'] });
      assert.ok(recording, stderr);
      assert.match(stderr, /JavaScript heap out of memory/);
      assert.deepEqual([recording.run.ended, recording.run.signal, exitCode], ['crashed', 'SIGABRT', 0]);
      assert.ok(recording.lanes[0]!.cpuProfile.nodes.some((one) => one.callFrame.functionName === 'hoard' && one.hitCount > 0));
      assert.deepEqual(bench.processes(), []);
    });

    it('ends a worker in the middle of its work, which is measured until then', async () => {
      const script = bench.write(
        'ends-worker.cjs',
        `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
function spin() { let i = 0; for (;;) { if (++i === 3e8) parentPort.postMessage('spinning'); } }
if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', () => worker.terminate());
  worker.on('exit', (code) => console.log('ended', code));
} else spin();`,
      );
      const { recording, stdout } = await bench.recorded(script, { node });
      assert.equal(stdout, 'ended 1\n');
      const worker = recording?.lanes.find(({ kind }) => kind === 'worker');
      assert.ok(worker?.cpuProfile.nodes.some(({ callFrame }) => callFrame.functionName === 'spin'));
    });

    it('is cancelled', async () => {
      const script = bench.write('cancelled.cjs', "require('node:child_process').spawn('sleep', ['300'], { stdio: 'ignore' }); for (;;);");
      const { recording, failure } = await bench.recorded(script, { node, cancelAfterMs: 100 });
      assert.deepEqual([recording, failure], [null, 'Profiling was cancelled.']);
      assert.deepEqual(bench.processes(), []);
    });

    it('ends with us when we are killed', async () => {
      const script = bench.write('orphan.cjs', 'console.log(process.pid); for (;;);');
      let pid = 0;
      await bench.recorded(script, {
        node,
        onOutput(child, stdout) {
          pid = Number(stdout);
          child.kill('SIGKILL');
        },
      });
      await gone(pid);
    });

    it('is handed the signal that we get', async () => {
      const script = bench.write(
        'signalled.cjs',
        "process.on('SIGTERM', () => process.exit(9)); console.log('ready'); setInterval(() => {}, 1000);",
      );
      const { recording } = await bench.recorded(script, { node, onOutput: (child) => void child.kill('SIGTERM') });
      assert.deepEqual([recording?.run.exitCode, recording?.run.ended], [9, 'exit']);
    });

    it('leaves no temporary file and no process', () => {
      assert.deepEqual(bench.leftovers(), []);
      assert.deepEqual(bench.processes(), []);
    });
  });
}

async function gone(pid: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (hasEnded(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.kill(pid, 'SIGKILL');
  assert.fail('The script outlived the recorder.');
}

/** An orphan that was killed stays a zombie where the first process of a container fetches nobody's exit code: it has ended all the same. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

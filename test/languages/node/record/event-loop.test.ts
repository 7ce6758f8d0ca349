import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { analyze } from '../../../../src/core/analyze.ts';
import type { ReportEventLoop } from '../../../../src/core/report/report.ts';
import { node as language } from '../../../../src/languages/node/index.ts';
import { supportedNodes } from '../../../node-versions/index.ts';
import { openWorkbench, textOf, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('event-loop');
});
after(() => bench.remove());

async function loopOf(script: string, node: string): Promise<{ loop: ReportEventLoop; stdout: string; evidence: string[] }> {
  const { recording, stdout, failure } = await bench.recorded(script, { node });
  assert.ok(recording, failure ?? 'no recording');
  const { report } = analyze(recording, { ...language, rules: [] }, textOf);
  assert.ok(report.eventLoop);
  return { loop: report.eventLoop, stdout, evidence: report.verdict.evidence };
}

const STOLEN = `/** How long this thread was kept off a core by others, in ms. */
const stolen = () => {
  try { return Number(require('node:fs').readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6; } catch { return 0; }
};`;

/** Holds its loop for 100 ms of a core at least, and until the requests are in the kernel's hands, which the client says by a file: so it is known how many were held up. */
const SERVER = `const http = require('node:http'), fs = require('node:fs'), { spawn } = require('node:child_process');
const sent = __filename + '.sent';
${STOLEN}
const before = stolen();
function hold() {
  const start = performance.now();
  for (let first = process.cpuUsage(), now = first; !fs.existsSync(sent) || now.user + now.system - first.user - first.system < 1e5; now = process.cpuUsage());
  return performance.now() - start;
}
let held = 0, turned = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/hold') {
    const start = performance.now();
    setImmediate(() => { turned = performance.now() - start; });
    held = hold();
  }
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => {
  const client = spawn(process.execPath, [__dirname + '/client.cjs', String(server.address().port), sent]);
  client.on('exit', () => {
    server.close();
    server.closeAllConnections();
    console.log(JSON.stringify({ held, turned, stolen: stolen() - before }));
  });
});
`;

const CLIENT = `const net = require('node:net'), fs = require('node:fs');
const [port, sent] = process.argv.slice(2);
const answers = [];
const send = (path) => new Promise((written) => {
  const socket = net.connect(Number(port), '127.0.0.1', () => socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n', written));
  answers.push(new Promise((closed) => socket.on('close', closed).resume()));
});
(async () => {
  await send('/hold');
  await Promise.all([send('/1'), send('/2'), send('/3')]);
  fs.writeFileSync(sent, '');
  await Promise.all(answers);
})();
`;

/** Samples are a millisecond apart, on a busy machine several. */
const SAMPLED_MS = 10;

/** Three requests came meanwhile. What a thread reads late, as others had its core, looks as if it had come late. */
function assertHeldUp(heldUp: number | null, stolenMs: number): void {
  if (stolenMs < 2) assert.equal(heldUp, 3);
  else assert.ok(heldUp !== null && heldUp >= 1 && heldUp <= 3, `${heldUp} held up, ${stolenMs} ms stolen`);
}

describe('the event loop of a real process', () => {
  for (const { major, path } of supportedNodes()) {
    for (const how of ['forked', 'threaded'] as const) {
      it(`is told of a ${how} server, with the requests that it held up and the stack that did (node ${major})`, async () => {
        const file = `${how}-${major}.cjs`;
        bench.write(file, SERVER);
        bench.write('client.cjs', CLIENT);
        const script = bench.write(
          `starts-${file}`,
          how === 'forked'
            ? `require('node:child_process').fork(__dirname + '/${file}', { stdio: 'inherit' });`
            : `new (require('node:worker_threads').Worker)(__dirname + '/${file}');`,
        );
        const { recording, failure, stdout } = await bench.recorded(script, { node: path });
        assert.ok(recording, failure ?? 'no recording');
        const { report } = analyze(recording, { ...language, rules: [] }, textOf);
        const serving = report.lanes.filter(({ eventLoop }) => eventLoop?.serving === true);
        assert.deepEqual(
          serving.map(({ kind, name }) => [kind, name.replace(/^process \d+: /, '')]),
          [how === 'forked' ? ['process', file] : ['worker', 'worker 1']],
        );
        const blockage = serving[0]!.eventLoop!.blockages.find(({ function: name }) => name === 'hold');
        assert.ok(blockage);
        assertHeldUp(blockage.heldUp, (JSON.parse(stdout) as { stolen: number }).stolen);
        const user = blockage.stack.filter(({ owner }) => owner === 'user').map(({ function: name, line }) => `${name}:${line}`);
        // The listener is named by what it was given to; the line is that of its call of hold.
        assert.deepEqual(user, ['hold:10', 'http.createServer callback:18']);
        const begins = `The event loop of ${serving[0]!.name} was blocked`;
        assert.ok(
          report.verdict.evidence.some((sentence) => sentence.startsWith(begins)),
          report.verdict.evidence.join('\n'),
        );
      });
    }

    it(`is held up as long as it says itself, and by whom (node ${major})`, async () => {
      const script = bench.write(`server-${major}.cjs`, SERVER);
      bench.write('client.cjs', CLIENT);
      const { loop, stdout, evidence } = await loopOf(script, path);
      const { held, turned, stolen } = JSON.parse(stdout) as { held: number; turned: number; stolen: number };
      const blockage = loop.blockages.find(({ function: name }) => name === 'hold');
      assert.ok(blockage, JSON.stringify(loop.blockages));
      // What others took of its core between the request's arrival and the listener's first line is in the blockage, not in `turned`.
      assert.ok(
        blockage.durationMs > held - SAMPLED_MS && blockage.durationMs < turned + SAMPLED_MS + stolen,
        `${stdout}: ${JSON.stringify(loop.blockages.map((one) => ({ ...one, stack: undefined })))}`,
      );
      assert.equal(blockage.line, 10);
      assertHeldUp(blockage.heldUp, stolen);
      assert.equal(loop.requests, 4);
      assert.equal(loop.serving, true);
      assert.ok(evidence.some((sentence) => sentence.startsWith('The event loop was blocked')));
    });

    it(`is not blocked by a program that gives way (node ${major})`, async () => {
      const script = bench.write(
        `gives-way-${major}.cjs`,
        `function work() { const start = performance.now(); while (performance.now() - start < 2); }
${STOLEN}
let rounds = 0, begun, before;
function turn() {
  begun ??= performance.now();
  before ??= stolen();
  work();
  if (++rounds < 200) setImmediate(turn);
  else console.log(JSON.stringify({ took: performance.now() - begun, off: stolen() - before }));
}
setTimeout(turn, 1);`,
      );
      const { loop, stdout } = await loopOf(script, path);
      assert.ok(loop.utilisation > 0.8, `busy for ${loop.utilisation}`);
      // Taken for one, all turns would be one blockage; one may be longer by as much as the machine took the thread off its core.
      const { took, off } = JSON.parse(stdout) as { took: number; off: number };
      const longestMs = Math.max(0, ...loop.blockages.map(({ durationMs }) => durationMs));
      assert.ok(longestMs < off + (took - off) / 2, `${longestMs}, ${stdout}`);
    });
  }
});

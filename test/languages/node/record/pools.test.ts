import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { analyze } from '../../../../src/core/analyze.ts';
import { headline } from '../../../../src/core/report/words.ts';
import { node as language } from '../../../../src/languages/node/index.ts';
import { supportedNodes } from '../../../node-versions/index.ts';
import { openWorkbench, textOf, type Workbench } from './runs.ts';

let bench: Workbench;
before(async () => {
  bench = await openWorkbench('pools');
});
after(() => bench.remove());

const HASH = `function hash(n) {
  const start = performance.now();
  let sum = n;
  while (performance.now() - start < 100) for (let i = 0; i < 1e5; i++) sum = (sum * 31 + i) % 1000003;
  return sum;
}
`;

/** Two at work, each given the next of 16 jobs when it has done one. */
const POOLS: Record<string, { source: string; others: string }> = {
  cluster: {
    others: 'child processes',
    source: `const cluster = require('node:cluster');
${HASH}
if (cluster.isPrimary) {
  let next = 0;
  for (const worker of [cluster.fork(), cluster.fork()]) {
    const give = () => next < 16 ? worker.send(next++) : worker.disconnect();
    worker.on('online', give);
    worker.on('message', give);
  }
} else process.on('message', (n) => process.send(hash(n)));
`,
  },
  'pool of forks': {
    others: 'child processes',
    source: `const { fork } = require('node:child_process');
${HASH}
if (process.argv[2] === 'child') process.on('message', (n) => process.send(hash(n)));
else {
  let next = 0;
  for (const child of [1, 2].map(() => fork(__filename, ['child']))) {
    const give = () => next < 16 ? child.send(next++) : child.disconnect();
    child.on('message', give);
    give();
  }
}
`,
  },
  'pool of workers': {
    others: 'worker threads',
    source: `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
${HASH}
if (isMainThread) {
  let next = 0;
  for (const worker of [1, 2].map(() => new Worker(__filename))) {
    const give = () => next < 16 ? worker.postMessage(next++) : worker.terminate();
    worker.on('message', give);
    give();
  }
} else parentPort.on('message', (n) => parentPort.postMessage(hash(n)));
`,
  },
};

describe('a run that its workers do', () => {
  for (const { major, path } of supportedNodes())
    for (const [name, { source, others }] of Object.entries(POOLS))
      it(`is told by them, and no worker threads are advised for it: ${name} (node ${major})`, async () => {
        const script = bench.write(`${name.replaceAll(' ', '-')}-${major}.cjs`, source);
        const { recording, failure } = await bench.recorded(script, { node: path });
        assert.ok(recording, failure ?? 'no recording');
        const machine = { ...recording.machine, logicalCores: 4 };
        const { report } = analyze({ ...recording, machine }, language, textOf);
        assert.match(headline(report), new RegExp(`waited for \\d+ % of it; its 2 ${others} spent their time \\d+ % computing`));
        assert.equal(report.verdict.bound, 'cpu-js');
        assert.match(report.verdict.evidence[0]!, new RegExp(`while its 2 ${others} were busy`));
        assert.deepEqual(
          report.advice.filter(({ model }) => model === 'worker-threads' || model === 'child-processes'),
          [],
        );
        assert.match(report.leftAlone.find((one) => one.function === 'hash')!.reason, new RegExp(`^It computes in 2 ${others} already`));
      });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { Blockage } from '../../../src/core/report/report.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const express = (name: string, line: number): string => `${name} /project/node_modules/express/lib/router.js:${line}:1`;
const served = `parserOnIncoming node:_http_server:9:1 > emit node:events:1:1`;
const handled = `${served} > ${express('handle', 1)} > ${express('next', 2)} > ${express('next', 2)} > serve /project/a.js:10:1`;
const listen = { api: 'net.Server.listen', stack: ['(top level) /project/a.js:1:1'], startUs: 0, endUs: -1 };

/** What blocked a loop for 100 ms, in stacks and their ms. */
function blockage(samples: [stack: string, ms: number][], sources: Record<string, string> = {}): Blockage {
  const blocked = samples.map(([stack, ms]) => `${stack} ${ms * 1000}`);
  const main = lane(['(idle) 100000', ...blocked, '(idle) 100000'], {
    operations: operations([listen]),
    rounds: { startUs: [0], endUs: [200_000], notedUntilUs: 300_000, full: false },
  });
  const { report } = analyze(recording([main]), { ...node, rules: [] }, (file) => sources[file] ?? null);
  assert.equal(report.eventLoop?.blockages.length, 1);
  return report.eventLoop.blockages[0]!;
}

const stackOf = (samples: [stack: string, ms: number][], sources?: Record<string, string>): string[] =>
  blockage(samples, sources).stack.map(
    ({ function: name, file, line, ms, owner, calls }) =>
      `${name}${calls > 1 ? ` ×${calls}` : ''} ${file === null ? '' : file.replace(/^.*\//, '')}:${line ?? ''} ${owner} ${ms}`,
  );

describe('the stack of a blockage', () => {
  it('is the heaviest path, innermost first; of the runtime and of a package one function is told', () => {
    assert.deepEqual(
      stackOf([
        [`${handled} > render /project/a.js:20:1 @22`, 60],
        [`${handled} > render /project/a.js:20:1 > readFileSync node:fs:7:1 > openSync node:fs:9:1`, 25],
        [`${handled} > log /project/a.js:40:1 @41`, 15],
      ]),
      [
        'readFileSync ×2 node:fs:7 core 25',
        'render a.js:22 user 85',
        'serve a.js:10 user 100',
        'handle ×3 router.js:1 dependency 100',
        'parserOnIncoming ×2 node:_http_server:9 core 100',
      ],
    );
  });

  it('goes by way of the function that is answerable, however often it was called anew', () => {
    const samples = Array.from({ length: 10 }, (_, at): [string, number] => [
      `${handled} > ${at % 2 ? 'odd' : 'even'} /project/b.js:${at + 1}:1 > render /project/a.js:20:1 @22`,
      10,
    ]);
    const { function: culprit, stack } = blockage([...samples]);
    assert.equal(culprit, 'render');
    assert.equal(stack[0]!.function, 'render');
  });

  it('ends where it branches into what takes less than a tenth', () => {
    const steps = Array.from({ length: 20 }, (_, at): [string, number] => [`${handled} > step${at} /project/b.js:${at + 1}:1`, 5]);
    assert.equal(stackOf(steps)[0], 'serve a.js:10 user 100');
  });

  it('tells recursion as one function', () => {
    const walk = 'walk /project/a.js:30:1';
    assert.equal(stackOf([[`${handled} > ${walk} > ${walk} > ${walk} @31`, 100]])[0], 'walk ×3 a.js:31 user 100');
  });

  it('says where a function called the next one, where the text tells', () => {
    const source = ['function serve() {', '  prepare();', '  render();', '}', 'function render() {', '  spin();', '}', ''].join('\n');
    const stack = stackOf([['serve /project/a.js:1:15 > render /project/a.js:5:16 @6', 100]], { '/project/a.js': source });
    assert.deepEqual(stack, ['render a.js:6 user 100', 'serve a.js:3 user 100']);
  });

  it('is of the deepest 24 functions of a deeper one', () => {
    const deep = Array.from({ length: 40 }, (_, at) => `f${at} /project/a.js:${at + 1}:1`).join(' > ');
    const stack = stackOf([[deep, 100]]);
    assert.equal(stack.length, 24);
    assert.match(stack[0]!, /^f39 /);
  });

  it('of what no code of the user did is that of what did', () => {
    assert.deepEqual(stackOf([[`${served} > ${express('handle', 1)}`, 100]]), [
      'handle router.js:1 dependency 100',
      'parserOnIncoming ×2 node:_http_server:9 core 100',
    ]);
  });
});

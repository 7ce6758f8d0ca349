import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Failure } from '../../src/core/failure.ts';
import { findTool } from '../../src/languages/node/record/clinic/find.ts';
import { outcomeOf, Place, sentences } from './command.ts';
import { assertReport } from './report-shape.ts';

const WAITING = `setTimeout(() => console.log('done'), 400);`;
const COMPUTING = `const end = Date.now() + 800; let sum = 0; while (Date.now() < end) sum += Math.sqrt(sum + 1); console.log('done');`;

/** A package of clinic's that does as it is told, where the real one can't be made to. */
function fake({ collector = '', analysis = '' }: { collector?: string | null; analysis?: string }): Record<string, string> {
  const decoder = `module.exports = require('node:stream').PassThrough;`;
  const doctor = 'node_modules/@clinic/doctor';
  return {
    'node_modules/clinic/package.json': '{"name":"clinic","version":"13.0.0"}',
    [`${doctor}/package.json`]: '{"name":"@clinic/doctor","version":"11.0.0"}',
    ...(collector !== null && {
      [`${doctor}/injects/sampler.js`]: `const fs = require('node:fs'), path = require('node:path');
        const folder = path.join(process.env.NODE_CLINIC_DOCTOR_DATA_PATH, 'run.clinic-doctor');
        for (const name of ['systeminfo', 'processstat']) fs.writeFileSync(path.join(folder, 'run.clinic-doctor-' + name), '{}');
        ${collector}`,
    }),
    [`${doctor}/format/system-info-decoder.js`]: decoder,
    [`${doctor}/format/trace-event-decoder.js`]: decoder,
    [`${doctor}/format/process-stat-decoder.js`]: decoder,
    [`${doctor}/analysis/index.js`]: analysis,
    'node_modules/@clinic/clinic-common/index.js': '',
    'node_modules/@clinic/node-trace-log-join/index.js': `module.exports = (from, to, done) => { require('node:fs').writeFileSync(to, '{}'); done(null); };`,
  };
}

/** What a fake analysis gives, as the real one does: a stream with one result. */
const gives = (result: string): string => `module.exports = function () { return require('node:stream').Readable.from([${result}]); };`;

/** Failures of clinic's: the report is complete, one sentence of it says what happened, nothing is left, and it takes no longer than a limit. */
const failures: {
  name: string;
  files: Record<string, string>;
  env?: Record<string, string>;
  script?: string;
  engine?: string;
  says: RegExp;
  verdict?: RegExp;
}[] = [
  {
    name: 'a collector that throws',
    files: fake({ collector: `throw new TypeError('not on this node');` }),
    says: /clinic doctor has no verdict on this run, as its collector could not be loaded into this script \(TypeError: not on this node\)/,
  },
  {
    name: 'an analysis that throws',
    files: fake({ analysis: `throw new Error('bad data');` }),
    says: /as its analysis failed \(Error: bad data\): what Unblock measured is complete without it\./,
  },
  {
    name: 'an analysis that fails later',
    files: fake({
      analysis: `setTimeout(() => { throw new RangeError('too late'); }, 50); module.exports = function () { return new (require('node:stream').Readable)({ read() {} }); };`,
    }),
    says: /as its analysis failed \(RangeError: too late\)/,
  },
  {
    name: 'an analysis that exits without a word, as clinic does on a fresh profile',
    files: fake({ analysis: `process.exit(0);` }),
    says: /as its analysis failed: what Unblock measured/,
  },
  {
    name: 'an analysis that never ends',
    files: fake({ analysis: `for (;;);` }),
    env: { UNBLOCK_CLINIC_ANALYSIS_MS: '500' },
    says: /as its analysis took longer than/,
  },
  {
    name: 'an analysis that waits for ever',
    files: fake({
      analysis: `setInterval(() => {}, 1000); module.exports = function () { return new (require('node:stream').Readable)({ read() {} }); };`,
    }),
    env: { UNBLOCK_CLINIC_ANALYSIS_MS: '500' },
    says: /as its analysis took longer than/,
  },
  {
    name: 'an analysis with too little memory',
    files: fake({ analysis: `const all = []; for (;;) all.push(new Array(1e5).fill(all.length));` }),
    env: { UNBLOCK_CLINIC_MEMORY_MB: '40' },
    says: /as its analysis ran out of memory/,
  },
  {
    name: 'a collector that writes without end',
    files: fake({
      collector: `setInterval(() => fs.appendFileSync(path.join(folder, 'more'), Buffer.alloc(1e6)), 5);`,
      analysis: gives(`{ issueCategory: 'io' }`),
    }),
    env: { UNBLOCK_CLINIC_LIMIT_MB: '20' },
    script: `setInterval(() => {}, 1000);`,
    says: /Unblock ended the run when clinic doctor had written 20 MB: use the engine v8 for all of it\./,
    verdict: /a potential I\/O issue/,
  },
  {
    name: 'a verdict that nobody knows',
    files: fake({ analysis: `console.log('noise'); ${gives(`{ issueCategory: 'karma' }`)}` }),
    says: /clinic doctor finds an issue it calls karma/,
    verdict: /karma/,
  },
  {
    name: 'trace logs of another run in the folder',
    files: { ...fake({ analysis: gives(`{ issueCategory: 'none' }`) }), 'node_trace.1.log': 'another', 'node_trace.2.log': '' },
    says: /clinic doctor finds no issue/,
    verdict: /no issue/,
  },
  {
    name: 'a script that never yields, with the real doctor',
    files: {},
    script: COMPUTING,
    says: /a timer, which never fires while the script doesn’t yield/,
    verdict: /too little data/,
  },
  {
    name: 'a script that never yields, which bubbleprof by itself never lets end',
    files: {},
    engine: 'clinic-bubbleprof',
    script: COMPUTING,
    says: /it follows asynchronous operations only/,
    verdict: /^clinic bubbleprof /,
  },
];

describe('what goes wrong with clinic', () => {
  const places: Place[] = [];
  after(() => places.forEach((place) => place.remove()));
  const placed = (files: Record<string, string>): Place => {
    const place = new Place(files);
    places.push(place);
    return place;
  };

  for (const { name, files, env = {}, script = WAITING, engine = 'clinic-doctor', says, verdict } of failures)
    it(name, async () => {
      const place = placed({ ...files, 'script.cjs': script });
      const { report } = await place.advise(['--engine', engine, 'script.cjs'], { env: place.environment(env) });
      assertReport(report);
      assert.match(report.verdict.evidence.join('\n'), says);
      const { secondOpinion } = report.verdict;
      if (verdict) assert.match(secondOpinion?.verdict ?? '', verdict);
      else assert.equal(secondOpinion, null);
      place.assertNoTraces();
    });

  it('a version without the collector is refused in a sentence', async () => {
    const place = placed({ ...fake({ collector: null }), 'script.cjs': WAITING });
    const outcome = await place.run(['advise', '--engine', 'clinic-doctor', 'script.cjs']);
    assert.equal(outcome.code, 1);
    assert.deepEqual(sentences(outcome), ["unblock: This version of clinic can't be driven: install clinic 13, or use the engine v8."]);
    assert.equal(outcome.stdout, '', 'the script did not run');
    place.assertNoTraces();
  });

  it('where clinic is missing, the sentence says how to install it', () => {
    const place = placed({ 'app/package.json': '{}', 'app/src/script.cjs': WAITING });
    const target = {
      script: place.path('app/src/script.cjs'),
      args: [],
      cwd: place.folder,
      node: { path: join(place.folder, 'bin/node'), version: '22.0.0' },
      nodeOptions: [],
      env: {},
    };
    for (const tool of ['doctor', 'flame', 'bubbleprof'] as const)
      assert.throws(
        () => findTool(tool, target, place.path('dist')),
        (error) =>
          error instanceof Failure &&
          error.message ===
            `clinic is not installed: run \`npm install --save-dev clinic\` in ${place.path('app')} (154 MB), or use the engine v8.`,
      );
  });

  it('a command that is ended while clinic thinks leaves nothing', async () => {
    const place = placed({
      ...fake({ analysis: `require('node:fs').writeFileSync(process.env.TMPDIR + '/thinking', ''); for (;;);` }),
      'script.cjs': WAITING,
    });
    const child = place.start(['advise', '--json', '--engine', 'clinic-doctor', 'script.cjs']);
    const ended = outcomeOf(child);
    await until(place, 'thinking');
    child.kill('SIGTERM');
    const outcome = await ended;
    place.discard('thinking');
    assert.equal(outcome.code, 1);
    assert.deepEqual(sentences(outcome), ['unblock: Profiling was cancelled.']);
    place.assertNoTraces();
  });

  it('a command that is killed while clinic thinks leaves no process', async () => {
    const place = placed({
      ...fake({ analysis: `require('node:fs').writeFileSync(process.env.TMPDIR + '/thinking', ''); for (;;);` }),
      'script.cjs': WAITING,
    });
    const child = place.start(['advise', '--json', '--engine', 'clinic-doctor', 'script.cjs']);
    await until(place, 'thinking');
    child.kill('SIGKILL');
    await once(child, 'close');
    while (place.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

/** Resolves when the file is there, in the temporary folder. */
async function until(place: Place, name: string): Promise<void> {
  while (!existsSync(join(place.temporary, name))) await new Promise((resolve) => setTimeout(resolve, 20));
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, PROJECT, recording } from '../hand-made.ts';

const MAIN = `const { join } = require('node:path');
const ts = require('typescript');
const lib = require('./lib');
`;
const TOP = `(top level) ${PROJECT}/a.js:1:1`;
const REQUIRE = 'require node:internal/modules/helpers:1:1';
const module = (name: string) => `(top level) ${PROJECT}/node_modules/${name}/index.js:1:1`;

/** The sentence, or nothing. */
function evidence(samples: string[]): string | undefined {
  const read = (file: string) => (file === `${PROJECT}/a.js` ? MAIN : null);
  const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, read);
  return report.verdict.evidence.find((one) => one.startsWith('Loading'));
}

it('says which lines and packages are loaded', () => {
  const samples = [
    `${TOP} > ${REQUIRE} > ${module('typescript')} 300000`,
    `${TOP} > ${REQUIRE} > ${module('typescript')} > ${REQUIRE} > ${module('@scope/small')} 60000`,
    `${TOP} @3 640000`,
  ];
  assert.equal(
    evidence(samples),
    'Loading modules took 360 ms (36 %): 360 ms for require of typescript at a.js:2. By package: typescript 300 ms, @scope/small 60 ms.',
  );
});

it('is silent below a tenth of the run', () => {
  assert.equal(evidence([`${TOP} > ${REQUIRE} > ${module('typescript')} 90000`, `${TOP} @3 910000`]), undefined);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { overlapAwaits } from '../../../../src/languages/node/rules/overlap-awaits.ts';
import { pick, randomOf, type Random } from './random.ts';

/**
 * Random functions that await one thing after another, and in loops, are changed at each await that offers itself: what they print, give and throw must be the same. Where
 * two awaits fail, either error may come first. `UNBLOCK_PROGRAMS=3000 UNBLOCK_SEED=7` tries more, and others.
 */
const programs = Number(process.env['UNBLOCK_PROGRAMS'] ?? 60);
const firstSeed = Number(process.env['UNBLOCK_SEED'] ?? 1);

const HEAD = `const shared = { sum: 0, list: [] };
let count = 0;
const turns = async (number) => {
  for (let turn = 0; turn < number; turn++) await null;
};
const load = async (value) => {
  await turns(String(value).length % 5);
  return { value, size: String(value).length };
};
const look = async (value) => {
  await turns(1);
  return value + count + shared.sum + shared.list.length;
};
const bump = async (value) => {
  const before = count;
  await turns(2);
  count = before + 1;
  return value + count;
};
const keep = async (value) => {
  await turns(3);
  shared.list.push(value);
  return shared.list.length;
};
const show = async (value) => {
  print('shown', value);
  await turns(1);
  return value;
};
const fail = async (value) => {
  await turns(1);
  if (value !== null) throw new Error('failed');
  return value;
};
const plain = (value) => value * 2;
const noted = (value) => {
  shared.sum += 1;
  return value;
};
`;

function program(random: Random): string {
  const one = (...choices: string[]): string => pick(random, choices);
  const names: string[] = [];
  const value = (): string =>
    names.length > 0 && random(2) === 0 ? pick(random, names) : one('1', "'tea'", 'given', '22', 'given + 1', 'this?.size');
  const statement = (): string => {
    const name = `v${names.length}`;
    const called = one('load', 'load', 'load', 'load', 'look', 'bump', 'keep', 'show', 'plain', 'given2.load', 'unknown');
    const text = one(
      `const ${name} = await ${called}(${value()});`,
      `const ${name} = await ${called}(${value()});`,
      `const ${name} = await ${called}(${value()});`,
      `const { size: ${name} } = await load(${value()});`,
      `let ${name} = await ${called}(${value()});`,
      `const ${name} = ${value()};`,
      `const ${name} = plain(${value()});`,
      `const ${name} = noted(${value()});`,
      `const ${name} = [${value()}, await load(${value()})];`,
      `const ${name} = count;`,
      `const ${name} = (count += 1);`,
      `const ${name} = () => count;`,
      `count = ${value()}?.size ?? 3;\nconst ${name} = count;`,
      `print(${value()});\nconst ${name} = 5;`,
      `if (count > 2) return ${value()};\nconst ${name} = 6;`,
      `// of ${name}\nconst ${name} = await load(${value()}); // after ${name}`,
      `const ${name} = await (random => load(random))(${value()});`,
    );
    names.push(name);
    return text;
  };
  const before = Array.from({ length: 2 + random(5) }, statement);
  const inLoop = one(
    '',
    '',
    `for (const item of [3, 1, 2]) {\nconst got = await ${one('load', 'look', 'bump', 'show', 'fail')}(item);\nfound.push(got${one('', ', count', ', found.length')});\n}`,
    `for (const item of ['a', 'bb', 'ccc']) {\n${one('', 'if (item === "bb") continue;\n', 'if (found.length > 1) break;\n')}found.push(await load(item));\n}`,
    `for (let index = 0; index < 3; index++) found.push(await load(index), await load('more'));`,
    `let last = 'x';\nfor (const item of [1, 2]) last = await load(last + item);\nfound.push(last);`,
  );
  return `${HEAD}async function run(given, given2) {
const found = [];
${before.join('\n')}
${inLoop}
return [found, ${names.filter(() => random(3) > 0).join(', ')}];
}
const unknown = (value) => load(value).then((got) => ({ ...got, count }));
async function all() {
  for (const given of [7, 'some']) {
    try {
      print(await run(given, { load: async (value) => [value, ++count] }));
    } catch (error) {
      print(error.name);
    }
    print(count, shared);
  }
}
`;
}

async function run(text: string): Promise<string> {
  const printed: string[] = [];
  const print = (...values: unknown[]): void => void printed.push(inspect(values, { depth: 9 }));
  await (runInContext(`(function () {\n${text}\nreturn all();\n})()`, createContext({ print })) as Promise<void>);
  return printed.join('\n');
}

describe('awaits that overlap leave the same', () => {
  it(`in ${programs} programs`, async () => {
    const differences: string[] = [];
    let changes = 0;
    let reviewed = 0;
    for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
      const file = '/nowhere/program.mjs';
      const text = program(randomOf(seed));
      const plain = await run(text);
      for (const [index, words] of text.split('\n').entries()) {
        if (!words.includes('await') || index < HEAD.split('\n').length - 1) continue;
        const spot = {
          file,
          line: index + 1,
          function: { name: '', file, line: 1, column: 1 },
          model: 'concurrent-awaits' as const,
          logicalCores: 2,
        };
        const result = overlapAwaits.refactor(spot, (name) => (name === file ? text : null));
        if (!result.available) continue;
        changes++;
        const changed = applyEdits(text, result.files[0]!.edits);
        const now = await run(changed);
        if (now === plain) continue;
        if (result.safety === 'review') reviewed++;
        else differences.push(`seed ${seed}, line ${index + 1}\n${text}\n=== after\n${changed}\n--- before\n${plain}\n--- after\n${now}`);
      }
    }
    if (process.env['UNBLOCK_SHOW'] !== undefined) console.log({ changes, reviewed });
    for (const difference of differences.slice(0, 3)) console.log(difference);
    assert.equal(differences.length, 0, 'programs that are printed above do something else');
    assert.ok(changes > programs / 3, `${changes} changes`);
  });
});

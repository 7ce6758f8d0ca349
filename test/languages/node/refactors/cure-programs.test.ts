import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import type { ReadSource } from '../../../../src/core/advise/advice.ts';
import type { Rule } from '../../../../src/core/language.ts';
import { applyEdits } from '../../../../src/languages/node/refactors/text/edits.ts';
import { avoidJsonClone } from '../../../../src/languages/node/rules/avoid-json-clone.ts';
import { cachePureCall } from '../../../../src/languages/node/rules/cache-pure-call.ts';
import { fixQuadratic } from '../../../../src/languages/node/rules/fix-quadratic.ts';
import { hoistInvariant } from '../../../../src/languages/node/rules/hoist-invariant.ts';
import { readPartOfFile } from '../../../../src/languages/node/rules/read-part-of-file.ts';
import { streamLargeFile } from '../../../../src/languages/node/rules/stream-large-file.ts';
import { cureProgram } from './cure-programs.ts';
import { pick, randomOf } from './random.ts';

/**
 * Random programs are changed at every place that offers itself, at each alone and at all one after the other: what they print, throw and hand out must be
 * the same. A difference is allowed only where the review names what it comes from. `UNBLOCK_PROGRAMS=3000 UNBLOCK_SEED=7` tries more, and others.
 */
const programs = Number(process.env['UNBLOCK_PROGRAMS'] ?? 150);
const firstSeed = Number(process.env['UNBLOCK_SEED'] ?? 1);

/** The rules, with what a line holds that they may be about: to ask each about each line takes too long. */
const ASKED: [Rule, RegExp][] = [
  [avoidJsonClone, /JSON\.parse/],
  [cachePureCall, /part\d = |function part\d|^(static )?part\d\(|^exports/],
  [fixQuadratic, /\.\.\.|concat|includes|indexOf|find|some\(|shift|splice/],
  [hoistInvariant, /new |RegExp|parse|locale|Locale|[sS]ort|Buffer/],
  [readPartOfFile, /readFileSync/],
  [streamLargeFile, /readFileSync/],
];

const require = createRequire(import.meta.url);
const file = '/nowhere/program.cjs';
let folder = '';
before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-cures-')));
  const texts = {
    empty: '',
    one: 'ÄÖ€😀 and more',
    lines: 'tea\nmilk\n\ncoffee\n',
    long: 'zwölf ß€😀\n'.repeat(9000),
    windows: 'a\r\nb\r\nc',
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.txt`), text);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints, to the sign of its zeros; a program that runs on and on is stopped. */
function run(text: string): string {
  const printed: string[] = [];
  const print = (...values: unknown[]): void => void printed.push(inspect(values, { depth: 9, showHidden: true, maxArrayLength: 50 }));
  const context = createContext({ print, require, Buffer, structuredClone, exports: {} });
  try {
    runInContext(`(function () {\n${text}\n})()`, context, { timeout: 10_000 });
  } catch (error) {
    printed.push(inspect(error instanceof Error || Object(error) !== error ? error : (error as Error).message));
  }
  return printed.join('\n');
}

interface Change {
  rule: string;
  text: string;
  review: string[];
}

const refusals = new Map<string, number>();

/** Every change that the rules offer for a text. */
function changesOf(text: string): Change[] {
  const read: ReadSource = (name) => (name === file ? text : null);
  const found: Change[] = [];
  for (const [index, words] of text.split('\n').entries())
    for (const [rule, asked] of ASKED) {
      if (!asked.test(words)) continue;
      const result = rule.refactor(
        { file, line: index + 1, function: { name: '', file, line: 1, column: 1 }, model: 'algorithm', logicalCores: 2 },
        read,
      );
      if (!result.available) {
        const reason = `${rule.id}: ${result.reason
          .replaceAll(/`[^`]*`/g, '`…`')
          .replaceAll(/\w*part\d\w*/g, '…')
          .replaceAll(/\d+/g, 'N')}`;
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
        continue;
      }
      found.push({ rule: rule.id, text: applyEdits(text, result.files[0]!.edits), review: result.review });
    }
  return found;
}

/** What may differ, with the sentence that a person is asked to look at, and what must be in such a program or its output. */
const REVIEWED: { words: RegExp; where?: RegExp }[] = [
  { words: /keeps what JSON lost/ },
  { words: /must stay as it is while/ },
  { words: /nobody may change them in place/ },
  { words: /`__proto__`/ },
  { words: /is now made also where no round would have come to it/ },
  { words: /is taken not to change/ },
  { words: /never finds NaN/, where: /NaN/ },
  { words: /0 and -0 count as the same/ },
  { words: /is taken for a valid date/ },
  { words: /while the loop waits in between/ },
  { words: /must be the same|may not change|keeps? its key|no item/ },
];

describe('cures leave the same', () => {
  it(`in ${programs} programs`, () => {
    const rewritten = new Map<string, number>();
    const reviewed = new Map<string, number>();
    const differences: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
      const text = cureProgram(randomOf(seed), folder);
      const plain = run(text);
      const check = ({ rule, text: changed, review }: Change): void => {
        rewritten.set(rule, (rewritten.get(rule) ?? 0) + 1);
        const now = run(changed);
        if (now === plain) return;
        const told = REVIEWED.find(
          ({ words, where }) => (where === undefined || where.test(text + plain)) && review.some((one) => words.test(one)),
        )?.words;
        if (told === undefined)
          differences.push(
            `seed ${seed}, ${rule}, ${review.join('; ')}\n${text}\n=== after\n${changed}\n--- before\n${plain}\n--- after\n${now}`,
          );
        else reviewed.set(String(told), (reviewed.get(String(told)) ?? 0) + 1);
      };
      const changes = changesOf(text);
      changes.forEach(check);
      // All, one after the other: those of a text that was changed already.
      const random = randomOf(seed);
      let last = changes[0];
      for (let times = 0; times < 2 && last !== undefined && changes.length > 1; times++) {
        const more = changesOf(last.text);
        if (more.length === 0) break;
        const next = pick(random, more);
        last = { ...next, review: [...last.review, ...next.review] };
      }
      if (last !== undefined && last !== changes[0]) check(last);
    }
    if (process.env['UNBLOCK_SHOW'] !== undefined)
      console.log(
        rewritten,
        reviewed,
        [...refusals].sort((a, b) => b[1] - a[1]),
      );
    for (const difference of differences.slice(0, 5)) console.log(difference);
    assert.equal(differences.length, 0, 'programs that are printed above do something else');
    const all = [...rewritten.values()].reduce((sum, one) => sum + one, 0);
    assert.ok(all > programs / 3, `${all} changes`);
  });
});

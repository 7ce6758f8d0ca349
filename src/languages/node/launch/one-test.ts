import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { exactly, type NamedTest, testsIn } from './tests-in.ts';

/** One test of a file: by its full name, the titles around it first, or by a 1-based line that it is in. */
export type TestChoice = { name: string } | { line: number };

/** The chosen test of a file as its runner knows it. Throws a Failure where no test is in the line. */
export function chooseTest(file: string, choice: TestChoice): NamedTest {
  const tests = testsIn(file, readFileSync(file, 'utf8'));
  if ('line' in choice) {
    const found = tests.findLast(({ first, last }) => first <= choice.line && choice.line <= last);
    if (found) return found;
    throw new Failure(
      `There is no test in line ${choice.line} of ${basename(file)}: put the cursor into one, or name it with --test NAME.`,
    );
  }
  const known = tests.find((test) => !test.group && new RegExp(pattern(test)).test(choice.name));
  return known ?? { titles: [exactly(choice.name)], group: false, around: 0, first: 1, last: 1 };
}

/** The test, where its file is one of node:test's. Throws a Failure for a file that no runner is known for. */
export function ofNodeTest(file: string, test: NamedTest): NamedTest {
  if (/['"]node:test['"]/.test(readFileSync(file, 'utf8'))) return test;
  throw new Failure(
    `${basename(file)} is no test file of node:test, nor of a Vitest, Jest or Mocha that its project has: profile all of it.`,
  );
}

/** Between two titles: Vitest 5 puts ` > ` there, all others a space. */
const BETWEEN = '(?: >)? ';

/** A regular expression of the full names of the chosen tests, as Vitest, Jest, Mocha and, from 22 on, node put them together. */
export function pattern({ titles, group }: NamedTest): string {
  return `^${titles.join(BETWEEN)}${group ? BETWEEN : '$'}`;
}

/**
 * Options for a file of node:test. Node 20 compares a pattern with a test's own title, so that others of the same title run too; a subtest runs
 * where the tests around it do.
 */
export function nodeTestOptions(test: NamedTest, nodeMajor: number): string[] {
  const { titles, around } = test;
  const patterns = [];
  for (let left = around; left >= 0; left--) {
    const outer = titles.slice(0, titles.length - left);
    if (nodeMajor < 22) patterns.push(`^${outer.at(-1) ?? ''}$`);
    else patterns.push(left > 0 ? `^${outer.join(' ')}$` : test.group ? `^${outer.join(' ')}(?: |$)` : pattern(test));
  }
  return patterns.map((one) => `--test-name-pattern=${one}`);
}

import type TypeScript from 'typescript';
import { ts } from '../syntax/typescript.ts';

/** A test, or a group of tests, as its runner knows it. */
export interface NamedTest {
  /** Regular expressions of the titles of the groups and tests around it, the outermost first, and of its own. */
  titles: readonly string[];
  /** A group: everything in it is run. */
  group: boolean;
  /** How many of the titles before its own are tests as well, the nearest ones: node:test has tests in tests. */
  around: number;
  /** 1-based lines. */
  first: number;
  last: number;
}

const GROUPS = new Set(['describe', 'suite', 'context', 'fdescribe', 'xdescribe']);
const TESTS = new Set(['it', 'test', 'specify', 'fit', 'xit']);
/** What is filled in when the test runs. */
const ANYTHING = '.*';

/** The tests and groups of a file in the order in which they begin, so that of those around a line the innermost comes last. */
export function testsIn(file: string, text: string): NamedTest[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const tests: NamedTest[] = [];
  const lineAt = (offset: number): number => source.getLineAndCharacterOfPosition(offset).line + 1;
  const visit = (node: TypeScript.Node, outer: NamedTest | null): void => {
    const found = ts.isCallExpression(node) ? titleOf(node, source) : null;
    const inner = found && {
      titles: [...(outer?.titles ?? []), found.title],
      group: found.group,
      around: found.group || outer === null || outer.group ? 0 : outer.around + 1,
      first: lineAt(node.getStart(source)),
      last: lineAt(node.end),
    };
    if (inner) tests.push(inner);
    ts.forEachChild(node, (child) => visit(child, inner ?? outer));
  };
  visit(source, null);
  return tests;
}

/** A name that a person wrote out in full, as a regular expression. */
export function exactly(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** `it('adds', …)`, `describe.only(…)`, `test.each(table)('adds %i', …)`, `t.test('adds', …)`: a title first, and a function. */
function titleOf(call: TypeScript.CallExpression, source: TypeScript.SourceFile): { title: string; group: boolean } | null {
  const [title, ...rest] = call.arguments;
  if (title === undefined || !rest.some((one) => ts.isArrowFunction(one) || ts.isFunctionExpression(one))) return null;
  const words = calleeWords(call.expression);
  const kind = words.find((word) => GROUPS.has(word) || TESTS.has(word));
  if (kind === undefined) return null;
  return { title: patternOf(title, source, words.includes('each') || words.includes('for')), group: GROUPS.has(kind) };
}

/** The names in a callee, the outermost first: of `describe.skip.each(table)` these are describe, skip, each. */
function calleeWords(callee: TypeScript.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) return [...calleeWords(callee.expression), callee.name.text];
  if (ts.isCallExpression(callee)) return calleeWords(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? calleeWords(callee.tag) : [];
}

/** @param filled whether `%s` and `$name` stand for what a table holds */
function patternOf(title: TypeScript.Expression, source: TypeScript.SourceFile, filled: boolean): string {
  const plain = (text: string): string =>
    filled
      ? text
          .split(/%[sdifjopcO#$%]|\$[\w.#]+/)
          .map(exactly)
          .join(ANYTHING)
      : exactly(text);
  if (ts.isStringLiteralLike(title)) return plain(title.text);
  if (ts.isTemplateExpression(title))
    return plain(title.head.text) + title.templateSpans.map(({ literal }) => ANYTHING + plain(literal.text)).join('');
  if (ts.isBinaryExpression(title) && title.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return patternOf(title.left, source, filled) + patternOf(title.right, source, filled);
  return ts.isIdentifier(title) ? (constantOf(title.text, source, filled) ?? ANYTHING) : ANYTHING;
}

/** The text of a `const name = 'adds'` at the top of the file. */
function constantOf(name: string, source: TypeScript.SourceFile, filled: boolean): string | null {
  for (const statement of source.statements)
    for (const { name: declared, initializer } of ts.isVariableStatement(statement) ? statement.declarationList.declarations : [])
      if (ts.isIdentifier(declared) && declared.text === name && initializer && ts.isStringLiteralLike(initializer))
        return patternOf(initializer, source, filled);
  return null;
}

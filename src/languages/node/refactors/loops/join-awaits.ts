import type TS from 'typescript';
import { effectsOf, bindingsOfPattern, type Effects } from '../../syntax/effects.ts';
import { contains } from '../../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from './concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { reviewReasons } from './loop-rounds.ts';

/** `const a = await f(); const b = await g();`: awaits that follow each other, none of which needs another, maybe with statements between them that need neither. */
export interface AwaitRun {
  members: { statement: TS.VariableStatement; declaration: TS.VariableDeclaration; awaited: TS.Expression }[];
  review: string[];
}

/** The run of independent awaits that a call is part of, or a sentence that says why there is none. */
export function awaitRun(source: Source, call: TS.Node): AwaitRun | string {
  const statement = enclosingStatement(call);
  const line = lineOf(source, call.getStart(source.ast));
  const start = statement === null ? null : memberOf(statement);
  if (statement === null || start === null || !contains(start.awaited, call))
    return `Nothing beside line ${line} could be awaited together with it.`;
  const siblings = [...(statement.parent as TS.Block | TS.SourceFile).statements];
  const members = [start];
  const effects = [effectsOf(source, [start.awaited])];
  const reasons: string[] = [];
  const join = (other: TS.Statement, before: boolean): boolean => {
    const member = memberOf(other);
    if (member === null) return false;
    const itsEffects = effectsOf(source, [member.awaited]);
    const tie = whyTied(source, members, effects, member, itsEffects);
    if (tie !== null) {
      reasons.push(tie);
      return false;
    }
    members[before ? 'unshift' : 'push'](member);
    effects.push(itsEffects);
    return true;
  };
  const position = siblings.indexOf(statement);
  for (let index = position - 1; index >= 0 && join(siblings[index]!, true); index--);
  // What needs one of them stays behind, and what comes after it may still go along.
  const passed: Passed[] = [];
  for (let index = position + 1; index < siblings.length && passed.length <= MOST_PASSED; index++) {
    const next = siblings[index]!;
    if ((passed.length === 0 || canPass(source, next, passed)) && join(next, false)) continue;
    const between = passedBy(source, next);
    if (between === null) {
      const later = siblings.slice(index + 1).find((one) => memberOf(one) !== null);
      if (later !== undefined)
        reasons.push(
          `The await in line ${lineOf(source, later.getStart(source.ast))} stays where it is, as what line ${lineOf(source, next.getStart(source.ast))} before it does must come first: move it up by hand if it need not.`,
        );
      break;
    }
    passed.push(between);
  }
  if (members.length < 2) return reasons[0] ?? `Nothing beside line ${line} could be awaited together with it.`;
  return { members, review: [...new Set(effects.flatMap(reviewReasons))] };
}

/** An await is moved over so many statements at most: further apart they are not read as one step. */
const MOST_PASSED = 4;

/** A statement that an await further down may be moved over. */
interface Passed {
  statement: TS.VariableStatement;
  effects: Effects;
}

/** A variable that is computed or awaited: it ends nothing early, prints nothing, and what it does is known. */
function passedBy(source: Source, statement: TS.Statement): Passed | null {
  if (!ts.isVariableStatement(statement) || statement.modifiers !== undefined) return null;
  const effects = effectsOf(source, [statement]);
  return effects.prints !== null || effects.outside.size > 0 || effects.unknown.size > 0 ? null : { statement, effects };
}

function canPass(source: Source, statement: TS.Statement, passed: readonly Passed[]): boolean {
  const its = effectsOf(source, [statement]);
  // Of a call of which nothing is known, nothing tells whether it looks at what was done before.
  if (its.prints !== null || its.outside.size > 0 || its.unknown.size > 0) return false;
  return passed.every(({ statement: other, effects }) => {
    const declared = other.declarationList.declarations.flatMap(({ name }) => bindingsOfPattern(source, name));
    if (declared.some((binding) => binding.references.some((one) => contains(statement, one.identifier)))) return false;
    const touched = [...its.writes].some((one) => effects.reads.has(one) || effects.writes.has(one));
    return !touched && ![...effects.writes].some((one) => its.reads.has(one)) && !its.writesThis && !effects.writesThis;
  });
}

function whyTied(
  source: Source,
  members: AwaitRun['members'],
  effects: Effects[],
  other: AwaitRun['members'][number],
  otherEffects: Effects,
): string | null {
  const line = lineOf(source, other.statement.getStart(source.ast));
  for (const [one, its] of [...members.map((member) => [member, other] as const), ...members.map((member) => [other, member] as const)]) {
    const declared = bindingsOfPattern(source, one.declaration.name);
    const needed = declared.find((binding) => binding.references.some((reference) => contains(its.awaited, reference.identifier)));
    if (needed !== undefined) return `The awaits around line ${line} must run in order: one needs \`${needed.name}\` from another.`;
  }
  for (const its of effects) {
    const shared =
      [...its.writes].find((one) => otherEffects.reads.has(one) || otherEffects.writes.has(one)) ??
      [...otherEffects.writes].find((one) => its.reads.has(one));
    if (shared !== undefined)
      return `The awaits around line ${line} must run in order: one changes \`${shared.name}\`, which another needs.`;
    if (its.prints !== null && otherEffects.prints !== null)
      return `The awaits around line ${line} both print: at the same time their lines would come in another order.`;
    if ((its.writesThis && otherEffects.usesThis) || (its.usesThis && otherEffects.writesThis))
      return `The awaits around line ${line} share \`this\`, which one changes.`;
  }
  return null;
}

function enclosingStatement(node: TS.Node): TS.Statement | null {
  for (let current = node; !ts.isSourceFile(current); current = current.parent) {
    if (ts.isStatement(current) && !ts.isBlock(current))
      return ts.isBlock(current.parent) || ts.isSourceFile(current.parent) ? current : null;
  }
  return null;
}

function memberOf(statement: TS.Statement): AwaitRun['members'][number] | null {
  if (!ts.isVariableStatement(statement) || statement.modifiers !== undefined || statement.declarationList.declarations.length !== 1)
    return null;
  if (!(statement.declarationList.flags & (ts.NodeFlags.Const | ts.NodeFlags.Let))) return null;
  const declaration = statement.declarationList.declarations[0]!;
  const { initializer } = declaration;
  if (declaration.type !== undefined || initializer === undefined || !ts.isAwaitExpression(initializer)) return null;
  return { statement, declaration, awaited: initializer.expression };
}

/** `const [a, b] = await Promise.all([f(), g()]);`, with the comments of each kept above it. */
export function joinAwaits(source: Source, editor: Editor, { members }: AwaitRun): void {
  const first = members[0]!.statement;
  const outer = indentationAt(source, first.getStart(source.ast));
  const inner = outer + source.indent;
  const reassigned = members.some(({ declaration }) =>
    bindingsOfPattern(source, declaration.name).some((binding) => binding.references.some((one) => one.writes)),
  );
  const names = members.map(({ declaration }) => textOf(source, declaration.name)).join(', ');
  const calls = members.map(({ awaited }) => textOf(source, awaited));
  const comments = members.map(({ statement }, index) =>
    index === 0
      ? ''
      : source.text
          .slice(trailingEnd(source, statement.getFullStart()), statement.getStart(source.ast))
          .trim()
          .replaceAll(`${source.eol}${outer}`, `${source.eol}${inner}`),
  );
  const opening = `${reassigned ? 'let' : 'const'} [${names}] = await Promise.all([`;
  const oneLine = `${opening}${calls.join(', ')}])${source.semicolon}`;
  const fits = outer.length + oneLine.length <= 100 && comments.every((one) => one === '') && !oneLine.includes('\n');
  const lines = calls.map(
    (call, index) => `${comments[index] === '' ? '' : `${inner}${comments[index]!}${source.eol}`}${inner}${call},${source.eol}`,
  );
  const text = fits ? oneLine : `${opening}${source.eol}${lines.join('')}${outer}])${source.semicolon}`;
  // Those that nothing stands between are one piece; the others leave their places.
  const siblings = [...(first.parent as TS.Block | TS.SourceFile).statements];
  const begin = siblings.indexOf(first);
  const block = members.findLastIndex(({ statement }, index) => siblings[begin + index] === statement);
  editor.rewrite(first.getStart(source.ast), members[block]!.statement.end, text, 'await them together');
  for (const { statement } of members.slice(block + 1)) {
    editor.replace(trailingEnd(source, siblings[siblings.indexOf(statement) - 1]!.end), statement.end, '', 'awaited above');
  }
}

/** The end of the comments that follow a statement on its own line. */
function trailingEnd(source: Source, end: number): number {
  return ts.getTrailingCommentRanges(source.text, end)?.at(-1)?.end ?? end;
}

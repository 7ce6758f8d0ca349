import type TS from 'typescript';
import { effectsOf, bindingsOfPattern, type Effects } from '../../syntax/effects.ts';
import { contains } from '../../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { indentationAt } from './concurrent-rounds.ts';
import type { Editor } from '../text/editor.ts';
import { reviewReasons } from './loop-rounds.ts';

/** `const a = await f(); const b = await g();`: awaits that follow each other, none of which needs another. */
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
  for (let index = position + 1; index < siblings.length && join(siblings[index]!, false); index++);
  if (members.length < 2) return reasons[0] ?? `Nothing beside line ${line} could be awaited together with it.`;
  return { members, review: [...new Set(effects.flatMap(reviewReasons))] };
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
  const last = members.at(-1)!.statement;
  const outer = indentationAt(source, first.getStart(source.ast));
  const inner = outer + source.indent;
  const reassigned = members.some(({ declaration }) =>
    bindingsOfPattern(source, declaration.name).some((binding) => binding.references.some((one) => one.writes)),
  );
  const names = members.map(({ declaration }) => textOf(source, declaration.name)).join(', ');
  const calls = members.map(({ awaited }) => textOf(source, awaited));
  const comments = members.map(({ statement }, index) =>
    index === 0 ? '' : source.text.slice(statement.getFullStart(), statement.getStart(source.ast)).trim(),
  );
  const opening = `${reassigned ? 'let' : 'const'} [${names}] = await Promise.all([`;
  const oneLine = `${opening}${calls.join(', ')}])${source.semicolon}`;
  const fits = outer.length + oneLine.length <= 100 && comments.every((one) => one === '') && !oneLine.includes('\n');
  const lines = calls.map(
    (call, index) => `${comments[index] === '' ? '' : `${inner}${comments[index]!}${source.eol}`}${inner}${call},${source.eol}`,
  );
  editor.rewrite(
    first.getStart(source.ast),
    last.end,
    fits ? oneLine : `${opening}${source.eol}${lines.join('')}${outer}])${source.semicolon}`,
    'await them together',
  );
}

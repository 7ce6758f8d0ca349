import type TS from 'typescript';
import { effectsOf } from '../../syntax/effects.ts';
import { contains, enclosingFunction, walk, type FunctionNode } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { lineOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/**
 * What others see half done while a loop waits: a sentence that refuses where the loop changes what they share, else what a person must know of what
 * they may change meanwhile.
 */
export function sharedWhileWaiting(source: Source, loop: TS.IterationStatement): string[] | string {
  const around = enclosingFunction(loop);
  const effects = effectsOf(source, [loop]);
  const isShared = (binding: Binding): boolean =>
    binding.kind !== 'import' &&
    binding.kind !== 'function' &&
    binding.kind !== 'class' &&
    binding.kind !== 'type' &&
    (around === null ? isUsedByFunctions(binding, loop) : !contains(around, binding.identifier));
  const line = lineOf(source, loop.getStart(source.ast));
  const changed = [...effects.writes].find(isShared);
  if (changed !== undefined)
    return `The loop in line ${line} changes \`${changed.name}\`${placeIn(source, loop, changed)}, and others would see it half done while the loop waits: fill a variable of its own, and store it after the loop.`;
  if (effects.writesThis)
    return `The loop in line ${line} changes \`this\`, and others would see it half done while the loop waits: fill a variable of its own, and store it after the loop.`;
  const review: string[] = [];
  for (const binding of effects.reads) {
    if (!isShared(binding)) continue;
    const other = binding.references.find(
      ({ identifier }) => !contains(loop, identifier) && isChangedAt(source, identifier, binding, around),
    );
    if (other !== undefined)
      review.push(
        `the loop looks at \`${binding.name}\`, which line ${lineOf(source, other.identifier.getStart(source.ast))} may change while it waits`,
      );
  }
  const argument =
    around === null
      ? undefined
      : [...effects.changes].find((binding) => around.parameters.some((one) => contains(one, binding.identifier)));
  if (argument !== undefined)
    review.push(`the loop changes what \`${argument.name}\` holds round by round, which others may see while it waits`);
  if (effects.usesThis) review.push(`the loop looks at \`this\`, which others may change while it waits`);
  if (effects.prints !== null) review.push(`what others print may come between the lines of \`${effects.prints}\``);
  return review;
}

function isUsedByFunctions(binding: Binding, loop: TS.Node): boolean {
  return binding.references.some(({ identifier }) => !contains(loop, identifier) && enclosingFunction(identifier) !== null);
}

/** Whether a function other than the one around the loop changes a variable where it names it. */
function isChangedAt(source: Source, identifier: TS.Identifier, binding: Binding, around: FunctionNode | null): boolean {
  const place = enclosingFunction(identifier);
  if (place === null || place === around) return false;
  let statement: TS.Node = identifier;
  while (!ts.isStatement(statement) && statement !== place) statement = statement.parent;
  return effectsOf(source, [statement]).writes.has(binding);
}

/** ` in line 4`: where the loop itself changes a variable; nothing where a function that it calls does. */
function placeIn(source: Source, loop: TS.Node, binding: Binding): string {
  const lines: number[] = [];
  walk(loop, (node) => {
    if (ts.isIdentifier(node) && source.scopes.bindingOf(node) === binding) {
      let statement: TS.Node = node;
      while (!ts.isStatement(statement)) statement = statement.parent;
      if (statement !== loop && effectsOf(source, [statement]).writes.has(binding)) lines.push(lineOf(source, node.getStart(source.ast)));
    }
  });
  return lines[0] === undefined ? '' : ` in line ${lines[0]}`;
}

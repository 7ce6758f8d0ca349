import type TS from 'typescript';
import { bare, contains } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { repetitionsAround } from './hoist.ts';

/** A look into a text that grows in the same loop, or a `replace` of one place after the other. */
export interface GrowingText {
  name: string;
  kind: 'looked-into' | 'replaced';
  /** `out.endsWith`. */
  words: string;
}

/** Methods that read the letters of a text. V8 joins with `+=` without copying, and writes all out at the first such look after. */
const LOOKS = new Set(
  'at charAt charCodeAt codePointAt endsWith startsWith includes indexOf lastIndexOf search match matchAll replace replaceAll slice substring substr split trim trimEnd trimStart'.split(
    ' ',
  ),
);

/** What a call or an access in a loop does with a text that has grown since the round before; null for all others. */
export function growingText(source: Source, node: TS.Node): GrowingText | null {
  const looked = lookedInto(node);
  const name = looked === null ? null : bare(looked);
  if (looked === null || name === null || !ts.isIdentifier(name)) return null;
  const binding = source.scopes.bindingOf(name);
  if (binding === null || !ts.isVariableDeclaration(binding.declaration)) return null;
  // One that begins anew in an outer loop, as a token does, may never get long.
  const loops = repetitionsAround(node);
  const [loop] = loops;
  if (loop === undefined || loops.some((one) => contains(one, binding.identifier))) return null;
  const words = textOf(source, ts.isCallExpression(node) ? node.expression : node).slice(0, 40);
  if (isReplacedInTurn(source, node, binding)) return { name: name.text, kind: 'replaced', words };
  const { initializer } = binding.declaration;
  const isText = initializer !== undefined && (ts.isStringLiteralLike(bare(initializer)) || ts.isTemplateExpression(bare(initializer)));
  const grows = binding.references.some(
    ({ identifier }) => contains(loop, identifier) && isGrowth(source, identifier, name.text) && !isInner(identifier, node, loop),
  );
  return isText && grows && !startsAnew(binding, loop) ? { name: name.text, kind: 'looked-into', words } : null;
}

/** The text that an expression reads letters of: `out` of `out.endsWith(',')`, `out[0]` and `/,$/.test(out)`. */
function lookedInto(node: TS.Node): TS.Expression | null {
  if (ts.isElementAccessExpression(node)) return node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  const { name, expression } = node.expression;
  if (LOOKS.has(name.text)) return expression;
  return /^(test|exec)$/.test(name.text) && node.arguments.length === 1 ? node.arguments[0]! : null;
}

/** `out += piece`, `out = out + piece`. */
function isGrowth(source: Source, identifier: TS.Identifier, name: string): boolean {
  const { parent } = identifier;
  if (!ts.isBinaryExpression(parent) || parent.left !== identifier) return false;
  if (parent.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) return true;
  if (parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  let first = bare(parent.right);
  if (!ts.isBinaryExpression(first)) return false;
  while (ts.isBinaryExpression(first) && first.operatorToken.kind === ts.SyntaxKind.PlusToken) first = bare(first.left);
  return ts.isIdentifier(first) && textOf(source, first) === name;
}

/** Grows in a loop inside that the look stands outside of: it is written out once for many additions. */
function isInner(identifier: TS.Node, look: TS.Node, loop: TS.Node): boolean {
  return repetitionsAround(identifier).some((one) => one !== loop && contains(loop, one) && !contains(one, look));
}

/** Is set to something else in the loop (`out = ''`): then it may never get long. */
function startsAnew({ references }: Binding, loop: TS.Node): boolean {
  return references.some(({ identifier, writes }) => {
    const { parent } = identifier;
    if (!writes || !contains(loop, identifier)) return false;
    return (
      ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && !ts.isBinaryExpression(bare(parent.right))
    );
  });
}

/** `while (…) text = text.replace('  ', ' ')`: one place a round, and a copy of all for each. */
function isReplacedInTurn(source: Source, node: TS.Node, binding: Binding): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || node.expression.name.text !== 'replace')
    return false;
  const { parent } = node;
  if (
    !ts.isBinaryExpression(parent) ||
    parent.right !== node ||
    !ts.isIdentifier(parent.left) ||
    source.scopes.bindingOf(parent.left) !== binding
  )
    return false;
  const pattern = node.arguments[0] === undefined ? null : bare(node.arguments[0]);
  const isOne =
    pattern !== null &&
    (ts.isStringLiteralLike(pattern) || (ts.isRegularExpressionLiteral(pattern) && !/\/\w*[gy]\w*$/.test(pattern.text)));
  const [nearest] = repetitionsAround(node);
  return isOne && nearest !== undefined && (ts.isWhileStatement(nearest) || ts.isDoStatement(nearest));
}

import type TS from 'typescript';
import type { FileEdits, ReadSource } from '../../../../core/advise/advice.ts';
import { bare, contains } from '../../syntax/locate.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { constructorOf, type Accumulator, type Site } from './accumulators.ts';
import { indentationAt } from '../loops/concurrent-rounds.ts';
import { editorOf, type Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import type { ParallelLoop } from './parallel-loop.ts';
import { chunkCode, chunkState, threadImports, type ChunkedRounds } from './pool-code.ts';
import { freshName } from '../loops/pool-function.ts';
import { shareMemory } from './shared-arrays.ts';
import { reindented } from '../text/reindent.ts';
import { workerFileName, writeWorkerFile } from './worker-file.ts';

const WHY = 'run the rounds on several cores';

/**
 * Moves a loop's body into a worker's file, and puts in place of the loop what hands chunks of its rounds to the workers and puts their
 * results together in order. The `await` before a `map` is the caller's to add.
 */
export function moveRounds(source: Source, editor: Editor, imports: Imports, parallel: ParallelLoop, read: ReadSource): FileEdits {
  const { node, body, arrayCall, code, header } = parallel;
  const name = freshName(source, parallel.name);
  const callName = freshName(source, `${name}InWorkers`);
  const file = workerFileName(source, name, read);
  const isMoved = (binding: Binding): boolean => [...code.statements].some((statement) => contains(statement, binding.identifier));
  const sent = [...code.sent].filter((binding) => !isMoved(binding));
  const parts = parallel.parts.filter((binding) => sent.includes(binding));
  const shared = sent.filter((binding) => !parts.includes(binding));
  const counts = header?.items.kind === 'count';
  const rounds: ChunkedRounds = {
    name,
    callName,
    counts,
    shares: shared.length > 0,
    parts: parts.map((one) => one.name),
    joined: arrayCall !== null,
    packed: parallel.accumulators
      .filter((one) => one.kind === 'list' && one.sites.some((site) => site.operands.some((operand) => isList(source, operand))))
      .map((one) => one.binding.name),
    transferred: parallel.blocks.map((one) => one.binding.name),
    packs: sent.some((one) => mayHoldNumbers(source, one)) || !counts,
  };
  const { edits } = writeWorkerFile(
    source,
    editor,
    imports,
    code,
    {
      name,
      callName,
      imports: threadImports(source),
      before: chunkState(source, rounds),
      raw: chunkFunction(source, parallel, rounds, shared, parts),
      after: chunkCode(source, rounds, file, read),
      isGone: (one) => contains(body, one),
    },
    file,
  );
  for (const one of parallel.shared) shareMemory(source, editor, one);
  const given = shared.length > 0 ? [`{ ${shared.map((one) => one.name).join(', ')} }`] : [];
  const rendered = (one: TS.Node): string => editor.rendered(one.getStart(source.ast), one.end);
  if (arrayCall !== null) {
    const call = `${callName}(${[rendered(arrayCall.items), ...given].join(', ')})`;
    editor.rewrite(node.getStart(source.ast), node.end, call, WHY);
    return edits;
  }
  const { items } = header!;
  const ends = items.kind === 'iterable' ? [rendered(items.expression)] : [items.from, items.to];
  const call = `${callName}(${[...ends, ...given, ...parts.map((one) => one.name)].join(', ')})`;
  const part = freshName(source, 'part');
  const lines = [
    ...parallel.blocks.map(({ binding: { name: block } }) => `${block}.set(${part}.${block}, ${part}.${block}Start);`),
    ...parallel.accumulators.flatMap((one) => merged(source, one, part)),
  ];
  const outer = indentationAt(source, node.getStart(source.ast));
  const { eol, indent, semicolon } = source;
  if (lines.length === 0) {
    const statement = ts.isExpressionStatement(node.parent) ? '' : semicolon;
    editor.rewrite(node.getStart(source.ast), node.end, `await ${call}${statement}`, WHY);
    return edits;
  }
  const inner = lines.map((line) => `${eol}${outer}${indent}${line}`.replace(/;$/, semicolon)).join('');
  editor.rewrite(node.getStart(source.ast), node.end, `for (const ${part} of await ${call}) {${inner}${eol}${outer}}`, WHY);
  return edits;
}

/** The function that runs some of the rounds: the loop's text as it was, filling variables of its own. */
function chunkFunction(
  source: Source,
  parallel: ParallelLoop,
  rounds: ChunkedRounds,
  shared: readonly Binding[],
  parts: readonly Binding[],
): string {
  const { node, body, header, arrayCall, accumulators, blocks } = parallel;
  const { eol, indent, semicolon } = source;
  const typed = source.typescript;
  const editor = editorOf(source);
  const [from, to, items] = [freshName(source, 'from'), freshName(source, 'to'), freshName(source, 'items')];
  const counter = header?.variable ?? '';
  for (const binding of parts)
    for (const { identifier } of binding.references) {
      if (!contains(body, identifier) || !ts.isElementAccessExpression(identifier.parent)) continue;
      const index = identifier.parent.argumentExpression;
      editor.replace(index.getStart(source.ast), index.end, `${textOf(source, index)} - ${from}`, WHY);
    }
  for (const { binding, indices } of blocks) for (const index of indices) editor.after(index, ` - ${binding.name}Start`, WHY);
  for (const accumulator of accumulators) for (const site of accumulator.sites) fill(source, editor, accumulator, site);
  const numbers = typed ? ': number' : '';
  const own = rounds.counts ? [`${from}${numbers}`, `${to}${numbers}`] : [`${items}${typed ? ': any[]' : ''}`];
  const lists = parts.map((one) => `${one.name}${typed ? `: ${typeOf(source, one, 'any[]')}` : ''}`);
  const pattern = `{ ${shared.map((one) => one.name).join(', ')} }`;
  const types = typed ? `: { ${shared.map((one) => `${one.name}: ${typeOf(source, one, 'any')}`).join('; ')} }` : '';
  const parameters = [...own, ...lists, ...(shared.length > 0 ? [pattern + types] : [])].join(', ');
  const text = (one: TS.Node): string =>
    reindented(source, editor.rendered(one.getStart(source.ast), one.end), indentationAt(source, one.getStart(source.ast)), indent);
  const lines: string[] = [];
  if (arrayCall !== null) {
    const method = arrayCall.kind === 'flatMap' ? 'flatMap' : 'map';
    lines.push(`return ${items}.${method}(${text(arrayCall.callback)})${semicolon}`);
  } else {
    for (const { binding, made, stride } of blocks) {
      const times = stride === '1' ? '' : ` * ${stride}`;
      const rounds = times === '' ? `${to} - ${from}` : `(${to} - ${from})${times}`;
      lines.push(`const ${binding.name} = new ${made}(${rounds})${semicolon}`, `const ${binding.name}Start = ${from}${times}${semicolon}`);
    }
    for (const one of accumulators) for (const line of started(source, one)) lines.push(`${line}${semicolon}`);
    const loop = node as TS.ForStatement | TS.ForOfStatement;
    const step = ts.isForStatement(loop) && loop.incrementor !== undefined ? textOf(source, loop.incrementor) : '';
    const word =
      ts.isForOfStatement(loop) && ts.isVariableDeclarationList(loop.initializer)
        ? (/^(const|let|var)/.exec(textOf(source, loop.initializer))?.[0] ?? 'const')
        : 'let';
    const head = rounds.counts ? `for (let ${counter} = ${from}; ${counter} < ${to}; ${step}) ` : `for (${word} ${counter} of ${items}) `;
    lines.push(head + text(body));
    const names = [...blocks.flatMap(({ binding }) => [binding.name, `${binding.name}Start`]), ...accumulators.flatMap(namesOf)];
    if (names.length > 0) lines.push(`return { ${names.join(', ')} }${semicolon}`);
  }
  const inside = lines.map((line) => indent + line).join(eol);
  return `function ${rounds.name}(${parameters}) {${eol}${inside}${eol}}`;
}

function termsOf({ binding }: Accumulator): string {
  return `${binding.name}Terms`;
}

function indexOf({ binding }: Accumulator): string {
  return `${binding.name}At`;
}

function valuesOf({ binding }: Accumulator): string {
  return `${binding.name}Values`;
}

/** What a chunk's result calls the parts of an accumulator. */
function namesOf(one: Accumulator): string[] {
  if (one.kind === 'terms') return [termsOf(one)];
  if (one.kind === 'store') return [indexOf(one), valuesOf(one)];
  return [one.binding.name, ...one.along.map(({ name }) => name)];
}

/** Statements of the body that have to fill something else than they did. */
function fill(source: Source, editor: Editor, accumulator: Accumulator, { node, operands }: Site): void {
  const text = (one: TS.Expression): string => editor.rendered(one.getStart(source.ast), one.end);
  const [start, end] = [node.getStart(source.ast), node.end];
  if (accumulator.kind === 'terms') editor.rewrite(start, end, `${termsOf(accumulator)}.push(${text(operands[0]!)})`, WHY);
  else if (accumulator.kind === 'store') {
    const statement = node.parent;
    const isOneOfSeveral = ts.isBlock(statement.parent) || ts.isCaseOrDefaultClause(statement.parent);
    const between = isOneOfSeveral ? `${source.semicolon}${source.eol}${indentationAt(source, start)}` : ', ';
    const pushed = [`${indexOf(accumulator)}.push(${text(operands[0]!)})`, `${valuesOf(accumulator)}.push(${text(operands[1]!)})`];
    editor.rewrite(start, end, pushed.join(between), WHY);
  }
}

/** How a chunk's own accumulator begins. */
function started(source: Source, one: Accumulator): string[] {
  const { name } = one.binding;
  const type = annotation(source, one.binding);
  switch (one.kind) {
    case 'list':
      return [`const ${name}${type} = []`];
    case 'set':
    case 'map':
      return [`const ${name}${type} = ${emptyOf(source, one.binding)}`];
    case 'tally':
      return [
        one.operator === 'map'
          ? `const ${name}${type} = ${emptyOf(source, one.binding)}`
          : `const ${name}${type || (source.typescript ? ': any' : '')} = {}`,
      ];
    case 'text':
      return [`let ${name}${type} = ''`];
    case 'count':
      return [`let ${name}${type} = 0`];
    case 'bits':
      return [`let ${name}${type} = ${one.operator === '&=' ? '-1' : '0'}`];
    case 'extreme':
      return [
        `let ${name}${type} = ${/min|^</.test(one.operator) ? 'Infinity' : '-Infinity'}`,
        ...one.along.map(
          (other) => `let ${other.name}${annotation(source, other)}${annotation(source, other) === '' ? '' : ' = undefined as any'}`,
        ),
      ];
    case 'flag':
      return [`let ${name}${source.typescript ? ': boolean' : ''} = ${one.value === 'true' ? 'false' : 'true'}`];
    case 'terms':
      return [`const ${termsOf(one)}${source.typescript ? ': any[]' : ''} = []`];
    case 'store':
      return [
        `const ${indexOf(one)}${source.typescript ? ': any[]' : ''} = []`,
        `const ${valuesOf(one)}${source.typescript ? ': any[]' : ''} = []`,
      ];
  }
}

/** `new Map<string, number>()`: with its types, without what it began with. */
function emptyOf(source: Source, binding: Binding): string {
  const { declaration } = binding;
  const value = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : null;
  const types =
    value !== null && ts.isNewExpression(value) && value.typeArguments !== undefined
      ? `<${value.typeArguments.map((one) => textOf(source, one)).join(', ')}>`
      : '';
  return `new ${constructorOf(binding) ?? 'Map'}${types}()`;
}

function annotation(source: Source, { declaration }: Binding): string {
  return source.typescript && ts.isVariableDeclaration(declaration) && declaration.type !== undefined
    ? `: ${textOf(source, declaration.type)}`
    : '';
}

/** The lines that put a chunk's part to what the loop has filled so far. */
function merged(source: Source, one: Accumulator, part: string): string[] {
  const { name } = one.binding;
  const [item, key, count] = [freshName(source, 'one'), freshName(source, 'key'), freshName(source, 'count')];
  switch (one.kind) {
    case 'list':
      return [`for (const ${item} of ${part}.${name}) ${name}.push(${item});`];
    case 'set':
      return [`for (const ${item} of ${part}.${name}) ${name}.add(${item});`];
    case 'map':
      return [`for (const [${key}, ${item}] of ${part}.${name}) ${name}.set(${key}, ${item});`];
    case 'tally':
      return one.operator === 'map'
        ? [`for (const [${key}, ${count}] of ${part}.${name}) ${name}.set(${key}, (${name}.get(${key}) ?? 0) + ${count});`]
        : [`for (const ${key} of Object.keys(${part}.${name})) ${name}[${key}] = (${name}[${key}] ?? 0) + ${part}.${name}[${key}];`];
    case 'text':
      return [`${name} += ${part}.${name};`];
    case 'count':
      return [`${name} += ${part}.${name};`];
    case 'bits':
      return [`${name} ${one.operator} ${part}.${name};`];
    case 'extreme':
      if (one.operator.startsWith('Math.')) return [`${name} = ${one.operator}(${name}, ${part}.${name});`];
      return one.along.length === 0
        ? [`if (${part}.${name} ${one.operator} ${name}) ${name} = ${part}.${name};`]
        : [
            `if (${part}.${name} ${one.operator} ${name}) {`,
            ...[one.binding, ...one.along].map((other) => `${source.indent}${other.name} = ${part}.${other.name};`),
            '}',
          ];
    case 'flag':
      return [one.value === 'true' ? `if (${part}.${name}) ${name} = true;` : `if (!${part}.${name}) ${name} = false;`];
    case 'terms':
      return [`for (const ${item} of ${part}.${termsOf(one)}) ${name} ${one.operator} ${item};`];
    case 'store':
      return [`for (const [${key}, ${item}] of ${part}.${indexOf(one)}.entries()) ${name}[${item}] = ${part}.${valuesOf(one)}[${key}];`];
  }
}

/** What a variable's type is in the new file, as far as the text says. */
function typeOf(source: Source, { declaration }: Binding, otherwise: string): string {
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return otherwise;
  if (declaration.type !== undefined) return textOf(source, declaration.type);
  const value = declaration.initializer === undefined ? null : bare(declaration.initializer);
  if (value === null) return otherwise;
  if (ts.isNumericLiteral(value)) return 'number';
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return 'string';
  if (ts.isNewExpression(value) && ts.isIdentifier(value.expression) && /^\w+\d+\w*Array$/.test(value.expression.text))
    return value.expression.text;
  return otherwise;
}

/** Whether a value may be a list of numbers, as far as its declaration tells. */
function mayHoldNumbers(source: Source, binding: Binding): boolean {
  const { declaration } = binding;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return true;
  const value = bare(declaration.initializer);
  if (ts.isLiteralExpression(value) || ts.isTemplateExpression(value) || ts.isBinaryExpression(value) || ts.isPrefixUnaryExpression(value))
    return false;
  return !ts.isNewExpression(value) && !ts.isObjectLiteralExpression(value) && textOf(source, value) !== '[]';
}

/** Whether a value is a list, as far as the text tells. */
function isList(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isArrayLiteralExpression(value)) return true;
  if (ts.isCallExpression(value)) return /(^Array\.from|\.(map|filter|slice|toSorted|flatMap))$/.test(textOf(source, value.expression));
  if (!ts.isIdentifier(value)) return false;
  const declaration = source.scopes.bindingOf(value)?.declaration;
  return (
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    isList(source, declaration.initializer)
  );
}

import type TS from 'typescript';
import { bare, contains, functionOf, walk } from '../../syntax/locate.ts';
import { globalName } from '../../syntax/modules.ts';
import { isFunctionLike, type Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/**
 * A variable that the rounds of a loop fill, none of which looks at it: each chunk of rounds fills one of its own, and they are put together
 * in the order of the rounds, so that the outcome is the same to the last bit.
 */
export interface Accumulator {
  binding: Binding;
  kind: 'list' | 'set' | 'map' | 'tally' | 'text' | 'count' | 'bits' | 'extreme' | 'flag' | 'terms' | 'store';
  /** The statements that fill it. */
  sites: Site[];
  /** `|=`, `+=`, `Math.max`, `>`: how two parts are put together. */
  operator: string;
  /** For an `extreme` that is found by a condition: what is kept together with it. */
  along: Binding[];
  /** For a `flag`: what it is set to. */
  value: string;
  /** Why a person should look at the result. */
  review: string[];
}

/** One statement of the body that fills an accumulator. */
export interface Site {
  /** The whole of it: nothing else in it touches the accumulator. */
  node: TS.Expression | TS.IfStatement;
  /** What is evaluated there, in order. */
  operands: TS.Expression[];
}

interface Found {
  binding: Binding;
  kind: Accumulator['kind'];
  operator: string;
  site: Site;
  along: Binding[];
  value: string;
  /** Whether parts may be added up: null where the operation is exact in any order, else what is supposed. */
  supposed: 'integers' | 'bounded' | null;
}

/**
 * What the rounds of a loop fill, or a sentence that says what ties them together. `written` are the variables from outside that the body
 * changes in any way.
 */
export function accumulatorsOf(source: Source, loop: TS.Node, body: TS.Statement, written: Iterable<Binding>): Accumulator[] | string {
  const sites: Found[] = [];
  const visit = (node: TS.Node): void => {
    if (isFunctionLike(node)) return;
    const found = siteAt(source, node);
    if (found !== null && !contains(body, found.binding.identifier)) {
      sites.push(found);
      for (const operand of found.site.operands) visit(operand);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  const accumulators: Accumulator[] = [];
  const along = new Set(sites.flatMap((one) => one.along));
  for (const binding of written) {
    if (along.has(binding)) continue;
    const own = sites.filter((one) => one.binding === binding);
    const made = combine(source, loop, body, binding, own);
    if (typeof made === 'string') return made;
    accumulators.push(made);
  }
  for (const binding of along) {
    const others = strayReferences(body, binding, sites);
    if (others !== undefined || sites.filter((one) => one.along.includes(binding)).length !== 1)
      return tied(source, loop, binding, others ?? binding.identifier);
  }
  return accumulators.sort((a, b) => a.sites[0]!.node.pos - b.sites[0]!.node.pos);
}

function combine(source: Source, loop: TS.Node, body: TS.Statement, binding: Binding, own: Found[]): Accumulator | string {
  const stray = strayReferences(body, binding, own);
  if (stray !== undefined) return tied(source, loop, binding, stray);
  const [first] = own;
  if (first === undefined) return tied(source, loop, binding, binding.identifier);
  const line = lineOf(source, first.site.node.getStart(source.ast));
  const review: string[] = [];
  let kind = first.kind;
  const mixed = own.find(
    (one) =>
      one.kind !== kind || one.operator !== first.operator || one.value !== first.value || one.along.length > 0 !== first.along.length > 0,
  );
  if (mixed !== undefined || (first.along.length > 0 && own.length > 1))
    return `The rounds of the loop in line ${lineOf(source, loop.getStart(source.ast))} change \`${binding.name}\` in more than one way (lines ${line} and ${lineOf(source, (mixed ?? own[1]!).site.node.getStart(source.ast))}): give each a variable of its own.`;
  if (kind === 'count') {
    const start = startOf(source, binding);
    if (first.operator === '+=' && start === 'text') kind = 'text';
    else if (start !== 'integer' || own.some((one) => one.supposed === null)) kind = 'terms';
    else if (own.some((one) => one.supposed === 'bounded'))
      review.push(`\`${binding.name}\` is added up in parts (line ${line}), which is exact as long as it stays below 2^53`);
  }
  if (kind === 'bits' && startOf(source, binding) !== 'integer') kind = 'terms';
  if (kind === 'extreme' && !['integer', 'number'].includes(startOf(source, binding)))
    return `${tied(source, loop, binding, first.site.node)} Let it begin with a number, as \`-Infinity\`.`;
  if (kind === 'flag' && startOf(source, binding) !== 'flag') return tied(source, loop, binding, first.site.node);
  const stored = kind === 'store' ? own.find((one) => isInInnerLoop(one.site.node, body)) : undefined;
  if (stored !== undefined)
    return `Line ${lineOf(source, stored.site.node.getStart(source.ast))} stores into \`${binding.name}\` in an inner loop, and the text doesn't tell that each round of the loop in line ${lineOf(source, loop.getStart(source.ast))} has a part of its own there: fill a row in each round, and keep the rows.`;
  if (kind === 'terms' || kind === 'extreme') {
    if (kind === 'terms' && !/^(\+|-|\*|\/|%|\*\*|&|\||\^|<<|>>|>>>)=$/.test(first.operator))
      return tied(source, loop, binding, first.site.node);
    const nested = kind === 'terms' ? own.find((one) => isInInnerLoop(one.site.node, body)) : undefined;
    if (nested !== undefined)
      return `Line ${line} adds to \`${binding.name}\` in an inner loop, and floating-point sums depend on their order: sum each round of the loop in line ${lineOf(source, loop.getStart(source.ast))} in a variable of its own, and add that.`;
    if (kind === 'terms' && !isHeavy(source, body))
      return `Line ${line} changes \`${binding.name}\` with \`${first.operator}\` in each short round of the loop in line ${lineOf(source, loop.getStart(source.ast))}, and floating-point results depend on their order: to send each term back would take longer than to compute it.`;
  }
  return { binding, kind, sites: own.map((one) => one.site), operator: first.operator, along: first.along, value: first.value, review };
}

function tied(source: Source, loop: TS.Node, binding: Binding, at: TS.Node): string {
  const line = lineOf(source, at.getStart(source.ast));
  return `The rounds of the loop in line ${lineOf(source, loop.getStart(source.ast))} can't run on several cores: each changes \`${binding.name}\`${at === binding.identifier ? '' : ` (line ${line})`}, which the next one may look at.`;
}

/** A reference inside the body that is not one of the sites' own. */
function strayReferences(body: TS.Node, binding: Binding, own: readonly Found[]): TS.Node | undefined {
  return binding.references.find(
    ({ identifier }) =>
      contains(body, identifier) &&
      !own.some(({ site }) => contains(site.node, identifier) && !site.operands.some((operand) => contains(operand, identifier))),
  )?.identifier;
}

/** Whether one round takes long enough for each to be sent back: it has a loop of its own, or calls a function that is not built in. */
export function isHeavy(source: Source, body: TS.Node): boolean {
  let heavy = false;
  walk(body, (node) => {
    if (node !== body && ts.isIterationStatement(node, false)) heavy = true;
    if (!ts.isCallExpression(node)) return;
    const callee = bare(node.expression);
    if (ts.isIdentifier(callee) && source.scopes.bindingOf(callee) !== null) heavy = true;
    if (
      node.arguments.some((one) => isFunctionLike(bare(one)) || (ts.isIdentifier(one) && functionOf(source.scopes.bindingOf(one)) !== null))
    )
      heavy = true;
  });
  return heavy;
}

export function isInInnerLoop(node: TS.Node, body: TS.Node): boolean {
  for (let current = node.parent; current !== body && current !== body.parent; current = current.parent)
    if (ts.isIterationStatement(current, false) || isFunctionLike(current)) return true;
  return false;
}

/** What a variable holds before the loop, as its declaration says and no other assignment contradicts. */
export function startOf(source: Source, binding: Binding): 'integer' | 'number' | 'text' | 'flag' | 'other' {
  const { declaration } = binding;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return 'other';
  const kind = literalKind(declaration.initializer);
  if (kind === 'unseen') return 'other';
  for (const { identifier, writes } of binding.references) {
    const { parent } = identifier;
    if (!writes || ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent)) continue;
    if (!ts.isBinaryExpression(parent) || parent.left !== identifier) return 'other';
    const operator = parent.operatorToken.getText(source.ast);
    const assigned = bare(parent.right);
    if (operator === '=') {
      const isOwnStep =
        /^Math\.(max|min)\(/.test(textOf(source, assigned)) ||
        (ts.isBinaryExpression(assigned) && variable(source, assigned.left) === binding);
      const isNumber = ['integer', 'number'].includes(kind);
      // `max = x` under a condition is how an extreme is found.
      const isFound = isNumber && ts.findAncestor(parent, ts.isIfStatement) !== undefined && literalKind(assigned) === 'unseen';
      if (!isOwnStep && !isFound && literalKind(assigned) !== kind) return 'other';
      if (isFound && kind === 'integer') return 'number';
    } else if (kind === 'integer' && !/^[&|^]=$/.test(operator) && (!/^[-+]=$/.test(operator) || integerNature(source, assigned) === null))
      return 'other';
    else if (kind === 'flag' && operator !== '||=') return 'other';
  }
  return kind;
}

function literalKind(expression: TS.Expression): 'integer' | 'number' | 'text' | 'flag' | 'unseen' {
  let value = bare(expression);
  if (ts.isPrefixUnaryExpression(value) && (value.operator === ts.SyntaxKind.MinusToken || value.operator === ts.SyntaxKind.PlusToken))
    value = bare(value.operand);
  if (ts.isNumericLiteral(value)) return Number.isInteger(Number(value.text.replaceAll('_', ''))) ? 'integer' : 'number';
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return 'text';
  if (value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword) return 'flag';
  if (/^(Infinity|Number\.(MAX|MIN)(_SAFE_INTEGER|_VALUE)|Number\.(POSITIVE|NEGATIVE)_INFINITY)$/.test(value.getText())) return 'number';
  return 'unseen';
}

function siteAt(source: Source, node: TS.Node): Found | null {
  if (ts.isIfStatement(node)) return extremeByCondition(source, node);
  if (!ts.isExpressionStatement(node)) return null;
  const expression = bare(node.expression);
  const make = (binding: Binding, kind: Found['kind'], operator: string, operands: TS.Expression[], more: Partial<Found> = {}): Found => ({
    binding,
    kind,
    operator,
    site: { node: node.expression, operands },
    along: [],
    value: '',
    supposed: null,
    ...more,
  });
  if (ts.isCallExpression(expression)) return fillingCall(source, expression, make);
  if (ts.isPostfixUnaryExpression(expression) || ts.isPrefixUnaryExpression(expression)) {
    const binding = variable(source, expression.operand);
    const step =
      expression.operator === ts.SyntaxKind.PlusPlusToken ? '+=' : expression.operator === ts.SyntaxKind.MinusMinusToken ? '-=' : null;
    return binding === null || step === null ? null : make(binding, 'count', step, [], { supposed: 'integers' });
  }
  if (!ts.isBinaryExpression(expression)) return null;
  const operator = expression.operatorToken.getText(source.ast);
  const { left, right } = expression;
  const target = bare(left);
  if (ts.isElementAccessExpression(target)) return elementSite(source, target, operator, right, make);
  const binding = variable(source, target);
  if (binding === null) return null;
  if (/^[&|^]=$/.test(operator)) return make(binding, 'bits', operator, [right]);
  if (operator === '+=' || operator === '-=') return make(binding, 'count', operator, [right], { supposed: integerNature(source, right) });
  if (/^(\*|\/|%|\*\*|<<|>>|>>>)=$/.test(operator)) return make(binding, 'terms', operator, [right]);
  if (operator === '||=' && isBoolean(right)) return make(binding, 'flag', operator, [right], { value: 'true' });
  if (operator !== '=') return null;
  const assigned = bare(right);
  if (assigned.kind === ts.SyntaxKind.TrueKeyword || assigned.kind === ts.SyntaxKind.FalseKeyword)
    return make(binding, 'flag', operator, [], { value: textOf(source, assigned) });
  if (ts.isCallExpression(assigned)) {
    const name = globalName(source, assigned.expression);
    const [a, b] = assigned.arguments;
    if ((name === 'Math.max' || name === 'Math.min') && assigned.arguments.length === 2 && a !== undefined && b !== undefined) {
      const other = variable(source, a) === binding ? b : variable(source, b) === binding ? a : null;
      if (other !== null) return make(binding, 'extreme', name, [other]);
    }
  }
  // `sum = sum + x`
  if (ts.isBinaryExpression(assigned) && variable(source, assigned.left) === binding) {
    const inner = assigned.operatorToken.getText(source.ast);
    if (/^[&|^]$/.test(inner)) return make(binding, 'bits', `${inner}=`, [assigned.right]);
    if (inner === '+' || inner === '-')
      return make(binding, 'count', `${inner}=`, [assigned.right], { supposed: integerNature(source, assigned.right) });
  }
  return null;
}

type Make = (binding: Binding, kind: Found['kind'], operator: string, operands: TS.Expression[], more?: Partial<Found>) => Found;

/** `list.push(x)`, `set.add(x)`, `map.set(key, x)`, `map.set(key, (map.get(key) ?? 0) + 1)`. */
function fillingCall(source: Source, call: TS.CallExpression, make: Make): Found | null {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken !== undefined) return null;
  const binding = variable(source, callee.expression);
  if (binding === null) return null;
  const [key, value] = call.arguments;
  const spreads = call.arguments.some(ts.isSpreadElement);
  const made = constructorOf(binding);
  if (callee.name.text === 'push' && made !== 'Map' && made !== 'Set')
    return make(
      binding,
      'list',
      'push',
      call.arguments.map((one) => (ts.isSpreadElement(one) ? one.expression : one)),
    );
  if (callee.name.text === 'add' && made === 'Set' && call.arguments.length === 1 && !spreads) return make(binding, 'set', 'add', [key!]);
  if (callee.name.text !== 'set' || made !== 'Map' || call.arguments.length !== 2 || spreads) return null;
  const counted = tallyStep(source, value!, binding, (read) =>
    ts.isCallExpression(read) &&
    ts.isPropertyAccessExpression(read.expression) &&
    read.expression.name.text === 'get' &&
    variable(source, read.expression.expression) === binding &&
    read.arguments.length === 1
      ? read.arguments[0]!
      : null,
  );
  if (counted !== null && textOf(source, counted.key) === textOf(source, key!) && isPure(key!))
    return make(binding, 'tally', 'map', [key!, counted.step]);
  return make(binding, 'map', 'set', [key!, value!]);
}

/** `table[key] = x`, `table[key] = (table[key] ?? 0) + 1`, `table[key] += 1` is not one of them: it reads what may be there. */
function elementSite(source: Source, target: TS.ElementAccessExpression, operator: string, right: TS.Expression, make: Make): Found | null {
  const binding = variable(source, target.expression);
  if (binding === null || operator !== '=') return null;
  const counted = tallyStep(source, right, binding, (read) =>
    ts.isElementAccessExpression(read) && variable(source, read.expression) === binding ? read.argumentExpression : null,
  );
  if (counted !== null && textOf(source, counted.key) === textOf(source, target.argumentExpression) && isPure(counted.key))
    return make(binding, 'tally', 'object', [target.argumentExpression, counted.step]);
  return make(binding, 'store', '=', [target.argumentExpression, right]);
}

/** `(READ ?? 0) + 1`, with a whole number as a literal. */
function tallyStep(
  source: Source,
  expression: TS.Expression,
  binding: Binding,
  keyOf: (read: TS.Expression) => TS.Expression | null,
): { key: TS.Expression; step: TS.Expression } | null {
  const value = bare(expression);
  if (!ts.isBinaryExpression(value) || value.operatorToken.kind !== ts.SyntaxKind.PlusToken || literalKind(value.right) !== 'integer')
    return null;
  const read = bare(value.left);
  if (!ts.isBinaryExpression(read) || !['??', '||'].includes(read.operatorToken.getText(source.ast)) || textOf(source, read.right) !== '0')
    return null;
  const key = keyOf(bare(read.left));
  return key === null ? null : { key, step: value.right };
}

/** `if (x > max) max = x;`, and what is kept along with it: `{ max = x; best = item; }`. */
function extremeByCondition(source: Source, node: TS.IfStatement): Found | null {
  const condition = bare(node.expression);
  if (node.elseStatement !== undefined || !ts.isBinaryExpression(condition)) return null;
  const compared = condition.operatorToken.getText(source.ast);
  if (!/^[<>]=?$/.test(compared)) return null;
  const statements = ts.isBlock(node.thenStatement) ? [...node.thenStatement.statements] : [node.thenStatement];
  const assignments = statements.map((one) => {
    const expression = ts.isExpressionStatement(one) ? bare(one.expression) : null;
    if (expression === null || !ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
      return null;
    const binding = variable(source, expression.left);
    return binding === null ? null : { binding, value: expression.right };
  });
  if (assignments.length === 0 || assignments.some((one) => one === null)) return null;
  for (const [kept, candidate, operator] of [
    [condition.right, condition.left, compared],
    [condition.left, condition.right, compared.startsWith('<') ? compared.replace('<', '>') : compared.replace('>', '<')],
  ] as const) {
    const binding = variable(source, kept);
    const own = assignments.filter((one) => one!.binding === binding);
    if (binding === null || own.length !== 1 || textOf(source, own[0]!.value) !== textOf(source, candidate) || !isPure(candidate)) continue;
    const others = assignments.filter((one) => one!.binding !== binding);
    const along = others.map((one) => one!.binding);
    if (new Set(along).size !== along.length) continue;
    return {
      binding,
      kind: 'extreme',
      operator,
      site: { node, operands: [candidate, ...others.map((one) => one!.value)] },
      along,
      value: '',
      supposed: null,
    };
  }
  return null;
}

/** The variable that an expression names. */
function variable(source: Source, expression: TS.Expression): Binding | null {
  const value = bare(expression);
  return ts.isIdentifier(value) ? source.scopes.bindingOf(value) : null;
}

export function constructorOf(binding: Binding): string | null {
  const { declaration } = binding;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined || binding.kind !== 'const') return null;
  const value = bare(declaration.initializer);
  return ts.isNewExpression(value) && ts.isIdentifier(value.expression) ? value.expression.text : null;
}

/** Whether an expression says the same when it is evaluated twice, and changes nothing. */
function isPure(expression: TS.Expression): boolean {
  let pure = true;
  walk(expression, (node) => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node) || ts.isPostfixUnaryExpression(node))
      pure = false;
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.getText().endsWith('=') &&
      !/^(===?|!==?|[<>]=)$/.test(node.operatorToken.getText())
    )
      pure = false;
  });
  return pure;
}

function isBoolean(expression: TS.Expression): boolean {
  const value = bare(expression);
  if (value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword) return true;
  if (ts.isPrefixUnaryExpression(value)) return value.operator === ts.SyntaxKind.ExclamationToken;
  if (ts.isBinaryExpression(value)) {
    const operator = value.operatorToken.getText();
    return (
      /^(===?|!==?|[<>]=?|in|instanceof)$/.test(operator) ||
      (/^(&&|\|\|)$/.test(operator) && isBoolean(value.left) && isBoolean(value.right))
    );
  }
  return (
    ts.isCallExpression(value) &&
    ts.isPropertyAccessExpression(value.expression) &&
    /^(includes|startsWith|endsWith|has|some|every|test)$/.test(value.expression.name.text)
  );
}

/** Whether sums of an expression's values are sums of whole numbers: `integers` for literals, of which no loop adds up 2^53; `bounded` for others. */
function integerNature(source: Source, expression: TS.Expression): Found['supposed'] {
  const value = bare(expression);
  if (literalKind(value) === 'integer') return 'integers';
  if (ts.isConditionalExpression(value)) {
    const both = [integerNature(source, value.whenTrue), integerNature(source, value.whenFalse)];
    return both.includes(null) ? null : both.includes('bounded') ? 'bounded' : 'integers';
  }
  if (ts.isPropertyAccessExpression(value) && (value.name.text === 'length' || value.name.text === 'size')) return 'bounded';
  if (ts.isBinaryExpression(value) && /^([&|^]|<<|>>>?)$/.test(value.operatorToken.getText(source.ast))) return 'bounded';
  if (ts.isBinaryExpression(value) && /^[-+*]$/.test(value.operatorToken.getText(source.ast)))
    return integerNature(source, value.left) !== null && integerNature(source, value.right) !== null ? 'bounded' : null;
  if (ts.isCallExpression(value)) {
    const name = globalName(source, value.expression) ?? '';
    if (/^Math\.(imul|clz32)$/.test(name)) return 'bounded';
    if (
      ts.isPropertyAccessExpression(value.expression) &&
      /^(charCodeAt|codePointAt|indexOf|lastIndexOf)$/.test(value.expression.name.text)
    )
      return 'bounded';
  }
  return null;
}

import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { globalName, importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { usesOfValue } from '../../syntax/value-uses.ts';
import { jsonClone } from './json-clones.ts';
import { Refusal } from '../text/refusal.ts';

/** An expression that makes something which could be made once, where what it is made from doesn't change. */
export interface Maker {
  expression: TS.Expression;
  /** What it makes, in a sentence: `a regular expression`. */
  words: string;
  /** What to call it. */
  name: string;
  /** What it is made from. */
  inputs: readonly TS.Expression[];
  /** How it is made, where not by the expression itself: `new Intl.Collator('de')`, and what then takes the expression's place. */
  rewritten: { made: string; use: (name: string) => string } | null;
  /** The least share of the time of its lines that is saved, 0 to 1. */
  least: number;
  /** One of them may take long to make: a few would do to explain the time. */
  large: boolean;
  /** What a person should look at. */
  review: string[];
  /** Throws where all rounds can't share one. */
  refuseShared: () => void;
}

/** Beside making it, the lines use it. */
const MOSTLY_MADE = 0.5;
/** V8 keeps what it compiled of a pattern by its text: making it anew was measured to be 40 % of making and testing it (bench/gain). */
const CACHED_PATTERN = 0.2;

const COMPILERS = new Map([
  ['handlebars', /^(pre)?compile$/],
  ['lodash', /^template$/],
  ['underscore', /^template$/],
  ['lodash.template', /^$/],
  ['ejs', /^compile$/],
  ['pug', /^compile$/],
  ['nunjucks', /^compile$/],
  ['dot', /^(template|compile)$/],
  ['mustache', /^parse$/],
  ['ajv', /^compile$/],
]);

/** The maker that an expression is; null for all others. */
export function makerOf(source: Source, node: TS.Node): Maker | null {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return null;
  const inputs = node.arguments ?? [];
  if (inputs.some(ts.isSpreadElement)) return null;
  const global = globalName(source, node.expression);
  const maker = (words: string, name: string, more: Partial<Maker> = {}): Maker => ({
    expression: node,
    words,
    name,
    inputs,
    rewritten: null,
    least: MOSTLY_MADE,
    large: false,
    review: [],
    refuseShared: () => undefined,
    ...more,
  });
  if (global === 'RegExp' && inputs.length > 0)
    return maker('a regular expression', 'pattern', {
      least: CACHED_PATTERN,
      refuseShared: () => refuseLastIndex(source, node, inputs[1]),
    });
  if (global?.startsWith('Intl.') === true && /^Intl\.[A-Z]\w+$/.test(global))
    return maker(`an \`${global}\``, global === 'Intl.Collator' ? 'collator' : 'formatter');
  if (global === 'TextEncoder' && ts.isNewExpression(node)) return maker('a text encoder', 'encoder');
  if (global === 'TextDecoder' && ts.isNewExpression(node))
    return maker('a text decoder', 'decoder', { refuseShared: () => refuseStream(source, node) });
  // A copy through a text is avoid-json-clone's.
  if (global === 'JSON.parse' && inputs.length === 1 && jsonClone(source, node) === null)
    return maker('a value parsed from JSON', 'parsed', { large: true, refuseShared: () => refuseChanged(source, node, true) });
  if (global === 'Buffer.from') return maker('a buffer', 'bytes', { refuseShared: () => refuseChanged(source, node, false) });
  if (isCompiler(source, node)) {
    const validates = /\bajv\b/i.test(textOf(source, node.expression));
    return maker(validates ? 'a validator' : 'a template', validates ? 'validate' : 'template', {
      large: true,
      inputs: [...receiverOf(node), ...inputs],
    });
  }
  return sortedCopy(source, node, maker) ?? localised(source, node, maker);
}

type MakerOf = (words: string, name: string, more?: Partial<Maker>) => Maker;

/** `ajv` of `ajv.compile(schema)`. */
function receiverOf({ expression }: TS.CallExpression | TS.NewExpression): TS.Expression[] {
  return ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression) ? [expression.expression] : [];
}

/** `ajv.compile(schema)`, `Handlebars.compile(text)`, `_.template(text)`. */
function isCompiler(source: Source, node: TS.CallExpression | TS.NewExpression): boolean {
  if (!ts.isCallExpression(node)) return false;
  const imported = importedExpression(source, node.expression);
  if (imported !== null) return COMPILERS.get(imported.module)?.test(imported.name ?? '') ?? false;
  const callee = bare(node.expression);
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'compile' || !ts.isIdentifier(callee.expression)) return false;
  const binding = source.scopes.bindingOf(callee.expression);
  const declaration = binding?.declaration;
  if (binding?.kind !== 'const' || declaration === undefined || !ts.isVariableDeclaration(declaration)) return false;
  const made = declaration.initializer === undefined ? null : bare(declaration.initializer);
  return made !== null && ts.isNewExpression(made) && importedExpression(source, made.expression)?.module.startsWith('ajv') === true;
}

/** `[...list].sort(compare)`, `list.slice().sort(compare)`, `list.toSorted(compare)`. */
function sortedCopy(source: Source, node: TS.CallExpression | TS.NewExpression, maker: MakerOf): Maker | null {
  const callee = node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(callee)) return null;
  const copied = bare(callee.expression);
  const list =
    callee.name.text === 'toSorted'
      ? copied
      : callee.name.text !== 'sort'
        ? null
        : ts.isArrayLiteralExpression(copied) && copied.elements.length === 1 && ts.isSpreadElement(copied.elements[0]!)
          ? copied.elements[0].expression
          : ts.isCallExpression(copied) &&
              copied.arguments.length === 0 &&
              ts.isPropertyAccessExpression(copied.expression) &&
              copied.expression.name.text === 'slice'
            ? copied.expression.expression
            : null;
  if (list === null) return null;
  return maker('a sorted copy', 'sorted', {
    inputs: [list, ...node.arguments],
    large: true,
    refuseShared: () => refuseChanged(source, node, false),
  });
}

const DATE_FIELD = /^(weekday|era|year|month|day|dateStyle)$/;
const TIME_FIELD = /^(hour|minute|second|dayPeriod|fractionalSecondDigits|timeStyle)$/;

/** `date.toLocaleDateString(locale, options)` and `a.localeCompare(b, locale)`, which make a formatter or a collator inside. */
function localised(source: Source, node: TS.CallExpression | TS.NewExpression, maker: MakerOf): Maker | null {
  const callee = node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(callee) || callee.questionDotToken !== undefined) return null;
  const line = lineOf(source, callee.name.getStart(source.ast));
  const receiver = textOf(source, bare(callee.expression));
  const method = callee.name.text;
  const [first, ...rest] = node.arguments;
  if (method === 'localeCompare' && first !== undefined && rest.length > 0) {
    const made = `new Intl.Collator(${rest.map((one) => textOf(source, one)).join(', ')})`;
    return maker('a collator', 'collator', {
      inputs: rest,
      rewritten: { made, use: (name) => `${name}.compare(${receiver}, ${textOf(source, first)})` },
      review: [`\`${receiver}\` in line ${line} is taken for a text`],
    });
  }
  if (method !== 'toLocaleDateString' && method !== 'toLocaleTimeString' && method !== 'toLocaleString') return null;
  const [locale, options] = node.arguments;
  const literal = options === undefined ? null : bare(options);
  const fields =
    literal === null
      ? []
      : ts.isObjectLiteralExpression(literal)
        ? literal.properties.map((one) => (one.name !== undefined && ts.isIdentifier(one.name) ? one.name.text : '…'))
        : ['…'];
  const use = (name: string): string => `${name}.format(${receiver})`;
  const localeText = locale === undefined ? 'undefined' : textOf(source, locale);
  const given = [...(locale === undefined ? [] : [localeText]), ...(options === undefined ? [] : [textOf(source, options)])].join(', ');
  const wrong = (why: string): Maker => maker('a formatter', 'formatter', { refuseShared: () => void refuse(`In line ${line} ${why}.`) });
  if (method === 'toLocaleString' && !isNumber(source, callee.expression))
    return wrong(
      `it can't be told whether \`${receiver}\` is a number or a date: make an \`Intl.NumberFormat\` or \`Intl.DateTimeFormat\` before the loop and use its \`format\``,
    );
  const hasFields = fields.some((field) => (method === 'toLocaleDateString' ? DATE_FIELD : TIME_FIELD).test(field));
  if (method !== 'toLocaleString' && options !== undefined && (!hasFields || fields.includes('…')))
    return wrong(`\`${method}\` adds to the options that it is given: make an \`Intl.DateTimeFormat\` with all of them before the loop`);
  const made =
    method === 'toLocaleString'
      ? `new Intl.NumberFormat(${given})`
      : method === 'toLocaleTimeString' && options === undefined
        ? `new Intl.DateTimeFormat(${localeText}, { hour: 'numeric', minute: 'numeric', second: 'numeric' })`.replaceAll("'", source.quote)
        : `new Intl.DateTimeFormat(${given})`;
  const review =
    method === 'toLocaleString' ? [] : [`\`${receiver}\` in line ${line} is taken for a valid date: \`format\` throws for an invalid one`];
  return maker('a formatter', 'formatter', { rewritten: { made, use }, review });
}

/** Whether an expression can be nothing but a number. */
function isNumber(source: Source, expression: TS.Expression): boolean {
  const value = bare(expression);
  if (ts.isNumericLiteral(value)) return true;
  if (ts.isBinaryExpression(value))
    return [ts.SyntaxKind.MinusToken, ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.SlashToken, ts.SyntaxKind.PercentToken].includes(
      value.operatorToken.kind,
    );
  if (ts.isCallExpression(value)) return /^(Number|parseInt|parseFloat|Math\.\w+)$/.test(globalName(source, value.expression) ?? '');
  if (ts.isIdentifier(value)) {
    const declaration = source.scopes.bindingOf(value)?.declaration;
    return (
      declaration !== undefined &&
      (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) &&
      (declaration.type?.kind === ts.SyntaxKind.NumberKeyword ||
        (ts.isVariableDeclaration(declaration) &&
          source.scopes.bindingOf(value)?.kind === 'const' &&
          declaration.initializer !== undefined &&
          isNumber(source, declaration.initializer)))
    );
  }
  return false;
}

function refuse(sentence: string): never {
  throw new Refusal(sentence);
}

/** Where a value is used: the expressions at the end of the variables that it is given to. */
function placesOf(source: Source, made: TS.Expression): TS.Expression[] {
  let current: TS.Expression = made;
  while (ts.isParenthesizedExpression(current.parent) || ts.isAsExpression(current.parent)) current = current.parent;
  const { parent } = current;
  if (ts.isVariableDeclaration(parent) && parent.initializer === current && ts.isIdentifier(parent.name))
    return source.scopes.bindingOf(parent.name)?.references.map(({ identifier }) => identifier) ?? [];
  return [current];
}

/** An expression with the flag `g` remembers where it stopped, as long as `test` or `exec` is asked; with `y` always. */
function refuseLastIndex(source: Source, made: TS.Expression, flags: TS.Expression | undefined): void {
  if (flags === undefined) return;
  const line = lineOf(source, made.getStart(source.ast));
  const value = bare(flags);
  if (!ts.isStringLiteralLike(value))
    refuse(
      `The flags of the regular expression in line ${line} can't be told from the text: with \`g\` or \`y\` each round may need its own \`lastIndex\`.`,
    );
  if (value.text.includes('y'))
    refuse(`The regular expression in line ${line} has the flag \`y\`: its \`lastIndex\` would be carried from round to round.`);
  if (!value.text.includes('g')) return;
  for (const place of placesOf(source, made)) {
    const { parent } = place;
    const resets =
      ts.isCallExpression(parent) &&
      parent.arguments[0] === place &&
      ts.isPropertyAccessExpression(parent.expression) &&
      /^(replace|replaceAll|match|matchAll|split|search)$/.test(parent.expression.name.text);
    if (!resets)
      refuse(
        `The regular expression in line ${line} has the flag \`g\` and is used in line ${lineOf(source, place.getStart(source.ast))} by what may leave a \`lastIndex\` for the next round: set it to 0 there, or leave out the \`g\`.`,
      );
  }
}

function refuseStream(source: Source, made: TS.Expression): void {
  for (const place of placesOf(source, made)) {
    const { parent } = place;
    const whole =
      ts.isPropertyAccessExpression(parent) &&
      ts.isCallExpression(parent.parent) &&
      parent.name.text === 'decode' &&
      parent.parent.arguments.length < 2;
    if (!whole)
      refuse(
        `The text decoder in line ${lineOf(source, made.getStart(source.ast))} may hold the beginning of a character for the next piece: it can't be shared.`,
      );
  }
}

function refuseChanged(source: Source, made: TS.Expression, parts: boolean): void {
  const [use] = usesOfValue(source, made, { parts });
  if (use !== undefined)
    refuse(`What is made in line ${lineOf(source, made.getStart(source.ast))} ${use.words}: each round needs one of its own.`);
}

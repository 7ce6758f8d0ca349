import type TS from 'typescript';
import { changesFirstArgument, isChangingMethod, isReadingMethod, natureOfGlobal, natureOfImport } from './known-calls.ts';
import { bare, contains, functionOf, type FunctionNode } from './locate.ts';
import { globalName, importedExpression } from './modules.ts';
import { isFunctionLike, isWritten, type Binding } from './scopes.ts';
import { textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';

/** What a piece of code does to what was there before it ran, functions of the project that it calls by their names included. */
export interface Effects {
  /** Bindings declared outside that it looks at. */
  reads: Set<Binding>;
  /** Bindings declared outside that it assigns, or whose value it changes (`list.push`, `table[key] =`). */
  writes: Set<Binding>;
  /** Those of `writes` whose value is changed, rather than replaced. */
  changes: Set<Binding>;
  /** What it prints with: `console.log`. */
  prints: string | null;
  /** Calls that change something outside the program (`fs.writeFile`). */
  outside: Set<string>;
  /** Calls of which nothing is known: `client.get`. */
  unknown: Set<string>;
  usesThis: boolean;
  writesThis: boolean;
}

export interface EffectOptions {
  /** Parts to leave out. */
  skip?: ReadonlySet<TS.Node>;
  /** Bindings that count as the piece's own, such as the variable of the loop it is the body of. */
  own?: ReadonlySet<Binding>;
}

/** Calls are followed through so many files, and into so many functions of other files; what lies beyond is unknown. */
const MOST_FILES_DEEP = 6;
const MOST_FOREIGN = 100;

/** Functions of other files that were followed from one piece of code: what each does, null while that is found out. */
interface Crossing {
  known: Map<FunctionNode, ForeignEffects | null>;
  depth: number;
}

interface ForeignEffects {
  effects: Effects;
  /** Positions of the parameters whose values it changes. */
  changed: number[];
}

/** What `nodes` do, taken together. */
export function effectsOf(source: Source, nodes: readonly TS.Node[], options: EffectOptions = {}): Effects {
  return effectsWithin(source, nodes, options, { known: new Map(), depth: 0 }).effects;
}

function effectsWithin(
  source: Source,
  nodes: readonly TS.Node[],
  { skip = new Set(), own = new Set() }: EffectOptions,
  crossing: Crossing,
): ForeignEffects {
  const reads = new Set<Binding>();
  const writes = new Set<Binding>();
  const changes = new Set<Binding>();
  const outside = new Set<string>();
  const unknown = new Set<string>();
  const effects: Effects = { reads, writes, changes, prints: null, outside, unknown, usesThis: false, writesThis: false };
  const regions: TS.Node[] = [...nodes];
  /** Visited functions, with the positions of the parameters whose values they change. */
  const visited = new Map<FunctionNode, Set<number>>();

  const isOwn = (binding: Binding): boolean =>
    own.has(binding) ||
    regions.some(
      (region) =>
        region.getSourceFile() === binding.identifier.getSourceFile() &&
        contains(region, binding.identifier) &&
        (binding.kind !== 'var' || binding.references.every((one) => contains(region, one.identifier))),
    );

  const changeValueOf = (expression: TS.Expression, seen: Set<Binding> = new Set()): void => {
    const root = rootOf(expression);
    if (root === 'this') {
      effects.writesThis = true;
      return;
    }
    if (root === null) {
      const maker = madeBy(expression);
      if (maker !== null) unknown.add(maker);
      return;
    }
    const binding = source.scopes.bindingOf(root);
    if (binding === null || seen.has(binding)) return;
    seen.add(binding);
    writes.add(binding);
    changes.add(binding);
    if (own.has(binding)) return;
    for (const origin of originsOf(binding)) changeValueOf(origin, seen);
  };

  /** The call that handed out a value, if it may have handed out the same one before. */
  const madeBy = (expression: TS.Expression): string | null => {
    const value = bare(ts.isAwaitExpression(expression) ? expression.expression : expression);
    if (!ts.isCallExpression(value)) return null;
    const callee = bare(value.expression);
    const imported = importedExpression(source, callee);
    if (globalName(source, callee) !== null || (imported !== null && natureOfImport(imported.module, imported.name) === 'reads'))
      return null;
    return ts.isPropertyAccessExpression(callee) && isReadingMethod(callee.name.text) ? null : textOf(source, callee);
  };

  const followFunction = (node: FunctionNode): Set<number> => {
    const known = visited.get(node);
    if (known !== undefined) return known;
    const changed = new Set<number>();
    visited.set(node, changed);
    // A function that the code itself is part of: its next call has variables of its own, but those around us are this call's.
    if (!nodes.some((one) => contains(node, one))) regions.push(node);
    const before = new Set(writes);
    ts.forEachChild(node, visit);
    node.parameters.forEach((parameter, index) => {
      for (const binding of bindingsOfPattern(source, parameter.name)) if (writes.has(binding) && !before.has(binding)) changed.add(index);
    });
    return changed;
  };

  /** A function of another file: whether it could be followed. */
  const followElsewhere = (call: TS.CallExpression): boolean => {
    const target = source.elsewhere(call.expression);
    if (target === null || target.source === source) return false;
    const { known, depth } = crossing;
    let foreign = known.get(target.node);
    if (foreign === undefined) {
      if (depth >= MOST_FILES_DEEP || known.size >= MOST_FOREIGN) return false;
      known.set(target.node, null);
      foreign = effectsWithin(target.source, [target.node], {}, { known, depth: depth + 1 });
      known.set(target.node, foreign);
    }
    // A call that leads back to what is being looked at adds nothing.
    if (foreign === null) return true;
    const { effects: other, changed } = foreign;
    for (const binding of other.reads) reads.add(binding);
    for (const binding of other.writes) writes.add(binding);
    for (const binding of other.changes) changes.add(binding);
    for (const words of other.outside) outside.add(words);
    for (const words of other.unknown) unknown.add(words);
    effects.prints ??= other.prints;
    for (const index of changed) {
      const argument = call.arguments[index];
      if (argument !== undefined) changeValueOf(argument);
    }
    return true;
  };

  const visitCall = (call: TS.CallExpression | TS.NewExpression): void => {
    const callee = bare(call.expression);
    const words = textOf(source, callee);
    if (isFunctionLike(callee)) return;
    const global = globalName(source, callee);
    if (global !== null) {
      const nature = global === 'fetch' ? fetchNature(call) : natureOfGlobal(global);
      note(nature, words);
      const [first] = call.arguments ?? [];
      if (changesFirstArgument(global) && first !== undefined) changeValueOf(first);
      return;
    }
    const imported = importedExpression(source, callee);
    if (imported !== null && (imported.name !== null || ts.isCallExpression(call))) {
      if (ts.isCallExpression(call) && followElsewhere(call)) return;
      note(natureOfImport(imported.module, imported.name), words);
      return;
    }
    if (ts.isIdentifier(callee)) {
      const target = functionOf(source.scopes.bindingOf(callee));
      if (target === null) {
        const binding = source.scopes.bindingOf(callee);
        if (binding?.kind !== 'parameter' || !isPromiseSettler(binding)) unknown.add(words);
        return;
      }
      const changed = followFunction(target);
      for (const index of changed) {
        const argument = call.arguments?.[index];
        if (argument !== undefined) changeValueOf(argument);
      }
      return;
    }
    if (ts.isPropertyAccessExpression(callee)) {
      const method = callee.name.text;
      if (isChangingMethod(method)) changeValueOf(callee.expression);
      else if (!isReadingMethod(method)) {
        unknown.add(words);
        // Called for nothing but its effect.
        if (ts.isExpressionStatement(call.parent)) changeValueOf(callee.expression);
      }
      return;
    }
    unknown.add(words);
  };

  const note = (nature: ReturnType<typeof natureOfGlobal>, words: string): void => {
    if (nature === 'prints') effects.prints ??= words;
    else if (nature === 'changes-outside') outside.add(words);
    else if (nature === 'unknown') unknown.add(words);
  };

  const visit = (node: TS.Node): void => {
    if (skip.has(node) || ts.isTypeNode(node)) return;
    if (node.kind === ts.SyntaxKind.ThisKeyword) effects.usesThis = true;
    else if (ts.isIdentifier(node)) {
      const binding = source.scopes.bindingOf(node);
      if (binding !== null && binding.identifier !== node) {
        if (isWritten(node)) writes.add(binding);
        if (!isPlainAssignmentTarget(node)) reads.add(binding);
        const callback = ts.isCallExpression(node.parent) && node.parent.expression !== node ? functionOf(binding) : null;
        if (callback !== null) followFunction(callback);
      }
    } else if ((ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && isWritten(node)) changeValueOf(node);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) visitCall(node);
    ts.forEachChild(node, visit);
  };
  nodes.forEach(visit);
  const changed = nodes.flatMap((node) =>
    isFunctionLike(node)
      ? node.parameters.flatMap(({ name }, index) => (bindingsOfPattern(source, name).some((one) => changes.has(one)) ? [index] : []))
      : [],
  );
  for (const set of [reads, writes, changes]) for (const binding of set) if (isOwn(binding)) set.delete(binding);
  return { effects, changed };
}

/** `fetch(url)` and `fetch(url, { method: 'GET' })` read; anything else may change what is on the other side. */
function fetchNature(call: TS.CallExpression | TS.NewExpression): 'reads' | 'changes-outside' | 'unknown' {
  const options = call.arguments?.[1];
  if (options === undefined) return 'reads';
  if (!ts.isObjectLiteralExpression(options)) return 'unknown';
  const method = options.properties.find((one) => one.name !== undefined && ts.isIdentifier(one.name) && one.name.text === 'method');
  if (method === undefined) return options.properties.some(ts.isSpreadAssignment) ? 'unknown' : 'reads';
  return ts.isPropertyAssignment(method) &&
    ts.isStringLiteralLike(method.initializer) &&
    /^(get|head|options)$/i.test(method.initializer.text)
    ? 'reads'
    : 'changes-outside';
}

/** The variable (or `this`) whose value an expression is part of: `a` for `a.b[c]`; null for values that are made on the spot. */
export function rootOf(expression: TS.Expression): TS.Identifier | 'this' | null {
  const value = bare(expression);
  if (ts.isIdentifier(value)) return value;
  if (value.kind === ts.SyntaxKind.ThisKeyword) return 'this';
  if (ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value)) return rootOf(value.expression);
  // `map.get(key).count = 1` changes what the map holds.
  if (
    ts.isCallExpression(value) &&
    ts.isPropertyAccessExpression(value.expression) &&
    ['get', 'at', 'find', 'pop', 'shift'].includes(value.expression.name.text)
  )
    return rootOf(value.expression.expression);
  return null;
}

/** Where the value of a variable comes from, as far as it may share it: `row` of `const row = table[i]` or of `for (const row of table)`. */
export function originsOf(binding: Binding): TS.Expression[] {
  let { declaration } = binding;
  while (ts.isBindingElement(declaration)) declaration = declaration.parent.parent;
  if (ts.isVariableDeclaration(declaration)) {
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop)) return [loop.expression];
    return declaration.initializer === undefined ? [] : alternativesOf(declaration.initializer);
  }
  if (ts.isParameter(declaration)) {
    const callback = declaration.parent;
    const call = callback.parent as TS.Node | undefined;
    if (
      call !== undefined &&
      ts.isCallExpression(call) &&
      call.arguments.includes(callback as TS.Expression) &&
      ts.isPropertyAccessExpression(call.expression)
    )
      return [call.expression.expression];
  }
  return [];
}

function alternativesOf(expression: TS.Expression): TS.Expression[] {
  const value = bare(expression);
  if (ts.isConditionalExpression(value)) return [...alternativesOf(value.whenTrue), ...alternativesOf(value.whenFalse)];
  if (ts.isBinaryExpression(value)) return [...alternativesOf(value.left), ...alternativesOf(value.right)];
  return [value];
}

/** `resolve` and `reject` of `new Promise((resolve, reject) => …)`. */
function isPromiseSettler(binding: Binding): boolean {
  const { declaration } = binding;
  if (!ts.isParameter(declaration)) return false;
  const creation = declaration.parent.parent as TS.Node | undefined;
  return (
    creation !== undefined && ts.isNewExpression(creation) && ts.isIdentifier(creation.expression) && creation.expression.text === 'Promise'
  );
}

function isPlainAssignmentTarget(node: TS.Identifier): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

export function bindingsOfPattern(source: Source, name: TS.BindingName): Binding[] {
  if (ts.isIdentifier(name)) {
    const binding = source.scopes.bindingOf(name);
    return binding === null ? [] : [binding];
  }
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingsOfPattern(source, element.name) : []));
}

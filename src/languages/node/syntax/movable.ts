import { dirname, join } from 'node:path';
import type TS from 'typescript';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { effectsOf } from './effects.ts';
import { isStatelessModule, natureOfGlobal, natureOfImport } from './known-calls.ts';
import { bare, contains, enclosingFunction, functionName, functionOf, walk, type FunctionNode } from './locate.ts';
import { globalName, importedAs, importedExpression } from './modules.ts';
import { isFunctionLike, isWritten, type Binding } from './scopes.ts';
import { lineOf, readSource, textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';
import { whyCallNotCloned, whyNameNotCloned } from './uncloneable.ts';

/** A function and what it needs, which may run in another thread as well as here. */
export interface Movable {
  /** Top-level statements that go along, in the order of the file. */
  statements: Set<TS.Statement>;
  /** Imported names that they use. */
  imports: Set<Binding>;
  /** Why a person should look at the result. */
  review: string[];
  /** Whether it moves to a process of its own, which has a working directory, an environment and native code for itself. */
  isolated?: boolean;
}

/** What moves with a function, or a sentence that names what keeps it where it is. */
export function movable(source: Source, node: FunctionNode, read: ReadSource, isolated = false): Movable | string {
  const name = functionName(node) ?? 'The function';
  const sorry = `${name} can't move to ${isolated ? 'a process of its own' : 'a worker'}:`;
  const own = ownReason(source, node, isolated);
  if (own !== null) return `${sorry} ${isolated ? own.replaceAll('worker', 'process') : own}`;
  const found: Movable = { statements: new Set(), imports: new Set(), review: [], isolated };
  const reason = takeAlong(source, node, found, read, new Set());
  if (reason !== null) return `${sorry} ${reason}`;
  const file = isolated ? null : whyMoreThanRead(source, [...found.statements]);
  if (file !== null) return `${sorry} ${file}`;
  const needed = isolated ? null : whyIsolated(source, found, read);
  if (needed?.includes('process.env') === true) return `${sorry} ${needed}.`;
  found.review.push(...classesThrown(source, [...found.statements], isolated ? 'process' : 'worker'));
  const zone = changedZone(source, [...found.statements], isolated);
  return zone === null ? found : `${sorry} ${zone}.`;
}

/** A piece of code that becomes a function of its own: what it takes along, and the variables around it whose values it is sent. */
export interface MovableCode extends Movable {
  sent: Set<Binding>;
}

/**
 * What a piece of a function (a loop's body) needs in another thread, or the end of a sentence that says what keeps it here. `own` are
 * variables that it is given anew there.
 */
export function movableCode(source: Source, nodes: readonly TS.Node[], own: ReadonlySet<Binding>, read: ReadSource): MovableCode | string {
  const found: MovableCode = { statements: new Set(), imports: new Set(), review: [], sent: new Set() };
  const visited = new Set<Binding>();
  const isInside = (binding: Binding): boolean => nodes.some((node) => contains(node, binding.identifier));
  const reasons: string[] = [];
  const look = (child: TS.Node): void => {
    if (ts.isMetaProperty(child)) found.review.push('`import.meta` stands for the new file there');
    if (reasons.length > 0 || !ts.isIdentifier(child)) return;
    const binding = source.scopes.bindingOf(child);
    const isKnown = binding !== null && (own.has(binding) || isInside(binding) || visited.has(binding));
    if (isKnown) return;
    if (binding !== null) visited.add(binding);
    const reason = binding === null ? globalReason(source, child, false) : takeOrSend(source, binding, found, read, visited);
    if (reason !== null) reasons.push(reason);
  };
  for (const node of nodes) walk(node, look);
  // What is sent is declared there with its type.
  for (const { declaration } of found.sent)
    if ((ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) && declaration.type !== undefined)
      walk(declaration.type, look);
  const file = whyMoreThanRead(source, [...nodes, ...found.statements]);
  if (reasons.length === 0 && file !== null) reasons.push(file);
  found.review.push(...classesThrown(source, [...nodes, ...found.statements], 'worker'));
  const zone = reasons.length > 0 ? null : changedZone(source, [...nodes, ...found.statements], false);
  return reasons[0] ?? (zone === null ? found : `${zone}.`);
}

function takeOrSend(source: Source, binding: Binding, found: MovableCode, read: ReadSource, visited: Set<Binding>): string | null {
  const { name } = binding;
  const atTop = binding.scope === source.scopes.root;
  const isVariable = ['const', 'let', 'var', 'parameter', 'catch'].includes(binding.kind) && importedAs(binding) === null;
  if (isVariable && functionOf(binding) === null) {
    const obstacle = whyNotSent(source, binding);
    if (obstacle === null) {
      found.sent.add(binding);
      return null;
    }
    // A table that holds functions may be made again in the other thread.
    const reason = atTop ? takeBinding(source, binding, found, read, visited) : obstacle;
    return reason === null ? null : `it uses \`${name}\`, ${obstacle}`;
  }
  if (!atTop)
    return binding.kind === 'type' || ts.isTypeParameterDeclaration(binding.declaration)
      ? `it uses the type \`${name}\` of the function around it.`
      : `it uses \`${name}\`, which is declared inside the function around it: move it to the file's top level.`;
  return takeBinding(source, binding, found, read, visited);
}

/** Why the value of a variable can't be copied to another thread, as far as its declaration tells. */
function whyNotSent(source: Source, binding: Binding): string | null {
  let { declaration } = binding;
  while (ts.isBindingElement(declaration)) declaration = declaration.parent.parent;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined || binding.declaration !== declaration) return null;
  if (isBuffer(source, declaration.initializer))
    return 'a Buffer, which arrives in a worker as a plain Uint8Array: make one of it that is named so, and use that.';
  return whyNotCloned(source, declaration.initializer);
}

/**
 * Why the value of an expression can't be copied, as the end of a sentence about it; null where nothing is seen that can't.
 * @param inner whether it is a part of another value, where a Buffer comes to another thread as a plain Uint8Array
 */
export function whyNotCloned(source: Source, expression: TS.Expression, depth = 0, inner = false): string | null {
  const value = bare(expression);
  const again = (one: TS.Expression, isPart = inner): string | null => whyNotCloned(source, one, depth + 1, isPart);
  const holds = (reason: string): string => (reason.startsWith('which') ? reason : `which holds ${reason}`);
  if (isFunctionLike(value) || ts.isClassExpression(value)) return "a function, which can't be copied.";
  if (inner && isBuffer(source, value)) return 'a Buffer, which comes to another thread as a plain Uint8Array there.';
  if (ts.isAwaitExpression(value)) return again(value.expression);
  if (ts.isNewExpression(value)) {
    const global = globalName(source, value.expression);
    if (global === null || !CLONED.has(global))
      return `an instance of \`${textOf(source, value.expression)}\`, which would lose its methods when it is copied.`;
    const reasons = (value.arguments ?? []).map((one) => again(one, /^(Map|Set|Array)$/.test(global)));
    // What an iterator hands out is in the new object.
    return reasons.find((one) => one !== null && !/^an? (iterator|generator)/.test(one)) ?? null;
  }
  if (ts.isPropertyAccessExpression(value)) {
    if (ts.isNewExpression(bare(value.expression))) return again(value.expression);
    return /^process\.std(in|out|err)$/.test(globalName(source, value) ?? '') ? "a stream, which can't be copied." : null;
  }
  if (ts.isObjectLiteralExpression(value)) {
    for (const property of value.properties) {
      if (ts.isMethodDeclaration(property) || ts.isAccessor(property))
        return `which holds the function \`${textOf(source, property.name)}\`: functions can't be copied.`;
      const part = ts.isPropertyAssignment(property)
        ? property.initializer
        : ts.isSpreadAssignment(property)
          ? property.expression
          : ts.isShorthandPropertyAssignment(property)
            ? property.name
            : null;
      const reason = part === null ? null : again(part, true);
      if (reason !== null) return holds(reason);
    }
  }
  if (ts.isArrayLiteralExpression(value)) {
    const reason = value.elements.map((one) => again(one, true)).find((one) => one !== null);
    return reason == null ? null : holds(reason);
  }
  if (ts.isConditionalExpression(value))
    return whyNotCloned(source, value.whenTrue, depth, inner) ?? whyNotCloned(source, value.whenFalse, depth, inner);
  if (ts.isCallExpression(value)) {
    const reason = whyCallNotCloned(source, value);
    if (reason !== null || !ts.isIdentifier(bare(value.expression)) || depth > 3) return reason;
    const called = functionOf(source.scopes.bindingOf(bare(value.expression) as TS.Identifier));
    if (called === null || called.asteriskToken !== undefined) return called === null ? null : "a generator, which can't be copied.";
    return (
      returnedBy(called)
        .map((one) => again(one))
        .find((one) => one !== null) ?? null
    );
  }
  if (ts.isIdentifier(value) && depth < 4) {
    const binding = source.scopes.bindingOf(value);
    if (binding !== null && functionOf(binding) !== null) return "a function, which can't be copied.";
    const reason = whyNameNotCloned(source, value);
    if (binding === null || reason !== null) return reason;
    const { declaration } = binding;
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined && binding.declaration === declaration)
      return again(declaration.initializer);
  }
  return null;
}

const CLONED = new Set(
  (
    'Array Object Map Set Date RegExp Error TypeError RangeError SyntaxError Boolean Number String ArrayBuffer SharedArrayBuffer DataView ' +
    'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array'
  ).split(' '),
);

/** Whether an expression makes a Buffer, which arrives in another thread as a plain Uint8Array. */
export function isBuffer(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (ts.isCallExpression(value)) {
    const global = globalName(source, value.expression);
    if (global !== null) return /^Buffer\.(from|alloc|allocUnsafe|concat|copyBytesFrom)$/.test(global);
    const words = textOf(source, value.expression);
    if (/\breadFileSync$/.test(words)) return value.arguments.length === 1;
    if (/\.digest$/.test(words)) return value.arguments.length === 0;
    if (/(^|\.)(\w*(flate|zip|ompress|nflate)\w*Sync|randomBytes|scryptSync|pbkdf2Sync)$/.test(words)) return true;
    return (
      ts.isPropertyAccessExpression(value.expression) &&
      /^(slice|subarray)$/.test(value.expression.name.text) &&
      isBuffer(source, value.expression.expression, depth + 1)
    );
  }
  if (!ts.isIdentifier(value) || depth > 4) return false;
  const declaration = source.scopes.bindingOf(value)?.declaration;
  return (
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    isBuffer(source, declaration.initializer, depth + 1)
  );
}

/** Whether a function's result is an array of numbers that it made itself, and that nobody else has: it may be handed over in place of being copied. */
export function returnsOwnTypedArray(source: Source, node: FunctionNode): boolean {
  const returned = returnedBy(node);
  return (
    returned.length > 0 &&
    returned.every((one) => {
      const value = bare(one);
      const declaration = ts.isIdentifier(value) ? source.scopes.bindingOf(value)?.declaration : undefined;
      const made =
        declaration !== undefined && ts.isVariableDeclaration(declaration) && contains(node, declaration)
          ? declaration.initializer
          : undefined;
      return made !== undefined && isNewTypedArray(source, made);
    })
  );
}

/** `new Float64Array(width * height)`: with bytes of its own. */
function isNewTypedArray(source: Source, expression: TS.Expression): boolean {
  const creation = bare(expression);
  if (!ts.isNewExpression(creation) || creation.arguments?.length !== 1) return false;
  const [length] = creation.arguments;
  const isLength =
    ts.isNumericLiteral(length!) ||
    ts.isBinaryExpression(length!) ||
    (ts.isPropertyAccessExpression(length!) && length.name.text === 'length');
  return isLength && /^(Big)?\w+\d+(Clamped)?Array$/.test(globalName(source, creation.expression) ?? '');
}

/**
 * The arguments of a call, by their number, that may be handed over in place of being copied: typed arrays that the round makes for the call, of which only
 * elements are set and read before it, and nothing is used after it.
 */
export function deadArguments(source: Source, call: TS.CallExpression): number[] {
  if (call.arguments.some(ts.isSpreadElement)) return [];
  const around = enclosingBlock(call);
  return call.arguments.flatMap((argument, index) => {
    const value = bare(argument);
    if (!ts.isIdentifier(value)) return isNewTypedArray(source, value) ? [index] : [];
    const binding = source.scopes.bindingOf(value);
    const declaration = binding?.declaration;
    if (binding?.kind !== 'const' || declaration === undefined || !ts.isVariableDeclaration(declaration)) return [];
    if (declaration.initializer === undefined || !isNewTypedArray(source, declaration.initializer)) return [];
    // Made in the same round, and not in one that has several calls.
    if (around === null || declaration.parent.parent.parent !== around) return [];
    const isDead = binding.references.every(({ identifier }) => {
      if (identifier === value || identifier === binding.identifier) return true;
      const { parent } = identifier;
      const isElement =
        (ts.isElementAccessExpression(parent) && parent.expression === identifier) ||
        (ts.isPropertyAccessExpression(parent) && parent.expression === identifier && parent.name.text === 'length');
      return isElement && identifier.end <= call.pos && enclosingFunction(identifier) === enclosingFunction(call);
    });
    return isDead ? [index] : [];
  });
}

/** The block that a call stands in, with no loop in between. */
function enclosingBlock(call: TS.Node): TS.Node | null {
  for (let current = call.parent; !ts.isSourceFile(current); current = current.parent) {
    if (ts.isBlock(current)) return current;
    if (ts.isIterationStatement(current, false) || isFunctionLike(current)) return null;
  }
  return null;
}

/** What to look at where moved code throws instances of classes of its own: their copies are plain errors. */
function classesThrown(source: Source, moved: readonly TS.Node[], where: 'worker' | 'process'): string[] {
  const found = new Map<string, string>();
  const look = (node: TS.Node): void => {
    if (!ts.isThrowStatement(node) || !ts.isNewExpression(bare(node.expression))) return;
    const made = (bare(node.expression) as TS.NewExpression).expression;
    const name = textOf(source, made);
    if (globalName(source, made) === null && !found.has(name))
      found.set(
        name,
        `\`${name}\`, thrown in line ${lineOf(source, node.getStart(source.ast))}, comes back from a ${where} as a plain Error: \`instanceof\` no longer knows it`,
      );
  };
  for (const node of moved) walk(node, look);
  return [...found.values()];
}

/** What a process has for itself, and threads share. */
const ISOLATED = /^process\.(chdir|umask|cwd|setuid|setgid|env)/;

/**
 * What of a function and all that moves with it asks for a process of its own: the end of a sentence about it. Null where a worker thread would do.
 */
export function whyIsolated(source: Source, { statements, imports }: Movable, read: ReadSource): string | null {
  let found: string | null = null;
  const note = (node: TS.Node, words: string): void => void (found ??= `line ${lineOf(source, node.getStart(source.ast))} ${words}`);
  for (const statement of statements)
    walk(statement, (node) => {
      if (ts.isCallExpression(node)) {
        const global = globalName(source, node.expression);
        if (global === 'process.chdir' || global === 'process.umask') note(node, `calls \`${global}\`, which worker threads can't`);
      }
      if (ts.isPropertyAccessExpression(node) && globalName(source, node) === 'process.env' && isPartChanged(node))
        note(node, 'changes `process.env`, of which each thread has a copy that the system does not see');
    });
  for (const binding of imports) {
    const module = importedAs(binding)?.module;
    if (module === undefined) continue;
    if (module.endsWith('.node') || isNativePackage(source.file, module, read))
      note(binding.identifier, `loads ${module}, which is native code and may not be safe in threads`);
  }
  return found;
}

const LOCAL_TIME =
  /^((get|set)(Hours|Minutes|Date|Day|Month|FullYear|Year|TimezoneOffset)|toLocale(Date|Time)?String|to(Date|Time)String|DateTimeFormat)$/;

/**
 * What of the file changes the time zone that moved code computes in, as the end of a sentence: a thread or process that runs already keeps
 * the one that it began with. Null where nothing does.
 */
function changedZone(source: Source, moved: readonly TS.Node[], isolated: boolean): string | null {
  const found: { zone: TS.Node | null; usesIt: boolean } = { zone: null, usesIt: false };
  for (const node of moved) walk(node, (child) => void (found.usesIt ||= ts.isIdentifier(child) && LOCAL_TIME.test(child.text)));
  if (!found.usesIt) return null;
  walk(source.ast, (node) => {
    if (!ts.isPropertyAccessExpression(node) || globalName(source, node) !== 'process.env' || !isPartChanged(node)) return;
    const part = node.parent;
    const isOther = ts.isPropertyAccessExpression(part)
      ? part.name.text !== 'TZ'
      : ts.isElementAccessExpression(part) && ts.isStringLiteralLike(part.argumentExpression) && part.argumentExpression.text !== 'TZ';
    // A process that sets its own zone has it.
    if (!isOther && !(isolated && moved.some((one) => contains(one, node)))) found.zone ??= node;
  });
  if (found.zone === null) return null;
  const line = lineOf(source, found.zone.getStart(source.ast));
  return `it computes with local time, and line ${line} changes the time zone (\`process.env.TZ\`), which ${isolated ? 'processes' : 'threads'} that run already don't see`;
}

/** `process.env.TZ = …`, `delete process.env.TZ`. */
function isPartChanged(node: TS.PropertyAccessExpression): boolean {
  const { parent } = node;
  const isPart = (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node;
  return isPart && isWritten(parent);
}

function isNativePackage(file: string, module: string, read: ReadSource): boolean {
  if (module.startsWith('.') || module.startsWith('/')) return false;
  const name = module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = read(join(folder, 'node_modules', name, 'package.json'));
    if (text !== null)
      return /"gypfile"\s*:\s*true|"(bindings|node-gyp-build|node-addon-api|prebuild-install|nan|@mapbox\/node-pre-gyp)"\s*:|"napi"\s*:/.test(
        text,
      );
    if (dirname(folder) === folder) return false;
  }
}

/** What in the function's own code needs the thread it is in. */
function ownReason(source: Source, node: FunctionNode, isolated: boolean): string | null {
  if (ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node))
    return 'it is a method, and its object would have to move with it.';
  if (node.asteriskToken !== undefined) return 'it is a generator, which hands out its values one by one.';
  const effects = effectsOf(source, [node.body ?? node]);
  if (effects.usesThis) return 'it uses `this`.';
  const parameters = new Set<TS.Node>(node.parameters);
  const isParameter = (binding: Binding): boolean => {
    let { declaration } = binding;
    while (ts.isBindingElement(declaration)) declaration = declaration.parent.parent;
    return parameters.has(declaration);
  };
  const argument = [...effects.changes].find(isParameter);
  if (argument !== undefined) return `it changes its argument \`${argument.name}\`, and in a worker it would change a copy.`;
  const [changed] = [...effects.writes].filter((binding) => !isParameter(binding));
  if (changed !== undefined) return `it changes \`${changed.name}\`, which the rest of the program sees.`;
  if (effects.prints !== null) return `it prints (\`${effects.prints}\`), and from several threads the lines would mix.`;
  const [outside] = [...effects.outside].filter((call) => !isolated || !ISOLATED.test(call));
  if (outside !== undefined) return `it calls \`${outside}\`, which changes something outside the program.`;
  for (const call of effects.unknown) {
    const root = /^\w+/.exec(call)?.[0] ?? call;
    const parameter = [...effects.reads].find((binding) => binding.name === root && isParameter(binding));
    if (parameter === undefined) continue;
    return call === root
      ? `it calls \`${call}\`, a function that it is given: functions can't be copied.`
      : `it calls \`${call}\`, and a copy of \`${root}\` may not have that method.`;
  }
  return whyNotReturned(source, node);
}

/** Why the result of a function can't be copied back; null where nothing is seen that can't. */
function whyNotReturned(source: Source, node: FunctionNode, depth = 0): string | null {
  for (const one of returnedBy(node)) {
    const reason = whyNotCloned(source, one, depth);
    if (reason === null) continue;
    const line = lineOf(source, one.getStart(source.ast));
    return reason.startsWith('which')
      ? `what it returns in line ${line} ${reason.slice('which '.length)}`
      : `it returns ${reason.replace(/, (which|can't)/, ` in line ${line}, $1`)}`;
  }
  return null;
}

/** The expressions whose values a function may return. */
export function returnedBy(node: FunctionNode): TS.Expression[] {
  if (node.body === undefined) return [];
  if (!ts.isBlock(node.body)) return [node.body];
  const found: TS.Expression[] = [];
  const visit = (child: TS.Node): void => {
    if (ts.isReturnStatement(child) && child.expression !== undefined) found.push(child.expression);
    if (!isFunctionLike(child)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(node.body, visit);
  return found;
}

/** Collects the statements and imports that a piece of code needs; the reason when one can't go along. */
function takeAlong(source: Source, node: TS.Node, found: Movable, read: ReadSource, visited: Set<Binding>): string | null {
  const statement = topStatement(node);
  if (statement === null) return "it is declared inside another function, whose variables it may use: move it to the file's top level.";
  if (ts.isVariableStatement(statement) && statement.declarationList.declarations.length > 1)
    return 'it is declared together with other variables: give it a statement of its own.';
  found.statements.add(statement);
  const needed = new Map<Binding, TS.Identifier>();
  const reasons: string[] = [];
  walk(node, (child) => {
    if (ts.isMetaProperty(child)) found.review.push('`import.meta` stands for the new file there');
    if (!ts.isIdentifier(child)) return;
    const binding = source.scopes.bindingOf(child);
    if (binding === null) {
      const reason = globalReason(source, child, found.isolated === true);
      if (reason !== null) reasons.push(reason);
    } else if (binding.scope === source.scopes.root && binding.identifier !== child) needed.set(binding, child);
    else if (binding.scope !== source.scopes.root && (binding.identifier.pos < statement.pos || binding.identifier.end > statement.end))
      reasons.push(`it uses \`${binding.name}\` of the function around it.`);
  });
  for (const binding of needed.keys()) {
    if (visited.has(binding)) continue;
    visited.add(binding);
    const reason = takeBinding(source, binding, found, read, visited);
    if (reason !== null) reasons.push(reason);
  }
  return reasons[0] ?? null;
}

function takeBinding(source: Source, binding: Binding, found: Movable, read: ReadSource, visited: Set<Binding>): string | null {
  const { name } = binding;
  const imported = importedAs(binding);
  if (imported !== null || binding.kind === 'import') {
    found.imports.add(binding);
    return imported === null || isTypeOnly(binding) ? null : moduleReason(source, name, imported.module, found, read);
  }
  if (binding.kind === 'type') return takeAlong(source, binding.declaration, found, read, visited);
  const target = functionOf(binding);
  if (target !== null) {
    if (target.asteriskToken !== undefined) found.review.push(`\`${name}\` is a generator`);
    return takeAlong(source, binding.declaration, found, read, visited);
  }
  if (binding.kind === 'class') return classReason(source, binding) ?? takeAlong(source, binding.declaration, found, read, visited);
  if (ts.isEnumDeclaration(binding.declaration)) return takeAlong(source, binding.declaration, found, read, visited);
  if (!ts.isVariableDeclaration(binding.declaration) || binding.declaration.initializer === undefined)
    return `it uses \`${name}\`, which another thread doesn't have.`;
  const written = binding.references.find((one) => one.writes);
  if (written !== undefined) return changedReason(source, name, written.identifier);
  const value = bare(binding.declaration.initializer);
  const changedBy = binding.references.find((one) => isChangedAt(source, one.identifier, binding));
  if (changedBy !== undefined) return changedReason(source, name, changedBy.identifier);
  const reason = constantReason(source, name, value);
  return reason ?? takeAlong(source, binding.declaration, found, read, visited);
}

/** `import { type Job }`, `import type { Job }`: nothing of it is left when the program runs. */
function isTypeOnly({ declaration }: Binding): boolean {
  return (
    ts.isImportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.phaseModifier === ts.SyntaxKind.TypeKeyword)
  );
}

/** Where a variable changes, and what lets it go along all the same. */
function changedReason(source: Source, name: string, place: TS.Node): string {
  const line = lineOf(source, place.getStart(source.ast));
  return enclosingFunction(place) === null
    ? `it uses \`${name}\`, which line ${line} changes after it was made: let a function make the whole of it (\`const ${name} = make();\`).`
    : `it uses \`${name}\`, which line ${line} changes while the program runs: pass its value as an argument.`;
}

/** Why a class can't be declared in another thread as well: it keeps something for all its instances, or its methods do more than compute. */
function classReason(source: Source, binding: Binding): string | null {
  const { name, declaration } = binding;
  if (!ts.isClassDeclaration(declaration)) return `it uses \`${name}\`, which another thread doesn't have.`;
  if (declaration.members.some(ts.isClassStaticBlockDeclaration)) return `it uses the class \`${name}\`, which has a static block.`;
  const effects = effectsOf(source, [declaration]);
  const [written] = effects.writes;
  if (written !== undefined) return `it uses the class \`${name}\`, which changes \`${written.name}\`.`;
  if (effects.prints !== null) return `it uses the class \`${name}\`, which prints (\`${effects.prints}\`).`;
  const [outside] = effects.outside;
  if (outside !== undefined) return `it uses the class \`${name}\`, which calls \`${outside}\`.`;
  const changed = binding.references.find((one) => one.writes || isChangedAt(source, one.identifier, binding));
  return changed === undefined ? null : `it uses the class \`${name}\`, whose static fields change while the program runs.`;
}

/** Why another thread can't simply make the constant again. */
function constantReason(source: Source, name: string, value: TS.Expression): string | null {
  const effects = effectsOf(source, [value]);
  const [unknown] = [...effects.unknown, ...effects.outside];
  if (unknown !== undefined)
    return `it uses \`${name}\`, which \`${textOf(source, value).replace(/\s+/g, ' ').slice(0, 40)}\` made once, with its connections or state.`;
  if (effects.prints !== null || effects.writes.size > 0) return `it uses \`${name}\`, whose making changes something else.`;
  return isSetAtStart(source, value) ? `it uses \`${name}\`, which is set when the program starts: pass it as an argument.` : null;
}

/** Values that would not be the same in another thread: waited for, random, of the clock, or of the process. */
function isSetAtStart(source: Source, node: TS.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  const global = ts.isCallExpression(node) ? globalName(source, node.expression) : null;
  if (global !== null && /^(Math\.random|Date\.now|performance\.now|crypto\.)/.test(global)) return true;
  if (ts.isIdentifier(node) && node.text === 'process' && source.scopes.bindingOf(node) === null) return true;
  return ts.forEachChild(node, (child) => isSetAtStart(source, child) || undefined) ?? false;
}

/** Whether the value of a constant is changed where it is used: `table[i] = …`, `table.push(…)`, or handed to a call that may. */
export function isChangedAt(source: Source, identifier: TS.Identifier, binding: Binding): boolean {
  let statement: TS.Node = identifier;
  while (!ts.isStatement(statement) || ts.isBlock(statement)) {
    if (ts.isSourceFile(statement)) return false;
    statement = statement.parent;
  }
  // A function that only mentions the constant is followed when it is called; the statement itself is enough here.
  return effectsOf(source, [statement]).changes.has(binding);
}

function moduleReason(source: Source, name: string, module: string, found: Movable, read: ReadSource): string | null {
  if (module.startsWith('.')) return projectModuleReason(source, name, module, found, read);
  if (isStatelessModule(module)) return null;
  if (FILES.has(module)) return null;
  if (CORE_WITH_STATE.has(module) && !(found.isolated === true && /^(vm|v8|process)$/.test(module)))
    return `it uses \`${name}\` of ${module}, which belongs to the main thread's work.`;
  found.review.push(
    `\`${name}\` of the package ${module} is loaded anew in each ${found.isolated === true ? 'process' : 'worker'}: settings made here are not known there`,
  );
  return null;
}

const FILES = new Set(['fs', 'fs/promises']);

/** What moved code does with files besides reading them by their names, which another thread can do as well: the end of a sentence. */
function whyMoreThanRead(source: Source, moved: readonly TS.Node[]): string | null {
  let found: string | null = null;
  const look = (node: TS.Node): void => {
    const binding = ts.isIdentifier(node) ? source.scopes.bindingOf(node) : null;
    const imported = binding === null || binding.identifier === node ? null : importedAs(binding);
    if (imported === null || !FILES.has(imported.module)) return;
    let value: TS.Node = node;
    while (ts.isPropertyAccessExpression(value.parent) && value.parent.expression === value) value = value.parent;
    const used = importedExpression(source, value as TS.Expression);
    const isRead = ts.isCallExpression(value.parent) && value.parent.expression === value;
    if (isRead && used !== null && natureOfImport(used.module, used.name) === 'reads') return;
    found ??= `it uses \`${textOf(source, value)}\` in line ${lineOf(source, value.getStart(source.ast))}, which belongs to the main thread's work.`;
  };
  for (const node of moved) walk(node, look);
  return found;
}

const CORE_WITH_STATE = new Set([
  'http',
  'https',
  'http2',
  'net',
  'tls',
  'dgram',
  'dns',
  'dns/promises',
  'child_process',
  'cluster',
  'events',
  'stream',
  'stream/promises',
  'readline',
  'worker_threads',
  'process',
  'async_hooks',
  'repl',
  'tty',
  'v8',
  'vm',
  'inspector',
]);

/** A module of the project may be loaded again in a worker if it keeps nothing that changes. */
function projectModuleReason(source: Source, name: string, specifier: string, found: Movable, read: ReadSource): string | null {
  const base = join(dirname(source.file), specifier);
  const file = [
    base,
    `${base}.js`,
    `${base}.ts`,
    `${base}.mjs`,
    `${base}.cjs`,
    base.replace(/\.js$/, '.ts'),
    join(base, 'index.js'),
    join(base, 'index.ts'),
  ].find((one) => /\.\w+$/.test(one) && read(one) !== null);
  if (file === undefined) return specifier.endsWith('.json') ? null : `it uses \`${name}\` of ${specifier}, which can't be read.`;
  if (file.endsWith('.json')) return null;
  const module = readSource(file, read);
  if (typeof module === 'string') return `it uses \`${name}\` of ${specifier}, which can't be looked at.`;
  for (const statement of module.ast.statements) {
    if (
      ts.isExpressionStatement(statement) &&
      !/^(module\.)?exports\b/.test(textOf(module, statement)) &&
      !ts.isStringLiteral(statement.expression)
    )
      return `it uses \`${name}\` of ${specifier}, which does more than to declare functions when it is loaded.`;
  }
  for (const binding of module.scopes.root.bindings.values()) {
    if (importedAs(binding) !== null || functionOf(binding) !== null || binding.kind === 'type' || binding.kind === 'import') continue;
    if (binding.references.some((one) => one.writes || isChangedAt(module, one.identifier, binding)))
      return `it uses \`${name}\` of ${specifier}, where \`${binding.name}\` changes while the program runs.`;
    if (ts.isVariableDeclaration(binding.declaration) && binding.declaration.initializer !== undefined) {
      const reason = constantReason(module, binding.name, bare(binding.declaration.initializer));
      if (reason !== null) return `it uses \`${name}\` of ${specifier}, where ${reason.replace(/^it uses /, '')}`;
    }
  }
  found.review.push(`${specifier} is loaded in each ${found.isolated === true ? 'process' : 'worker'} as well`);
  return null;
}

function globalReason(source: Source, identifier: TS.Identifier, isolated: boolean): string | null {
  const { parent } = identifier;
  if (!isValueUse(identifier)) return null;
  const { text } = identifier;
  if (['undefined', 'NaN', 'Infinity', 'arguments', '__dirname', '__filename', 'exports', 'module'].includes(text))
    return text === 'module' || text === 'exports' ? `it uses \`${text}\`.` : null;
  if (text === 'globalThis' || text === 'global') return `it uses \`${text}\`, which each thread has for itself.`;
  if (text === 'process') {
    if (isolated) return null;
    const property = ts.isPropertyAccessExpression(parent) ? parent.name.text : '';
    return ['env', 'platform', 'arch', 'version', 'versions', 'hrtime', 'cwd', 'memoryUsage'].includes(property)
      ? null
      : `it uses \`process.${property}\`, which belongs to the main thread.`;
  }
  if (text === 'fetch' || text === 'console') return null;
  return natureOfGlobal(text) === 'reads' ? null : `it uses the global \`${text}\`, which another thread may not have.`;
}

/** An unresolved identifier that is a value: not a property name, label or type. */
function isValueUse(identifier: TS.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === identifier;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent) || ts.isTypeNode(parent) || ts.isTypePredicateNode(parent)) return false;
  const named = parent as TS.Node & { name?: TS.Node; propertyName?: TS.Node; label?: TS.Node };
  if (named.propertyName === identifier || named.label === identifier) return false;
  if (named.name === identifier) return ts.isShorthandPropertyAssignment(parent);
  return true;
}

function topStatement(node: TS.Node): TS.Statement | null {
  let current = node;
  while (!ts.isSourceFile(current.parent)) {
    current = current.parent;
    if (isFunctionLike(current) && current !== node) return null;
  }
  return ts.isFunctionDeclaration(current) ||
    ts.isVariableStatement(current) ||
    ts.isClassDeclaration(current) ||
    ts.isEnumDeclaration(current) ||
    ts.isInterfaceDeclaration(current) ||
    ts.isTypeAliasDeclaration(current)
    ? current
    : null;
}

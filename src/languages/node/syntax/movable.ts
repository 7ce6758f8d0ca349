import { dirname, join } from 'node:path';
import type TS from 'typescript';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { effectsOf } from './effects.ts';
import { isStatelessModule, natureOfGlobal } from './known-calls.ts';
import { bare, functionName, functionOf, walk, type FunctionNode } from './locate.ts';
import { globalName, importedAs } from './modules.ts';
import { isFunctionLike, type Binding } from './scopes.ts';
import { readSource, textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';

/** A function and what it needs, which may run in another thread as well as here. */
export interface Movable {
  /** Top-level statements that go along, in the order of the file. */
  statements: Set<TS.Statement>;
  /** Imported names that they use. */
  imports: Set<Binding>;
  /** Why a person should look at the result. */
  review: string[];
}

/** What moves with a function, or a sentence that names what keeps it where it is. */
export function movable(source: Source, node: FunctionNode, read: ReadSource): Movable | string {
  const name = functionName(node) ?? 'The function';
  const sorry = `${name} can't move to a worker:`;
  const own = ownReason(source, node);
  if (own !== null) return `${sorry} ${own}`;
  const found: Movable = { statements: new Set(), imports: new Set(), review: [] };
  const reason = takeAlong(source, node, found, read, new Set());
  return reason === null ? found : `${sorry} ${reason}`;
}

/** What in the function's own code needs the thread it is in. */
function ownReason(source: Source, node: FunctionNode): string | null {
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
  const [outside] = effects.outside;
  if (outside !== undefined) return `it calls \`${outside}\`, which changes something outside the program.`;
  for (const call of effects.unknown) {
    const root = /^\w+/.exec(call)?.[0] ?? call;
    const parameter = [...effects.reads].find((binding) => binding.name === root && isParameter(binding));
    if (parameter === undefined) continue;
    return call === root
      ? `it calls \`${call}\`, a function that it is given: functions can't be copied.`
      : `it calls \`${call}\`, and a copy of \`${root}\` may not have that method.`;
  }
  const returned = returnsFunction(node);
  return returned ? "it returns a function, which can't be copied back." : null;
}

function returnsFunction(node: FunctionNode): boolean {
  let found = false;
  const look = (expression: TS.Expression): void => {
    const value = bare(expression);
    if (isFunctionLike(value) || ts.isClassExpression(value)) found = true;
    if (ts.isObjectLiteralExpression(value)) {
      for (const property of value.properties) {
        if (ts.isMethodDeclaration(property) || ts.isAccessor(property)) found = true;
        if (ts.isPropertyAssignment(property)) look(property.initializer);
      }
    }
  };
  if (node.body !== undefined && !ts.isBlock(node.body)) look(node.body);
  const visit = (child: TS.Node): void => {
    if (ts.isReturnStatement(child) && child.expression !== undefined) look(child.expression);
    if (!isFunctionLike(child)) ts.forEachChild(child, visit);
  };
  if (node.body !== undefined && ts.isBlock(node.body)) ts.forEachChild(node.body, visit);
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
      const reason = globalReason(source, child);
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
    return imported === null ? null : moduleReason(source, name, imported.module, found, read);
  }
  if (binding.kind === 'type') return takeAlong(source, binding.declaration, found, read, visited);
  const target = functionOf(binding);
  if (target !== null) {
    if (target.asteriskToken !== undefined) found.review.push(`\`${name}\` is a generator`);
    return takeAlong(source, binding.declaration, found, read, visited);
  }
  if (binding.kind === 'class') return `it uses the class \`${name}\`, whose instances lose their methods when they are copied.`;
  if (!ts.isVariableDeclaration(binding.declaration) || binding.declaration.initializer === undefined)
    return `it uses \`${name}\`, which another thread doesn't have.`;
  if (binding.references.some((one) => one.writes)) return `it uses \`${name}\`, which changes while the program runs.`;
  const value = bare(binding.declaration.initializer);
  const changedBy = binding.references.find((one) => isChangedAt(source, one.identifier, binding));
  if (changedBy !== undefined) return `it uses \`${name}\`, which changes while the program runs.`;
  const reason = constantReason(source, name, value);
  return reason ?? takeAlong(source, binding.declaration, found, read, visited);
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
function isChangedAt(source: Source, identifier: TS.Identifier, binding: Binding): boolean {
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
  if (CORE_WITH_STATE.has(module)) return `it uses \`${name}\` of ${module}, which belongs to the main thread's work.`;
  found.review.push(`\`${name}\` of the package ${module} is loaded anew in each worker: settings made here are not known there`);
  return null;
}

const CORE_WITH_STATE = new Set([
  'fs',
  'fs/promises',
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
  found.review.push(`${specifier} is loaded in each worker as well`);
  return null;
}

function globalReason(source: Source, identifier: TS.Identifier): string | null {
  const { parent } = identifier;
  if (!isValueUse(identifier)) return null;
  const { text } = identifier;
  if (['undefined', 'NaN', 'Infinity', 'arguments', '__dirname', '__filename', 'exports', 'module'].includes(text))
    return text === 'module' || text === 'exports' ? `it uses \`${text}\`.` : null;
  if (text === 'globalThis' || text === 'global') return `it uses \`${text}\`, which each thread has for itself.`;
  if (text === 'process') {
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
    ts.isInterfaceDeclaration(current) ||
    ts.isTypeAliasDeclaration(current)
    ? current
    : null;
}

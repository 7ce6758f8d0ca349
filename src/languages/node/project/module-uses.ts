import type TS from 'typescript';
import { importedExpression } from '../syntax/modules.ts';
import type { Binding } from '../syntax/scopes.ts';
import { lineOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import { walk } from '../syntax/locate.ts';
import { isExportsObject, requiredSpecifier, WHOLE } from './exports.ts';
import type { Trace } from './trace.ts';
import { basename } from 'node:path';

/** Follows what a file exports under a name into every file that loads it. */
export function followExport(trace: Trace, source: Source, name: string): void {
  if (!trace.isNew(source, `export ${name}`)) return;
  const { project } = trace;
  trace.exported.push({ name: name === WHOLE ? 'module.exports' : name, file: source.file });
  if (project.isPublic(source.file)) trace.published.push({ name: name === WHOLE ? 'module.exports' : name, file: source.file });
  if (project.incomplete !== null) trace.lose(source, source.ast, `exported, and ${project.incomplete}: it is handed on`);
  followOwnExports(trace, source, name);
  for (const file of project.modules.loaders(source.file)) {
    const loader = project.source(file);
    if (typeof loader === 'string') {
      trace.doubts.push(`${basename(file)} loads ${basename(source.file)} and can't be read`);
      continue;
    }
    followLoads(trace, loader, source.file, name);
  }
  for (const file of project.modules.loadsByComputedName()) {
    trace.doubts.push(`${basename(file)} loads files by a name that is computed, ${basename(source.file)} perhaps among them`);
    break;
  }
}

/** `exports.load()` and `module.exports.load()` in the file itself. */
function followOwnExports(trace: Trace, source: Source, name: string): void {
  if (name === 'default' || !source.text.includes('exports')) return;
  walk(source.ast, (node) => {
    if (name === WHOLE) {
      if (ts.isPropertyAccessExpression(node) && node.name.text === 'exports' && isExportsObject(source, node) && !isAssigned(node))
        trace.followValue(source, node);
    } else if (
      ts.isPropertyAccessExpression(node) &&
      node.name.text === name &&
      isExportsObject(source, node.expression) &&
      !isAssigned(node)
    )
      trace.followValue(source, node);
  });
}

function isAssigned(node: TS.Node): boolean {
  return ts.isBinaryExpression(node.parent) && node.parent.left === node && node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** Every import, require and re-export of `target` in a file. */
function followLoads(trace: Trace, loader: Source, target: string, name: string): void {
  const { modules } = trace.project;
  const leadsThere = (specifier: TS.Node | undefined): boolean =>
    specifier !== undefined && ts.isStringLiteralLike(specifier) && modules.resolve(loader.file, specifier.text) === target;
  walk(loader.ast, (node) => {
    if (ts.isImportDeclaration(node) && leadsThere(node.moduleSpecifier)) followImport(trace, loader, node, name);
    else if (ts.isExportDeclaration(node) && leadsThere(node.moduleSpecifier)) followReExport(trace, loader, node, name);
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      if (leadsThere(node.moduleReference.expression)) followNamespaceBinding(trace, loader, loader.scopes.bindingOf(node.name), name);
    } else if (ts.isCallExpression(node) && requiredSpecifier(node) !== null && leadsThere(node.arguments[0]))
      followNamespace(trace, loader, node, name);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && leadsThere(node.arguments[0]))
      followDynamicImport(trace, loader, node, name);
  });
}

function followImport(trace: Trace, loader: Source, { importClause }: TS.ImportDeclaration, name: string): void {
  if (importClause === undefined) return;
  const bindings = importClause.namedBindings;
  if (importClause.name !== undefined) {
    const binding = loader.scopes.bindingOf(importClause.name);
    // The default import of a CommonJS file is its `module.exports`.
    if (name === 'default' || name === WHOLE) followFound(trace, loader, binding);
    else followNamespaceBinding(trace, loader, binding, name, true);
  }
  if (bindings !== undefined && ts.isNamespaceImport(bindings))
    followNamespaceBinding(trace, loader, loader.scopes.bindingOf(bindings.name), name === WHOLE ? 'default' : name);
  else if (bindings !== undefined)
    for (const element of bindings.elements)
      if ((element.propertyName ?? element.name).text === (name === WHOLE ? 'default' : name))
        followFound(trace, loader, loader.scopes.bindingOf(element.name));
}

function followFound(trace: Trace, loader: Source, binding: Binding | null): void {
  if (binding !== null) trace.followBinding(loader, binding);
}

function followReExport(trace: Trace, loader: Source, { exportClause }: TS.ExportDeclaration, name: string): void {
  if (exportClause === undefined) {
    if (name !== 'default' && name !== WHOLE) trace.followExport(loader, name);
  } else if (ts.isNamedExports(exportClause)) {
    for (const element of exportClause.elements)
      if ((element.propertyName ?? element.name).text === name) trace.followExport(loader, element.name.text);
  } else followNamespaceExport(trace, loader, exportClause.name.text, name);
}

/** `export * as store from './store.js'`: whoever imports `store` gets all that the file exports. */
function followNamespaceExport(trace: Trace, source: Source, namespace: string, name: string): void {
  if (!trace.isNew(source, `export * as ${namespace} with ${name}`)) return;
  const { project } = trace;
  if (project.isPublic(source.file)) trace.published.push({ name: `${namespace}.${name}`, file: source.file });
  for (const file of project.modules.loaders(source.file)) {
    const loader = project.source(file);
    if (typeof loader === 'string') {
      trace.doubts.push(`${basename(file)} loads ${basename(source.file)} and can't be read`);
      continue;
    }
    walk(loader.ast, (node) => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
        const { moduleSpecifier } = node;
        if (moduleSpecifier === undefined || !ts.isStringLiteralLike(moduleSpecifier)) return;
        if (project.modules.resolve(loader.file, moduleSpecifier.text) !== source.file) return;
        const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
        if (bindings === undefined) {
          if (ts.isExportDeclaration(node)) followNamespaceExport(trace, loader, namespace, name);
        } else if (ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings))
          trace.lose(loader, node, 'handed on with all of its file');
        else
          for (const element of bindings.elements) {
            if ((element.propertyName ?? element.name).text !== namespace) continue;
            if (ts.isImportSpecifier(element)) followNamespaceBinding(trace, loader, loader.scopes.bindingOf(element.name), name);
            else followNamespaceExport(trace, loader, element.name.text, name);
          }
      } else if (ts.isCallExpression(node) && loadedBy(trace, loader, node) === source.file)
        trace.lose(loader, node, 'handed on with all of its file');
    });
  }
}

/** The file that `require(…)` or `import(…)` loads. */
function loadedBy(trace: Trace, loader: Source, call: TS.CallExpression): string | null {
  const [given] = call.arguments;
  if (given === undefined || !ts.isStringLiteralLike(given)) return null;
  const isLoad = requiredSpecifier(call) !== null || call.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isLoad ? trace.project.modules.resolve(loader.file, given.text) : null;
}

/** A variable that stands for all that a file exports. `isDefault`: it is an ES module's default export where the file has one. */
function followNamespaceBinding(trace: Trace, loader: Source, binding: Binding | null, name: string, isDefault = false): void {
  if (binding === null || !trace.isNew(binding, `namespace ${name}`)) return;
  for (const { identifier, writes } of binding.references) {
    if (writes) trace.lose(loader, identifier, 'handed on with all of its file');
    else if (ts.isExportSpecifier(identifier.parent) || ts.isExportAssignment(identifier.parent)) {
      if (!isDefault) trace.lose(loader, identifier, 'handed on with all of its file');
    } else followNamespace(trace, loader, identifier, name);
  }
}

/** An expression that evaluates to all that a file exports. */
function followNamespace(trace: Trace, loader: Source, expression: TS.Node, name: string): void {
  if (name === WHOLE) {
    trace.followValue(loader, expression);
    return;
  }
  const { parent } = expression;
  if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isNonNullExpression(parent) || ts.isAwaitExpression(parent)) {
    followNamespace(trace, loader, parent, name);
    return;
  }
  if (ts.isPropertyAccessExpression(parent)) {
    if (parent.name.text === name) {
      followProperty(trace, loader, parent);
      return;
    }
    if (parent.name.text === 'default') followNamespace(trace, loader, parent, name);
    return;
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === expression) {
    if (ts.isStringLiteralLike(parent.argumentExpression)) {
      if (parent.argumentExpression.text === name) followProperty(trace, loader, parent);
    } else trace.lose(loader, parent, 'reached by a name that is computed');
    return;
  }
  if (ts.isVariableDeclaration(parent) && parent.initializer === expression) {
    followDestructuring(trace, loader, parent.name, name);
    return;
  }
  if (ts.isBinaryExpression(parent) && parent.right === expression && isExportsObject(loader, parent.left)) {
    trace.followExport(loader, name);
    return;
  }
  if (ts.isSpreadAssignment(parent) && isExported(loader, parent.parent)) {
    trace.followExport(loader, name);
    return;
  }
  if (
    ts.isCallExpression(parent) &&
    /^Object\.assign$/.test(parent.expression.getText(loader.ast)) &&
    isExportsObject(loader, parent.arguments[0]!)
  ) {
    trace.followExport(loader, name);
    return;
  }
  if (ts.isExpressionStatement(parent) || ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent)) return;
  // `module.exports` is a function as well, which is called here.
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression === expression) return;
  trace.lose(loader, expression, 'handed on with all of its file');
}

function isExported(loader: Source, literal: TS.Node): boolean {
  return ts.isBinaryExpression(literal.parent) && literal.parent.right === literal && isExportsObject(loader, literal.parent.left);
}

function followProperty(trace: Trace, loader: Source, access: TS.PropertyAccessExpression | TS.ElementAccessExpression): void {
  if (isAssigned(access)) trace.lose(loader, access, 'replaced by another function');
  else trace.followValue(loader, access);
}

function followDestructuring(trace: Trace, loader: Source, pattern: TS.BindingName, name: string): void {
  if (ts.isIdentifier(pattern)) {
    followNamespaceBinding(trace, loader, loader.scopes.bindingOf(pattern), name);
    return;
  }
  if (ts.isArrayBindingPattern(pattern)) return;
  for (const element of pattern.elements) {
    const key = element.propertyName ?? element.name;
    if (element.dotDotDotToken !== undefined) {
      if (
        ts.isIdentifier(element.name) &&
        !pattern.elements.some((one) => one !== element && (one.propertyName ?? one.name).getText(loader.ast) === name)
      )
        followNamespaceBinding(trace, loader, loader.scopes.bindingOf(element.name), name);
    } else if ((ts.isIdentifier(key) || ts.isStringLiteral(key)) && key.text === name) {
      if (ts.isIdentifier(element.name)) followFound(trace, loader, loader.scopes.bindingOf(element.name));
      else trace.lose(loader, element, 'taken apart');
    }
  }
}

/** `const { load } = await import('./store.js')`. */
function followDynamicImport(trace: Trace, loader: Source, call: TS.CallExpression, name: string): void {
  const part = partOfAll(call);
  if (part !== null) followDestructuring(trace, loader, part, name === WHOLE ? 'default' : name);
  else if (ts.isAwaitExpression(call.parent)) followNamespace(trace, loader, call.parent, name === WHOLE ? 'default' : name);
  else if (!ts.isExpressionStatement(call.parent))
    trace.lose(loader, call, `loaded with import() (line ${lineOf(loader, call.pos)}) and handed on`);
}

/** `const [first, { load }] = await Promise.all([import('./first.js'), import('./store.js')])`: what stands for one of the modules. */
function partOfAll(call: TS.CallExpression): TS.BindingName | null {
  const list = call.parent;
  if (!ts.isArrayLiteralExpression(list) || list.elements.some(ts.isSpreadElement)) return null;
  const all = list.parent;
  if (!ts.isCallExpression(all) || all.expression.getText() !== 'Promise.all' || !ts.isAwaitExpression(all.parent)) return null;
  const declaration = all.parent.parent;
  if (!ts.isVariableDeclaration(declaration) || !ts.isArrayBindingPattern(declaration.name)) return null;
  const element = declaration.name.elements[list.elements.indexOf(call)];
  return element !== undefined && ts.isBindingElement(element) && element.dotDotDotToken === undefined ? element.name : null;
}

/** Whether an expression is what a dependency or core module exports, or part of it. */
export function isFromOutside(trace: Pick<Trace, 'project'>, source: Source, expression: TS.Expression): boolean {
  const imported = importedExpression(source, expression);
  return imported !== null && trace.project.modules.resolve(source.file, imported.module) === null;
}

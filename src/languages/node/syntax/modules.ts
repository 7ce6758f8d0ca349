import type TS from 'typescript';
import { bare } from './locate.ts';
import type { Binding } from './scopes.ts';
import type { Source } from './source.ts';
import { ts } from './typescript.ts';

/** A name as the module that it comes from knows it: `fs` + `readFileSync`, or the module itself (`name` null). */
export interface Imported {
  /** Without `node:`. */
  module: string;
  /** `readFileSync`, `promises.readFile`; null for the module itself (its default export and namespace count as it). */
  name: string | null;
}

/** What a binding was imported or required as; null for everything else. */
export function importedAs(binding: Binding): Imported | null {
  const { declaration } = binding;
  if (ts.isImportSpecifier(declaration)) {
    const module = specifierOf(declaration.parent.parent.parent);
    const name = (declaration.propertyName ?? declaration.name).text;
    return module === null ? null : { module, name: name === 'default' ? null : name };
  }
  if (ts.isNamespaceImport(declaration)) return whole(specifierOf(declaration.parent.parent));
  if (ts.isImportClause(declaration)) return whole(specifierOf(declaration.parent));
  if (ts.isVariableDeclaration(declaration))
    return declaration.initializer === undefined || binding.kind === 'let' ? null : importedValue(declaration.initializer);
  if (ts.isBindingElement(declaration)) {
    const variable = declaration.parent.parent;
    if (!ts.isObjectBindingPattern(declaration.parent) || !ts.isVariableDeclaration(variable) || variable.initializer === undefined)
      return null;
    const from = importedValue(variable.initializer);
    const key = declaration.propertyName ?? declaration.name;
    return from === null || !ts.isIdentifier(key) || declaration.dotDotDotToken !== undefined
      ? null
      : { module: from.module, name: join(from.name, key.text) };
  }
  return null;
}

/** `require('fs')`, `require('fs').promises`. */
function importedValue(expression: TS.Expression): Imported | null {
  const value = bare(expression);
  const specifier = requiredModule(value);
  if (specifier !== null) return { module: specifier, name: null };
  if (ts.isPropertyAccessExpression(value)) {
    const from = importedValue(value.expression);
    return from === null ? null : { module: from.module, name: join(from.name, value.name.text) };
  }
  return null;
}

function requiredModule(value: TS.Expression): string | null {
  if (!ts.isCallExpression(value) || !ts.isIdentifier(value.expression) || value.expression.text !== 'require') return null;
  const [specifier] = value.arguments;
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? withoutScheme(specifier.text) : null;
}

/** What an expression stands for: `fs.readFileSync` and `readFileSync` → fs, readFileSync; null when it isn't imported. */
export function importedExpression(source: Source, expression: TS.Expression): Imported | null {
  const value = bare(expression);
  if (ts.isIdentifier(value)) {
    const binding = source.scopes.bindingOf(value);
    return binding === null ? null : importedAs(binding);
  }
  if (ts.isPropertyAccessExpression(value)) {
    const from = importedExpression(source, value.expression);
    if (from === null) return null;
    return value.name.text === 'default' && from.name === null ? from : { module: from.module, name: join(from.name, value.name.text) };
  }
  const module = requiredModule(value);
  return module === null ? null : { module, name: null };
}

/** `Math.round`, `console.log`, `fetch`: the dotted name of a global; null when it isn't one. */
export function globalName(source: Source, expression: TS.Expression): string | null {
  const value = bare(expression);
  if (ts.isIdentifier(value)) return source.scopes.bindingOf(value) === null ? value.text : null;
  if (ts.isPropertyAccessExpression(value)) {
    const from = globalName(source, value.expression);
    return from === null ? null : from === 'globalThis' ? value.name.text : `${from}.${value.name.text}`;
  }
  return null;
}

/** The specifier of an import declaration as it is written, without `node:`; null for types only. */
function specifierOf(declaration: TS.ImportDeclaration | TS.JSDocImportTag): string | null {
  return ts.isStringLiteral(declaration.moduleSpecifier) ? withoutScheme(declaration.moduleSpecifier.text) : null;
}

function withoutScheme(specifier: string): string {
  return specifier.replace(/^node:/, '');
}

function whole(module: string | null): Imported | null {
  return module === null ? null : { module, name: null };
}

function join(a: string | null, b: string): string {
  return a === null ? b : `${a}.${b}`;
}

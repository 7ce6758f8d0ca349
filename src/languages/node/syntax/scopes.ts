import type TS from 'typescript';
import { ts } from './typescript.ts';

/** One name that a file declares, and everywhere it is used: hoisting and shadowing as JavaScript has them. */
export interface Binding {
  name: string;
  kind: 'import' | 'const' | 'let' | 'var' | 'function' | 'class' | 'parameter' | 'catch' | 'type' | 'other';
  /** The identifier in the declaration. */
  identifier: TS.Identifier;
  /** The node that declares it: a variable declaration, binding element, parameter, function, import specifier, … */
  declaration: TS.Node;
  scope: Scope;
  references: Reference[];
}

export interface Reference {
  identifier: TS.Identifier;
  /** Assigned, incremented, or the target of a destructuring or of a loop. */
  writes: boolean;
}

export interface Scope {
  node: TS.Node;
  parent: Scope | null;
  bindings: Map<string, Binding>;
}

export interface Scopes {
  root: Scope;
  /** The binding that an identifier refers to or declares; null for a global. */
  bindingOf(identifier: TS.Identifier): Binding | null;
  /** Every binding of the file. */
  all: readonly Binding[];
  /** Whether a name is bound or used anywhere in the file. */
  isTaken(name: string): boolean;
}

/** Resolves the names of one file. Imports are bindings of their own: other files aren't looked at. */
export function bindScopes(ast: TS.SourceFile): Scopes {
  const scopeOfNode = new Map<TS.Node, Scope>();
  const bindingOfIdentifier = new Map<TS.Identifier, Binding>();
  const all: Binding[] = [];
  const names = new Set<string>();
  const root: Scope = { node: ast, parent: null, bindings: new Map() };
  scopeOfNode.set(ast, root);

  const declare = (scope: Scope, identifier: TS.Identifier, kind: Binding['kind'], declaration: TS.Node): void => {
    const existing = scope.bindings.get(identifier.text);
    if (existing !== undefined) {
      // `var x` twice, overloads, a type beside a value: one name, one binding.
      bindingOfIdentifier.set(identifier, existing);
      if (existing.kind === 'type' && kind !== 'type') Object.assign(existing, { kind, identifier, declaration });
      return;
    }
    const binding: Binding = { name: identifier.text, kind, identifier, declaration, scope, references: [] };
    scope.bindings.set(identifier.text, binding);
    bindingOfIdentifier.set(identifier, binding);
    all.push(binding);
  };
  const declarePattern = (scope: Scope, name: TS.BindingName, kind: Binding['kind'], declaration: TS.Node): void => {
    if (ts.isIdentifier(name)) declare(scope, name, kind, declaration);
    else for (const element of name.elements) if (ts.isBindingElement(element)) declarePattern(scope, element.name, kind, element);
  };

  const collect = (node: TS.Node, scope: Scope): void => {
    let inner = scope;
    if (node !== ast && opensScope(node)) {
      inner = { node, parent: scope, bindings: new Map() };
      scopeOfNode.set(node, inner);
    }
    if (ts.isVariableDeclaration(node) && ts.isVariableDeclarationList(node.parent)) {
      const kind = variableKind(node.parent);
      declarePattern(kind === 'var' ? functionScope(scope) : scope, node.name, kind, node);
    } else if (ts.isVariableDeclaration(node)) declarePattern(scope, node.name, 'catch', node);
    else if (ts.isParameter(node) && !isSignature(node.parent)) declarePattern(scope, node.name, 'parameter', node);
    else if (ts.isFunctionDeclaration(node) && node.name !== undefined) declare(scope, node.name, 'function', node);
    else if (ts.isFunctionExpression(node) && node.name !== undefined) declare(inner, node.name, 'function', node);
    else if (ts.isClassDeclaration(node) && node.name !== undefined) declare(scope, node.name, 'class', node);
    else if (ts.isClassExpression(node) && node.name !== undefined) declare(inner, node.name, 'class', node);
    else if (ts.isImportClause(node) && node.name !== undefined) declare(scope, node.name, 'import', node);
    else if (ts.isNamespaceImport(node) || ts.isImportSpecifier(node)) declare(scope, node.name, 'import', node);
    else if (ts.isImportEqualsDeclaration(node)) declare(scope, node.name, 'import', node);
    else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) declare(scope, node.name, 'type', node);
    else if (ts.isTypeParameterDeclaration(node)) declare(scope, node.name, 'type', node);
    else if (ts.isEnumDeclaration(node)) declare(scope, node.name, 'other', node);
    else if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name)) declare(scope, node.name, 'other', node);
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, (child) => collect(child, inner));
  };
  collect(ast, root);

  const resolve = (node: TS.Node, scope: Scope): void => {
    const inner = scopeOfNode.get(node) ?? scope;
    if (ts.isIdentifier(node) && !bindingOfIdentifier.has(node) && isReference(node)) {
      for (let current: Scope | null = inner; current !== null; current = current.parent) {
        const binding = current.bindings.get(node.text);
        if (binding === undefined) continue;
        bindingOfIdentifier.set(node, binding);
        binding.references.push({ identifier: node, writes: isWritten(node) });
        break;
      }
    }
    ts.forEachChild(node, (child) => resolve(child, inner));
  };
  resolve(ast, root);

  return { root, all, bindingOf: (identifier) => bindingOfIdentifier.get(identifier) ?? null, isTaken: (name) => names.has(name) };
}

function opensScope(node: TS.Node): boolean {
  if (ts.isBlock(node)) return !isFunctionLike(node.parent);
  return (
    isFunctionLike(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node) ||
    ts.isClassLike(node) ||
    ts.isModuleBlock(node) ||
    ts.isClassStaticBlockDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

export type FunctionNode = TS.FunctionLikeDeclaration;

/** A function with a body: not the signatures that types are made of. */
export function isFunctionLike(node: TS.Node): node is TS.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isSetAccessorDeclaration(node)
  );
}

function isSignature(node: TS.Node): boolean {
  return !isFunctionLike(node);
}

function functionScope(scope: Scope): Scope {
  let current = scope;
  while (
    current.parent !== null &&
    !isFunctionLike(current.node) &&
    !ts.isModuleBlock(current.node) &&
    !ts.isClassStaticBlockDeclaration(current.node)
  )
    current = current.parent;
  return current;
}

function variableKind(list: TS.VariableDeclarationList): 'const' | 'let' | 'var' {
  if (list.flags & ts.NodeFlags.Const) return 'const';
  return list.flags & ts.NodeFlags.Let ? 'let' : 'var';
}

/** Whether an identifier names a variable where it stands, and not a property, a label or part of a declaration. */
function isReference(node: TS.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isExportSpecifier(parent))
    return parent.parent.parent.moduleSpecifier === undefined && (parent.propertyName ?? parent.name) === node;
  if (ts.isImportSpecifier(parent) || ts.isNamespaceExport(parent) || ts.isNamespaceImport(parent) || ts.isImportClause(parent))
    return false;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isJsxAttribute(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent) || ts.isNamedTupleMember(parent))
    return false;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const named = parent as TS.Node & { name?: TS.Node };
  return !(named.name === node && isNamed(parent));
}

function isNamed(node: TS.Node): boolean {
  return (
    ts.isPropertyAssignment(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isEnumMember(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassLike(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isImportEqualsDeclaration(node)
  );
}

/** Whether the expression at this place is assigned to. */
export function isWritten(node: TS.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.left === node && isAssignment(parent.operatorToken.kind);
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  if (ts.isDeleteExpression(parent)) return true;
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node;
  if (ts.isParenthesizedExpression(parent) || ts.isSpreadElement(parent) || ts.isNonNullExpression(parent) || ts.isAsExpression(parent))
    return isWritten(parent);
  if (ts.isShorthandPropertyAssignment(parent)) return isTarget(parent.parent);
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && isTarget(parent.parent);
  if (ts.isSpreadAssignment(parent)) return isTarget(parent.parent);
  if (ts.isArrayLiteralExpression(parent)) return isTarget(parent);
  return false;
}

function isTarget(literal: TS.Node): boolean {
  return isWritten(literal);
}

export function isAssignment(kind: TS.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

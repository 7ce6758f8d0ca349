import type TS from 'typescript';
import type { Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import type { Project } from './project.ts';
import { openService } from './type-service.ts';

/** Whose property a name means at a place, by the types that TypeScript infers, in JavaScript too. */
export interface MemberSymbols {
  /** `ours`: the member that was asked about or one that overrides it; `other`: another property of the name; `unknown`: no type is known. */
  meaningOf(source: Source, name: TS.Node): 'ours' | 'other' | 'unknown';
  /** Whether `object[key]` may give the member. */
  mayReach(source: Source, access: TS.ElementAccessExpression): boolean;
}

export function memberSymbols(
  project: Project,
  name: string,
  { source, declaration }: { source: Source; declaration: TS.Node },
): MemberSymbols {
  const service = openService(project, project.filesWith(name));
  const { checker } = service;
  const own = service.nodeAt(source, nameOf(declaration) ?? declaration);
  const family = new Set<TS.Node>();
  if (own !== null) for (const one of relatives(checker, own, name)) family.add(one);

  const isFamily = (symbol: TS.Symbol | undefined): boolean =>
    symbol?.declarations?.some((one) => family.has(one) || family.has(nameOf(one) ?? one)) === true;

  const symbolAt = (node: TS.Node): TS.Symbol | undefined => {
    const { parent } = node;
    if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent))
      return checker.getTypeAtLocation(parent.parent).getProperty(name);
    const symbol = checker.getSymbolAtLocation(node);
    if (symbol !== undefined) return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return ts.isElementAccessExpression(parent) ? checker.getTypeAtLocation(parent.expression).getProperty(name) : undefined;
  };

  return {
    meaningOf: (where, node) => {
      const there = service.nodeAt(where, node);
      if (there === null) return 'unknown';
      const symbol = symbolAt(there);
      if (symbol !== undefined) return isFamily(symbol) ? 'ours' : 'other';
      const { parent } = there;
      const object = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) ? parent.expression : null;
      if (object === null) return ts.isBindingElement(parent) ? typeMeaning(checker.getTypeAtLocation(parent.parent)) : 'other';
      return typeMeaning(checker.getTypeAtLocation(object));
    },
    mayReach: (where, access) => {
      const there = service.nodeAt(where, access);
      if (there === null || !ts.isElementAccessExpression(there)) return false;
      return isFamily(checker.getTypeAtLocation(there.expression).getProperty(name));
    },
  };
}

/** An object of a known type that lacks the property isn't ours; one of an unknown type may be anything. */
function typeMeaning(type: TS.Type): 'other' | 'unknown' {
  return type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown) || isVague(type) ? 'unknown' : 'other';
}

function isVague(type: TS.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 && type.getProperties().length === 0;
}

/** The declaration itself, and those of the same name in classes above and below its class. */
function relatives(checker: TS.TypeChecker, nameNode: TS.Node, name: string): TS.Node[] {
  const found: TS.Node[] = [nameNode, nameNode.parent];
  const symbol = checker.getSymbolAtLocation(nameNode);
  for (const one of symbol?.declarations ?? []) found.push(one, nameOf(one) ?? one);
  const holder = nameNode.parent.parent;
  if (!ts.isClassLike(holder)) return found;
  const own = holder;
  const collect = (type: TS.Type): void => {
    for (const base of type.getBaseTypes() ?? []) {
      for (const one of base.getProperty(name)?.declarations ?? []) found.push(one, nameOf(one) ?? one);
      collect(base);
    }
  };
  collect(checker.getTypeAtLocation(own));
  for (const clause of own.heritageClauses ?? [])
    for (const type of clause.types)
      for (const one of checker.getTypeAtLocation(type).getProperty(name)?.declarations ?? []) found.push(one, nameOf(one) ?? one);
  return found;
}

function nameOf(node: TS.Node): TS.Node | undefined {
  return ts.getNameOfDeclaration(node as TS.Declaration);
}

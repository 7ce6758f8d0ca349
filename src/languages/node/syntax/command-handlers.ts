import type TS from 'typescript';
import { bare } from './locate.ts';
import { importedExpression } from './modules.ts';
import type { Source } from './source.ts';
import { ts } from './typescript.ts';

/**
 * Packages that call the handler of a command once, as the last thing that their `parse` does, and look at nothing that it returns: commander 2 to 14
 * (`parseAsync` waits, from 5 on) and commist 1 to 3. By their sources.
 */
const HANDLERS: Record<string, { method: string; waiting: string | null }> = {
  commander: { method: 'action', waiting: 'parseAsync' },
  commist: { method: 'register', waiting: null },
};

/** Who calls a function as the handler of a command line's command. */
export interface CommandHandler {
  /** `commander`. */
  module: string;
  /** Its `parse` that waits for the handler; null where it has none. */
  waiting: string | null;
}

/** The package that a call gives `handler` to as the handler of a command; null for all other calls. */
export function commandHandler(source: Source, call: TS.CallExpression, handler: TS.Expression): CommandHandler | null {
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression) || call.arguments.at(-1) !== handler) return null;
  const module = moduleBehind(source, expression.expression, 0);
  const known = module === null ? undefined : HANDLERS[module];
  return module === null || known?.method !== expression.name.text ? null : { module, waiting: known.waiting };
}

/** The package that the object of a chain comes from: `program.command('a')`, `new Command()`, and what holds one. */
function moduleBehind(source: Source, expression: TS.Expression, depth: number): string | null {
  const value = bare(expression);
  if (depth > 40) return null;
  const imported = importedExpression(source, value);
  if (imported !== null) return imported.module;
  if (ts.isCallExpression(value) || ts.isNewExpression(value) || ts.isPropertyAccessExpression(value))
    return moduleBehind(source, value.expression, depth + 1);
  const declaration = ts.isIdentifier(value) ? source.scopes.bindingOf(value)?.declaration : undefined;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined
    ? moduleBehind(source, declaration.initializer, depth + 1)
    : null;
}

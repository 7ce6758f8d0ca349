import type TS from 'typescript';
import { bare } from './locate.ts';
import { importedExpression } from './modules.ts';
import { installedMajor, type Source } from './source.ts';
import { ts } from './typescript.ts';

/** Who calls a function for each request, and what becomes of an error that it throws only after an await. */
export interface RequestListener {
  /** `createServer`, `app.get`. */
  words: string;
  /** A sentence for who makes the listener async, where nobody may catch it; null where the framework does, or where a throw is nobody's anyway. */
  uncaught: string | null;
}

const SERVERS = /^(?:https?|http2)$/;
/** Frameworks by whether they catch what an async handler throws, in all versions in use. */
const FRAMEWORKS = new Map([
  ['express', false],
  ['connect', false],
  ['polka', false],
  ['restify', false],
  ['fastify', true],
  ['hono', true],
  ['koa', true],
  ['@koa/router', true],
  ['koa-router', true],
]);
const ROUTING = /^(?:get|post|put|patch|delete|head|options|all|use|route|param)$/;

/** What a call that is given `listener` does with it, if it calls it for each request of a server; null for other calls. */
export function requestListener(source: Source, call: TS.CallExpression, listener: TS.Node): RequestListener | null {
  if (!call.arguments.some((argument) => bare(argument) === listener)) return null;
  const { expression } = call;
  const words = expression.getText(source.ast);
  const imported = importedExpression(source, expression);
  if (imported !== null && SERVERS.test(imported.module) && /^create(Secure)?Server$/.test(imported.name ?? ''))
    return { words, uncaught: null };
  if (!ts.isPropertyAccessExpression(expression)) return null;
  const [first] = call.arguments;
  const text = first !== undefined && ts.isStringLiteralLike(first) ? first.text : null;
  if (expression.name.text === 'on' && text === 'request') return { words, uncaught: null };
  if (!ROUTING.test(expression.name.text)) return null;
  const framework = frameworkOf(source, expression.expression);
  if (framework !== null) return { words, uncaught: FRAMEWORKS.get(framework) === true ? null : uncaught(framework, source) };
  // A router that came as a parameter: only a route looks like one.
  return text?.startsWith('/') === true && expression.name.text !== 'use' ? { words, uncaught: uncaught('the framework', source) } : null;
}

function uncaught(framework: string, source: Source): string | null {
  if (framework !== 'express') return `${framework} may not catch what an async handler throws: otherwise catch it inside`;
  const major = installedMajor(source.file, 'express', source.read);
  if (major === null) return 'express catches what an async handler throws from version 5 on: otherwise catch it inside';
  return major >= 5 ? null : `express ${major} does not catch what an async handler throws: catch it inside`;
}

/** The framework that an expression is an application or router of: `express()`, `new Router()`, `app.route('/a')`, and what holds one. */
function frameworkOf(source: Source, expression: TS.Expression, depth = 0): string | null {
  const value = bare(ts.isAwaitExpression(expression) ? expression.expression : expression);
  if (depth > 8) return null;
  if (ts.isIdentifier(value)) {
    const declaration = source.scopes.bindingOf(value)?.declaration;
    return declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined
      ? frameworkOf(source, declaration.initializer, depth + 1)
      : null;
  }
  if (!ts.isCallExpression(value) && !ts.isNewExpression(value)) return null;
  const module = importedExpression(source, value.expression)?.module;
  if (module !== undefined && FRAMEWORKS.has(module)) return module;
  return ts.isPropertyAccessExpression(value.expression) ? frameworkOf(source, value.expression.expression, depth + 1) : null;
}

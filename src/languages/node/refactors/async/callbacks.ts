import type TS from 'typescript';
import { globalName, importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

const UNABLE: Record<string, string> = {
  sort: "`sort` compares at once and can't wait for a comparison: compute the keys first, then sort",
  toSorted: "`toSorted` compares at once and can't wait for a comparison: compute the keys first, then sort",
  replace: "`replace` can't wait for a replacement: collect them first",
  replaceAll: "`replaceAll` can't wait for a replacement: collect them first",
};

/** Modules of Node whose functions call their last argument once, from the event loop, and look at nothing that it returns. */
const WITH_CALLBACKS = new Set(['child_process', 'crypto', 'dns', 'fs', 'zlib']);

const FIRE_AND_FORGET = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process.nextTick']);

/** Why a callback of this call can't become async; null when nobody looks at its result. */
export function callbackReason(source: Source, call: TS.CallExpression, argument: TS.Node): string | null {
  const callee = call.expression;
  const words = textOf(source, callee);
  const line = lineOf(source, call.getStart(source.ast));
  const global = globalName(source, callee);
  if (global !== null && FIRE_AND_FORGET.has(global)) return null;
  if (isNodeCallback(source, call, argument)) return null;
  if (ts.isPropertyAccessExpression(callee)) {
    const method = callee.name.text;
    if (/^(then|catch|finally)$/.test(method)) return null;
    if (UNABLE[method] !== undefined) return `${UNABLE[method]} (line ${line}).`;
  }
  return `The callback of \`${words}\` in line ${line} can't become async: \`${words}\` may not wait for a promise.`;
}

/** Whether a callback is called once, by Node from the event loop, with nobody on the stack who goes on after it. */
export function isDetached(source: Source, call: TS.CallExpression, argument: TS.Node): boolean {
  const global = globalName(source, call.expression);
  // `process.nextTick(callback, error, result)`, `setImmediate(callback)`.
  if (global !== null && FIRE_AND_FORGET.has(global)) return global !== 'setInterval' && call.arguments[0] === argument;
  return isNodeCallback(source, call, argument);
}

/** `fs.readFile(name, callback)`: an error in it ends the process, whether it is thrown at once or later. */
function isNodeCallback(source: Source, call: TS.CallExpression, argument: TS.Node): boolean {
  const imported = importedExpression(source, call.expression);
  return (
    imported !== null &&
    imported.name !== null &&
    /^[a-z]\w*$/.test(imported.name) &&
    !/Sync$|^(watch|watchFile|glob)$/.test(imported.name) &&
    WITH_CALLBACKS.has(imported.module) &&
    call.arguments.at(-1) === argument
  );
}

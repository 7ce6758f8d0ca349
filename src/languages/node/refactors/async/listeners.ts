import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import type TS from 'typescript';
import type { Project } from '../../project/project.ts';
import { effectsOf } from '../../syntax/effects.ts';
import { bare, walk, type FunctionNode } from '../../syntax/locate.ts';
import { globalName, importedExpression } from '../../syntax/modules.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

const LISTENING = /^(on|once|addListener|prependListener|addEventListener)$/;

/** Events that an emitter of Node's own has once in its life: none can overtake another of the same name. */
const ONCE = /^(close|connect|end|exit|finish|listening|open|ready|secureConnect|spawn)$/;

/** Signals come from outside, and the process lives on while a listener waits. */
const SIGNALS = /^SIG(TERM|INT|HUP|BREAK|USR2|QUIT)$/;

/** Whether a call adds a listener. */
export function isListening({ expression }: TS.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && LISTENING.test(expression.name.text);
}

/**
 * A listener that waits goes on after `emit` has come back, and what it throws then is an unhandled rejection. That is the same as before
 * where Node itself emits the event, at the bottom of the stack: nobody goes on after it or catches there, and both kinds of error end the
 * process. Null where it is so, else why not; undefined for calls that add no listener.
 */
export function whyNotListener(
  project: Project,
  source: Source,
  call: TS.CallExpression,
  listener: FunctionNode,
): string | null | undefined {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || !LISTENING.test(callee.name.text)) return undefined;
  const [first] = call.arguments;
  const event = first !== undefined && ts.isStringLiteralLike(first) ? first.text : null;
  const line = lineOf(source, call.getStart(source.ast));
  const emitter = textOf(source, callee.expression);
  const words = `A listener of '${event ?? 'an event'}' (line ${line})`;
  if (emitter === 'process' && (event === null || !SIGNALS.test(event)))
    return `${words.replace("listener of '", "listener of process '")} must do its work at once: it can't await.`;
  if (event === null) return `${words} can't await where nobody knows who emits it: give the event's name as a text.`;
  const emits = whoEmits(project, event, callee.name.text === 'addEventListener' ? 'dispatchEvent' : 'emit');
  if (emits !== null) return `${words} can't await: ${emits} emits it, and goes on before the listener is done.`;
  const isOnce = callee.name.text === 'once' || ONCE.test(event) || emitter === 'process';
  if (!isOnce)
    return `${words} can't await: the next event would be handled before this one is done. Collect them, or use \`for await\` with \`events.on\`.`;
  if (!isOfNode(source, callee.expression))
    return `${words} can't await: it can't be told who emits the events of \`${emitter}\`, and may go on before the listener is done.`;
  const other = otherListener(source, call, emitter);
  if (other !== null) return `${words} can't await: that of '${other.event}' in line ${other.line} would run before it is done.`;
  for (const word of ['unhandledRejection', 'captureRejections']) {
    const [file] = project.filesWith(word);
    if (file !== undefined)
      return `${words} can't await: its errors would become rejections, which \`${word}\` in ${basename(file)} treats in another way.`;
  }
  const effects = effectsOf(source, [listener]);
  const [changed] = effects.writes;
  if (changed !== undefined || effects.writesThis)
    return `${words} can't await: it changes \`${changed?.name ?? 'this'}\`, which others would look at before it has.`;
  return null;
}

/** Whether an emitter is one that Node made: `spawn(…)`, `createReadStream(…).setEncoding(…)`, `child.stdout`, `process`. */
function isOfNode(source: Source, expression: TS.Expression, depth = 0): boolean {
  const value = bare(expression);
  if (depth > 8) return false;
  if (ts.isIdentifier(value)) {
    const binding = source.scopes.bindingOf(value);
    if (binding === null) return value.text === 'process';
    const { declaration } = binding;
    const isConstant =
      ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name) && !binding.references.some((one) => one.writes);
    return isConstant && declaration.initializer !== undefined && isOfNode(source, declaration.initializer, depth + 1);
  }
  if (ts.isPropertyAccessExpression(value)) return isOfNode(source, value.expression, depth + 1);
  if (!ts.isCallExpression(value) && !ts.isNewExpression(value)) return false;
  const imported = importedExpression(source, value.expression);
  // Events of an EventEmitter or a stream that somebody makes himself are his to emit.
  if (imported !== null) return isBuiltin(imported.module) && imported.module !== 'events' && !imported.module.startsWith('stream');
  return (
    ts.isPropertyAccessExpression(value.expression) &&
    globalName(source, value.expression) === null &&
    isOfNode(source, value.expression.expression, depth + 1)
  );
}

/** Where the project emits an event itself, in words. */
function whoEmits(project: Project, event: string, word: 'emit' | 'dispatchEvent'): string | null {
  for (const file of project.filesWith(word)) {
    const source = project.source(file);
    if (typeof source === 'string') return basename(file);
    const found: TS.Node[] = [];
    walk(source.ast, (node) => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || node.expression.name.text !== word) return;
      const [given] = node.arguments;
      const isOther = word === 'emit' && given !== undefined && ts.isStringLiteralLike(given) && given.text !== event;
      if (!isOther) found.push(node);
    });
    if (found[0] !== undefined) return `line ${lineOf(source, found[0].getStart(source.ast))} of ${basename(file)}`;
  }
  return null;
}

/** Another listener of the same emitter in the same file, of events other than errors. */
function otherListener(source: Source, call: TS.CallExpression, emitter: string): { event: string; line: number } | null {
  let found: { event: string; line: number } | null = null;
  walk(source.ast, (node) => {
    if (node === call || !ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (!LISTENING.test(node.expression.name.text) || textOf(source, node.expression.expression) !== emitter) return;
    const [first] = node.arguments;
    const event = first !== undefined && ts.isStringLiteralLike(first) ? first.text : 'an event';
    if (event !== 'error' && emitter !== 'process') found ??= { event, line: lineOf(source, node.getStart(source.ast)) };
  });
  return found;
}

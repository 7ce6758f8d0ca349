import { basename, relative } from 'node:path';
import type TS from 'typescript';
import type { ReadSource, RefactorResult } from '../../../../core/advise/advice.ts';
import { openProject } from '../../project/open-project.ts';
import type { Project } from '../../project/project.ts';
import { effectsOf } from '../../syntax/effects.ts';
import { callsOnLine, enclosingFunction, walk, walkOwnCode } from '../../syntax/locate.ts';
import { importedAs } from '../../syntax/modules.ts';
import type { Binding } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import { editorOf } from '../text/editor.ts';
import { finish } from '../text/finish.ts';
import { importsOf } from '../text/imports.ts';
import { orRefuse, Refusal } from '../text/refusal.ts';

/** Larger servers are looked at no further for what their requests share. */
const MOST_FILES = 200;

/**
 * The call that opens a server's port, at the top level of a file that no other file loads and that loads `file` (or is it); null where none is
 * found, or several.
 */
export function listenCall(project: Project, file: string): { source: Source; call: TS.CallExpression } | null {
  const found: { source: Source; call: TS.CallExpression }[] = [];
  const above = loadersOf(project, file);
  for (const one of project.filesWith('listen(')) {
    if (!above.has(one) || project.modules.loaders(one).length > 0) continue;
    const source = project.source(one);
    if (typeof source === 'string') continue;
    walk(source.ast, (node) => {
      if (isListen(node) && enclosingFunction(node) === null) found.push({ source, call: node });
    });
  }
  return found.length === 1 ? found[0]! : null;
}

/** A file and all that load it, directly or through others. */
function loadersOf(project: Project, file: string): Set<string> {
  const found = new Set([file]);
  for (const one of found) for (const loader of project.modules.loaders(one)) found.add(loader);
  return found;
}

export function listenOnLine(source: Source, line: number): TS.CallExpression | null {
  return callsOnLine(source, line).find(isListen) ?? null;
}

function isListen(node: TS.Node): node is TS.CallExpression {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'listen';
}

/** What requests share in memory, in the server's file and those that it loads: a sentence that names the first place; null where none is found. */
export function sharedByRequests(project: Project, entry: Source): string | null {
  const seen = new Set([entry.file]);
  const queue = [entry.file];
  for (let file = queue.shift(); file !== undefined && seen.size < MOST_FILES; file = queue.shift()) {
    const source = project.source(file);
    if (typeof source === 'string') continue;
    for (const binding of source.scopes.root.bindings.values()) {
      if (importedAs(binding) !== null || ['import', 'type', 'function'].includes(binding.kind)) continue;
      const changed = changedInFunction(source, binding);
      if (changed !== null) {
        const where = file === entry.file ? '' : ` of ${relative(project.root, file)}`;
        return `Requests share \`${binding.name}\`, which line ${lineOf(source, changed.getStart(source.ast))}${where} changes: each process would have one of its own. Keep it in a database or a cache that all processes reach, or leave it to one process.`;
      }
    }
    for (const loaded of project.modules.loads(file))
      if (!seen.has(loaded)) {
        seen.add(loaded);
        queue.push(loaded);
      }
  }
  return null;
}

function changedInFunction(source: Source, binding: Binding): TS.Node | null {
  for (const { identifier, writes } of binding.references) {
    if (enclosingFunction(identifier) === null) continue;
    if (writes) return identifier;
    let statement: TS.Node = identifier;
    while (!ts.isStatement(statement)) statement = statement.parent;
    if (effectsOf(source, [statement]).changes.has(binding) && !isServerItself(source, binding)) return identifier;
  }
  return null;
}

/** `server.close()` in a function changes the server, which each process has for itself anyway. */
function isServerItself(source: Source, { declaration }: Binding): boolean {
  return (
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    /\b(create(Secure)?Server|express|fastify|Fastify|Koa|Hono)\(/.test(textOf(source, declaration.initializer))
  );
}

/**
 * `server.listen(port);` as the last thing that the entry file does → as many processes as there are cores, of which each listens. Refuses where
 * requests share something in memory, or where something follows.
 */
export function useCluster(source: Source, call: TS.CallExpression, read: ReadSource): RefactorResult {
  return orRefuse(() => {
    const project = openProject(source.file, read, { fresh: false });
    const obstacle = project.whyNotEdited(source);
    if (obstacle !== null) throw new Refusal(obstacle);
    const shared = sharedByRequests(project, source);
    if (shared !== null) throw new Refusal(shared);
    const statement = call.parent;
    const line = lineOf(source, call.getStart(source.ast));
    if (!ts.isExpressionStatement(statement) || !ts.isSourceFile(statement.parent) || statement.expression !== call)
      throw new Refusal(
        `What \`listen\` in line ${line} returns is used: give it a statement of its own at the end of ${basename(source.file)}.`,
      );
    const { statements } = source.ast;
    const after = statements
      .slice(statements.indexOf(statement) + 1)
      .find((one) => !ts.isFunctionDeclaration(one) && !ts.isExportDeclaration(one));
    if (after !== undefined)
      throw new Refusal(
        `Line ${lineOf(source, after.getStart(source.ast))} follows on \`listen\`: put it ahead, so that each process only listens last.`,
      );
    const repeated = callsAtTop(source, /^(setInterval|setTimeout)$/);
    if (repeated !== null)
      throw new Refusal(
        `Line ${lineOf(source, repeated.getStart(source.ast))} starts a timer, which each process would run: move it into a program of its own, or behind \`cluster.isPrimary\`.`,
      );
    const editor = editorOf(source);
    const imports = importsOf(source, editor);
    const { eol, indent, semicolon, quote } = source;
    const cores = imports.name('os', 'availableParallelism');
    const cluster = source.scopes.isTaken('cluster') ? 'nodeCluster' : 'cluster';
    const start = statement.getStart(source.ast);
    const listen = textOf(source, statement).replaceAll('\n', `\n${indent}`);
    const text = [
      `if (${cluster}.isPrimary) {`,
      `${indent}for (let started = 0; started < ${cores}(); started++) ${cluster}.fork()${semicolon}`,
      '} else {',
      `${indent}${listen}`,
      '}',
    ].join(eol);
    editor.rewrite(start, statement.end, text, 'serve with a process for each core');
    const head =
      source.modules === 'import'
        ? `import ${cluster} from ${quote}node:cluster${quote}`
        : `const ${cluster} = require(${quote}node:cluster${quote})`;
    const first = statements.find((one) => !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)))!;
    editor.before(first, `${head}${semicolon}${eol}`, 'serve with a process for each core');
    imports.flush();
    const review = [
      `everything ahead of line ${line} runs in each process, and once more in the one that starts them`,
      'a process that ends is not started again: listen for `exit` of cluster where it should be',
    ];
    return finish([{ source, editor }], { title: 'Serve with a process for each core', review });
  });
}

/** A call of a global function that runs when the file is loaded. */
function callsAtTop(source: Source, name: RegExp): TS.Node | null {
  const found: TS.Node[] = [];
  walkOwnCode(source.ast, (node) => {
    if (ts.isCallExpression(node) && name.test(textOf(source, node.expression))) found.push(node);
  });
  return found[0] ?? null;
}

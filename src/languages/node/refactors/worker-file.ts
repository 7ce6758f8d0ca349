import { basename, dirname, extname, join } from 'node:path';
import type TS from 'typescript';
import type { FileEdits, ReadSource } from '../../../core/advise/advice.ts';
import { contains, isAsync, type FunctionNode } from '../syntax/locate.ts';
import type { Movable } from '../syntax/movable.ts';
import type { Binding } from '../syntax/scopes.ts';
import { dependsOn, textOf, type Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import type { Editor } from './editor.ts';
import { startWithComments, type Imports } from './imports.ts';
import { freshName, inStyle } from './pool-function.ts';
import { Refusal } from './refusal.ts';

export interface WorkerFile {
  edits: FileEdits;
  /** What the original calls instead of the function: it answers with a promise. */
  callName: string;
  /** How the original imports the new file. */
  specifier: string;
}

/**
 * Moves a function, with what it needs, into a file of its own that is both a worker's program and the module that hands calls to workers.
 * `replaced` is the identifier that the original calls no longer. A file of its own, because a worker that loaded the original would run the whole script again.
 */
export function moveToWorkerFile(
  source: Source,
  editor: Editor,
  imports: Imports,
  node: FunctionNode,
  name: string,
  moved: Movable,
  replaced: TS.Node,
  read: ReadSource,
): WorkerFile {
  const file = workerFileName(source, name, read);
  const callName = freshName(source, `${name}InWorker`);
  const statements = source.ast.statements.filter((statement) => moved.statements.has(statement));
  const isMoved = (one: TS.Node): boolean => statements.some((statement) => contains(statement, one));
  const specifier = specifierFor(source, file);

  const back: string[] = [];
  const reExported: string[] = [];
  for (const binding of source.scopes.root.bindings.values()) {
    if (!isMoved(binding.identifier)) continue;
    const exported = hasExportKeyword(binding);
    if (exported) reExported.push(binding.name);
    if (binding.references.some((one) => one.identifier !== replaced && !isMoved(one.identifier))) back.push(binding.name);
  }
  const types = new Set([...source.scopes.root.bindings.values()].filter((one) => one.kind === 'type').map((one) => one.name));
  for (const statement of statements) {
    const [start, end] = rangeWithComments(source, statement);
    editor.rewrite(start, end, '', 'moved to the worker');
  }
  for (const binding of moved.imports) for (const one of binding.references) if (isMoved(one.identifier)) imports.dropped(one.identifier);
  imports.name(specifier, callName);
  for (const one of back) imports.kept(specifier, one, types.has(one));
  if (reExported.length > 0) {
    if (source.modules === 'require')
      throw new Refusal(`${name} is exported in a way that can't be kept: export it with \`module.exports\`.`);
    editor.append(
      `export { ${reExported.map((one) => (types.has(one) ? `type ${one}` : one)).join(', ')} } from ${source.quote}${specifier}${source.quote}${source.semicolon}\n`,
      'still exported here',
    );
  }

  const body = statements.map((statement) => {
    const [start, end] = rangeWithComments(source, statement);
    return source.text.slice(start, end).trim();
  });
  const toExport = back.filter((one) => !reExported.includes(one));
  const text = [
    importLines(source, moved.imports, isMoved),
    inStyle(source, named(source, poolState(source))),
    body.join(source.eol + source.eol),
    inStyle(source, named(source, poolCode(source, name, callName, isAsync(node), read))),
    exportLine(source, [callName, ...toExport], types),
  ]
    .filter((part) => part !== '')
    .join('\n');
  const bom = source.text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return {
    edits: {
      file,
      create: true,
      edits: [
        {
          start: 0,
          end: 0,
          newText: bom + text.replaceAll('\r\n', '\n').replaceAll('\n', source.eol),
          why: `run ${name} in worker threads`,
        },
      ],
    },
    callName,
    specifier,
  };
}

function workerFileName(source: Source, name: string, read: ReadSource): string {
  const extension = extname(source.file);
  const stem = basename(source.file, extension);
  const kebab = name.replace(/[A-Z]/g, (letter, index: number) => `${index > 0 ? '-' : ''}${letter.toLowerCase()}`);
  const names = [`${stem}.worker${extension}`, `${stem}.${kebab}.worker${extension}`];
  const free = names.map((one) => join(dirname(source.file), one)).find((one) => read(one) === null);
  if (free === undefined) throw new Refusal(`${names.join(' and ')} exist already: rename one of them.`);
  return free;
}

/** In TypeScript with the ending that the file's other imports have. */
function specifierFor(source: Source, file: string): string {
  const name = `./${basename(file)}`;
  if (!source.typescript) return name;
  const others = source.ast.statements.flatMap((one) =>
    ts.isImportDeclaration(one) && ts.isStringLiteral(one.moduleSpecifier) && one.moduleSpecifier.text.startsWith('.')
      ? [one.moduleSpecifier.text]
      : [],
  );
  if (others.length === 0 || others.some((one) => /\.[mc]?ts$/.test(one))) return name;
  if (others.some((one) => /\.[mc]?js$/.test(one))) return name.replace(/ts$/, 'js');
  return name.replace(/\.[mc]?ts$/, '');
}

/** The statement with the comments that belong to it, to the end of its line, and the blank line after it. */
function rangeWithComments(source: Source, statement: TS.Statement): [number, number] {
  const { text } = source;
  const start = startWithComments(source, statement);
  let end = ts.getTrailingCommentRanges(text, statement.end)?.at(-1)?.end ?? statement.end;
  end = /^[ \t]*(\r?\n)?([ \t]*\r?\n)?/.exec(text.slice(end))![0].length + end;
  return [start, end];
}

function hasExportKeyword(binding: Binding): boolean {
  const declaration = ts.isVariableDeclaration(binding.declaration) ? binding.declaration.parent.parent : binding.declaration;
  return (
    ts.canHaveModifiers(declaration) && (ts.getModifiers(declaration)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** The original's imports, with the names only that moved code uses. */
function importLines(source: Source, imports: ReadonlySet<Binding>, isMoved: (node: TS.Node) => boolean): string {
  const lines: string[] = [];
  for (const statement of source.ast.statements) {
    const used = [...imports].filter(
      (binding) => contains(statement, binding.identifier) && binding.references.some((one) => isMoved(one.identifier)),
    );
    if (used.length === 0) continue;
    const named = namedElements(statement);
    if (named === null) lines.push(textOf(source, statement));
    else {
      const kept = named.elements.filter((element) => used.some((binding) => contains(element, binding.identifier)));
      const start = statement.getStart(source.ast);
      lines.push(
        `${source.text.slice(start, named.start)}{ ${kept.map((element) => textOf(source, element)).join(', ')} }${source.text.slice(named.end, statement.end)}`,
      );
    }
  }
  const own =
    source.modules === 'import'
      ? `import { availableParallelism } from 'node:os';\nimport { parentPort, Worker, workerData } from 'node:worker_threads';`
      : `const { availableParallelism } = require('node:os');\nconst { parentPort, Worker, workerData } = require('node:worker_threads');`;
  return `${[...lines, inStyle(source, own)].join('\n')}\n`;
}

function namedElements(statement: TS.Statement): { elements: readonly TS.Node[]; start: number; end: number } | null {
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings) || statement.importClause?.name !== undefined) return null;
    return { elements: bindings.elements, start: bindings.getStart(), end: bindings.end };
  }
  if (!ts.isVariableStatement(statement)) return null;
  const name = statement.declarationList.declarations[0]!.name;
  return ts.isObjectBindingPattern(name) ? { elements: name.elements, start: name.getStart(), end: name.end } : null;
}

/** The pool's own names, where the file has none of them. */
function named(source: Source, code: string): string {
  return code.replace(/\b(threadLimit|idleThreads|waitingJobs|startedThreads|handOut|startThread|Job|Thread)\b/g, (name) =>
    freshName(source, name),
  );
}

function poolState(source: Source): string {
  if (!source.typescript)
    return `const threadLimit = availableParallelism();
const idleThreads = [];
const waitingJobs = [];
let startedThreads = 0;
`;
  return `interface Job {
  args: unknown[];
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
}
interface Thread {
  worker: Worker;
  jobs: Job[];
}

const threadLimit = availableParallelism();
const idleThreads: Thread[] = [];
const waitingJobs: Job[] = [];
let startedThreads = 0;
`;
}

function poolCode(source: Source, name: string, callName: string, waits: boolean, read: ReadSource): string {
  const typed = source.typescript;
  const type = (text: string): string => (typed ? text : '');
  const self = source.modules === 'import' ? 'new URL(import.meta.url)' : '__filename';
  const worker =
    typed && dependsOn(source.file, 'tsx', read) ? workerOfTsx(source, name) : `new Worker(${self}, { workerData: '${name}' })`;
  return `
/** Calls ${name} in one of as many worker threads as there are cores. They keep no program from ending. */
function ${callName}(...args${type(`: Parameters<typeof ${name}>`)})${type(`: Promise<Awaited<ReturnType<typeof ${name}>>>`)} {
  return new Promise((resolve, reject) => {
    waitingJobs.push({ args, resolve, reject });
    if (waitingJobs.length === 1) queueMicrotask(handOut);
  });
}

function handOut()${type(': void')} {
  while (waitingJobs.length > 0) {
    const thread = idleThreads.pop() ?? (startedThreads < threadLimit ? startThread() : null);
    if (thread === null) return;
    // Many short calls go together; each thread comes back several times, so that all are done at about the same time.
    thread.jobs = waitingJobs.splice(0, Math.ceil(waitingJobs.length / (threadLimit * 4)));
    try {
      thread.worker.postMessage(thread.jobs.map((job) => job.args));
      thread.worker.ref();
    } catch (error) {
      for (const job of thread.jobs) job.reject(error);
      idleThreads.push(thread);
    }
  }
}

function startThread()${type(': Thread')} {
  const worker = ${worker};
  const thread${type(': Thread')} = { worker, jobs: [] };
  startedThreads++;
  worker.unref();
  worker.on('message', (answers${type(': { value?: unknown; error?: unknown }[]')}) => {
    thread.jobs.forEach((job, index) => {
      const answer = answers[index]${type('!')};
      if ('error' in answer) job.reject(answer.error);
      else job.resolve(answer.value);
    });
    worker.unref();
    idleThreads.push(thread);
    handOut();
  });
  worker.on('error', (error) => {
    startedThreads--;
    for (const job of thread.jobs) job.reject(error);
    handOut();
  });
  return thread;
}

if (workerData === '${name}') {
  parentPort${type('?')}.on('message', ${waits ? 'async ' : ''}(calls${type(`: Parameters<typeof ${name}>[]`)}) => {
    const answers = [];
    for (const args of calls) {
      try {
        answers.push({ value: ${waits ? 'await ' : ''}${name}(...args) });
      } catch (error) {
        answers.push({ error });
      }
    }
    parentPort${type('?')}.postMessage(answers);
  });
}
`;
}

/** On Node 20 tsx doesn't reach into worker threads by itself. */
function workerOfTsx(source: Source, name: string): string {
  const url = source.modules === 'import' ? 'import.meta.url' : '__filename';
  const start = 'Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]).then((apis) => apis.forEach((api) => api.register()))';
  const program = `\`${start}.then(() => import(\${JSON.stringify(${url})}))\``;
  return `new Worker(${program}, { eval: true, workerData: '${name}' })`;
}

function exportLine(source: Source, names: string[], types: ReadonlySet<string>): string {
  const words = names.map((name) => (types.has(name) ? `type ${name}` : name)).join(', ');
  return source.modules === 'import' ? `export { ${words} }${source.semicolon}\n` : `module.exports = { ${words} }${source.semicolon}\n`;
}

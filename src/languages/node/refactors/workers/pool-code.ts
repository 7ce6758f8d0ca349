import { basename } from 'node:path';
import type { ReadSource } from '../../../../core/advise/advice.ts';
import { dependsOn, type Source } from '../../syntax/source.ts';
import { freshName } from '../loops/pool-function.ts';
import { specifierFor } from '../text/specifier.ts';

/** The code of a pool of worker threads: what the file that holds it declares first, and what follows the functions that run there. */

/** The pool's own names, where the file has none of them. */
function named(source: Source, code: string): string {
  return code.replace(
    /\b(threadLimit|idleThreads|waitingJobs|waitingChunks|startedThreads|handOut|startThread|inThread|packed|idleProcesses|startedProcesses|processLimit|startProcess|Pooled|sent|received|failed|thrown|Job|Chunk|Thread)\b/g,
    (name) => freshName(source, name),
  );
}

/** What a worker's file is made of that is handed single calls. */
interface CallPool {
  imports: string;
  before: string;
  after: string;
  exports?: readonly string[];
}

/** `waits`: the function answers with a promise. */
interface PooledFunction {
  name: string;
  callName: string;
  waits: boolean;
  /** Arguments or results may be Buffers. */
  buffers: boolean;
  /** Results are typed arrays that the function made itself. */
  transfers: boolean;
  /** The numbers of the arguments that are typed arrays nobody else uses. */
  given: readonly number[];
}

/** The pool for a function: of a package that the project has for it, else a small one of our own. */
export function poolFor(source: Source, pooled: PooledFunction, file: string, read: ReadSource): CallPool {
  const known = poolPackage(source, read);
  if (known !== null) return packagePool(source, pooled, known, file);
  return { imports: threadImports(source), before: poolState(source), after: poolCode(source, pooled, file, read) };
}

/** The pool of processes for a function that needs one of its own. */
export function processPoolFor(
  source: Source,
  { name, callName, waits }: Pick<PooledFunction, 'name' | 'callName' | 'waits'>,
  file: string,
): CallPool {
  const type = (text: string): string => (source.typescript ? text : '');
  const isModule = source.modules === 'import';
  const imports = isModule
    ? `import { fork } from 'node:child_process';\nimport { availableParallelism } from 'node:os';\nimport { fileURLToPath } from 'node:url';`
    : `const { fork } = require('node:child_process');\nconst { availableParallelism } = require('node:os');`;
  const types = `interface Job {
  args: unknown[];
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
}
interface Pooled {
  child: ReturnType<typeof fork>;
  job: Job | null;
}

`;
  return {
    imports,
    before: named(
      source,
      `${type(types)}const processLimit = availableParallelism();
const idleProcesses${type(': Pooled[]')} = [];
const waitingJobs${type(': Job[]')} = [];
let startedProcesses = 0;
`,
    ),
    after: named(
      source,
      `
/** Calls ${name} in one of as many processes as there are cores. They end with this one, and keep it from ending only while they work. */
function ${callName}(...args${type(`: Parameters<typeof ${name}>`)})${type(`: Promise<Awaited<ReturnType<typeof ${name}>>>`)} {
  return new Promise((resolve, reject) => {
    waitingJobs.push({ args, resolve, reject });
    handOut();
  });
}

function handOut()${type(': void')} {
  while (waitingJobs.length > 0) {
    const pooled = idleProcesses.pop() ?? (startedProcesses < processLimit ? startProcess() : null);
    if (pooled === null) return;
    const job = waitingJobs.shift()${type('!')};
    pooled.job = job;
    pooled.child.ref();
    pooled.child.channel${type('?')}.ref();
    pooled.child.send(job.args, (error) => {
      if (error) job.reject(error);
    });
  }
}

function startProcess()${type(': Pooled')} {
  const child = fork(${isModule ? `fileURLToPath(${selfUrl(source, file)})` : '__filename'}, ['run ${name}'], { serialization: 'advanced' });
  const pooled${type(': Pooled')} = { child, job: null };
  startedProcesses++;
  child.on('message', (answer${type(': any')}) => {
    if ('error' in answer) pooled.job${type('?')}.reject(thrown(answer));
    else pooled.job${type('?')}.resolve(answer.value);
    pooled.job = null;
    child.unref();
    child.channel${type('?')}.unref();
    idleProcesses.push(pooled);
    handOut();
  });
  child.on('exit', (code, signal) => {
    startedProcesses--;
    if (idleProcesses.includes(pooled)) idleProcesses.splice(idleProcesses.indexOf(pooled), 1);
    pooled.job?.reject(new Error(\`The process for ${name} ended (\${signal ?? code}).\`));
    handOut();
  });
  return pooled;
}

${errorsCode(type, 'process').trimStart()}
if (process.send && process.argv[2] === 'run ${name}') {
  process.on('message', ${waits ? 'async ' : ''}(args${type(`: Parameters<typeof ${name}>`)}) => {
    try {
      process.send${type('?.')}({ value: ${waits ? 'await ' : ''}${name}(...args) });
    } catch (error) {
      process.send${type('?.')}(failed(error));
    }
  });
}
`,
    ),
  };
}

/** The package that the project has for pools of threads, if it is used for its workers. */
export function poolPackage(source: Source, read: ReadSource): (typeof POOLS)[number] | null {
  const known = POOLS.find((one) => dependsOn(source.file, one.module, read) && (one.commonJs || source.modules === 'import'));
  return known === undefined || (source.typescript && dependsOn(source.file, 'tsx', read)) ? null : known;
}

const POOLS = [
  { module: 'piscina', name: 'Piscina', commonJs: true },
  { module: 'tinypool', name: 'Tinypool', commonJs: false },
] as const;

/** What the small pool imports. */
export function threadImports(source: Source): string {
  return source.modules === 'import'
    ? `import { availableParallelism } from 'node:os';\nimport { parentPort, Worker, workerData } from 'node:worker_threads';`
    : `const { availableParallelism } = require('node:os');\nconst { parentPort, Worker, workerData } = require('node:worker_threads');`;
}

/** Sends what was added to an error along with it. */
function errorsCode(type: (text: string) => string, where: 'thread' | 'process'): string {
  return `
/** An error is copied to another ${where} without what was added to it, such as its \`code\`: that goes along here, and \`thrown\` adds it again. */
function failed(error${type(': any')})${type(': { error: any; added: [string, unknown][] }')} {
  const isPlain = (value${type(': unknown')}) => ['string', 'number', 'boolean'].includes(typeof value);
  return { error, added: error instanceof Error ? Object.entries(error).filter(([, value]) => isPlain(value)) : [] };
}

function thrown({ error, added }${type(': { error: any; added: [string, unknown][] }')})${type(': unknown')} {
  for (const [key, value] of added) error[key] = value;
  return error;
}
`;
}

/** Marks Buffers on their way, and makes them anew: they arrive as plain Uint8Arrays. */
function buffersCode(type: (text: string) => string): string {
  return `
/** A Buffer arrives in another thread as a plain Uint8Array: this marks it, and \`received\` makes it a Buffer again. */
function sent(value${type(': any')})${type(': any')} {
  return Buffer.isBuffer(value) ? { bytesOfBuffer: value } : value;
}

function received(value${type(': any')})${type(': any')} {
  const bytes = value?.bytesOfBuffer;
  return bytes instanceof Uint8Array ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : value;
}
`;
}

/** The bytes of an argument that is a typed array. */
function bytesOf(source: Source, args: string, index: number): string {
  return source.typescript ? `(${args}[${index}] as { buffer: ArrayBuffer }).buffer` : `${args}[${index}].buffer`;
}

/** The arguments as the function takes them, of which Buffers have arrived marked. */
function receivedArgs(source: Source, name: string): string {
  return source.typescript ? `(args.map(received) as Parameters<typeof ${name}>)` : 'args.map(received)';
}

function packagePool(
  source: Source,
  { name, callName, waits, buffers, transfers, given }: PooledFunction,
  pool: (typeof POOLS)[number],
  file: string,
): CallPool {
  const type = (text: string): string => (source.typescript ? text : '');
  const isModule = source.modules === 'import';
  const imports = isModule ? `import { ${pool.name} } from '${pool.module}';` : `const { ${pool.name} } = require('${pool.module}');`;
  const filename = isModule ? `${selfUrl(source, file)}.href` : '__filename';
  const [held, task] = [freshName(source, 'pool'), freshName(source, `${name}Task`)];
  const handedOver = given.length === 0 ? '' : `, transferList: [${given.map((index) => bytesOf(source, 'args', index)).join(', ')}]`;
  const call = `${waits && (buffers || transfers) ? 'await ' : ''}${name}(...${buffers ? receivedArgs(source, name) : 'args'})`;
  // What the function made itself goes back as it is: a Buffer it is not.
  const result = transfers ? `${pool.name}.move(${call})` : buffers ? `sent(${call})` : call;
  return {
    imports,
    before: '',
    after: `
let ${held}${type(`: ${pool.name} | undefined`)};

/** Calls ${name} in a thread of a pool. Threads without work keep no program from ending. */
function ${callName}(...args${type(`: Parameters<typeof ${name}>`)})${type(`: Promise<Awaited<ReturnType<typeof ${name}>>>`)} {
  ${held} ??= new ${pool.name}({ filename: ${filename} });
  return ${held}.run(${buffers ? 'args.map(sent)' : 'args'}, { name: '${task}'${handedOver} })${buffers ? '.then(received)' : ''};
}

/** What the pool's threads run. */
${waits && (buffers || transfers) ? 'async ' : ''}function ${task}(args${type(`: Parameters<typeof ${name}>`)}) {
  return ${result};
}
${buffers ? buffersCode(type) : ''}`,
    exports: [task],
  };
}

/** The variables of a pool that is handed single calls. */
function poolState(source: Source): string {
  return named(source, stateOf(source));
}

function stateOf(source: Source): string {
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

/** The functions of a pool that is handed single calls, and what its threads run. */
function poolCode(
  source: Source,
  { name, callName, waits, buffers, transfers, given: dead }: PooledFunction,
  file: string,
  read: ReadSource,
): string {
  const type = (text: string): string => (source.typescript ? text : '');
  const worker = newWorker(source, name, file, read);
  const call = `${waits ? 'await ' : ''}${name}(...${buffers ? receivedArgs(source, name) : 'args'})`;
  const result = buffers && !transfers ? `sent(${call})` : call;
  const moved = dead.map((index) => bytesOf(source, 'job.args', index));
  const handedOver = moved.length === 0 ? '' : `, thread.jobs.flatMap((job) => [${moved.join(', ')}])`;
  return named(
    source,
    `
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
      thread.worker.postMessage(thread.jobs.map((job) => job.args${buffers ? '.map(sent)' : ''})${handedOver});
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
  worker.on('message', (answers${type(': any[]')}) => {
    thread.jobs.forEach((job, index) => {
      const answer = answers[index]${type('!')};
      if ('error' in answer) job.reject(thrown(answer));
      else job.resolve(${buffers ? 'received(answer.value)' : 'answer.value'});
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

${errorsCode(type, 'thread').trimStart()}
if (workerData === '${name}') {
  parentPort${type('?')}.on('message', ${waits ? 'async ' : ''}(calls${type(`: Parameters<typeof ${name}>[]`)}) => {
    const answers = [];
    for (const args of calls) {
      try {
        answers.push({ value: ${result} });
      } catch (error) {
        answers.push(failed(error));
      }
    }
    parentPort${type('?')}.postMessage(answers${transfers ? `, answers.flatMap((one${type(': any')}) => ('value' in one ? [one.value.buffer] : []))` : ''});
  });
}
${buffers ? buffersCode(type) : ''}`,
  );
}

/** What starts a thread: bundlers know the form with the file's own name, and where they don't, the file is missed instead of run as a whole program. */
function newWorker(source: Source, name: string, file: string, read: ReadSource): string {
  if (source.typescript && dependsOn(source.file, 'tsx', read)) return workerOfTsx(source, name);
  if (source.modules === 'require') return `new Worker(__filename, { workerData: '${name}' })`;
  return `new Worker(${selfUrl(source, file)}, { workerData: '${name}' })`;
}

/**
 * The address of the new file. By its name, in the form that tsc leaves as it is and bundlers know; where TypeScript imports `.ts` files it runs
 * as it is or is compiled, and only the file itself knows what it is called by then.
 */
function selfUrl(source: Source, file: string): string {
  const name = source.typescript ? specifierFor(source, file) : `./${basename(file)}`;
  if (/\.[mc]?ts$/.test(name)) return 'new URL(import.meta.url)';
  const emitted = /\.[mc]?js$/.test(name) ? name : `${name}.js`;
  return `new URL('${emitted}', import.meta.url)`;
}

/** On Node 20 tsx doesn't reach into worker threads by itself. */
function workerOfTsx(source: Source, name: string): string {
  const url = source.modules === 'import' ? 'import.meta.url' : '__filename';
  const start = 'Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]).then((apis) => apis.forEach((api) => api.register()))';
  const program = `\`${start}.then(() => import(\${JSON.stringify(${url})}))\``;
  return `new Worker(${program}, { eval: true, workerData: '${name}' })`;
}

/** How a loop's rounds are cut into chunks. */
export interface ChunkedRounds {
  /** The function that runs one chunk. */
  name: string;
  callName: string;
  /** Whether the rounds count from one number to another, rather than going through a list. */
  counts: boolean;
  /** Whether all chunks share values. */
  shares: boolean;
  /** Lists of which each chunk is sent its part. */
  parts: readonly string[];
  /** Whether the chunks' results are lists that make up one. */
  joined: boolean;
  /** Typed arrays of a chunk's result, which need not be copied. */
  transferred: readonly string[];
  /** Whether a chunk may be sent lists of numbers. */
  packs: boolean;
  /** Lists of a chunk's result that may hold such lists. */
  packed: readonly string[];
}

/** The variables of a pool that is handed chunks of rounds. */
export function chunkState(source: Source, { shares }: ChunkedRounds): string {
  const type = (text: string): string => (source.typescript ? text : '');
  const types = source.typescript
    ? `interface Chunk {
  args: unknown[];${shares ? '\n  shared: unknown;' : ''}
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
}
interface Thread {
  worker: Worker;
  chunk: Chunk | null;${shares ? '\n  shared: unknown;' : ''}
}

`
    : '';
  return named(
    source,
    `${types}const threadLimit = availableParallelism();
const idleThreads${type(': Thread[]')} = [];
const waitingChunks${type(': Chunk[]')} = [];
let startedThreads = 0;
`,
  );
}

/** The functions of a pool that is handed chunks of rounds, and what its threads run. */
export function chunkCode(source: Source, rounds: ChunkedRounds, file: string, read: ReadSource): string {
  const { name, callName, counts, shares, parts, joined, transferred, packs } = rounds;
  const repacked = rounds.packed.map((one) => `    one.value.${one} = one.value.${one}.map(packed);\n`).join('');
  const type = (text: string): string => (source.typescript ? text : '');
  const anyList = type(': any[]');
  const parameters = [
    ...(counts ? [`from${type(': number')}`, `to${type(': number')}`] : [`items${type(': Iterable<any>')}`]),
    ...(shares ? [`shared${type(`: Parameters<typeof ${name}>[${(counts ? 2 : 1) + parts.length}]`)}`] : []),
    ...parts.map((part) => part + anyList),
  ].join(', ');
  const sliced = parts.map((part) => `, ${part}.slice(start, end)`).join('');
  const given = shares ? ', shared' : '';
  const cut = counts
    ? `  const size = Math.max(1, Math.ceil((to - from) / (threadLimit * 4)));
  const chunks = [];
  for (let start = from; start < to; start += size) {
    const end = Math.min(start + size, to);
    chunks.push(inThread([start, end${sliced}]${given}));
  }`
    : `  const list = Array.from(items);
  const size = Math.max(1, Math.ceil(list.length / (threadLimit * 4)));
  const chunks = [];
  for (let start = 0; start < list.length; start += size) chunks.push(inThread([list.slice(start, start + size)]${given}));`;
  const result = joined ? `ReturnType<typeof ${name}>` : `ReturnType<typeof ${name}>[]`;
  return named(
    source,
    `
/** Runs the rounds in chunks, in as many worker threads as there are cores, which keep no program from ending. ${joined ? 'All results' : 'One result a chunk'}, in order. */
async function ${callName}(${parameters})${type(`: Promise<${result}>`)} {
${cut}
  const results${type(`: ReturnType<typeof ${name}>[]`)} = [];
  for (const one of await Promise.allSettled(chunks)) {
    if (one.status === 'rejected') throw one.reason;
${repacked}    results.push(one.value);
  }
  return ${joined ? 'results.flat()' : 'results'};
}

function inThread(args${type(': unknown[]')}${shares ? `, shared${type(': unknown')}` : ''})${type(`: Promise<ReturnType<typeof ${name}>>`)} {
  return new Promise((resolve, reject) => {
    waitingChunks.push({ args${given}, resolve, reject });
    handOut();
  });
}

function handOut()${type(': void')} {
  while (waitingChunks.length > 0) {
    const thread = idleThreads.pop() ?? (startedThreads < threadLimit ? startThread() : null);
    if (thread === null) return;
    const chunk = waitingChunks.shift()${type('!')};
    thread.chunk = chunk;
    try {
${
  shares
    ? `      // What all chunks share goes to each thread once.
      const { args, shared } = chunk;
      thread.worker.postMessage(thread.shared === shared ? { args } : { args, shared });
      thread.shared = shared;
`
    : `      thread.worker.postMessage({ args: chunk.args });
`
}      thread.worker.ref();
    } catch (error) {
      chunk.reject(error);
      idleThreads.push(thread);
    }
  }
}

function startThread()${type(': Thread')} {
  const worker = ${newWorker(source, name, file, read)};
  const thread${type(': Thread')} = { worker, chunk: null${shares ? ', shared: null' : ''} };
  startedThreads++;
  worker.unref();
  worker.on('message', (answer${type(': any')}) => {
    if ('error' in answer) thread.chunk${type('?')}.reject(thrown(answer));
    else thread.chunk${type('?')}.resolve(answer.value);
    thread.chunk = null;
    worker.unref();
    idleThreads.push(thread);
    handOut();
  });
  worker.on('error', (error) => {
    startedThreads--;
    thread.chunk${type('?')}.reject(error);
    handOut();
  });
  return thread;
}
${
  packs || repacked !== ''
    ? `
/** A list of numbers that was copied to another thread is slow to compute with until its elements are copied once more. */
function packed(value${type(': any')})${type(': any')} {
  if (!Array.isArray(value)) return value;
  return typeof value[0] === 'number' ? value.map((one) => one) : Array.isArray(value[0]) ? value.map(packed) : value;
}
`
    : ''
}${errorsCode(type, 'thread')}
if (workerData === '${name}') {
${
  shares
    ? `  let shared${type(`: Parameters<typeof ${name}>[${(counts ? 2 : 1) + parts.length}]`)};
`
    : ''
}  parentPort${type('?')}.on('message', (message${type(': any')}) => {
${
  shares
    ? packs
      ? `    if ('shared' in message) {
      shared = message.shared;
      for (const key of Object.keys(shared)) ${type('(')}shared${type(' as any)')}[key] = packed(${type('(')}shared${type(' as any)')}[key]);
    }
`
      : "    if ('shared' in message) shared = message.shared;\n"
    : ''
}    try {
      const value = ${source.typescript ? `(${name} as (...args: any[]) => any)` : name}(...message.args${packs ? '.map(packed)' : ''}${shares ? ', shared' : ''});
      parentPort${type('?')}.postMessage({ value }${transferred.length > 0 ? `, [${transferred.map((one) => `value.${one}.buffer`).join(', ')}]` : ''});
    } catch (error) {
      parentPort${type('?')}.postMessage(failed(error));
    }
  });
}
`,
  );
}

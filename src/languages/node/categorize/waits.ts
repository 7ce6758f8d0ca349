import type { WaitNature } from '../../../core/language.ts';

const WAITS: Record<string, WaitNature> = {
  setTimeout: 'timer',
  setImmediate: 'timer',
  'timers.promises.setTimeout': 'timer',
  'timers.promises.setImmediate': 'timer',
  'timers.promises.setInterval': 'timer',
  'timers.promises.scheduler.wait': 'timer',
  'events.once': 'watch',
  'events.on': 'watch',
  'stream.promises.finished': 'watch',
  'stream.promises.pipeline': 'watch',
  'stream.pipeline': 'watch',
  'stream.Readable.next': 'watch',
  'child_process.spawn': 'session',
  'child_process.fork': 'session',
  'fs.createReadStream': 'session',
  'fs.createWriteStream': 'session',
  'net.connect': 'session',
  'net.Socket.write': 'session',
  'tls.connect': 'session',
  'http2.connect': 'session',
  setInterval: 'serving',
  'http.Server.request': 'serving',
  'fs.watch': 'serving',
  'fs.watchFile': 'serving',
  'fs.promises.watch': 'serving',
};

/** What an asynchronous core API waits for; an API that is not in the table is waited for. */
export function waitsFor(api: string): WaitNature {
  if (Object.hasOwn(WAITS, api)) return WAITS[api]!;
  if (api.endsWith('.listen')) return 'serving';
  return /^(?:worker_threads\.)?Worker\b/.test(api) ? 'session' : 'io';
}

/** Whether an asynchronous core API is waited for because of what another thread or process does. */
export function isLane(api: string): boolean {
  return /^(?:worker_threads\.)?Worker\b|^child_process\./.test(api);
}

/** Whether a synchronous core API is what a pool's idle threads sleep in. */
export function waitsForWork(api: string): boolean {
  return api === 'Atomics.wait';
}

const POOLED =
  /^(?:(?:fs\.(?:promises\.)?|FileHandle\.)(?!watch|create)\w+|zlib\.\w+|crypto\.\w+|dns\.(?:promises\.)?(?:lookup|lookupService))$/;

/** Whether libuv's thread pool runs an asynchronous core API: files, compression, cryptography, and names by the system's resolver. */
export function usesThreadPool(api: string): boolean {
  return POOLED.test(api);
}

/** Whether an operation is a request to one of the script's own servers. */
export function isRequest(api: string): boolean {
  return api === 'http.Server.request';
}

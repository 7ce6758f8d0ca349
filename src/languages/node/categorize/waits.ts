import type { WaitNature } from '../../../core/language.ts';

const TIMERS = new Set([
  'setTimeout',
  'setImmediate',
  'timers/promises.setTimeout',
  'timers/promises.setImmediate',
  'timers.promises.setTimeout',
  'timersPromises.setTimeout',
  'scheduler.wait',
  'AbortSignal.timeout',
]);
const SERVING = new Set([
  'setInterval',
  'timers/promises.setInterval',
  'net.Server.listen',
  'http.Server.listen',
  'https.Server.listen',
  'http2.Server.listen',
  'server.listen',
  'fs.watch',
  'fs.watchFile',
  'process.stdin',
  'http.keepAlive',
]);

/** What an asynchronous core API waits for. Whatever is not a timer and does not merely stand ready is waited for. */
export function waitsFor(api: string): WaitNature {
  if (TIMERS.has(api)) return 'timer';
  return SERVING.has(api) || api.endsWith('.listen') ? 'serving' : 'io';
}

import type { WaitNature } from '../../../core/language.ts';

const TIMERS = new Set([
  'setTimeout',
  'setImmediate',
  'timers.promises.setTimeout',
  'timers.promises.setImmediate',
  'timers.promises.scheduler.wait',
]);
const OBSERVERS = new Set(['events.once', 'stream.promises.finished', 'stream.promises.pipeline']);
const SERVING = new Set(['setInterval', 'timers.promises.setInterval', 'fs.watch', 'fs.watchFile', 'fs.promises.watch']);

/** What an asynchronous core API waits for. Whatever is no timer, and does not watch or stand ready, is waited for. */
export function waitsFor(api: string): WaitNature {
  if (TIMERS.has(api)) return 'timer';
  if (OBSERVERS.has(api)) return 'observer';
  return SERVING.has(api) || api.endsWith('.listen') ? 'serving' : 'io';
}

import inspector from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { GONE, HANDLE, type InterrupterSettings, READY } from './interrupting.ts';

/**
 * A thread of our own beside the script's main thread. Through the inspector it makes the main thread flush what it measured, also in
 * the middle of an endless loop; it hears the recorder's `stop`; and it ends the script when the recorder is gone.
 */
const { input, state } = workerData as InterrupterSettings;

/**
 * The next flush after half the elapsed time, within these: a killed run loses little, and one that is not pays little. A flush takes the
 * script's main thread 1 ms, 2 when its tree is large.
 */
const FLUSH_MS = { least: 400, most: 1000 };
const PATIENCE_MS = 1500;

const beganMs = performance.now();
let handle: string | undefined;
const session = new inspector.Session();
session.connectToMainThread();
session.post('Runtime.evaluate', { expression: `globalThis.${HANDLE}` }, (error, response) => {
  handle = error ? undefined : response.result.objectId;
  session.post('Runtime.evaluate', { expression: `delete globalThis.${HANDLE}` });
  become(READY);
  flushLater();
});

function become(what: number): void {
  Atomics.store(state, 0, what);
  Atomics.notify(state, 0);
}

function ask(what: 'flush' | 'stop' | 'begin', answered: () => void): void {
  if (handle === undefined) return;
  session.post('Runtime.callFunctionOn', { objectId: handle, functionDeclaration: `function ${HANDLE}() { this.${what}() }` }, answered);
}

function flushLater(): void {
  const elapsedMs = performance.now() - beganMs;
  setTimeout(() => ask('flush', flushLater), Math.min(FLUSH_MS.most, Math.max(FLUSH_MS.least, elapsedMs / 2)));
}

// The main thread is about to exit: a session that is still connected would make Node print a line.
parentPort?.once('message', () => {
  handle = undefined;
  session.disconnect();
  become(GONE);
});

const recorder = new Socket({ fd: input, readable: true, writable: false });
recorder.setEncoding('utf8');
recorder.on('data', (words) => {
  if (String(words).includes('begin')) ask('begin', () => undefined);
  if (String(words).includes('stop')) ask('stop', () => undefined);
});
recorder.on('error', () => undefined);
recorder.on('close', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS);
});

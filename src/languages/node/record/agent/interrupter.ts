import inspector from 'node:inspector';
import { connect, Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { probeCalls } from './call-probes.ts';
import { openChannel } from './channel.ts';
import { GONE, HANDLE, type InterrupterSettings, READY, REFUSED } from './interrupting.ts';
import type { ChildSettings, FromAgent } from './messages.ts';

/**
 * A thread of our own beside the script's main thread. Through the inspector it makes the main thread flush what it measured, also in
 * the middle of an endless loop; it hears the recorder's words; and it ends the script when the recorder is gone.
 */
const { recorder, state, fd, flushed, probes } = workerData as InterrupterSettings;

/**
 * The next flush after half the elapsed time, within these: a killed run loses little, and one that is not pays little. A flush takes the
 * script's main thread 1 ms, 2 when its tree is large.
 */
const FLUSH_MS = { least: 700, most: 1000 };
const PATIENCE_MS = 1500;

const beganMs = performance.now();
let handle: string | undefined;
let released = false;
let nextFlush: NodeJS.Timeout | undefined;
/** What is still to be asked, one at a time: an interrupt would come in the middle of the one before. */
const asking: { what: Asked; answered: () => void }[] = [];
const session = new inspector.Session();
session.connectToMainThread();
const socket = typeof recorder === 'number' ? new Socket({ fd: recorder, readable: true, writable: false }) : callRecorder(recorder);
socket.setEncoding('utf8');
socket.on('data', (words) => {
  for (const word of String(words).split('\n')) hear(word);
});
socket.on('error', () => undefined);
socket.on('end', recorderGone);
socket.on('close', recorderGone);
const attached = typeof recorder !== 'number' && recorder.attached;
if (typeof recorder === 'number') begin();

/** One of the words of ToAgent. */
function hear(word: string): void {
  if (word === 'stop') ask('stop', () => undefined);
  else if (word === 'flush') ask('flush', () => undefined);
  else if (word === 'flushed') {
    Atomics.add(flushed, 0, 1);
    Atomics.notify(flushed, 0);
  } else if (word === 'begin') ask('begin', () => undefined);
  else if (word === 'go') begin();
  else if (word === 'leave') refused();
  else if (word === 'release') {
    released = true;
    ask('release', letGo);
  }
}

/** A child process introduces itself; the socket stays open in both directions until the main thread has written its last. */
function callRecorder({ address, secret, direct }: ChildSettings): Socket {
  const calling = connect({ path: address, allowHalfOpen: true });
  calling.on('connect', () => {
    // libuv's number of the socket: so that all threads of this process can write to it at once, also while they exit.
    const { _handle: own } = calling as unknown as { _handle: { fd?: number } | null };
    Atomics.store(fd, 0, own?.fd ?? -1);
    const hello: FromAgent = { type: 'hello', secret, direct };
    openChannel(fd, 0)(hello);
  });
  return calling;
}

function begin(): void {
  takeHandle(() => {
    if (handle === undefined || probes.length === 0) ready();
    else void probeCalls(session, handle, probes).then(ready);
  });
}

function ready(): void {
  if (Atomics.compareExchange(state, 0, 0, READY) !== 0) {
    leave();
    return;
  }
  Atomics.notify(state, 0);
  if (attached) ask('begin', () => undefined);
  askNext();
  flushLater();
}

function takeHandle(taken: () => void): void {
  session.post('Runtime.evaluate', { expression: `globalThis.${HANDLE}` }, (error, response) => {
    handle = error ? undefined : response.result.objectId;
    session.post('Runtime.evaluate', { expression: `delete globalThis.${HANDLE}` });
    taken();
  });
}

type Asked = 'flush' | 'stop' | 'begin' | 'release';

function ask(what: Asked, answered: () => void): void {
  if (asking.push({ what, answered }) === 1) askNext();
}

function askNext(): void {
  const [next] = asking;
  if (handle === undefined || !next) return;
  const { what } = next;
  const answered = () => {
    asking.shift();
    next.answered();
    askNext();
  };
  session.post('Runtime.callFunctionOn', { objectId: handle, functionDeclaration: `function ${HANDLE}() { this.${what}() }` }, answered);
}

function flushLater(): void {
  const elapsedMs = performance.now() - beganMs;
  if (released) return;
  nextFlush = setTimeout(() => ask('flush', flushLater), Math.min(FLUSH_MS.most, Math.max(FLUSH_MS.least, elapsedMs / 2)));
}

// The main thread is about to exit: a session that is still connected would make Node print a line.
parentPort?.once('message', () => {
  handle = undefined;
  session.disconnect();
  Atomics.store(state, 0, GONE);
  Atomics.notify(state, 0);
});

/** Runs on unmeasured: nothing is written any more. */
function letGo(): void {
  handle = undefined;
  session.disconnect();
  leave();
  Atomics.store(state, 0, GONE);
  clearTimeout(nextFlush);
}

function leave(): void {
  Atomics.store(fd, 0, -1);
  socket.destroy();
}

function refused(): void {
  if (attached) {
    runOn();
    return;
  }
  Atomics.compareExchange(state, 0, 0, REFUSED);
  Atomics.notify(state, 0);
  session.disconnect();
  leave();
}

function recorderGone(): void {
  if (released) return;
  if (typeof recorder !== 'number' && recorder.runsOn) {
    runOn();
    return;
  }
  released = true;
  Atomics.store(fd, 0, -1);
  if (typeof recorder !== 'number' && Atomics.load(state, 0) !== READY) {
    refused();
    return;
  }
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS);
}

/** As if it had never been measured, with nobody left to tell. */
function runOn(): void {
  if (released) return;
  released = true;
  Atomics.store(fd, 0, -1);
  if (handle === undefined) takeHandle(() => ask('release', letGo));
  else ask('release', letGo);
}

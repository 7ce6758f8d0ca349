import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildChannel, FromAgent, ToAgent } from './agent/messages.ts';
import { readChannel } from './channel.ts';
import { hearProcess, type MeasuredProcess, type MeasuredRun, newProcess, stopFollowing } from './measured-process.ts';

/** Beyond this many, child processes run unmeasured: each costs a thread to read and some MB to keep. */
const MOST_PROCESSES = 64;
/** A caller that has not said the secret within so many bytes doesn't know it. */
const HELLO_BYTES = 1024;
/** How long child processes that outlive the script may take to hand out their profile. */
const RELEASE_MS = 400;

export interface ChildEvents {
  /** One of them opened a port. */
  opened?(port: number): void;
  /** The main thread of one is measured from now on. */
  began?(process: MeasuredProcess): void;
  /** One is gone, or runs on unmeasured: nothing more will be heard of it. */
  left?(process: MeasuredProcess): void;
}

export interface ChildProcesses {
  /** What child processes are told; null where we can't listen. */
  channel: Pick<ChildChannel, 'address' | 'secret'> | null;
  /** In the order in which they began, ended ones too. */
  measured: MeasuredProcess[];
  /** How many of those were started as node by a process that is measured too, and not by a shell between them. */
  readonly direct: number;
  /** Those that came when there were too many. */
  readonly refused: number;
  /** Processes that have something to say still, by their ids. */
  unanswered(): number[];
  tell(word: ToAgent): void;
  /** Calls back when the process of this id has sent what it measured, or will not: at once where it is none of ours. */
  flush(pid: number, done: () => void): void;
  /** Has those that run on hand out what they measured and run on unmeasured. Resolves when all have, or after so long. */
  release(patienceMs?: number): Promise<void>;
  close(): void;
}

/** Listens for the agents of the script's child processes: they call by themselves, whoever started them, so that no descriptor is handed down. */
export async function listenForChildren(run: MeasuredRun, events: ChildEvents, most = MOST_PROCESSES): Promise<ChildProcesses> {
  const secret = randomBytes(16).toString('hex');
  const callers = new Map<Socket, MeasuredProcess | null>();
  const measured: MeasuredProcess[] = [];
  let direct = 0;
  let refused = 0;
  let over = false;
  let emptied = () => {};

  const admit = (socket: Socket, message: FromAgent): MeasuredProcess | null => {
    if (message.type !== 'hello' || !isSame(message.secret, secret)) {
      socket.destroy();
      return null;
    }
    if (message.direct) direct++;
    if (over || measured.length >= most) {
      refused++;
      socket.end('leave\n');
      return null;
    }
    const process = newProcess(run);
    measured.push(process);
    callers.set(socket, process);
    socket.write('go\n');
    return process;
  };
  const waiting = new Map<MeasuredProcess, (() => void)[]>();
  const flush = (pid: number, done: () => void) => {
    const [caller] = running().filter(([, process]) => process.threads.get(0)?.start.pid === pid);
    if (!caller) {
      done();
      return;
    }
    const [socket, process] = caller;
    waiting.set(process, [...(waiting.get(process) ?? []), done]);
    socket.write('flush\n');
  };
  const answered = (process: MeasuredProcess) => {
    for (const done of waiting.get(process) ?? []) done();
    waiting.delete(process);
  };
  const meet = (socket: Socket) => {
    let process: MeasuredProcess | null = null;
    let bytes = 0;
    callers.set(socket, null);
    const read = readChannel((thread, message) => {
      if (process && message.type === 'listening') events.opened?.(message.port);
      else if (process && message.type === 'killing') flush(message.pid, () => socket.write('flushed\n'));
      else if (process) {
        hearProcess(process, thread, message);
        if (thread === 0) answered(process);
        if (thread === 0 && message.type === 'start') events.began?.(process);
      } else process = admit(socket, message);
    });
    socket.on('data', (piece) => {
      bytes += piece.length;
      if (!process && bytes > HELLO_BYTES) socket.destroy();
      try {
        if (!socket.destroyed) read(piece);
      } catch {
        // It can't be made sense of: whoever it is, it is no longer listened to, and runs on.
        socket.removeAllListeners('data').resume().write('release\n');
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (process) {
        stopFollowing(process);
        answered(process);
        events.left?.(process);
      }
      callers.delete(socket);
      if (callers.size === 0) emptied();
    });
  };

  const server = createServer(meet);
  const { address, remove } = await listen(server).catch(() => ({ address: null, remove: () => {} }));
  const running = () => [...callers].filter((caller): caller is [Socket, MeasuredProcess] => caller[1] !== null && !hasEnded(caller[1]));
  return {
    channel: address === null ? null : { address, secret },
    measured,
    get direct() {
      return direct;
    },
    get refused() {
      return refused;
    },
    unanswered: () => running().flatMap(([, process]) => process.threads.get(0)?.start.pid ?? []),
    flush,
    tell(word) {
      for (const [socket] of running()) socket.write(`${word}\n`);
    },
    async release(patienceMs = RELEASE_MS) {
      over = true;
      // Those that have ended closed their socket, or will, by ending.
      for (const [socket] of callers) socket.write('release\n');
      if (callers.size === 0) return;
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, patienceMs);
        emptied = () => {
          clearTimeout(patience);
          resolve();
        };
      });
    },
    close() {
      for (const socket of callers.keys()) socket.destroy();
      server.close();
      remove();
    },
  };
}

function hasEnded(process: MeasuredProcess): boolean {
  return process.threads.get(0)?.ended === true;
}

function isSame(said: string, secret: string): boolean {
  return said.length === secret.length && timingSafeEqual(Buffer.from(said), Buffer.from(secret));
}

/** A socket's name in the kernel's structure. Versions of Node fill up a shorter one or don't, and so would not find each other. */
const LONGEST_NAME = 108;

/** On Linux a name without a file, on Windows a pipe: nothing is left when we are killed. Elsewhere a socket in a folder of our own. */
async function listen(server: Server): Promise<{ address: string; remove: () => void }> {
  const name = `unblock-${randomBytes(8).toString('hex')}`;
  const folder = process.platform === 'linux' || process.platform === 'win32' ? null : mkdtempSync(join(tmpdir(), 'unblock-'));
  const remove = () => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  const address =
    process.platform === 'linux' ? `\0${name}`.padEnd(LONGEST_NAME, '-') : folder === null ? `\\\\.\\pipe\\${name}` : join(folder, 's');
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
  } catch (error) {
    remove();
    throw error;
  }
  server.on('error', () => undefined);
  return { address, remove };
}

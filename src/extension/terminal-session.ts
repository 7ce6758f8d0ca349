import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { Failure } from '../core/failure.ts';
import type { FromCommand, ToCommand } from '../protocol/session.ts';

/** A command that says nothing for so long has not started: a terminal on a busy machine opens within a few seconds. */
const HANDSHAKE_MS = 60_000;
/** The longest line is a failure's detail, which quotes what a program printed. */
const LONGEST_LINE = 4_000_000;
/** Strangers get to say no more than a greeting. */
const LONGEST_GREETING = 1_000;

export interface TerminalSession {
  /** The value of UNBLOCK_SESSION for the command. */
  variable: string;
  /** Settles once: the folder with what was saved, or a Failure. */
  outcome: Promise<string>;
  /** End the script and make the report of what was measured. May be called before the command has connected. */
  stop(): void;
  /** End the script and throw away what was measured. */
  cancel(): void;
  /** Ends the session at once; `outcome` is rejected with the reason unless it is settled already. */
  close(reason: Failure): void;
}

type Progress = Extract<FromCommand, { type: 'progress' }>;

/**
 * Listens on loopback for the one command that knows the secret. Throws a Failure where no port can be had. The port is closed when
 * the command has connected, and everything is closed when `outcome` settles.
 */
export async function openTerminalSession(onProgress: (progress: Progress) => void, handshakeMs = HANDSHAKE_MS): Promise<TerminalSession> {
  const secret = randomBytes(24).toString('hex');
  const sockets = new Set<Socket>();
  let command: Socket | null = null;
  let waiting: ToCommand | null = null;
  let settled = false;
  const { promise, resolve, reject } = withResolvers();

  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > (socket === command ? LONGEST_LINE : LONGEST_GREETING)) return void socket.destroy();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (!hear(socket, line)) return void socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (socket === command) end(() => reject(new Failure('The profiling command ended before it made a report: its terminal says why.')));
    });
  });

  /** False for what no command of ours says: the connection isn't worth keeping. */
  function hear(socket: Socket, line: string): boolean {
    const message = parse(line);
    if (message === null) return false;
    if (socket !== command) {
      if (command !== null || message.type !== 'hello' || !sameSecret(message.secret, secret)) return false;
      command = socket;
      clearTimeout(handshake);
      server.close();
      for (const other of sockets) if (other !== socket) other.destroy();
      if (waiting !== null) say(waiting);
      return true;
    }
    if (message.type === 'progress') onProgress(message);
    else if (message.type === 'done') end(() => resolve(message.folder));
    else if (message.type === 'failed') end(() => reject(new Failure(message.message, message.detail)));
    return true;
  }

  function say(message: ToCommand): void {
    if (settled) return;
    if (command === null) waiting = message;
    else command.write(`${JSON.stringify(message)}\n`);
  }

  function end(settle: () => void): void {
    if (settled) return;
    settled = true;
    clearTimeout(handshake);
    settle();
    server.close();
    for (const socket of sockets) socket.end();
  }

  const handshake = setTimeout(
    () =>
      end(() => reject(new Failure(`The profiling command said nothing for ${Math.round(handshakeMs / 1000)} s: its terminal says why.`))),
    handshakeMs,
  );
  const port = await listen(server).catch((error: unknown) => {
    clearTimeout(handshake);
    throw new Failure(
      'Unblock could not open a port on 127.0.0.1 to talk to the script: allow local connections and try again.',
      String(error),
    );
  });
  server.on('error', (error) =>
    end(() => reject(new Failure('The connection to the profiling command broke: profile again.', String(error)))),
  );
  // Whoever waits for the outcome hears of a rejection; nobody may be waiting yet.
  promise.catch(() => undefined);
  return {
    variable: `${port}:${secret}`,
    outcome: promise,
    stop: () => say({ type: 'stop' }),
    cancel: () => say({ type: 'cancel' }),
    close: (reason) => end(() => reject(reason)),
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}

function parse(line: string): FromCommand | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && 'type' in message ? (message as FromCommand) : null;
  } catch {
    return null;
  }
}

function sameSecret(said: unknown, secret: string): boolean {
  if (typeof said !== 'string' || said.length !== secret.length) return false;
  return timingSafeEqual(Buffer.from(said), Buffer.from(secret));
}

function withResolvers() {
  let resolve!: (folder: string) => void;
  let reject!: (reason: Failure) => void;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { SESSION_VARIABLE, TARGET_VARIABLE, type FromCommand, type TargetOptions, type ToCommand } from '../protocol/session.ts';

/** The editor that runs this command in a terminal and follows it over a loopback socket; without one, `tell` does nothing. */
export interface Session {
  tell: (message: FromCommand) => void;
  /** Resolves when everything told has been read and the editor has let go. */
  end: () => Promise<void>;
}

export interface SessionVariables {
  session: string | undefined;
  target: TargetOptions | null;
}

export interface SessionRequest {
  session: string | undefined;
  onMessage: (message: ToCommand) => void;
  /** The editor went away without a word, or can't be reached. */
  onLost: (reason: string) => void;
}

/** Takes the session's variables out of this process's environment, so that neither the script nor a tool of ours sees them. */
export function takeSessionVariables(): SessionVariables {
  const session = process.env[SESSION_VARIABLE];
  const target = process.env[TARGET_VARIABLE];
  for (const name of [SESSION_VARIABLE, TARGET_VARIABLE]) Reflect.deleteProperty(process.env, name);
  return { session, target: target === undefined ? null : (JSON.parse(target) as TargetOptions) };
}

/** Connects to the editor, if this command was started by one. Never throws: a session that can't be had is `onLost`. */
export async function openSession({ session, onMessage, onLost }: SessionRequest): Promise<Session> {
  if (session === undefined) return { tell: () => undefined, end: () => Promise.resolve() };
  const [port, secret] = session.split(':');
  const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
  let open = false;
  let ending = false;
  const lost = (reason: string): void => {
    if (!ending) onLost(reason);
    ending = true;
    open = false;
  };
  socket.on('error', (error) => lost(error.message));
  socket.on('close', () => lost('closed'));
  await new Promise<void>((resolve) => {
    socket.once('connect', () => {
      open = true;
      resolve();
    });
    socket.once('error', () => resolve());
  });
  const tell = (message: FromCommand): void => {
    if (open) socket.write(`${JSON.stringify(message)}\n`);
  };
  tell({ type: 'hello', secret: secret ?? '' });
  createInterface({ input: socket }).on('line', (line) => {
    const message = parse(line);
    if (message) onMessage(message);
  });
  return { tell, end: () => closed(socket, () => (ending = true)) };
}

function closed(socket: Socket, began: () => void): Promise<void> {
  began();
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end();
    // The editor closes its side when it has read the results; a process must not wait for one that hangs.
    setTimeout(() => socket.destroy(), 5000).unref();
  });
}

function parse(line: string): ToCommand | null {
  try {
    const message = JSON.parse(line) as ToCommand;
    // The sender is another program: what it says is checked.
    return ['stop', 'cancel'].includes(message.type) ? message : null;
  } catch {
    return null;
  }
}

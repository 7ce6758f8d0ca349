import { fork, type ChildProcess } from 'node:child_process';
import type { RefactorResult, RefactorSpot } from '../../../core/advise/advice.ts';
import { isRecord, type RefactorRequest } from './refactor-messages.ts';

export interface RefactorClient {
  /**
   * What a rule would change. `sources` are texts as they are on the screen, by absolute file: others are read from disk. Rejects when the
   * server fails, which is a bug of ours; a refactor that can't be made is a result.
   */
  refactor(rule: string, spot: RefactorSpot, sources: Record<string, string>): Promise<RefactorResult>;
  /** Ends the server; a later request would start it again. */
  dispose(): void;
}

export interface RefactorClientOptions {
  /** `dist/refactor-server.cjs`. */
  serverPath: string;
  /** The node to run it with; an Electron binary does as well. */
  execPath: string;
  /** Options for that node, such as `--import tsx` for the sources. */
  execArgv?: string[];
  /** The server ends after as long without a request, to give its memory back. */
  idleMs?: number;
}

interface Waiting {
  resolve(result: RefactorResult): void;
  reject(error: Error): void;
}

/** Starts the server at the first request, and again after it ended. */
export function refactorClient({ serverPath, execPath, execArgv = [], idleMs = 120_000 }: RefactorClientOptions): RefactorClient {
  let server: ChildProcess | null = null;
  let lastId = 0;
  let idleTimer: NodeJS.Timeout | undefined;
  const waiting = new Map<number, Waiting>();

  const start = (): ChildProcess => {
    const child = fork(serverPath, [], {
      execPath,
      execArgv,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    child.on('message', receive);
    const ended = (reason: string): void => {
      if (server === child) server = null;
      failAll(child, new Error(`The refactor server ended (${reason}). ${complaint.trim()}`.trim()));
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal ?? `exit code ${code ?? 'unknown'}`));
    return child;
  };
  const owners = new Map<number, ChildProcess>();
  const failAll = (child: ChildProcess, error: Error): void => {
    for (const [id, owner] of owners) if (owner === child) settle(id)?.reject(error);
  };
  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    waiting.delete(id);
    owners.delete(id);
    if (waiting.size === 0 && server !== null) {
      clearTimeout(idleTimer);
      idleTimer = setTimeout(dispose, idleMs);
      idleTimer.unref();
    }
    return one;
  };
  const receive = (message: unknown): void => {
    if (!isRecord(message) || typeof message['id'] !== 'number') return;
    const one = settle(message['id']);
    if (typeof message['error'] === 'string') one?.reject(new Error(message['error']));
    else one?.resolve(message['result'] as RefactorResult);
  };
  const dispose = (): void => {
    clearTimeout(idleTimer);
    const child = server;
    server = null;
    if (child?.connected === true) child.disconnect();
  };

  return {
    refactor: (rule, spot, sources) =>
      new Promise((resolve, reject) => {
        clearTimeout(idleTimer);
        const child = (server ??= start());
        const request: RefactorRequest = { id: ++lastId, method: 'refactor', rule, spot, sources };
        waiting.set(request.id, { resolve, reject });
        owners.set(request.id, child);
        child.send(request, (error) => {
          if (error !== null) settle(request.id)?.reject(error);
        });
      }),
    dispose,
  };
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { type OperationLog, UNLISTED } from './operation-log.ts';
import { onRestore } from './restore.ts';

/** How requests to the script's own http and https servers are called among the operations. */
const API = 'http.Server.request';

/**
 * Notes each request that an http or https server of the script gets, from when it was read until its answer is sent or its connection is
 * closed. By node's own channels: nothing is wrapped, and no stack is taken.
 */
export function noteRequests(log: OperationLog): void {
  const index = log.api(API);
  const current = new WeakMap<object, number>();
  const began = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    const before = current.get(socket);
    if (before === undefined) socket.once('close', () => log.end(current.get(socket)!));
    // A request that comes while its connection's last is unanswered was sent ahead; of these the last is followed.
    else log.end(before);
    current.set(socket, log.beginServed(index));
  };
  const answered = (message: unknown) => {
    const { socket } = message as { socket: Socket | null };
    if (!socket) return;
    log.end(current.get(socket) ?? UNLISTED);
    current.set(socket, UNLISTED);
  };
  subscribe('http.server.request.start', began);
  subscribe('http.server.response.finish', answered);
  onRestore(() => {
    unsubscribe('http.server.request.start', began);
    unsubscribe('http.server.response.finish', answered);
  });
}

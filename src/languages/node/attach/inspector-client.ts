import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import type { Socket } from 'node:net';

/** A connection to a node's inspector. */
export interface InspectorClient {
  /** Resolves with a method's result. Rejects where the inspector refuses, or the connection ends, is closed or stays silent for too long. */
  call(method: string, params?: object): Promise<Record<string, unknown>>;
  close(): void;
}

/** What an inspector's `/json/version` and `/json/list` say. */
export interface InspectorOffer {
  /** `node.js/v22.1.0` for a node; other programs of V8's speak the same protocol. */
  browser: string;
  socketPath: string;
}

/** An inspector on the loopback answers at once, from a thread of its own. */
const OFFER_MS = 1500;

/** Asks what listens there. Null where it is no inspector, or nothing. */
export async function findInspector(host: string, port: number): Promise<InspectorOffer | null> {
  const [version, list] = await Promise.all([json(host, port, '/json/version'), json(host, port, '/json/list')]);
  const { Browser: browser } = (version ?? {}) as { Browser?: unknown };
  const [first] = (Array.isArray(list) ? list : []) as { webSocketDebuggerUrl?: unknown; id?: unknown }[];
  if (typeof browser !== 'string' || typeof first?.id !== 'string') return null;
  return { browser, socketPath: `/${first.id}` };
}

function json(host: string, port: number, path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, timeout: OFFER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', () => resolve(null));
      response.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch {
          resolve(null);
        }
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

/**
 * Connects to an inspector. A websocket client for this one server, Node's own on the loopback, which sends each message in one frame; Node 20 has
 * none of its own.
 */
export async function openInspector(host: string, port: number, path: string, answerMs: number): Promise<InspectorClient> {
  const { socket, head } = await upgrade(host, port, path);
  const waiting = new Map<number, { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }>();
  let last = 0;
  const end = (): void => {
    socket.destroy();
    for (const { reject } of waiting.values()) reject(new Error('The connection to the inspector ended.'));
    waiting.clear();
  };
  const hear = (text: string): void => {
    const { id, result, error } = JSON.parse(text) as { id?: number; result?: Record<string, unknown>; error?: { message: string } };
    const caller = waiting.get(id ?? -1);
    if (!caller) return;
    waiting.delete(id!);
    if (error) caller.reject(new Error(error.message));
    else caller.resolve(result ?? {});
  };
  const read = readFrames(hear, end);
  socket.on('data', read);
  socket.on('error', end);
  socket.on('close', end);
  read(head);
  return {
    call(method, params = {}) {
      const id = ++last;
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`The inspector did not answer ${method} within ${answerMs / 1000} s.`));
        }, answerMs);
        waiting.set(id, {
          resolve(result) {
            clearTimeout(late);
            resolve(result);
          },
          reject(error) {
            clearTimeout(late);
            reject(error);
          },
        });
        if (socket.destroyed) end();
        else socket.write(frame(TEXT, Buffer.from(JSON.stringify({ id, method, params }))));
      });
    },
    close() {
      if (!socket.destroyed) socket.end(frame(CLOSE, Buffer.alloc(0)));
    },
  };
}

function upgrade(host: string, port: number, path: string): Promise<{ socket: Socket; head: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
    };
    const request = get({ host, port, path, headers, agent: false, timeout: OFFER_MS });
    request.on('upgrade', (_, socket, head) => resolve({ socket: socket.setTimeout(0), head }));
    request.on('response', (response) => {
      response.destroy();
      reject(new Error(`The inspector answered ${response.statusCode ?? 'nothing'}.`));
    });
    request.on('timeout', () => request.destroy(new Error('The inspector did not answer.')));
    request.on('error', reject);
  });
}

/** The first byte of a frame that is a whole message: RFC 6455, section 5.2. */
const TEXT = 0x81;
const CLOSE = 0x88;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** A client's frames are masked. */
function frame(first: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const length = payload.length;
  const header = Buffer.alloc(length < LENGTH_16 ? 2 : length < 0x10000 ? 4 : 10);
  header[0] = first;
  header[1] = MASKED | (length < LENGTH_16 ? length : length < 0x10000 ? LENGTH_16 : LENGTH_64);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, mask, payload.map((byte, index) => byte ^ mask[index & 3]!)]);
}

/** Call the result with what arrives. */
function readFrames(onText: (text: string) => void, onClose: () => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2) {
      const short = rest[1]! & ~MASKED;
      const from = short === LENGTH_16 ? 4 : short === LENGTH_64 ? 10 : 2;
      if (rest.length < from) return;
      const length = short === LENGTH_16 ? rest.readUInt16BE(2) : short === LENGTH_64 ? Number(rest.readBigUInt64BE(2)) : short;
      if (rest.length < from + length) return;
      const [first] = rest;
      const payload = rest.subarray(from, from + length);
      rest = rest.subarray(from + length);
      if (first === TEXT) onText(payload.toString('utf8'));
      else if (first === CLOSE) {
        onClose();
        return;
      }
    }
  };
}

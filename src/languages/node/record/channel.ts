import { CHUNK_HEADER_BYTES } from './agent/channel.ts';
import type { FromAgent } from './agent/messages.ts';

/** Puts the agent's chunks (see agent/channel.ts) together again: call the result with what arrives. */
export function readChannel(onMessage: (thread: number, message: FromAgent) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  const lines = new Map<number, Buffer[]>();
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    while (rest.length - at >= CHUNK_HEADER_BYTES) {
      const thread = rest.readUInt32LE(at);
      const end = at + CHUNK_HEADER_BYTES + rest.readUInt32LE(at + 4);
      if (end > rest.length) break;
      const piece = rest.subarray(at + CHUNK_HEADER_BYTES, end);
      at = end;
      const pieces = lines.get(thread) ?? [];
      lines.set(thread, pieces);
      pieces.push(piece);
      // JSON holds no raw newline, so a message ends where a piece does.
      if (piece.at(-1) !== 0x0a) continue;
      lines.delete(thread);
      onMessage(thread, JSON.parse(Buffer.concat(pieces).toString('utf8')) as FromAgent);
    }
    rest = rest.subarray(at);
  };
}

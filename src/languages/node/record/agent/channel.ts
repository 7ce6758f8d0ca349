import fs from 'node:fs';

/** Small enough that the system keeps a write in one piece when several threads write at once. */
const CHUNK_BYTES = 4096;
export const CHUNK_HEADER_BYTES = 8;

const writeSync = fs.writeSync.bind(fs);
const { stringify } = JSON;
const pause = new Int32Array(new SharedArrayBuffer(4));
const wait = Atomics.wait.bind(Atomics);

/**
 * Writes messages to the recorder: chunks of a header (thread and length, 32 bits each, little-endian) and a piece of that thread's
 * stream of lines. Synchronous, as the last message is written while the process exits. Never throws: a recorder that is gone is no
 * concern of the script.
 * @param fd the file descriptor, shared by all threads: it is looked up for each write, as one that was closed may become another file's
 */
export function openChannel(fd: Int32Array, thread: number): (message: object) => void {
  let open = true;
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  chunk.writeUInt32LE(thread, 0);
  return (message) => {
    const bytes = Buffer.from(`${stringify(message)}\n`);
    for (let from = 0; open && from < bytes.length;) {
      const length = bytes.copy(chunk, CHUNK_HEADER_BYTES, from);
      chunk.writeUInt32LE(length, 4);
      open = writeWhole(Atomics.load(fd, 0), chunk, CHUNK_HEADER_BYTES + length);
      from += length;
    }
  };
}

export function descriptor(fd: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4)).fill(fd);
}

function writeWhole(fd: number, chunk: Buffer, length: number): boolean {
  if (fd < 0) return false;
  for (let from = 0; from < length;) {
    try {
      from += writeSync(fd, chunk, from, length - from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return false;
      wait(pause, 0, 0, 1);
    }
  }
  return true;
}

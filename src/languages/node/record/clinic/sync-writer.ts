import fs from 'node:fs';
import { Writable } from 'node:stream';

/** What was written is on disk at the latest when something is written this long after, or at the script's end. */
const EVERY_MS = 100;
const MOST_BYTES = 256 * 1024;

/** As they were before anybody measured them. */
const { openSync, writeSync } = fs;

/**
 * Has what is loaded meanwhile write its files synchronously. bubbleprof takes its own asynchronous writes for the script's, each of which
 * makes it write again, for ever; doctor's would count as operations in flight. Neither hears of the end of writing, at which both would
 * end the script whatever it still has to do.
 */
export function writingSynchronously(load: () => void): void {
  const { createWriteStream } = fs;
  fs.createWriteStream = ((path: string, options?: { fd?: number }) =>
    syncWriter(options?.fd ?? openSync(path, 'w'))) as unknown as typeof createWriteStream;
  try {
    load();
  } finally {
    fs.createWriteStream = createWriteStream;
  }
}

function syncWriter(fd: number): Writable {
  let held: Buffer[] = [];
  let bytes = 0;
  let writtenMs = performance.now();
  const flush = (): void => {
    const all = Buffer.concat(held);
    held = [];
    bytes = 0;
    writtenMs = performance.now();
    for (let at = 0; at < all.length;) at += writeSync(fd, all, at);
  };
  process.on('exit', flush);
  return new Writable({
    emitClose: false,
    write(chunk: Buffer, _, done) {
      held.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_BYTES || performance.now() - writtenMs >= EVERY_MS) flush();
      done();
    },
    final(done) {
      flush();
      done();
    },
  });
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Failure } from '../core/failure.ts';
import { formatBytes } from '../core/report/format.ts';

/** JSON of this length takes up to thirteen times its length of memory to read. A run of an hour leaves a profile of a third of it. */
export const LARGEST_PROFILE_BYTES = 150_000_000;

/** A hundred times as long as the longest report that was seen. */
export const LARGEST_REPORT_BYTES = 64_000_000;

/**
 * A file's text, where it is no longer than that. What has no length of its own (a pipe, a device) is read no further either. Throws a Failure.
 * @param instead what to do about a file that is too long, as the end of a sentence
 */
export function readText(file: string, atMostBytes: number, instead: string): string {
  const tooLong = (size: string): Failure =>
    new Failure(`${file} is ${size} long, more than Unblock reads (${formatBytes(atMostBytes)}): ${instead}.`);
  let fd: number | null = null;
  try {
    fd = openSync(file, 'r');
    const { size } = fstatSync(fd);
    if (size > atMostBytes) throw tooLong(formatBytes(size));
    const pieces: Buffer[] = [];
    for (let length = 0; ;) {
      const piece = Buffer.allocUnsafe(Math.max(64 * 1024, size - length));
      const read = readSync(fd, piece, 0, piece.length, null);
      if (read === 0)
        return Buffer.concat(pieces)
          .toString('utf8')
          .replace(/^\uFEFF/, '');
      pieces.push(piece.subarray(0, read));
      if ((length += read) > atMostBytes) throw tooLong(`over ${formatBytes(atMostBytes)}`);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file} can't be read: check that it is there and that you may read it.`, String(error));
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

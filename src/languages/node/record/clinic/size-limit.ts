import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** clinic's analyses run out of memory well below it; bubbleprof was seen to write 1.1 GB in a minute. */
const LIMIT_MB = 300;
const EVERY_MS = 200;

export interface SizeLimit {
  limitMb: number;
  /** Aborted when the folder has grown past the limit. */
  exceeded: AbortSignal;
  forget(): void;
}

/** Follows the size of all files in a folder. */
export function followSize(folder: string): SizeLimit {
  const given = Number(process.env['UNBLOCK_CLINIC_LIMIT_MB']);
  const limitMb = given > 0 ? given : LIMIT_MB;
  const exceeded = new AbortController();
  const timer = setInterval(() => {
    if (sizeOf(folder) <= limitMb * 1e6) return;
    clearInterval(timer);
    exceeded.abort();
  }, EVERY_MS);
  return { limitMb, exceeded: exceeded.signal, forget: () => clearInterval(timer) };
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    try {
      return sum + statSync(join(folder, name)).size;
    } catch {
      return sum;
    }
  }, 0);
}

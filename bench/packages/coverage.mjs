import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What V8 says was executed (`NODE_V8_COVERAGE`), by all processes of a suite together.
 * @returns {(file: string, offset: number) => boolean} whether the code at an offset of a file ran
 */
export function readCoverage(folder) {
  /** By file, the ranges of each process's scripts, the outer before the inner. */
  const scripts = new Map();
  for (const name of readdirSync(folder)) {
    for (const { url, functions } of JSON.parse(readFileSync(join(folder, name), 'utf8')).result) {
      if (!url.startsWith('file://')) continue;
      const file = fileURLToPath(url);
      scripts.set(file, [...(scripts.get(file) ?? []), functions.flatMap((one) => one.ranges)]);
    }
  }
  return (file, offset) => (scripts.get(file) ?? []).some((ranges) => ranCount(ranges, offset) > 0);
}

/** The count of the innermost range around an offset. */
function ranCount(ranges, offset) {
  let found = { length: Infinity, count: 0 };
  for (const { startOffset, endOffset, count } of ranges) {
    const length = endOffset - startOffset;
    if (startOffset <= offset && offset < endOffset && length <= found.length) found = { length, count };
  }
  return found.count;
}

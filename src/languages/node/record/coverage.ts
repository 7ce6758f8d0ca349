import type { CallCounts } from '../../../core/recording.ts';

export type CoveredScript = CallCounts['scripts'][number];

/** What Node writes into the folder of NODE_V8_COVERAGE, as far as it is read here; offsets are UTF-16 units of the script as it was run. */
interface Coverage {
  result?: { url: string; functions: { functionName: string; ranges: { startOffset: number; endOffset: number; count: number }[] }[] }[];
  /** Lines of scripts that have a source map, as they were run: a loader's output is in no file. */
  'source-map-cache'?: Record<string, { lineLengths?: number[] }>;
}

/** The functions of the wanted scripts that were called, from the text of one coverage file; none where it is not one. */
export function readCoverage(text: string, wanted: (url: string) => boolean, read: (url: string) => string | null): CoveredScript[] {
  let coverage: Coverage;
  try {
    coverage = JSON.parse(text) as Coverage;
  } catch {
    return [];
  }
  const scripts: CoveredScript[] = [];
  for (const { url, functions } of coverage.result ?? []) {
    if (!wanted(url)) continue;
    const lengths = coverage['source-map-cache']?.[url]?.lineLengths;
    const starts = lengths ? startsOfLengths(lengths) : startsOfText(read(url));
    if (!starts) continue;
    const called = functions.flatMap(({ functionName, ranges: [whole] }) => {
      if (!whole || whole.count === 0) return [];
      const [line, column] = positionOf(starts, whole.startOffset);
      const [endLine, endColumn] = positionOf(starts, whole.endOffset);
      return [{ name: functionName, line, column, endLine, endColumn, calls: whole.count }];
    });
    scripts.push({ url, functions: called });
  }
  return scripts;
}

function startsOfLengths(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length + 1);
  return starts;
}

function startsOfText(text: string | null): number[] | null {
  if (text === null) return null;
  // Node takes a byte order mark away before V8 counts.
  return startsOfLengths(
    text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .map(({ length }) => length),
  );
}

/** 1-based line and column. */
function positionOf(starts: readonly number[], offset: number): [number, number] {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return [low + 1, offset - starts[low]! + 1];
}

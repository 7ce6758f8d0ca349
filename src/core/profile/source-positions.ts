import {
  FlattenMap,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  type TraceMap,
  decodedMappings,
  originalPositionFor,
} from '@jridgewell/trace-mapping';

/** A place in what the user wrote: 1-based line and column, and the file (absolute path) or, where there is none, the script's URL. */
export interface SourcePosition {
  file: string;
  line: number;
  column: number;
}

/** Finds the place in the source for a place in a generated script. */
export interface SourcePositions {
  /** The place of a 1-based line and column of the script `url`. */
  at(url: string, line: number, column: number): SourcePosition;
  /** The source line of a whole generated line and its file, or null where one generated line holds many source lines (a minified script). */
  line(url: string, line: number): { file: string; line: number } | null;
  /** The file a module's top-level code was written in; of a bundle its entry, which bundlers put last, behind what it imports. */
  module(url: string): string;
  /** Whether a 1-based place of a generated script has one in a source file. */
  isMapped(url: string, line: number, column: number): boolean;
  /** Whether the script is what a tool made of something else. */
  isGenerated(url: string): boolean;
}

/** More source lines than this on one generated line, and the line says nothing: bundlers and minifiers do this, compilers of types don't. */
const MOST_LINES_OF_ONE = 10;

/** `maps`: generated script's URL → its source map's JSON text. A map that can't be read is left out: the generated position is still true. */
export function sourcePositions(maps: Record<string, string>, platform: string): SourcePositions {
  // By path: the profile has a script's URL where a stack has its path.
  const traces = new Map<string, TraceMap>();
  for (const [url, text] of Object.entries(maps)) {
    try {
      traces.set(filePath(url, platform), new FlattenMap(text, url.startsWith('/') ? `file://${encodeURI(url)}` : url));
    } catch {
      // An unreadable map is common (a comment left by a build): positions then stay the generated ones.
    }
  }

  function original(url: string, line: number, column: number): SourcePosition | null {
    const trace = traces.get(filePath(url, platform));
    if (!trace || line < 1) return null;
    const found = nearest(trace, line, column);
    if (found.source === null || !isFile(found.source)) return null;
    return { file: filePath(found.source, platform), line: found.line, column: found.column + 1 };
  }

  return {
    at(url, line, column) {
      return original(url, line, column) ?? { file: filePath(url, platform), line: Math.max(1, line), column: Math.max(1, column) };
    },
    line(url, line) {
      const trace = traces.get(filePath(url, platform));
      if (!trace) return { file: filePath(url, platform), line };
      let first: [source: number, line: number] | null = null;
      let last = 0;
      for (const segment of decodedMappings(trace)[line - 1] ?? []) {
        if (segment.length < 4) continue;
        const at = segment[2]! + 1;
        if (first === null || (segment[1] === first[0] && at < first[1])) first = [segment[1]!, at];
        if (segment[1] !== first[0]) return null;
        if (at > last) last = at;
      }
      const source = first === null ? null : trace.resolvedSources[first[0]];
      if (first === null || last - first[1] > MOST_LINES_OF_ONE) return null;
      return source && isFile(source) ? { file: filePath(source, platform), line: first[1] } : { file: filePath(url, platform), line };
    },
    module(url) {
      const sources = (traces.get(filePath(url, platform))?.resolvedSources ?? []).filter(isFile);
      const entry = sources.findLast((one) => !/[\\/]node_modules[\\/]/.test(one)) ?? sources.at(-1);
      return filePath(entry ?? url, platform);
    },
    isMapped(url, line, column) {
      const trace = traces.get(filePath(url, platform));
      return trace !== undefined && line >= 1 && nearest(trace, line, column).source !== null;
    },
    isGenerated: (url) => traces.has(filePath(url, platform)),
  };
}

/** What stands at a 1-based place, else right behind it in its line. */
function nearest(trace: TraceMap, line: number, column: number): ReturnType<typeof originalPositionFor> {
  const needle = { line, column: Math.max(0, column - 1) };
  const found = originalPositionFor(trace, { ...needle, bias: GREATEST_LOWER_BOUND });
  return found.source === null ? originalPositionFor(trace, { ...needle, bias: LEAST_UPPER_BOUND }) : found;
}

function isFile(source: string): boolean {
  return source.startsWith('file:') || source.startsWith('/') || /^[A-Za-z]:[\\/]/.test(source);
}

/** `file:///a%20b.js?v=2` → `/a b.js`; anything but a file URL is returned as it is. */
export function filePath(url: string, platform: string): string {
  if (!url.startsWith('file:')) return url;
  // In a file URL made by node, `?` and `#` of the path itself are percent-encoded.
  let path = url.replace(/^file:(\/\/(?=\/)|(?=\/[^/]))/, '').replace(/[?#].*$/s, '');
  try {
    path = decodeURIComponent(path);
  } catch {
    // A stray `%`: the path was never encoded.
  }
  if (platform !== 'win32') return path;
  if (path.startsWith('file://')) path = path.slice('file:'.length);
  return path.replace(/^\/([A-Za-z]:)/, '$1').replaceAll('/', '\\');
}

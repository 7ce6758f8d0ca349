import type { Code, TickLog } from './tick-log.ts';

/** A JavaScript function on a stack; line and column are where it begins, 1-based. */
export interface Frame {
  key: string;
  function: string;
  url: string;
  line: number;
  column: number;
  script: number;
  /** The line that ran; null where V8's tables don't tell. */
  at: number | null;
}

/** Offsets at which the lines of a script begin; null when its text isn't known. */
export type ReadLines = (url: string) => number[] | null;

/**
 * Reads the JavaScript functions of a tick, innermost first, with the ones that V8 inlined put back: otherwise an inlined hot
 * function all but vanishes. `ownFile` is left out. Native code on top is left out: the core function that called it says more.
 */
export function stackReader(log: TickLog, readLines: ReadLines, ownFile: string): (pairs: readonly number[]) => Frame[] {
  /** V8's tables are read once each. */
  const tables = new Map<string, Position[]>();
  const tableOf = (text: string, letter: 'C' | 'F'): Position[] => {
    const table = tables.get(text) ?? parsePositions(text, letter);
    tables.set(text, table);
    return table;
  };

  const framesOf = (code: Code, offset: number): Frame[] => {
    const outer = parseName(code.name, code.source?.script ?? 0);
    if (!outer) return [];
    const position = code.source ? positionAt(tableOf(code.source.positions, 'C'), offset) : null;
    if (!code.source || !position) return [outer];
    const frames: Frame[] = [];
    const inlinings = tableOf(code.source.inlined, 'F');
    let { source, inlining } = position;
    // Each step goes one caller outwards; the bound guards against a table that leads in a circle.
    for (let depth = 0; inlining !== null && depth < 50; depth++) {
      const at: Position | undefined = inlinings[inlining];
      const inner = at && log.functions[code.source.fns[at.first] ?? -1];
      const frame = inner ? parseName(inner.name, code.source.script) : null;
      if (!at || !frame) break;
      frames.push({ ...frame, at: lineAt(frame, source, readLines) });
      ({ source, inlining } = at);
    }
    return [...frames, { ...outer, at: lineAt(outer, source, readLines) }];
  };

  return (pairs) => {
    const frames: Frame[] = [];
    for (let index = 0; index < pairs.length; index += 2) {
      const code = log.code[pairs[index]!];
      if (code?.type === 'JS' && !code.name.includes(ownFile)) frames.push(...framesOf(code, pairs[index + 1] ?? 0));
    }
    return frames;
  };
}

interface Position {
  /** Offset in the code (`C…`), or index of an inlined function (`F…`). */
  first: number;
  /** Offset in the source. */
  source: number;
  inlining: number | null;
}

/** `C1O20C5O35I0` means: from code offset 1 on source offset 20, from 5 on offset 35 of inlining 0. */
function parsePositions(text: string, letter: 'C' | 'F'): Position[] {
  const entries = text.matchAll(letter === 'C' ? /C(\d+)O(\d+)(?:I(\d+))?/g : /F(\d+)O(\d+)(?:I(\d+))?/g);
  return Array.from(entries, ([, first, source, inlining]) => ({
    first: Number(first),
    source: Number(source),
    inlining: inlining === undefined ? null : Number(inlining),
  }));
}

function positionAt(positions: readonly Position[], offset: number): Position | null {
  let found: Position | null = null;
  for (const position of positions) {
    if (position.first > offset) break;
    found = position;
  }
  return found;
}

/** `name file:///a.mjs:3:10`; the name may be empty or hold spaces, and so may the path. Null for code without a source. */
function parseName(name: string, script: number): Frame | null {
  const match = /^(?:(.*?) )?((?:file:\/\/|node:|\/|[A-Za-z]:[\\/]|\\\\).*):(\d+):(\d+)$/.exec(name);
  if (!match) return null;
  const [, functionName = '', url = '', line, column] = match;
  return { key: name, function: functionName, url, line: Number(line), column: Number(column), script, at: null };
}

/** The line of a source offset; a line before the function's own can only come from a text that isn't the one that ran. */
function lineAt(frame: Frame, source: number, readLines: ReadLines): number | null {
  const starts = readLines(frame.url);
  if (!starts) return null;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= source) low = middle;
    else high = middle - 1;
  }
  return low + 1 >= frame.line ? low + 1 : null;
}

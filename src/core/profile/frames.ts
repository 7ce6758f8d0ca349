import type { FrameOwner, Language } from '../language.ts';
import type { SiteFrame } from '../recording.ts';
import type { SourcePositions } from './source-positions.ts';
import { enclosingFunction, functionAt } from './source-text.ts';
import type { SourceFunctions } from './source-text.ts';

/** A function, once, however many nodes it has: positions are those of what the user wrote, 1-based. */
export interface Frame {
  id: number;
  function: string;
  /** Absolute path; for code without a file its URL (`node:fs`), and '' for native code. */
  file: string;
  /** Where the function begins. */
  line: number;
  column: number;
  owner: FrameOwner;
  /** Added by the analysis: `await fetch`. */
  synthetic: boolean;
}

/** All frames of a recording, shared by its lanes, so that one function is one frame in all threads. */
export interface FrameTable {
  frames: Frame[];
  byKey: Map<string, number>;
  byFile: Map<string, number[]>;
}

export const TOP_LEVEL = '(top level)';
export const ANONYMOUS = '(anonymous)';

export function frameTable(): FrameTable {
  return { frames: [], byKey: new Map(), byFile: new Map() };
}

/** The one frame for a function; `owner` counts when it is seen for the first time. */
export function intern(table: FrameTable, frame: Omit<Frame, 'id'>): number {
  const key = `${frame.file}\0${frame.line}:${frame.column}\0${frame.function}`;
  const known = table.byKey.get(key);
  if (known !== undefined) return known;
  const id = table.frames.length;
  table.frames.push({ id, ...frame });
  table.byKey.set(key, id);
  const sameFile = table.byFile.get(frame.file);
  if (sameFile) sameFile.push(id);
  else table.byFile.set(frame.file, [id]);
  return id;
}

/** The frame of V8's 0-based call frame. V8 calls a module's own code the nameless function at 0:0. */
export function internCallFrame(
  table: FrameTable,
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number },
  positions: SourcePositions,
  language: Language,
  functionsOf: (file: string) => SourceFunctions | null,
): number {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  if (url === '')
    return intern(table, { function: functionName || ANONYMOUS, file: '', line: 0, column: 0, owner: 'native', synthetic: false });
  const generated = language.owner(url);
  if (generated === 'core' || generated === 'native') {
    return intern(table, {
      function: functionName || ANONYMOUS,
      file: url,
      line: lineNumber + 1,
      column: columnNumber + 1,
      owner: generated,
      synthetic: false,
    });
  }
  if (lineNumber <= 0 && columnNumber <= 0 && functionName === '') {
    const file = positions.module(url);
    return intern(table, { function: TOP_LEVEL, file, line: 1, column: 1, owner: language.owner(file), synthetic: false });
  }
  const at = positions.at(url, lineNumber + 1, columnNumber + 1);
  // What a tool added has no place in the source: it works for whoever calls it, as a dependency does.
  const owner =
    positions.isGenerated(url) && !positions.isMapped(url, lineNumber + 1, columnNumber + 1) ? 'dependency' : language.owner(at.file);
  // Minifiers shorten names, and a tool that keeps `name` (esbuild, tsx) does so behind V8's back: the text has what the user wrote.
  const source = owner === 'user' && (functionName === '' || positions.isGenerated(url)) ? functionsOf(at.file) : null;
  const written = source && functionAt(source, at.line, at.column)?.name;
  return intern(table, { function: written || functionName || ANONYMOUS, ...at, owner, synthetic: false });
}

/** Where a call was made: the function it was made in, and the line of the call. */
export interface ResolvedSite {
  frame: number;
  line: number;
  column: number;
  async: boolean;
}

/**
 * The function that holds a stack's frame. A stack gives the place of the call and a decorated name (`Object.load`, `async main`), the
 * profile the place of the function: the source text joins the two; without it, the nearest function of that name that begins above the call.
 */
export function resolveSiteFrame(
  table: FrameTable,
  site: SiteFrame,
  positions: SourcePositions,
  language: Language,
  functionsOf: (file: string) => SourceFunctions | null,
): ResolvedSite {
  const at = positions.at(site.url, site.line, site.column);
  const owner = language.owner(at.file);
  const resolved = { line: at.line, column: at.column, async: site.async };
  const name = plainName(site.function);
  const functions = owner === 'user' ? functionsOf(at.file) : null;
  if (functions) return { frame: frameAround(table, functions, { file: at.file, owner, name }, at), ...resolved };
  let best = -1;
  for (const id of table.byFile.get(at.file) ?? []) {
    const frame = table.frames[id]!;
    if (frame.line > at.line || plainName(frame.function) !== name || isTopLevel(frame)) continue;
    if (best < 0 || frame.line > table.frames[best]!.line) best = id;
  }
  if (best >= 0) return { frame: best, ...resolved };
  if (name === '' && !site.async) return { frame: topLevelOf(table, at.file, owner), ...resolved };
  return {
    frame: intern(table, { function: name || ANONYMOUS, file: at.file, line: at.line, column: at.column, owner, synthetic: false }),
    ...resolved,
  };
}

/** The function around a place in a text; `name` is what to call one that the text gives no name. */
export function frameAround(
  table: FrameTable,
  functions: SourceFunctions,
  { file, owner, name }: { file: string; owner: FrameOwner; name: string },
  at: { line: number; column: number },
): number {
  const range = enclosingFunction(functions, at.line, at.column);
  if (!range) return topLevelOf(table, file, owner);
  const sameLine = (table.byFile.get(file) ?? []).filter((id) => table.frames[id]!.line === range.line && !isTopLevel(table.frames[id]!));
  const known =
    sameLine.find((id) => table.frames[id]!.column === range.column) ??
    sameLine.find((id) => plainName(table.frames[id]!.function) === range.name);
  if (known !== undefined) return known;
  return intern(table, {
    function: range.name || name || ANONYMOUS,
    file,
    line: range.line,
    column: range.column,
    owner,
    synthetic: false,
  });
}

function isTopLevel(frame: Frame): boolean {
  return frame.function === TOP_LEVEL;
}

/** The frame of a file's own code. */
export function topLevelOf(table: FrameTable, file: string, owner: FrameOwner): number {
  return intern(table, { function: TOP_LEVEL, file, line: 1, column: 1, owner, synthetic: false });
}

/** `async Object.load [as run]` → `load`; '' for a module's own code and for anonymous functions. */
export function plainName(decorated: string): string {
  const name = decorated
    .replace(/^(async|new|get|set) /, '')
    .replace(/ \[as .*\]$/, '')
    .replace(/^.*\.(?=[^.])/, '');
  return name === '<anonymous>' || name === ANONYMOUS || name === TOP_LEVEL ? '' : name;
}

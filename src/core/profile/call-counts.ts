import type { CallCounts, Recording } from '../recording.ts';
import { cloningOf } from './cloning.ts';
import { TOP_LEVEL, plainName } from './frames.ts';
import type { FrameTable } from './frames.ts';
import type { CalledFunction, HotSpot } from './hot-spots.ts';
import type { SourcePositions } from './source-positions.ts';

type Counted = CallCounts['scripts'][number]['functions'][number];

/**
 * How often functions were called, and what their arguments and results take to clone, as far as that was asked. A function is found in the scripts
 * as they were run, where the profile saw it: there the innermost counted function around its beginning is itself, if it has its name.
 */
export function calledFunctions(
  { calls, callSizes, lanes }: Recording,
  positions: SourcePositions,
  table: FrameTable,
  frameTotals: Float64Array,
): CalledFunction[] {
  if (!calls) return [];
  const scripts = new Map(calls.scripts.map(({ url, functions }) => [url, functions]));
  const sizes = new Map(callSizes?.map((one) => [`${one.url}:${one.line}:${one.column}`, one]));
  const totals = new Map<string, number>();
  for (const { id, file, line, column } of table.frames) totals.set(keyOf(file, line, column), frameTotals[id] ?? 0);
  const found = new Map<string, CalledFunction>();
  const seen = new Set<string>();
  for (const { cpuProfile } of lanes) {
    for (const { callFrame } of cpuProfile.nodes) {
      const { url, functionName, lineNumber, columnNumber } = callFrame;
      const counted = scripts.get(url);
      const at = { line: lineNumber + 1, column: columnNumber + 1 };
      const place = `${url}:${at.line}:${at.column}`;
      if (!counted || seen.has(place)) continue;
      seen.add(place);
      const one = innermost(counted, at);
      if (!one || plainName(one.name) !== plainName(functionName)) continue;
      const source = positions.at(url, at.line, at.column);
      const key = keyOf(source.file, source.line, source.column);
      const known = found.get(key);
      const sampled = sizes.get(place);
      found.set(key, {
        function: functionName,
        ...source,
        calls: (known?.calls ?? 0) + one.calls,
        totalUs: totals.get(key) ?? 0,
        cloning: known?.cloning ?? (sampled ? cloningOf(sampled) : null),
        again: known?.again ?? sampled?.again ?? null,
      });
    }
  }
  return [...found.values()];
}

/** Hot spots with how often they were called, where that was counted. */
export function withCalls(hotSpots: readonly HotSpot[], called: readonly CalledFunction[]): HotSpot[] {
  const byPlace = new Map(called.map((one) => [keyOf(one.file, one.line, one.column), one]));
  return hotSpots.map((spot) => {
    const own = spot.function === TOP_LEVEL ? undefined : byPlace.get(keyOf(spot.file, spot.line, spot.column));
    return { ...spot, calls: own?.calls ?? null, cloning: own?.cloning ?? null, again: own?.again ?? null };
  });
}

function innermost(counted: readonly Counted[], at: { line: number; column: number }): Counted | null {
  let found: Counted | null = null;
  for (const one of counted) {
    if (isAfter(one, at) || isAfter(at, { line: one.endLine, column: one.endColumn })) continue;
    if (!found || !isAfter(found, one)) found = one;
  }
  return found;
}

function keyOf(file: string, line: number, column: number): string {
  return `${file}\n${line}:${column}`;
}

function isAfter(one: { line: number; column: number }, other: { line: number; column: number }): boolean {
  return one.line > other.line || (one.line === other.line && one.column > other.column);
}

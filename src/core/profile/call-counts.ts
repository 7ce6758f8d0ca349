import type { CallCounts, Lane } from '../recording.ts';
import { TOP_LEVEL, plainName } from './frames.ts';
import type { HotSpot } from './hot-spots.ts';
import type { SourcePositions } from './source-positions.ts';

type Counted = CallCounts['scripts'][number]['functions'][number];

/**
 * Hot spots with how often they were called, where that was counted. A hot spot's function is found in the scripts as they were run, where the
 * profile saw it: there the innermost counted function around its beginning is itself, if it has its name.
 */
export function withCalls(
  hotSpots: readonly HotSpot[],
  counts: CallCounts | null | undefined,
  lanes: readonly Lane[],
  positions: SourcePositions,
): HotSpot[] {
  if (!counts) return [...hotSpots];
  const scripts = new Map(counts.scripts.map(({ url, functions }) => [url, functions]));
  const calls = new Map<string, number>();
  const seen = new Set<string>();
  for (const { cpuProfile } of lanes) {
    for (const { callFrame } of cpuProfile.nodes) {
      const { url, functionName, lineNumber, columnNumber } = callFrame;
      const counted = scripts.get(url);
      const place = `${url}:${lineNumber}:${columnNumber}`;
      if (!counted || seen.has(place)) continue;
      seen.add(place);
      const at = { line: lineNumber + 1, column: columnNumber + 1 };
      const found = innermost(counted, at);
      if (!found || plainName(found.name) !== plainName(functionName)) continue;
      const source = positions.at(url, at.line, at.column);
      const key = keyOf(source.file, source.line, source.column);
      calls.set(key, (calls.get(key) ?? 0) + found.calls);
    }
  }
  return hotSpots.map((spot) => ({
    ...spot,
    calls: spot.function === TOP_LEVEL ? null : (calls.get(keyOf(spot.file, spot.line, spot.column)) ?? null),
  }));
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

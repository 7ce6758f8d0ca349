/** A change to a document, 0-based as the editor says it: the text from start to end was replaced. */
export interface TextChange {
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  text: string;
}

/** Where lines of the profiled text are now. Lines are 1-based. */
export interface TrackedLines {
  /** Line when profiled → line now. */
  lines: Map<number, number>;
  /** Lines (as profiled) whose own text was changed. */
  touched: Set<number>;
}

export function trackLines(lines: Iterable<number>): TrackedLines {
  return { lines: new Map([...lines].map((line) => [line, line])), touched: new Set() };
}

/** Moves the tracked lines along with one change. */
export function applyChange(tracked: TrackedLines, change: TextChange): void {
  const start = change.range.start.line + 1;
  const end = change.range.end.line + 1;
  const added = countNewlines(change.text);
  const shift = added - (end - start);
  // The last line of the range keeps its whole text where only lines before it were added or removed.
  const keepsLast =
    change.range.end.character === 0 && (change.text.endsWith('\n') || (change.text === '' && change.range.start.character === 0));
  for (const [origin, line] of tracked.lines) {
    if (line < start) continue;
    if (line > end || (line === end && keepsLast)) tracked.lines.set(origin, line + shift);
    else {
      tracked.lines.set(origin, start + Math.min(line - start, added));
      tracked.touched.add(origin);
    }
  }
}

/** True where any line from first to last (as profiled) was changed, or lines were added or removed between them. */
export function isTouched(tracked: TrackedLines, first: number, last: number): boolean {
  for (const line of tracked.touched) if (line >= first && line <= last) return true;
  const from = tracked.lines.get(first);
  const to = tracked.lines.get(last);
  return from !== undefined && to !== undefined && to - from !== last - first;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

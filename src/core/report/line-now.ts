/** Where a line is that held `was` (without white space at its ends) when it stood at `line`, 1-based; null where the text no longer has it or can't tell which. */
export function lineNow(text: string, line: number, was: string): number | null {
  const lines = text.split(/\r\n|\r|\n/).map((one) => one.trim());
  if (lines[line - 1] === was) return line;
  const same = lines.flatMap((one, index) => (one === was ? [index + 1] : []));
  // Of two that look alike, neither may be the one.
  return same.length === 1 ? same[0]! : null;
}

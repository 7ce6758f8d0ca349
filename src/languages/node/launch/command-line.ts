/**
 * Splits a line that a person typed into arguments as a POSIX shell would split it, without expanding anything: quotes group, a
 * backslash escapes outside single quotes, an unclosed quote runs to the end.
 */
export function splitArguments(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'") {
      if (char === "'") quote = '';
      else word = (word ?? '') + char;
    } else if (char === '\\' && next !== '' && (quote === '' || next === '"' || next === '\\')) {
      word = (word ?? '') + next;
      at++;
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** The line that {@link splitArguments} splits back into the same arguments. */
export function joinArguments(args: readonly string[]): string {
  return args.map((arg) => (arg !== '' && !/[\s'"\\]/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ');
}

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

/**
 * What in a line only a shell can do, as it stands there (`&&`, `|`, `$HOME`, `*`), or null where {@link splitArguments} splits it as the
 * shell would.
 */
export function shellWord(line: string): string | null {
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === "'") {
      if (char === "'") quote = '';
    } else if (char === '\\') at++;
    else if (char === '$' || char === '`') return /^(?:\$\{?\w*\}?|`)/.exec(line.slice(at))?.[0] ?? char;
    else if (char === quote) quote = '';
    else if (quote !== '') continue;
    else if (char === '"' || char === "'") quote = char;
    else if (/[|&;<>()*?[\]\n]/.test(char)) return /^(?:&&|\|\||>>|.)/s.exec(line.slice(at))?.[0].replace('\n', 'a second line') ?? char;
    else if (/[~#]/.test(char) && /^\s?$/.test(line.charAt(at - 1))) return char;
    else if (char === '{' && /^\{[^\s}]*,[^\s}]*\}/.test(line.slice(at))) return char;
  }
  return null;
}

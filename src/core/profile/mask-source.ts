/**
 * The text with the insides of comments, strings, templates and regular expressions blanked, offsets and line breaks kept, so that what is
 * left can be searched for brackets and names. A reading by characters, not a parser: a regular expression after `)` is read as a division.
 */
export function maskSource(text: string): string {
  const kept: string[] = [];
  /** Open brace depths at which a template's `${` began. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let copied = 0;
  const blank = (from: number, to: number): void => {
    kept.push(text.slice(copied, from), text.slice(from, to).replace(/[^\r\n]/g, ' '));
    copied = to;
  };
  const template = (from: number): number => {
    let end = from;
    while (end < text.length && text[end] !== '`') {
      if (text[end] === '\\') end++;
      else if (text[end] === '$' && text[end + 1] === '{') {
        templates.push(depth++);
        blank(from, end);
        return end + 2;
      }
      end++;
    }
    blank(from, Math.min(end, text.length));
    return end + 1;
  };
  while (at < text.length) {
    const char = text[at]!;
    if (char === '/' && text[at + 1] === '/') {
      const end = lineEnd(text, at);
      blank(at, end);
      at = end;
    } else if (char === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      const end = close < 0 ? text.length : close + 2;
      blank(at, end);
      at = end;
    } else if (char === "'" || char === '"') {
      const end = quoteEnd(text, at);
      blank(at + 1, end);
      at = end + 1;
    } else if (char === '`') {
      at = template(at + 1);
    } else if (char === '/' && mayBeginRegExp(text, at)) {
      const end = regExpEnd(text, at);
      if (end > at) blank(at + 1, end);
      at = Math.max(end, at) + 1;
    } else {
      if (char === '{') depth++;
      if (char === '}') {
        depth--;
        if (templates.at(-1) === depth) {
          templates.pop();
          at = template(at + 1);
          continue;
        }
      }
      at++;
    }
  }
  kept.push(text.slice(copied));
  return kept.join('');
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function quoteEnd(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && text[end] !== text[from] && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
  return Math.min(end, text.length);
}

function mayBeginRegExp(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(text[before]!)) before--;
  if (before < 0) return true;
  if (/[([{,;=:!&|?+\-*%~^<>]/.test(text[before]!)) return true;
  const word = /[\w$]+$/.exec(text.slice(Math.max(0, before - 12), before + 1));
  return word !== null && /^(return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/.test(word[0]);
}

/** Offset of the closing `/`, or -1 where the line ends first: then it was a division. */
function regExpEnd(text: string, from: number): number {
  let inClass = false;
  for (let end = from + 1; end < text.length && text[end] !== '\n'; end++) {
    const char = text[end];
    if (char === '\\') end++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return end;
  }
  return -1;
}

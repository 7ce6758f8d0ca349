/**
 * What a program says about itself: `// truth: SECTION KIND [bound=a,b]` at the end of a line (or `// truth-next:` on a line of its own
 * before it) labels the line that is answerable for a measured section; `// needs: WHAT` in the first line what it takes to run it.
 * One section may have several lines: their times are summed.
 */
export const KINDS = ['js', 'native', 'cpu', 'blocked', 'awaited', 'loading'];

/** The bound of a hot spot whose time is all of one kind. Loading has none of its own. */
const BOUND = { js: ['cpu-js'], native: ['cpu-native'], cpu: ['cpu-js', 'cpu-native'], blocked: ['blocking-io'], awaited: ['async-wait'] };

/** Returns `{ needs, sections: [{ name, kind, bounds, lines }] }`; `bounds` is null where any will do. */
export function readLabels(source) {
  const sections = new Map();
  const lines = source.split('\n');
  lines.forEach((text, index) => {
    const label = /\/\/ truth(-next)?: (\S+) (\S+)(?: bound=(\S+))?$/.exec(text);
    if (!label) return;
    const [, next, name, kind, bounds] = label;
    if (!KINDS.includes(kind)) throw new Error(`There is no kind ${kind}.`);
    const line = index + (next ? 2 : 1);
    const section = sections.get(name);
    if (section) section.lines.push(line);
    else sections.set(name, { name, kind, bounds: bounds === 'any' ? null : (bounds?.split(',') ?? BOUND[kind] ?? null), lines: [line] });
  });
  return { needs: /^\/\/ needs: (.+)/.exec(lines[0])?.[1] ?? null, sections: [...sections.values()] };
}

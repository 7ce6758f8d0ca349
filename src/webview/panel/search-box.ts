import { formatShare } from '../../core/report/format.ts';
import { element } from '../element.ts';
import { matchFrames, matchNumber, nextMatch, sumMatches } from '../graph/search.ts';
import type { Graph } from '../profile/layout.ts';
import type { Frames } from '../profile/parsed.ts';

export interface SearchBox {
  root: HTMLElement;
  query(): string;
  focus(): void;
  /** False when nothing was searched. */
  clear(): boolean;
  /** Searches again, in what is shown now. For each frame whether it matches; null when nothing is searched. */
  find(frames: Frames, graph: Graph, wholeUs: number): Uint8Array | null;
  next(graph: Graph, node: number, way: 1 | -1): number;
  /** To the next match, as by a key. */
  step(way: 1 | -1): void;
  focusMoved(graph: Graph, node: number): void;
}

export function searchBox(events: { changed(): void; next(way: 1 | -1): void }): SearchBox {
  const input = element('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search functions and files',
    spellcheck: 'false',
  });
  const hint = element('kbd', { 'aria-hidden': 'true' }, '/');
  const count = element('span', { class: 'count', 'aria-live': 'polite' });
  const root = element('div', { class: 'search' }, input, hint, count);
  let matched: Uint8Array | null = null;
  let found = { boxes: 0, us: 0 };

  let whole = 1;

  const tell = (number: number | null): void => {
    hint.hidden = matched !== null;
    if (matched === null) count.textContent = '';
    else if (found.boxes === 0) count.textContent = 'none';
    else count.textContent = `${number === null ? '' : `${number}/`}${found.boxes} · ${formatShare(found.us / whole)}`;
  };

  input.addEventListener('input', () => events.changed());
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') events.next(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      if (input.value === '') input.blur();
      input.value = '';
      events.changed();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    root,
    query: () => input.value,
    focus() {
      input.focus();
      input.select();
    },
    clear() {
      if (input.value === '') return false;
      input.value = '';
      events.changed();
      return true;
    },
    find(frames, graph, wholeUs) {
      whole = wholeUs;
      matched = matchFrames(frames, input.value);
      found = matched === null ? { boxes: 0, us: 0 } : sumMatches(graph, matched);
      tell(null);
      return matched;
    },
    next: (graph, node, way) => (matched === null ? -1 : nextMatch(graph, matched, node, way)),
    step: (way) => events.next(way),
    focusMoved(graph, node) {
      if (matched !== null) tell(matched[graph.frame[node]!] === 1 ? matchNumber(graph, matched, node) : null);
    },
  };
}

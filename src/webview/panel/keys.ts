import type { Direction } from '../graph/navigate.ts';

export interface KeyActions {
  tab(index: number): void;
  search(): void;
  next(way: 1 | -1): void;
  move(direction: Direction): void;
  zoomIn(): void;
  zoomOut(): void;
  zoomBy(factor: number): void;
  page(way: 1 | -1): void;
  open(): void;
  fix(): void;
  /** Whether boxes are on the screen, to which arrows and zooming apply. */
  inPicture(): boolean;
}

/** The keys of the page; none while something is typed, and no key together with Ctrl, Alt or Cmd is taken away. */
export function listenToKeys(actions: KeyActions): void {
  const anywhere: Record<string, () => void> = {
    '1': () => actions.tab(0),
    '2': () => actions.tab(1),
    '3': () => actions.tab(2),
    '4': () => actions.tab(3),
    '/': () => actions.search(),
    n: () => actions.next(1),
    N: () => actions.next(-1),
    f: () => actions.fix(),
  };
  const inPicture: Record<string, () => void> = {
    ArrowUp: () => actions.move('up'),
    ArrowDown: () => actions.move('down'),
    ArrowLeft: () => actions.move('left'),
    ArrowRight: () => actions.move('right'),
    Enter: () => actions.zoomIn(),
    Escape: () => actions.zoomOut(),
    '+': () => actions.zoomBy(1.6),
    '=': () => actions.zoomBy(1.6),
    '-': () => actions.zoomBy(1 / 1.6),
    PageDown: () => actions.page(1),
    PageUp: () => actions.page(-1),
    o: () => actions.open(),
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.matches('input, select, textarea')) return;
    const control = target.matches('button, [role=tab]');
    const action =
      anywhere[event.key] ?? (actions.inPicture() && !(control && /^(Enter|Arrow)/.test(event.key)) ? inPicture[event.key] : undefined);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

import { button, element } from '../element.ts';

export type TabId = 'flame' | 'timeline' | 'hot' | 'decision';

export interface Tabs {
  root: HTMLElement;
  selected(): TabId;
  select(id: TabId): void;
  selectAt(index: number): void;
}

/** The row of tabs with the controls on its right. */
export function tabs(list: { id: TabId; title: string }[], controls: HTMLElement[], changed: () => void): Tabs {
  let selected = list[0]!.id;
  const buttons = list.map(({ id, title }, index) =>
    button(title, { class: 'tab', role: 'tab', 'aria-controls': 'unblock-view', title: `${title} (${index + 1})` }, () => select(id)),
  );
  const row = element('div', { class: 'tablist', role: 'tablist', 'aria-label': 'Views' }, ...buttons);
  row.addEventListener('keydown', (event) => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const index = (list.findIndex(({ id }) => id === selected) + way + list.length) % list.length;
    select(list[index]!.id);
    buttons[index]!.focus();
  });
  function mark(): void {
    for (const [index, { id }] of list.entries()) {
      buttons[index]!.setAttribute('aria-selected', id === selected ? 'true' : 'false');
      buttons[index]!.tabIndex = id === selected ? 0 : -1;
    }
  }
  function select(id: TabId): void {
    selected = id;
    mark();
    changed();
  }
  mark();
  return {
    root: element('nav', { class: 'toolbar' }, row, element('div', { class: 'controls' }, ...controls)),
    selected: () => selected,
    select,
    selectAt(index) {
      const tab = list[index];
      if (tab !== undefined) select(tab.id);
    },
  };
}
